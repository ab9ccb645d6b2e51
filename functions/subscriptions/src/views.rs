//! What `/subscriptions` is sent and answers.

use domain::{
    KeyId, Moment,
    access_key::{self, AccessKey, KeyStatus, Plan, Scope},
    shape,
};
use serde::{Deserialize, Serialize};
use store::subscriptions::Uses;
use utoipa::ToSchema;

/// An API key as lists show it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f84a-95c0-70b7-8f6d-5c9e2a7b4d84", "name": "nightly run", "shown": "qhk_…7be4", "status": "ACTIVE",
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"], "remaining_uses": 100,
    "expire_at": "2027-11-20T09:30:00.000Z", "created_at": "2026-11-20T09:30:00.000Z"
}))]
pub struct SubscriptionKey {
    pub id: KeyId,
    #[schema(value_type = shape::Name)]
    pub name: String,
    /// How the key begins and what its random part ends with.
    #[schema(value_type = shape::ShownKey)]
    pub shown: String,
    pub status: KeyStatus,
    /// The usage plan: how many requests a second and a month.
    pub plan: Plan,
    #[schema(max_items = 5)]
    pub scopes: Vec<Scope>,
    /// Absent where the key has no count of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Count>)]
    pub remaining_uses: Option<u64>,
    /// Absent where it never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Moment>,
    pub created_at: Moment,
}

impl SubscriptionKey {
    pub fn of(key: &access_key::SubscriptionKey, uses: Option<&Uses>, now: Moment) -> Self {
        Self::counted(key, uses.map(Uses::left), now)
    }

    fn counted(key: &access_key::SubscriptionKey, uses: Option<u64>, now: Moment) -> Self {
        Self {
            id: key.id,
            name: key.name.clone(),
            shown: key.shown.clone(),
            status: key.status_at(now),
            plan: key.plan,
            scopes: key.scopes.clone(),
            remaining_uses: uses,
            expire_at: key.expire_at,
            created_at: key.created_at,
        }
    }
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "key": "qhk_01a1e8851c0072d98b8f7ebc4a9d6fa25d1c0a9be7f24386b1d05e8f7c6a42913f9a7be4db0cd5d0",
    "notice": "Keep the key now: it is never shown again.",
    "id": "01a1f84a-95c0-70b7-8f6d-5c9e2a7b4d84", "name": "nightly run", "shown": "qhk_…7be4", "status": "ACTIVE",
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"],
    "remaining_uses": 100, "expire_at": "2027-11-20T09:30:00.000Z", "created_at": "2026-11-20T09:30:00.000Z"
}))]
pub struct CreatedKey {
    /// The key itself, in the first answer only: programs send it as `x-api-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WholeKey>)]
    pub key: Option<String>,
    /// What to do about the key itself.
    #[schema(value_type = shape::Sentence)]
    pub notice: &'static str,
    #[serde(flatten)]
    pub of: SubscriptionKey,
}

impl CreatedKey {
    /// Without `secret`: as a repeat of the request is answered.
    pub fn of(
        key: &access_key::SubscriptionKey,
        uses: Option<u64>,
        secret: Option<&AccessKey>,
    ) -> Self {
        let notice = match secret {
            Some(_) => "Keep the key now: it is never shown again.",
            None => {
                "The key was shown in the first answer to this request and is never shown again; if it is lost, delete it and create another one."
            }
        };
        Self {
            key: secret.map(|secret| secret.expose().to_owned()),
            notice,
            of: SubscriptionKey::counted(key, uses, key.created_at),
        }
    }
}

/// What a new key is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "nightly run", "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"],
    "max_uses": 100, "expire_at": "2027-11-20T09:30:00.000Z"}))]
pub struct KeyRequest {
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[serde(default = "free")]
    #[schema(default = "FREE")]
    pub plan: Plan,
    /// All, if left out.
    #[serde(default = "all")]
    #[schema(min_items = 1, max_items = 5)]
    pub scopes: Vec<Scope>,
    /// Jobs the key may submit; if left out, as many as the subscription allows.
    #[schema(value_type = Option<shape::KeyUses>)]
    pub max_uses: Option<u64>,
    /// If left out, the key never expires.
    pub expire_at: Option<Moment>,
}

fn free() -> Plan {
    Plan::Free
}

fn all() -> Vec<Scope> {
    Scope::ALL.to_vec()
}

impl KeyRequest {
    pub fn request(&self) -> access_key::KeyRequest {
        access_key::KeyRequest {
            name: self.name.clone(),
            plan: self.plan,
            scopes: self.scopes.clone(),
            max_uses: self.max_uses,
            expire_at: self.expire_at,
        }
    }
}
