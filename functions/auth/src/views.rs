//! What `/auth` is sent and answers.

use std::fmt;

use domain::{
    Moment,
    account::{UserView, mfa::RecoveryCode},
    session::RefreshToken,
    shape,
};
use identity::Tokens;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
    #[schema(value_type = shape::Username)]
    pub username: String,
    #[schema(value_type = shape::EmailAddress)]
    pub email: String,
    /// With lower and upper case letters and digits.
    #[schema(value_type = shape::NewPassword)]
    pub password: Hidden,
    #[schema(value_type = shape::Name)]
    pub full_name: String,
}

/// An address to write to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub struct ResendRequest {
    #[schema(value_type = shape::EmailAddress)]
    pub email: String,
}

/// The same whether or not the address is known.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "Open the link we mail to this address to begin."}))]
pub struct MailPromised {
    #[schema(value_type = shape::Sentence)]
    pub message: &'static str,
}

/// An address that is proved.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"already_verified": false, "message": "Your e-mail address is verified; you can log in now."}))]
pub struct Verified {
    /// Whether it was so before.
    pub already_verified: bool,
    #[schema(value_type = shape::Sentence)]
    pub message: &'static str,
}

/// What takes the place of a forgotten password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"new_password": "Another-horse-8-stable"}))]
pub struct NewPasswordRequest {
    /// With lower and upper case letters and digits.
    #[schema(value_type = shape::NewPassword)]
    pub new_password: Hidden,
}

/// A password that takes the place of the one in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "Correct-horse-7-battery", "new_password": "Another-horse-8-stable"
}))]
pub struct ChangePasswordRequest {
    #[schema(value_type = shape::Password)]
    pub current_password: Hidden,
    /// With lower and upper case letters and digits.
    #[schema(value_type = shape::NewPassword)]
    pub new_password: Hidden,
}

/// An address that takes the place of the account's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"new_email": "ada@example.org", "password": "Correct-horse-7-battery"}))]
pub struct ChangeEmailRequest {
    #[schema(value_type = shape::EmailAddress)]
    pub new_email: String,
    /// The one in force.
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
}

/// A link that sets a new password.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"expires_at": "2026-11-20T10:30:00.000Z"}))]
pub struct PasswordReset {
    /// Until then it works, once.
    pub expires_at: Moment,
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "ada", "password": "Correct-horse-7-battery"}))]
pub struct LoginRequest {
    /// User name or e-mail address.
    #[schema(value_type = shape::LoginName)]
    pub login: String,
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
}

/// A session to go on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "qhs_01a1e35e-..."}))]
pub struct RefreshRequest {
    #[schema(value_type = shape::Token)]
    pub refresh_token: Hidden,
}

/// What is to end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"all": false}))]
pub struct LogoutRequest {
    /// Every session of the account, not this one alone.
    #[serde(default)]
    pub all: bool,
}

/// Who wants an authenticator app asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "Correct-horse-7-battery"}))]
pub struct StartMfaRequest {
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
}

/// What an authenticator app is told, in three forms.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/Quantum%20Hub:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Quantum%20Hub",
    "qr_code": "<?xml version=\"1.0\" standalone=\"yes\"?><svg/>", "expires_at": "2026-11-20T10:30:00.000Z"
}))]
pub struct MfaSecret {
    /// To be typed.
    #[schema(value_type = shape::AppSecret)]
    pub secret: String,
    /// To be opened.
    #[schema(value_type = shape::AppAddress)]
    pub uri: String,
    /// To be scanned: the address as a QR code.
    #[schema(value_type = shape::Picture)]
    pub qr_code: String,
    /// Until then it may be confirmed.
    pub expires_at: Moment,
}

/// What the app shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456"}))]
pub struct ConfirmMfaRequest {
    #[schema(value_type = shape::OneTimeCode)]
    pub code: Hidden,
}

/// Codes to be kept where the app is not.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["7d2k-m9xq-4hpa-w3vn"]}))]
pub struct RecoveryCodes {
    /// Each works once.
    #[schema(value_type = Vec<shape::RecoveryCode>, max_items = 10)]
    pub recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    pub(crate) fn of(codes: &[RecoveryCode]) -> Self {
        Self { recovery_codes: codes.iter().map(RecoveryCode::expose).collect() }
    }
}

/// Who wants other recovery codes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "Correct-horse-7-battery", "code": "123456"}))]
pub struct ReplaceRecoveryCodesRequest {
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
    #[schema(value_type = shape::OneTimeCode)]
    pub code: Hidden,
}

/// Who wants no authenticator app asked for: with `code` or `recovery_code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "Correct-horse-7-battery", "code": "123456"}))]
pub struct DisableMfaRequest {
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
    #[schema(value_type = Option<shape::OneTimeCode>)]
    pub code: Option<Hidden>,
    #[schema(value_type = Option<shape::RecoveryCode>)]
    pub recovery_code: Option<Hidden>,
}

