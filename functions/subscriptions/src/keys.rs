//! Serves a subscription's API keys: listed, made, revoked.

use std::time::Duration;

use api::{Answer, Caller, ListQuery, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use clock::Stopwatch;
use domain::{KeyId, Refusal, SubscriptionId, field::id};
use store::{
    Stored,
    subscriptions::{KeyEntry, key_entry, keys_of, subscription},
};

use crate::{
    App, own,
    registration::{Begun, TRIES, in_flight},
    views,
};

/// How long a repeat waits for an equal request that is still at the gateway, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// List a subscription's API keys
///
/// Newest first, revoked ones too; never the keys themselves.
#[utoipa::path(get, path = "/subscriptions/{subscription_id}/keys", operation_id = "listSubscriptionKeys",
    tag = "Subscriptions", security(("cognito" = [])),
    params(("subscription_id" = SubscriptionId, Path), ListQuery),
    responses((status = 200, description = "A page of keys.", body = Page<views::SubscriptionKey>)))]
pub(crate) async fn list_subscription_keys(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let (table, subscription_id) = (&app.context.table, id(&subscription_id)?);
    let query = app.context.page(keys_of(subscription_id), asked.limit, asked.cursor.as_deref())?;
    let of = subscription(subscription_id);
    let (found, page) = tokio::join!(table.get(&of), table.query(&query));
    own(&caller, found?)?;
    let page = page?;
    let addresses = |entry: &Stored<KeyEntry>| (entry.access_key(), entry.uses());
    let found = table.read(page.items.iter().map(addresses).collect::<Vec<_>>()).await?;
    let now = table.clock().now();
    let keys = found.into_iter().filter_map(|(key, uses)| Some((key?, uses)));
    Answer::ok(&Page {
        items: keys
            .map(|(key, uses)| views::SubscriptionKey::of(&key, uses.as_deref(), now))
            .collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Create an API key
///
/// The answer holds the key itself, this once: a repeat of the request, and every list, leaves it out.
#[utoipa::path(post, path = "/subscriptions/{subscription_id}/keys", operation_id = "createSubscriptionKey",
    tag = "Subscriptions", security(("cognito" = [])),
    params(("subscription_id" = SubscriptionId, Path), api::IdempotencyHeader),
    request_body = views::KeyRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "subscription_expired", "subscription_inactive", "too_many_keys",
        "request_in_flight", "key_deleted", "no_more_keys"
    ]))),
    responses((status = 201, description = "The key.", body = views::CreatedKey)))]
pub(crate) async fn create_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
    submission: Submission<views::KeyRequest>,
) -> Result<Answer, Problem> {
    let plan_id = app.plans.id(submission.body.plan).await?;
    let table = &app.context.table;
    let (begin, subscription_id) = ((&app, &caller, &submission), id(&subscription_id)?);
    let waited = Stopwatch::start();
    let new = loop {
        let begun = submission.decided(table, || async move {
            let (app, caller, submission) = begin;
            app.begin(caller, subscription_id, submission).await
        });
        match begun.await? {
            Begun::Before(answer) => return Ok(answer),
            Begun::Elsewhere(_) if waited.elapsed() < PATIENCE => table.clock().sleep(PAUSE).await,
            Begun::Elsewhere(since) => return Err(in_flight(since).into()),
            Begun::Now(new) => break new,
        }
    };
    match app.register(&new, plan_id).await {
        Ok(()) => new.shown(),
        Err(problem) => {
            app.withdraw(&new.entry, &submission.key()).await?;
            Err(problem.or_later())
        }
    }
}

/// Revoke an API key
///
/// It stops working at once and cannot be restored.
#[utoipa::path(delete, path = "/subscriptions/{subscription_id}/keys/{key_id}", operation_id = "deleteSubscriptionKey",
    tag = "Subscriptions", security(("cognito" = [])),
    params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "It is revoked.")))]
pub(crate) async fn delete_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let address = key_entry(id(&subscription_id)?, id(&key_id)?);
    let (app, caller, address) = (&app, &caller, &address);
    app.context
        .table
        .attempt(TRIES, || async move {
            let found = app.context.table.get(address).await?;
            let own = found.filter(|entry| entry.user_id == caller.user_id);
            app.revoke(own.ok_or_else(|| Refusal::not_found("key"))?).await
        })
        .await?;
    Ok(Answer::no_content())
}
