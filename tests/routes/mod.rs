//! What each route group promises its callers.

mod billing;
mod hardware;
mod jobs;
mod marketplace;
mod projects;
mod reference;
mod subscriptions;
