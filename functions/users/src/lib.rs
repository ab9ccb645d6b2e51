//! Serves `/users`: what people do with their own accounts, and administrators with everyone's.

mod account;
mod activity;
mod avatar;
mod closing;
mod people;
mod profile;
mod sessions;
pub mod views;
mod whose;

use ::sessions::Sessions;
use api::{Context, InitError, Problem};
use files::Avatars;
use identity::Identity;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Tries of a decision while others write.
const TRIES: u32 = 4;

#[derive(Clone)]
pub struct App {
    context: Context,
    identity: Identity,
    sessions: Sessions,
    avatars: Avatars,
}

impl App {
    pub fn new(context: Context, identity: Identity, avatars: Avatars) -> Self {
        let (table, tokens) = (context.table.clone(), context.tokens.clone());
        let sessions = Sessions::new(table, identity.clone(), tokens, context.seal.clone());
        Self { context, identity, sessions, avatars }
    }

    /// Reads `USER_POOL_ID`, `USER_POOL_CLIENT_ID`, `AVATARS_BUCKET` and what [`Context`] reads.
    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let pool = environment::text("USER_POOL_ID")?;
        let client = environment::text("USER_POOL_CLIENT_ID")?;
        let identity = Identity::new(&config, pool, client);
        let avatars = Avatars::new(&config, environment::text("AVATARS_BUCKET")?);
        Ok(Self::new(Context::from_env(&config).await?, identity, avatars))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(people::list_users))
        .routes(routes!(account::become_provider))
        .routes(routes!(account::get_user, account::update_user, closing::delete_user))
        .routes(routes!(profile::get_profile, profile::update_profile))
        .routes(routes!(profile::get_preferences, profile::update_preferences))
        .routes(routes!(avatar::get_avatar, avatar::upload_avatar, avatar::delete_avatar))
        .routes(routes!(sessions::list_sessions, sessions::delete_sessions))
        .routes(routes!(sessions::delete_session))
        .routes(routes!(activity::list_activity))
        .routes(routes!(activity::list_audit_entries))
        .routes(routes!(people::suspend_user))
        .routes(routes!(people::restore_user))
        .routes(routes!(people::update_roles))
}

/// Of sessions that are ended, nothing but the table can fail.
fn failed(error: ::sessions::Error) -> Problem {
    match error {
        ::sessions::Error::Store(error) => error.into(),
        failed => Problem::failed(failed),
    }
}
