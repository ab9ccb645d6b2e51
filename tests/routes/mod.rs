//! What each route group promises its callers.

mod api_keys;
pub(crate) mod auth;
mod authorize_key;
mod billing;
mod hardware;
mod inspect_package;
mod jobs;
mod marketplace;
mod operations;
mod projects;
mod quantum_apps;
mod rate_limit;
mod reference;
mod registry;
mod subscriptions;
mod unwilling;
mod users;
