//! What a user is shown of an account.

use serde::Serialize;

use super::{Role, Status, User};
use crate::{Moment, UserId};

/// An account, as its owner sees it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = User, example = json!({
    "id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10", "username": "ada", "email": "ada@example.com",
    "full_name": "Ada Lovelace", "roles": ["CONSUMER", "PROVIDER"], "is_provider": true, "status": "ACTIVE", "mfa_enabled": false,
    "created_at": "2026-11-16T08:00:00.000Z", "last_login_at": "2026-11-20T08:30:00.000Z"
}))]
pub struct UserView {
    pub id: UserId,
    #[schema(value_type = crate::shape::Username)]
    pub username: String,
    #[schema(value_type = crate::shape::EmailAddress)]
    pub email: String,
    #[schema(value_type = crate::shape::Name)]
    pub full_name: String,
    #[schema(max_items = 3)]
    pub roles: Vec<Role>,
    /// May publish and sell.
    pub is_provider: bool,
    pub status: Status,
    /// A login takes a code of an authenticator app, too.
    pub mfa_enabled: bool,
    pub created_at: Moment,
    /// To the minute; absent before the first login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Moment>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            email: user.email.clone(),
            full_name: user.full_name.clone(),
            roles: user.roles.clone(),
            is_provider: user.is_provider(),
            status: user.status,
            mfa_enabled: user.mfa_enabled,
            created_at: user.created_at,
            last_login_at: user.last_login_at,
        }
    }
}
