//! Serves `/api-keys`: the keys that a user has for all of their doings.

use api::{
    Answer, Caller, IdempotencyHeader, IfMatch, IfMatchHeader, Json, ListQuery, Page, Params, Path,
    Problem, Submission,
};
use axum::extract::State;
use domain::{KeyId, field::id};
use store::access_keys::Holder;

use crate::{App, views};

/// List your API keys
///
/// Newest first, those that no longer open anything too; never the keys themselves.
#[utoipa::path(get, path = "/api-keys", operation_id = "listApiKeys", tag = "API keys",
    security(("cognito" = [])), params(ListQuery),
    responses((status = 200, description = "A page of keys.", body = Page<views::ApiKey>)))]
pub(crate) async fn list_api_keys(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    Answer::ok(&app.list(holder, &asked).await?)
}

/// Create an API key
///
/// It opens all that its owner may do, as far as its scopes go; a job has to name what it runs under. The answer holds the key itself, this once: a repeat of the request, and every list, leaves it out.
#[utoipa::path(post, path = "/api-keys", operation_id = "createApiKey", tag = "API keys",
    security(("cognito" = [])), params(IdempotencyHeader), request_body = views::ApiKeyRequest,
    extensions(("x-problems" = json!(["validation_failed", "too_many_keys"]))),
    responses((status = 201, description = "The key.", body = views::CreatedApiKey, headers(("ETag" = String)))))]
pub(crate) async fn create_api_key(
    State(app): State<App>,
    caller: Caller,
    submission: Submission<views::ApiKeyRequest>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.create(&caller, holder, &submission).await
}

/// Read an API key
///
/// With the version to name when changing it; never the key itself.
#[utoipa::path(get, path = "/api-keys/{key_id}", operation_id = "getApiKey", tag = "API keys",
    security(("cognito" = [])), params(("key_id" = KeyId, Path)),
    responses((status = 200, description = "The key.", body = views::ApiKey, headers(("ETag" = String)))))]
pub(crate) async fn get_api_key(
    State(app): State<App>,
    caller: Caller,
    Path(key_id): Path<String>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.get(&caller, holder, id(&key_id)?).await
}

/// Change an API key
///
/// All that may be changed, with the next request: what is left out is as if never said. One that is revoked or replaced stays as it is.
#[utoipa::path(put, path = "/api-keys/{key_id}", operation_id = "updateApiKey", tag = "API keys",
    security(("cognito" = [])), params(("key_id" = KeyId, Path), IfMatchHeader), request_body = views::ApiKeyChange,
    extensions(("x-problems" = json!(["validation_failed", "key_not_active", "key_replaced"]))),
    responses((status = 200, description = "The key as it is now.", body = views::ApiKey, headers(("ETag" = String)))))]
pub(crate) async fn update_api_key(
    State(app): State<App>,
    caller: Caller,
    Path(key_id): Path<String>,
    if_match: IfMatch,
    Json(change): Json<views::ApiKeyChange>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.change(&caller, holder, id(&key_id)?, (if_match, change)).await
}

/// Revoke an API key
///
/// It stops working at once, at the door too, and cannot be restored.
#[utoipa::path(delete, path = "/api-keys/{key_id}", operation_id = "deleteApiKey", tag = "API keys",
    security(("cognito" = [])), params(("key_id" = KeyId, Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "It is revoked.")))]
pub(crate) async fn delete_api_key(
    State(app): State<App>,
    caller: Caller,
    Path(key_id): Path<String>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.revoke(&caller, holder, id(&key_id)?).await
}

/// Replace an API key
///
/// A new one with the same settings, shown this once. The old one goes on for the grace, which begins now; the key that it had replaced itself ends at once.
#[utoipa::path(post, path = "/api-keys/{key_id}/rotate", operation_id = "rotateApiKey", tag = "API keys",
    security(("cognito" = [])), params(("key_id" = KeyId, Path), IdempotencyHeader), request_body = views::RotationRequest,
    extensions(("x-problems" = json!(["validation_failed", "key_not_active", "key_replaced"]))),
    responses((status = 201, description = "The new key.", body = views::CreatedApiKey, headers(("ETag" = String)))))]
pub(crate) async fn rotate_api_key(
    State(app): State<App>,
    caller: Caller,
    Path(key_id): Path<String>,
    submission: Submission<views::RotationRequest>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.rotate(&caller, holder, id(&key_id)?, &submission).await
}

/// Read how much an API key is used
///
/// Requests that were let through, by day and in this month.
#[utoipa::path(get, path = "/api-keys/{key_id}/usage", operation_id = "getApiKeyUsage", tag = "API keys",
    security(("cognito" = [])), params(("key_id" = KeyId, Path)),
    responses((status = 200, description = "Its usage.", body = views::ApiKeyUsage)))]
pub(crate) async fn get_api_key_usage(
    State(app): State<App>,
    caller: Caller,
    Path(key_id): Path<String>,
) -> Result<Answer, Problem> {
    let holder = Holder::User(caller.user_id);
    app.usage(&caller, holder, id(&key_id)?).await
}
