//! How what was done to an account is told to its owner and to administrators.

use std::net::IpAddr;

use domain::{
    Moment, UserId,
    audit::{Action, Actor, Entry},
    shape,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Who did something, as the owner of an account is told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActivityBy {
    Me,
    /// Somebody who runs the place.
    Admin,
    /// The hub by itself.
    Hub,
    /// Whoever held a mailed link or a copied token, or tried to get in.
    Stranger,
}

/// Something that a user did, or that was done to their account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "action": "SESSION_ENDED", "by": "ME", "address": "203.0.113.7", "done_at": "2026-11-20T10:30:00.000Z"
}))]
pub struct Activity {
    action: Action,
    by: ActivityBy,
    /// Absent where it is not known, or an administrator's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::NetworkAddress>)]
    address: Option<IpAddr>,
    /// A name, a role or a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Detail>)]
    detail: Option<String>,
    /// Whom it was done to, where that is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_user_id: Option<UserId>,
    done_at: Moment,
}

impl From<&Entry> for Activity {
    fn from(entry: &Entry) -> Self {
        let by = match entry.by {
            Actor::User(user) if user == entry.user_id => ActivityBy::Me,
            Actor::User(_) | Actor::Operator => ActivityBy::Admin,
            Actor::Hub => ActivityBy::Hub,
            Actor::Stranger => ActivityBy::Stranger,
        };
        let address = entry.address.filter(|_| !matches!(by, ActivityBy::Admin));
        let (action, detail) = (entry.action, entry.detail.clone());
        Self { action, by, address, detail, to_user_id: entry.to, done_at: entry.at }
    }
}

/// Who did something.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditBy {
    User,
    /// With the operator's own credentials.
    Operator,
    /// The hub by itself.
    Hub,
    /// Whoever held a mailed link or a copied token, or tried to get in.
    Stranger,
}

/// One entry of an account's audit trail.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "number": 7, "action": "SUSPENDED", "by": "USER", "by_user_id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10",
    "address": "203.0.113.7", "detail": "sends spam", "done_at": "2026-11-20T10:30:00.000Z",
    "before_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha256": "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"
}))]
pub struct AuditEntry {
    /// From 1, without gaps.
    #[schema(value_type = shape::Count)]
    number: u64,
    action: Action,
    by: AuditBy,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::NetworkAddress>)]
    address: Option<IpAddr>,
    /// A name, a role or a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Detail>)]
    detail: Option<String>,
    /// Whom it was done to, where that is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_user_id: Option<UserId>,
    done_at: Moment,
    /// Of the entry before; absent from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Sha256>)]
    before_sha256: Option<String>,
    #[schema(value_type = shape::Sha256)]
    sha256: String,
}

impl From<&Entry> for AuditEntry {
    fn from(entry: &Entry) -> Self {
        let (by, by_user_id) = match entry.by {
            Actor::User(user) => (AuditBy::User, Some(user)),
            Actor::Operator => (AuditBy::Operator, None),
            Actor::Hub => (AuditBy::Hub, None),
            Actor::Stranger => (AuditBy::Stranger, None),
        };
        Self {
            number: entry.number,
            action: entry.action,
            by,
            by_user_id,
            address: entry.address,
            detail: entry.detail.clone(),
            to_user_id: entry.to,
            done_at: entry.at,
            before_sha256: Some(entry.before.clone()).filter(|before| !before.is_empty()),
            sha256: entry.sha256.clone(),
        }
    }
}

/// A page of an account's audit trail.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "number": 1, "action": "REGISTERED", "by": "USER", "by_user_id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10",
        "done_at": "2026-11-16T08:00:00.000Z",
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }],
    "is_unbroken": true
}))]
pub struct AuditPage {
    #[schema(max_items = 100)]
    pub items: Vec<AuditEntry>,
    /// Send it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<api::Cursor>)]
    pub next_cursor: Option<String>,
    /// Nobody altered, dropped or inserted an entry of this page.
    pub is_unbroken: bool,
}
