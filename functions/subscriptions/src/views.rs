//! What `/subscriptions` is sent and answers.

use domain::{
    KeyId, Moment,
    access_key::{self, AccessKey, KeyStatus, Plan, Scope},
};
use serde::{Deserialize, Serialize};
use store::subscriptions::Uses;
use utoipa::ToSchema;

/// An API key as lists show it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", "name": "nightly run", "shown": "qhk_…3f9a", "status": "ACTIVE",
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write"], "remaining_uses": 100,
    "expire_at": "2027-11-20T10:00:00.000Z", "created_at": "2026-11-20T10:00:00.000Z"
}))]
pub struct SubscriptionKey {
    pub id: KeyId,
    pub name: String,
    /// How the key begins and what its random part ends with.
    pub shown: String,
    pub status: KeyStatus,
    /// The usage plan: how many requests a second and a month.
    pub plan: Plan,
    pub scopes: Vec<Scope>,
    /// Absent where the key has no count of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    "key": "qhk_0199a4f05b3c7d2e9f101a2b3c4d5e6f00112233445566778899aabbccddeeff001122333a7c9e10",
    "notice": "Keep the key now: it is never shown again.",
    "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", "name": "nightly run", "shown": "qhk_…2233", "status": "ACTIVE",
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write"], "created_at": "2026-11-20T10:00:00.000Z"
}))]
pub struct CreatedKey {
    /// The key itself, in the first answer only: programs send it as `x-api-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What to do about the key itself.
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
#[schema(example = json!({"name": "nightly run", "plan": "FREE", "scopes": ["jobs:read", "jobs:write"], "max_uses": 100}))]
pub struct KeyRequest {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    #[serde(default = "free")]
    #[schema(default = "FREE")]
    pub plan: Plan,
    /// All, if left out.
    #[serde(default = "all")]
    #[schema(min_items = 1, max_items = 5)]
    pub scopes: Vec<Scope>,
    /// Jobs the key may submit; if left out, as many as the subscription allows.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
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
