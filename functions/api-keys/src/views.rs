//! What API keys are sent and answered as.

use domain::{
    KeyId, Moment, SubscriptionId,
    access_key::{self, AccessKey, KeyStatus, Plan, Scope, Secret},
    shape,
    tally::Usage,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An API key, without the key itself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f84a-95c0-70b7-8f6d-5c9e2a7b4d84", "name": "nightly run", "shown": "qhk_…7be4", "status": "ACTIVE",
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"], "allowed_addresses": ["203.0.113.0/24"],
    "remaining_uses": 100, "expire_at": "2027-11-20T09:30:00.000Z", "last_used_at": "2026-11-20T10:00:00.000Z",
    "created_at": "2026-11-20T09:30:00.000Z"
}))]
pub struct ApiKey {
    pub id: KeyId,
    /// The subscription it is bound to; absent where it is for all that its owner may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    #[schema(value_type = shape::Name)]
    pub name: String,
    /// How the key begins and what its random part ends with.
    #[schema(value_type = shape::ShownKey)]
    pub shown: String,
    pub status: KeyStatus,
    pub plan: Plan,
    #[schema(max_items = 6)]
    pub scopes: Vec<Scope>,
    /// Networks it may be used from; from anywhere where there are none.
    #[schema(max_items = 20, value_type = Vec<shape::Network>)]
    pub allowed_addresses: Vec<String>,
    /// Absent where the key has no count of its own. Keys that replaced each other have one together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Count>)]
    pub remaining_uses: Option<u64>,
    /// Absent where it never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Moment>,
    /// Absent where it was not used in the last hundred days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Moment>,
    /// The key it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_from: Option<KeyId>,
    /// The key that replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<KeyId>,
    /// Until when it goes on beside the key that replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_ends_at: Option<Moment>,
    pub created_at: Moment,
}

impl ApiKey {
    pub fn of(
        key: &AccessKey,
        remaining_uses: Option<u64>,
        last_used_at: Option<Moment>,
        now: Moment,
    ) -> Self {
        Self {
            id: key.id,
            subscription_id: key.subscription_id(),
            name: key.name.clone(),
            shown: key.shown.clone(),
            status: key.status_at(now),
            plan: key.plan,
            scopes: key.scopes.clone(),
            allowed_addresses: key.allowed_addresses.iter().map(ToString::to_string).collect(),
            remaining_uses,
            expire_at: key.expire_at,
            last_used_at,
            rotated_from: key.rotated_from,
            replaced_by: key.replaced_by,
            grace_ends_at: key.grace_until,
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
    "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"], "allowed_addresses": ["203.0.113.0/24"],
    "remaining_uses": 100, "expire_at": "2027-11-20T09:30:00.000Z", "created_at": "2026-11-20T09:30:00.000Z"
}))]
pub struct CreatedApiKey {
    /// The key itself, in the first answer only: programs send it as `x-api-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WholeKey>)]
    pub key: Option<String>,
    /// What to do about the key itself.
    #[schema(value_type = shape::Sentence)]
    pub notice: &'static str,
    #[serde(flatten)]
    pub of: ApiKey,
}

impl CreatedApiKey {
    /// Without `secret`: as a repeat of the request is answered.
    pub fn of(key: &AccessKey, remaining_uses: Option<u64>, secret: Option<&Secret>) -> Self {
        let notice = match secret {
            Some(_) => "Keep the key now: it is never shown again.",
            None => {
                "The key was shown in the first answer to this request and is never shown again; if it is lost, delete it and create another one."
            }
        };
        Self {
            key: secret.map(|secret| secret.expose().to_owned()),
            notice,
            of: ApiKey::of(key, remaining_uses, None, key.created_at),
        }
    }
}

/// What a new key is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "nightly run", "plan": "FREE", "scopes": ["jobs:read", "jobs:write", "results:read"],
    "allowed_addresses": ["203.0.113.0/24"], "max_uses": 100, "expire_at": "2027-11-20T09:30:00.000Z"}))]
