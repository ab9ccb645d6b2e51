//! What `/auth` is sent and answers.

use std::fmt;

use domain::account::UserView;
use identity::Tokens;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text its sender keeps to themselves; it prints redacted.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hidden(redacted)")
    }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "username": "ada", "email": "ada@example.com", "password": "Correct-horse-7-battery", "full_name": "Ada Lovelace"
}))]
pub struct RegisterRequest {
    /// Letters a-z, digits, `-`, `_` and `.`, beginning with a letter; upper case counts as lower.
    #[schema(min_length = 3, max_length = 50)]
    pub username: String,
    #[schema(min_length = 3, max_length = 100)]
    pub email: String,
    /// With lower and upper case letters and digits.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub password: Hidden,
    #[schema(min_length = 1, max_length = 100)]
    pub full_name: String,
}

/// An address to write to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub struct ResendRequest {
    #[schema(min_length = 3, max_length = 100)]
    pub email: String,
}

/// The same whether or not the address is known.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "Open the link we mail to this address to begin."}))]
pub struct MailPromised {
    #[schema(max_length = 300)]
    pub message: &'static str,
}

/// An address that is proved.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"already_verified": false, "message": "Your e-mail address is verified; you can log in now."}))]
pub struct Verified {
    /// Whether it was so before.
    pub already_verified: bool,
    #[schema(max_length = 300)]
    pub message: &'static str,
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "ada", "password": "Correct-horse-7-battery"}))]
pub struct LoginRequest {
    /// User name or e-mail address.
    #[schema(min_length = 1, max_length = 100)]
    pub login: String,
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 128)]
    pub password: Hidden,
}

/// A session to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0..."}))]
pub struct RefreshRequest {
    #[schema(value_type = String, min_length = 1, max_length = 8192)]
    pub refresh_token: Hidden,
}

/// What a session is carried by.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJraWQiOiJ...", "id_token": "eyJraWQiOiJ...", "refresh_token": "eyJjdHkiOiJ...",
    "token_type": "Bearer", "expires_in": 3600
}))]
pub struct SessionTokens {
    /// Send it as `Authorization: Bearer …`.
    #[schema(max_length = 8192)]
    pub access_token: String,
    /// Says who the user is, for a frontend; no operation accepts it.
    #[schema(max_length = 8192)]
    pub id_token: String,
    /// For POST /auth/refresh.
    #[schema(max_length = 8192)]
    pub refresh_token: String,
    #[schema(max_length = 20)]
    pub token_type: String,
    /// Seconds that the access and id tokens last.
    pub expires_in: u64,
}

impl From<&Tokens> for SessionTokens {
    fn from(tokens: &Tokens) -> Self {
        Self {
            access_token: tokens.access.reveal().to_owned(),
            id_token: tokens.id.reveal().to_owned(),
            refresh_token: tokens.refresh.reveal().to_owned(),
            token_type: tokens.token_type.clone(),
            expires_in: tokens.expires_in.as_secs(),
        }
    }
}

/// A session and whose it is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJraWQiOiJ...", "id_token": "eyJraWQiOiJ...", "refresh_token": "eyJjdHkiOiJ...",
    "token_type": "Bearer", "expires_in": 3600,
    "user": {
        "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", "username": "ada", "email": "ada@example.com",
        "full_name": "Ada Lovelace", "roles": ["CONSUMER"], "is_provider": false, "status": "ACTIVE",
        "created_at": "2026-11-20T10:00:00.000Z", "last_login_at": "2026-11-21T08:30:00.000Z"
    }
}))]
pub struct Session {
    #[serde(flatten)]
    pub tokens: SessionTokens,
    pub user: UserView,
}
