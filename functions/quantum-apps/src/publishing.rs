//! How an app gets into the registry and onto the marketplace.

use api::{Answer, Caller, IdempotencyHeader, Path, Problem, Submission};
use axum::extract::State;
use clock::Clock;
use domain::{
    AppId, ListingId,
    app::QuantumApp,
    field::id,
    listing::{Listing, Terms},
};
use store::{
    Stored, Write,
    apps::{self, Catalogue, catalogue_entries},
    create, listings, update,
};

use crate::{App, own, views};

/// Publish an app to the registry
///
/// The app becomes public: anyone may find it and read it, and signed-in users may download its latest version.
/// A repeat changes nothing. Send `{}`.
#[utoipa::path(post, path = "/quantum-apps/{app_id}/publish-registry", operation_id = "publishToRegistry",
    tag = "Quantum apps", security(("cognito" = ["provider"])),
    params(("app_id" = AppId, Path), IdempotencyHeader), request_body = views::EmptyRequest,
    extensions(("x-problems" = json!(["no_released_version"]))),
    responses((status = 200, description = "The app as it is now.", body = views::QuantumApp)))]
pub(crate) async fn publish_to_registry(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    submission: Submission<views::EmptyRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (caller, app_id, submission) = (&caller, id(&app_id)?, &submission);
    submission
        .once(table, || async move {
            let mut quantum_app = own(table.get(&apps::app(app_id)).await?, caller)?;
            let now = table.clock().now();
            let is_new = quantum_app.publish_to_registry(now)?;
            let answer = Answer::ok(&views::QuantumApp::new(&quantum_app, None))?;
            let mut writes = vec![submission.remember(table, &answer)];
            if is_new {
                writes.push(update(&quantum_app));
                let entries = catalogue_entries(Catalogue::Registry, &quantum_app, now);
                writes.extend(entries.iter().map(create));
            }
            table.write(writes).await?;
            Ok(answer)
        })
        .await
}

/// Publish an app to the marketplace
///
/// Users may subscribe to it from then on. An app is listed once; the same terms again change nothing, others are
/// refused.
#[utoipa::path(post, path = "/quantum-apps/{app_id}/publish-marketplace", operation_id = "publishToMarketplace",
    tag = "Quantum apps", security(("cognito" = ["provider"])),
    params(("app_id" = AppId, Path), IdempotencyHeader), request_body = views::ListingRequest,
    extensions(("x-problems" = json!(["validation_failed", "no_released_version", "already_listed"]))),
    responses((status = 201, description = "The listing.", body = views::AppListing),
        (status = 200, description = "The listing, which had these terms already.", body = views::AppListing)))]
pub(crate) async fn publish_to_marketplace(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    submission: Submission<views::ListingRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (caller, app_id, submission) = (&caller, id(&app_id)?, &submission);
    submission
        .once(table, || async move {
            let terms = submission.body.terms()?.checked()?;
            let (found, listed) =
                table.read((apps::app(app_id), listings::listing(app_id))).await?;
            let quantum_app = own(found, caller)?;
            let (answer, effects) = match listed {
                Some(listing) => (offered(&listing, &terms)?, Vec::new()),
                None => list(quantum_app, terms, table.clock())?,
            };
            let remembered = submission.remember(table, &answer);
            table.write(effects.into_iter().chain([remembered])).await?;
            Ok(answer)
        })
        .await
}

fn offered(listing: &Listing, terms: &Terms) -> Result<Answer, Problem> {
    listing.offers(terms)?;
    Answer::ok(&views::AppListing::from(listing))
}

fn list(
    mut app: Stored<QuantumApp>,
    terms: Terms,
    clock: &Clock,
) -> Result<(Answer, Vec<Write>), Problem> {
    let now = clock.now();
    app.publish_to_marketplace(now)?;
    let listing = Listing::new(clock.id(ListingId::new), app.id, app.developer_id, terms, now);
    let view = views::AppListing::from(&listing);
    let answer = Answer::created(format!("/marketplace/{}", app.id), &view)?;
    let entries = catalogue_entries(Catalogue::Marketplace, &app, now);
    let mut writes = vec![update(&app), create(&listing)];
    writes.extend(entries.iter().map(create));
    Ok((answer, writes))
}
