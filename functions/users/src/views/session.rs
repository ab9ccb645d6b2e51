//! What a user is shown of a session.

use std::net::IpAddr;

use domain::{
    Moment,
    session::{self, SessionId},
    shape,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What began with one login.
#[derive(Serialize, ToSchema)]
#[schema(as = UserSession, example = json!({
    "id": "d2f1c7b0-5d1c-4f6e-9f10-1a2b3c4d5e6f", "device": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0",
    "address": "203.0.113.7", "issued_at": "2026-11-20T08:30:00.000Z", "last_used_at": "2026-11-20T10:29:00.000Z",
    "ends_at": "2026-12-20T08:30:00.000Z", "is_current": true
}))]
pub struct Session {
    #[schema(value_type = shape::SessionId)]
    id: SessionId,
    /// As it calls itself, at the last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::UserAgent>)]
    device: Option<String>,
    /// At the last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::NetworkAddress>)]
    address: Option<IpAddr>,
    issued_at: Moment,
    /// To the minute.
    last_used_at: Moment,
    /// When a login is needed again.
    ends_at: Moment,
    /// The request was sent with it.
    is_current: bool,
}

impl Session {
    pub fn of(session: &session::Session, current: Option<&SessionId>) -> Self {
        Self {
            id: session.id.clone(),
            device: session.origin.user_agent.clone(),
            address: session.origin.address,
            issued_at: session.issued_at,
            last_used_at: session.last_used_at,
            ends_at: session.ends_at,
            is_current: current == Some(&session.id),
        }
    }
}