/// How a login is gone on with: with `code`, or with `recovery_code` and `password`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"challenge": "p3Vt0b1c...", "code": "123456"}))]
pub struct MfaLoginRequest {
    /// Of the answer to the login.
    #[schema(value_type = shape::Token)]
    pub challenge: Hidden,
    #[schema(value_type = Option<shape::OneTimeCode>)]
    pub code: Option<Hidden>,
    #[schema(value_type = Option<shape::RecoveryCode>)]
    pub recovery_code: Option<Hidden>,
    #[schema(value_type = Option<shape::Password>)]
    pub password: Option<Hidden>,
}

/// A login that is half done.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"challenge": "p3Vt0b1c...", "expires_in": 600}))]
pub struct CodeAsked {
    /// For POST /auth/mfa/login.
    #[schema(value_type = shape::Token)]
    pub challenge: String,
    /// Seconds that it can be used.
    #[schema(value_type = shape::Seconds)]
    pub expires_in: u64,
}

/// What a browser brings back from Google.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallbackQuery {
    /// What was granted.
    #[param(inline, value_type = Option<shape::Token>)]
    pub code: Option<String>,
    /// What `GET /auth/google` sent along.
    #[param(inline, value_type = Option<shape::Token>)]
    pub state: Option<String>,
    /// Why nothing was.
    #[param(inline, value_type = Option<shape::Code>)]
    pub error: Option<String>,
    /// The same in words.
    #[param(inline, value_type = Option<shape::Sentence>)]
    pub error_description: Option<String>,
}

/// What a frontend was opened with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handover": "3f0c9a4b6d1e8275c4b3a2918f7e6d5c4b3a29180f1e2d3c4b5a69788796a5b4"}))]
pub struct HandoverRequest {
    #[schema(value_type = shape::Token)]
    pub handover: Hidden,
}

/// A Google account to be linked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"link": "p3Vt0b1c...", "password": "Correct-horse-7-battery"}))]
pub struct LinkRequest {
    /// From the callback.
    #[schema(value_type = shape::Token)]
    pub link: Hidden,
    #[schema(value_type = shape::Password)]
    pub password: Hidden,
}

/// The address is that of an account that does not know the Google account yet: log in to it, then link it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"link": "p3Vt0b1c...", "expires_in": 900}))]
pub struct LinkAsked {
    /// For POST /auth/google/link.
    #[schema(value_type = shape::Token)]
    pub link: String,
    /// Seconds that it can be used.
    #[schema(value_type = shape::Seconds)]
    pub expires_in: u64,
}

/// What a session is carried by.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJraWQiOiJ...", "id_token": "eyJraWQiOiJ...", "refresh_token": "qhs_01a1e35e-...",
    "token_type": "Bearer", "expires_in": 3600, "session_ends_at": "2026-12-20T08:30:00.000Z"
}))]
pub struct SessionTokens {
    /// Send it as `Authorization: Bearer …`.
    #[schema(value_type = shape::Token)]
    pub access_token: String,
    /// Says who the user is, for a frontend; no operation accepts it.
    #[schema(value_type = shape::Token)]
    pub id_token: String,
    /// For POST /auth/refresh, once; as long as the session lives, 30 days at most.
    #[schema(value_type = shape::Token)]
    pub refresh_token: String,
    #[schema(pattern = "^Bearer$", max_length = 6)]
    pub token_type: String,
    /// Seconds that the access and id tokens last.
    #[schema(value_type = shape::Seconds)]
    pub expires_in: u64,
    /// Until then the refresh token, and each that follows it, can be used.
    pub session_ends_at: Moment,
}

impl SessionTokens {
    pub(crate) fn of(tokens: &Tokens, refresh: &RefreshToken, ends_at: Moment) -> Self {
        Self {
            access_token: tokens.access.reveal().to_owned(),
            id_token: tokens.id.reveal().to_owned(),
            refresh_token: refresh.expose(),
            token_type: tokens.token_type.clone(),
            expires_in: tokens.expires_in.as_secs(),
            session_ends_at: ends_at,
        }
    }
}

/// A session and whose it is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJraWQiOiJ...", "id_token": "eyJraWQiOiJ...", "refresh_token": "qhs_01a1e35e-...",
    "token_type": "Bearer", "expires_in": 3600, "session_ends_at": "2026-12-20T08:30:00.000Z",
    "user": {
        "id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10", "username": "ada", "email": "ada@example.com",
        "full_name": "Ada Lovelace", "roles": ["CONSUMER"], "is_provider": false, "status": "ACTIVE",
        "mfa_enabled": false, "created_at": "2026-11-16T08:00:00.000Z", "last_login_at": "2026-11-20T08:30:00.000Z"
    }
}))]
pub struct Session {
    #[serde(flatten)]
    pub tokens: SessionTokens,
    pub user: UserView,
}
