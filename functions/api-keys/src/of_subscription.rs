//! Serves `/subscriptions/{subscription_id}/keys`: the keys that use one subscription.

use api::{
    Answer, Caller, IdempotencyHeader, IfMatch, IfMatchHeader, Json, ListQuery, Page, Params, Path,
    Problem, Submission,
};
use axum::extract::State;
use domain::{KeyId, Refusal, SubscriptionId, field::id};
use store::{access_keys::Holder, subscriptions::subscription};

use crate::{App, views};

/// List the API keys of a subscription
///
/// Newest first, those that no longer open anything too; never the keys themselves.
#[utoipa::path(get, path = "/subscriptions/{subscription_id}/keys", operation_id = "listSubscriptionKeys", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ListQuery),
    responses((status = 200, description = "A page of keys.", body = Page<views::ApiKey>)))]
pub(crate) async fn list_subscription_keys(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let subscription_id = id(&subscription_id)?;
    let of = subscription(subscription_id);
    let listed = app.list(Holder::Subscription(subscription_id), &asked);
    let (found, page) = tokio::join!(app.context.table.get(&of), listed);
    let own = found?.filter(|found| found.user_id == caller.user_id);
    own.ok_or_else(|| Refusal::not_found("subscription"))?;
    Answer::ok(&page?)
}

/// Create an API key of a subscription
///
/// It opens what is done under the subscription. The answer holds the key itself, this once: a repeat of the request, and every list, leaves it out.
#[utoipa::path(post, path = "/subscriptions/{subscription_id}/keys", operation_id = "createSubscriptionKey", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), IdempotencyHeader), request_body = views::ApiKeyRequest,
    extensions(("x-problems" = json!(["validation_failed", "subscription_expired", "subscription_inactive", "too_many_keys"]))),
    responses((status = 201, description = "The key.", body = views::CreatedApiKey, headers(("ETag" = String)))))]
pub(crate) async fn create_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
    submission: Submission<views::ApiKeyRequest>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.create(&caller, holder, &submission).await
}

/// Read an API key of a subscription
///
/// With the version to name when changing it; never the key itself.
#[utoipa::path(get, path = "/subscriptions/{subscription_id}/keys/{key_id}", operation_id = "getSubscriptionKey", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path)),
    responses((status = 200, description = "The key.", body = views::ApiKey, headers(("ETag" = String)))))]
pub(crate) async fn get_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.get(&caller, holder, id(&key_id)?).await
}

/// Change an API key of a subscription
///
/// All that may be changed, with the next request: what is left out is as if never said. One that is revoked or replaced stays as it is.
#[utoipa::path(put, path = "/subscriptions/{subscription_id}/keys/{key_id}", operation_id = "updateSubscriptionKey", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path), IfMatchHeader), request_body = views::ApiKeyChange,
    extensions(("x-problems" = json!(["validation_failed", "key_not_active", "key_replaced"]))),
    responses((status = 200, description = "The key as it is now.", body = views::ApiKey, headers(("ETag" = String)))))]
pub(crate) async fn update_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
    if_match: IfMatch,
    Json(change): Json<views::ApiKeyChange>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.change(&caller, holder, id(&key_id)?, (if_match, change)).await
}

/// Revoke an API key of a subscription
///
/// It stops working at once, at the door too, and cannot be restored.
#[utoipa::path(delete, path = "/subscriptions/{subscription_id}/keys/{key_id}", operation_id = "deleteSubscriptionKey", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "It is revoked.")))]
pub(crate) async fn delete_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.revoke(&caller, holder, id(&key_id)?).await
}

/// Replace an API key of a subscription
///
/// A new one with the same settings, shown this once. The old one goes on for the grace, which begins now; the key that it had replaced itself ends at once.
#[utoipa::path(post, path = "/subscriptions/{subscription_id}/keys/{key_id}/rotate", operation_id = "rotateSubscriptionKey", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path), IdempotencyHeader), request_body = views::RotationRequest,
    extensions(("x-problems" = json!(["validation_failed", "key_not_active", "key_replaced"]))),
    responses((status = 201, description = "The new key.", body = views::CreatedApiKey, headers(("ETag" = String)))))]
pub(crate) async fn rotate_subscription_key(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
    submission: Submission<views::RotationRequest>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.rotate(&caller, holder, id(&key_id)?, &submission).await
}

/// Read how much an API key of a subscription is used
///
/// Requests that were let through, by day and in this month.
#[utoipa::path(get, path = "/subscriptions/{subscription_id}/keys/{key_id}/usage", operation_id = "getSubscriptionKeyUsage", tag = "API keys",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path), ("key_id" = KeyId, Path)),
    responses((status = 200, description = "Its usage.", body = views::ApiKeyUsage)))]
pub(crate) async fn get_subscription_key_usage(
    State(app): State<App>,
    caller: Caller,
    Path((subscription_id, key_id)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    let holder = Holder::Subscription(id(&subscription_id)?);
    app.usage(&caller, holder, id(&key_id)?).await
}
