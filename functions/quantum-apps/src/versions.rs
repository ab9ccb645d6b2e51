//! How versions of an app are created, listed, read and released.

use api::{Answer, Caller, IdempotencyHeader, ListQuery, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{AppId, Refusal, VersionId, field::id, version::AppVersion};
use store::{
    Stored, Write,
    apps::{self, LatestReadme},
    create, replace, update,
    versions::{self, LatestVersion, NumberClaim, Readme},
};

use crate::{App, ids, own, own_version, views};
use telemetry::{Fact, count};

/// List the versions of your app
///
/// Newest first, without what inspection learned of their packages.
#[utoipa::path(get, path = "/quantum-apps/{app_id}/versions", operation_id = "listAppVersions", tag = "Quantum apps",
    security(("cognito" = [])), params(("app_id" = AppId, Path), ListQuery),
    responses((status = 200, description = "A page of versions.", body = Page<views::AppVersionSummary>)))]
pub(crate) async fn list_app_versions(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let app_id = id(&app_id)?;
    let address = apps::app(app_id);
    let (found, page) = tokio::join!(
        app.context.table.get(&address),
        app.context.list(versions::of_app(app_id), &asked, Stored::clone),
    );
    let latest = own(found?, &caller)?.latest_version_id;
    let Page { items, next_cursor } = page?;
    let show = |version: &Stored<AppVersion>| views::AppVersionSummary::new(version, latest);
    Answer::ok(&Page { items: items.iter().map(show).collect(), next_cursor })
}

/// Create a version
///
/// Its number is taken from now on, whether it is released or not. Upload a package to it next.
#[utoipa::path(post, path = "/quantum-apps/{app_id}/versions", operation_id = "createAppVersion", tag = "Quantum apps",
    security(("cognito" = ["provider"])), params(("app_id" = AppId, Path), IdempotencyHeader),
    request_body = views::AppVersionRequest,
    extensions(("x-problems" = json!(["validation_failed", "version_number_taken"]))),
    responses((status = 201, description = "The version, a draft.", body = views::AppVersion)))]
pub(crate) async fn create_app_version(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    submission: Submission<views::AppVersionRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (caller, app_id, submission) = (&caller, id(&app_id)?, &submission);
    submission
        .once(table, || async move {
            let quantum_app = own(table.get(&apps::app(app_id)).await?, caller)?;
            let details = submission.body.details().checked()?;
            let id = table.clock().id(VersionId::new);
            let version =
                AppVersion::new(id, quantum_app.id, caller.user_id, details, table.clock().now());
            let claim = NumberClaim {
                app_id: version.app_id,
                version_number: version.version_number.clone(),
                version_id: id,
            };
            let location = format!("/quantum-apps/{app_id}/versions/{id}");
            let answer = Answer::created(location, &views::AppVersion::new(&version, None))?;
            table
                .write([
                    create(&version),
                    create(&claim).or(number_taken(&version)),
                    submission.remember(table, &answer),
                ])
                .await?;
            Ok(answer)
        })
        .await
}

/// Read a version
///
/// With the findings of a package that did not pass, or what inspection learned of one that did.
#[utoipa::path(get, path = "/quantum-apps/{app_id}/versions/{version_id}", operation_id = "getAppVersion",
    tag = "Quantum apps", security(("cognito" = [])),
    params(("app_id" = AppId, Path), ("version_id" = VersionId, Path)),
    responses((status = 200, description = "The version.", body = views::AppVersion)))]
pub(crate) async fn get_app_version(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let (app_id, version_id) = ids(&path)?;
    let (quantum_app, version) =
        app.context.table.read((apps::app(app_id), versions::version(version_id))).await?;
    let latest = own(quantum_app, &caller)?.latest_version_id;
    let version = own_version(version, app_id, &caller)?;
    Answer::ok(&views::AppVersion::new(&version, latest))
}

/// Release a version
///
/// It never changes from then on. Where its number is the highest, it is what the app runs and offers by default.
/// Send `{}`.
#[utoipa::path(post, path = "/quantum-apps/{app_id}/versions/{version_id}/release", operation_id = "releaseAppVersion",
    tag = "Quantum apps", security(("cognito" = ["provider"])),
    params(("app_id" = AppId, Path), ("version_id" = VersionId, Path), IdempotencyHeader),
    request_body = views::EmptyRequest,
    extensions(("x-problems" = json!([
        "inspection_pending", "package_rejected", "package_missing", "version_immutable"
    ]))),
    responses((status = 200, description = "The version, released.", body = views::AppVersion)))]
pub(crate) async fn release_app_version(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    submission: Submission<views::EmptyRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (caller, (app_id, version_id), submission) = (&caller, ids(&path)?, &submission);
    submission
        .once(table, || async move {
            let copies = (
                versions::readme(version_id),
                versions::latest(app_id),
                apps::latest_readme(app_id),
            );
            let wanted = (apps::app(app_id), versions::version(version_id), copies);
            let (quantum_app, version, copies) = table.read(wanted).await?;
            let mut quantum_app = own(quantum_app, caller)?;
            let mut version = own_version(version, app_id, caller)?;
            let now = table.clock().now();
            version.release(now)?;
            let mut writes = vec![update(&version)];
            if quantum_app.offer_latest(&version, now) {
                writes.push(update(&quantum_app));
                writes.extend(copy(&version, copies));
            }
            let view = views::AppVersion::new(&version, quantum_app.latest_version_id);
            let answer = Answer::ok(&view)?;
            writes.push(submission.remember(table, &answer));
            table.write(writes).await?;
            count(Fact::VersionReleased, 1);
            Ok(answer)
        })
        .await
}

type Copies = (Option<Stored<Readme>>, Option<Stored<LatestVersion>>, Option<Stored<LatestReadme>>);

/// What is read together with the app: the version that runs by default, and its README.
fn copy(version: &AppVersion, (readme, latest, latest_readme): Copies) -> [Write; 2] {
    let app_id = version.app_id;
    let content = readme.map(|readme| readme.into_inner().content).unwrap_or_default();
    [
        replace(latest, LatestVersion { version: version.clone() }),
        replace(latest_readme, LatestReadme { app_id, content }),
    ]
}

fn number_taken(version: &AppVersion) -> Refusal {
    Refusal::conflict(
        "version_number_taken",
        format!("The app has a version {} already; choose another number.", version.version_number),
    )
}
