//! The Cognito edge: who may sign in, and with which tokens?

mod federated;
mod mfa;
mod secret;
mod session;
mod users;

use aws_sdk_cognitoidentityprovider::Client;

pub use secret::{Password, Secret};
pub use session::{SignIn, Tokens};

/// Why Cognito did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's doing: to be shown, never tried again as it is.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Ours: to be logged and tried again; holds no name, address, password or token.
    #[error("{0}")]
    Failed(String),
}

/// What the caller has to change; each sentence says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Unknown user, wrong password, disabled or half-made user: deliberately one answer.
    #[error("The user name or the password is wrong.")]
    WrongCredentials,
    /// The refresh token is unknown, expired, revoked or already used.
    #[error("The session has ended; sign in again.")]
    SessionEnded,
    /// The password does not meet the pool's policy; the sentence says how.
    #[error("{0}")]
    PasswordPolicy(String),
    /// The Cognito user name is taken.
    #[error("This user exists already.")]
    UserExists,
    /// The verified address belongs to another user.
    #[error("This e-mail address belongs to another user.")]
    EmailTaken,
    /// The authenticator app shows another code, or this one was used before.
    #[error("The code is wrong or was used before; wait for the next one.")]
    WrongCode,
    /// Cognito wants the caller to slow down.
    #[error("Too many attempts; wait a few minutes and try again.")]
    TooManyAttempts,
}

/// One user pool and its client; built once, at init.
#[derive(Clone, Debug)]
pub struct Identity {
    client: Client,
    pool_id: String,
    client_id: String,
}

impl Identity {
    /// An edge to the pool `pool_id` through its app client `client_id` (without a client secret).
    pub fn new(
        config: &environment::SdkConfig,
        pool_id: impl Into<String>,
        client_id: impl Into<String>,
    ) -> Self {
        Self { client: Client::new(config), pool_id: pool_id.into(), client_id: client_id.into() }
    }
}