pub struct ApiKeyRequest {
    #[schema(value_type = shape::Name)]
    pub name: String,
    /// How many requests a second and a month.
    #[serde(default = "free")]
    #[schema(default = "FREE")]
    pub plan: Plan,
    /// All, if left out.
    #[serde(default = "all")]
    #[schema(min_items = 1, max_items = 6)]
    pub scopes: Vec<Scope>,
    /// Networks the key may be used from; from anywhere, if left out.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<shape::Network>)]
    pub allowed_addresses: Vec<String>,
    /// Jobs the key may submit; if left out, as many as its owner or subscription may.
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

impl ApiKeyRequest {
    pub fn request(&self) -> access_key::KeyRequest {
        let settings = access_key::Settings {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            allowed_addresses: self.allowed_addresses.clone(),
            expire_at: self.expire_at,
        };
        access_key::KeyRequest { settings, plan: self.plan, max_uses: self.max_uses }
    }
}

/// What a key is to be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "nightly run", "scopes": ["jobs:read", "results:read"],
    "allowed_addresses": ["203.0.113.0/24", "2001:db8::/32"], "expire_at": "2027-11-20T09:30:00.000Z"}))]
pub struct ApiKeyChange {
    #[schema(value_type = shape::Name)]
    pub name: String,
    /// All, if left out.
    #[serde(default = "all")]
    #[schema(min_items = 1, max_items = 6)]
    pub scopes: Vec<Scope>,
    /// Networks the key may be used from; from anywhere, if left out.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<shape::Network>)]
    pub allowed_addresses: Vec<String>,
    /// If left out, the key never expires.
    pub expire_at: Option<Moment>,
}

impl ApiKeyChange {
    pub fn settings(self) -> access_key::Settings {
        let Self { name, scopes, allowed_addresses, expire_at } = self;
        access_key::Settings { name, scopes, allowed_addresses, expire_at }
    }
}

/// How a key is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grace_seconds": 86400}))]
pub struct RotationRequest {
    /// For how long both keys open the same; 0 ends the old one at once.
    #[schema(value_type = shape::Grace)]
    pub grace_seconds: u64,
}

/// Requests that an API key has sent and that were let through.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "key_id": "01a1f84a-95c0-70b7-8f6d-5c9e2a7b4d84", "plan": "FREE", "today": 20, "this_month": 320,
    "monthly_quota": 10000, "last_used_at": "2026-11-20T10:00:00.000Z",
    "days": [{"date": "2026-11-19", "requests": 300}, {"date": "2026-11-20", "requests": 20}]
}))]
pub struct ApiKeyUsage {
    pub key_id: KeyId,
    pub plan: Plan,
    #[schema(value_type = shape::Count)]
    pub today: u64,
    #[schema(value_type = shape::Count)]
    pub this_month: u64,
    /// What the plan allows in a month, UTC.
    #[schema(value_type = shape::Count)]
    pub monthly_quota: u64,
    /// Absent where it was not used in the last hundred days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Moment>,
    /// Those of the last 35 days, UTC, that had any; earliest first.
    #[schema(max_items = 35)]
    pub days: Vec<DayOfUse>,
}

/// Requests of a day.
#[derive(Serialize, ToSchema)]
pub struct DayOfUse {
    #[schema(value_type = shape::Day)]
    pub date: String,
    #[schema(value_type = shape::Count)]
    pub requests: u64,
}

impl ApiKeyUsage {
    pub fn of(key: &AccessKey, monthly_quota: u64, usage: &Usage) -> Self {
        let day =
            |(at, requests): &(Moment, u64)| DayOfUse { date: at.date(), requests: *requests };
        Self {
            key_id: key.id,
            plan: key.plan,
            today: usage.today,
            this_month: usage.this_month,
            monthly_quota,
            last_used_at: usage.last_used_at,
            days: usage.days.iter().map(day).collect(),
        }
    }
}
