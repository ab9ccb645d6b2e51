//! Serves API keys: those of users, at `/api-keys`, those of their subscriptions, and what a key learns of itself.

mod keys;
mod of_subscription;
mod of_user;
pub mod views;

use api::{Answer, Caller, Context, InitError, Problem};
use axum::extract::State;
use domain::Refusal;
use store::rate_limit::{buckets_of_key, usage};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
pub struct App {
    context: Context,
}

impl App {
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        Ok(Self::new(Context::from_env(&environment::aws()).await?))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_user::list_api_keys, of_user::create_api_key))
        .routes(routes!(of_user::get_api_key, of_user::update_api_key, of_user::delete_api_key))
        .routes(routes!(of_user::rotate_api_key))
        .routes(routes!(of_user::get_api_key_usage))
        .routes(routes!(
            of_subscription::list_subscription_keys,
            of_subscription::create_subscription_key
        ))
        .routes(routes!(
            of_subscription::get_subscription_key,
            of_subscription::update_subscription_key,
            of_subscription::delete_subscription_key
        ))
        .routes(routes!(of_subscription::rotate_subscription_key))
        .routes(routes!(of_subscription::get_subscription_key_usage))
        .routes(routes!(get_usage))
}

/// Read how much the calling key is used
///
/// Requests that were let through, by day and in this month, and what the key's plan allows.
#[utoipa::path(get, path = "/usage", operation_id = "getUsage", tag = "API keys",
    security(("apiKey" = ["usage:read"])),
    responses((status = 200, description = "The key's own usage.", body = views::ApiKeyUsage)))]
async fn get_usage(State(app): State<App>, caller: Caller) -> Result<Answer, Problem> {
    let key = caller.key().ok_or_else(|| Refusal::not_found("key"))?;
    let table = &app.context.table;
    let allowance = app.context.allowance(key.plan);
    let buckets = table.read(buckets_of_key(&key.hash, allowance.limit)).await?;
    let usage = usage(&buckets, table.clock().now());
    let quota = allowance.quota.unwrap_or_default();
    Answer::ok(&views::ApiKeyUsage::of(key, quota, &usage))
}
