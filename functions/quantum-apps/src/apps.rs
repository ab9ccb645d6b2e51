//! How apps are created, listed and read.

use api::{Answer, Caller, IdempotencyHeader, ListQuery, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{AppId, Refusal, app::QuantumApp, field::id};
use store::{apps, create};

use crate::{App, views};

/// List your apps
///
/// The caller's own, newest first, without their READMEs.
#[utoipa::path(get, path = "/quantum-apps", operation_id = "listQuantumApps", tag = "Quantum apps",
    security(("cognito" = [])), params(ListQuery),
    responses((status = 200, description = "A page of apps.", body = Page<views::QuantumApp>)))]
pub(crate) async fn list_quantum_apps(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let query = apps::of_developer(caller.user_id);
    Answer::ok(&app.context.list(query, &asked, |app| views::QuantumApp::new(app, None)).await?)
}

/// Create an app
///
/// It starts as a private draft; add a version with a package to it next.
#[utoipa::path(post, path = "/quantum-apps", operation_id = "createQuantumApp", tag = "Quantum apps",
    security(("cognito" = ["provider"])), params(IdempotencyHeader),
    request_body = views::QuantumAppRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 201, description = "The app.", body = views::QuantumApp)))]
pub(crate) async fn create_quantum_app(
    State(app): State<App>,
    caller: Caller,
    submission: Submission<views::QuantumAppRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (caller, submission) = (&caller, &submission);
    submission
        .once(table, || async move {
            let details = submission.body.details().checked()?;
            let clock = table.clock();
            let id = clock.id(AppId::new);
            let quantum_app = QuantumApp::new(id, caller.user_id, None, details, clock.now());
            let view = views::QuantumApp::new(&quantum_app, None);
            let answer = Answer::created(format!("/quantum-apps/{id}"), &view)?;
            table.write([create(&quantum_app), submission.remember(table, &answer)]).await?;
            Ok(answer)
        })
        .await
}

/// Read an app
///
/// Your own, or a public one. `readme_content` is the README of the latest version: Markdown as its author wrote it,
/// not sanitised; show it as text, or through a renderer that drops scripts.
#[utoipa::path(get, path = "/quantum-apps/{app_id}", operation_id = "getQuantumApp", tag = "Quantum apps",
    security(("cognito" = [])), params(("app_id" = AppId, Path)),
    responses((status = 200, description = "The app.", body = views::QuantumApp)))]
pub(crate) async fn get_quantum_app(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
) -> Result<Answer, Problem> {
    let id = id(&app_id)?;
    let (found, readme) = app.context.table.read((apps::app(id), apps::latest_readme(id))).await?;
    let quantum_app = found
        .filter(|app| app.visible_to(caller.user_id))
        .ok_or_else(|| Refusal::not_found("app"))?;
    Answer::ok(&views::QuantumApp::new(&quantum_app, readme.as_deref()))
}
