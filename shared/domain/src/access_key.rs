//! What an API key opens, and when it no longer does.

mod network;
mod plan;
mod secret;

use core::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use network::{BadNetwork, Network};
pub use plan::{GATEWAY_KEYS, Plan, Scope};
pub use secret::{LENGTH, PREFIX, Secret};

use crate::{
    AppId, KeyId, Kind, Moment, Refusal, SubscriptionId, UserId, field::Checks,
    subscription::Subscription,
};

/// Keys a user may have at once for themselves, and for each of their subscriptions.
pub const MAX_KEYS: u64 = 20;
pub const MAX_USES: u64 = 1_000_000_000;
/// Networks a key may be used from.
pub const MAX_NETWORKS: usize = 20;
/// How long a key may go on beside the one that replaces it.
pub const MAX_GRACE: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyStatus {
    Active,
    Revoked,
    /// As time has it; never written.
    Expired,
}

/// Whose doings a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "kind")]
pub enum KeyOf {
    /// All of its owner's.
    User,
    /// Those under one subscription of its owner.
    Subscription { subscription_id: SubscriptionId, app_id: AppId },
}

impl KeyOf {
    pub fn subscription(subscription: &Subscription) -> Self {
        Self::Subscription { subscription_id: subscription.id, app_id: subscription.app_id }
    }
}

/// An API key; stands beside its owner's subject under its keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    pub id: KeyId,
    /// Keyed hash of the whole key, hex.
    pub hash: String,
    pub user_id: UserId,
    pub of: KeyOf,
    pub name: String,
    pub shown: String,
    pub scopes: Vec<Scope>,
    pub plan: Plan,
    /// Empty for anywhere.
    pub allowed_addresses: Vec<Network>,
    pub status: KeyStatus,
    /// The key whose count of uses it takes from: the first of those that replaced each other.
    pub counted_as: Option<KeyId>,
    pub expire_at: Option<Moment>,
    pub created_at: Moment,
    /// The key it replaces.
    pub rotated_from: Option<KeyId>,
    /// The key that replaces it, and until when it goes on beside that one.
    pub replaced_by: Option<KeyId>,
    pub grace_until: Option<Moment>,
}

/// What may be changed of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// As they were written.
    pub allowed_addresses: Vec<String>,
    pub expire_at: Option<Moment>,
}

/// Settings that keep the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedSettings {
    name: String,
    scopes: Vec<Scope>,
    allowed_addresses: Vec<Network>,
    expire_at: Option<Moment>,
}

impl Settings {
    pub fn checked(&self, now: Moment) -> Result<CheckedSettings, Refusal> {
        let mut checks = Checks::new();
        let checked = self.check(&mut checks, now);
        checks.finish().map(|()| checked)
    }

    fn check(&self, checks: &mut Checks, now: Moment) -> CheckedSettings {
        let name = checks.line("/name", &self.name, crate::field::MAX_NAME);
        checks.require(
            !self.scopes.is_empty(),
            "/scopes",
            "name at least one scope, or leave it out for all",
        );
        checks.list("/scopes", &self.scopes, Scope::ALL.len());
        checks.list("/allowed_addresses", &self.allowed_addresses, MAX_NETWORKS);
        let mut allowed_addresses = Vec::new();
        for (at, text) in self.allowed_addresses.iter().enumerate() {
            match text.parse() {
                Ok(network) => allowed_addresses.push(network),
                Err(bad @ BadNetwork) => {
                    checks.require(false, &format!("/allowed_addresses/{at}"), bad.to_string());
                }
            }
        }
        if let Some(at) = self.expire_at {
            checks.require(at > now, "/expire_at", "name a time in the future");
        }
        CheckedSettings {
            name,
            scopes: self.scopes.clone(),
            allowed_addresses,
            expire_at: self.expire_at,
        }
    }
}

/// What a caller asked a new key to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    pub settings: Settings,
    pub plan: Plan,
    pub max_uses: Option<u64>,
}

/// A request for a key that keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRequest {
    settings: CheckedSettings,
    plan: Plan,
    pub max_uses: Option<u64>,
}

impl KeyRequest {
    pub fn checked(&self, now: Moment) -> Result<CheckedRequest, Refusal> {
        let mut checks = Checks::new();
        let settings = self.settings.check(&mut checks, now);
        if let Some(uses) = self.max_uses {
            let good = (1..=MAX_USES).contains(&uses);
            checks.require(good, "/max_uses", format!("use 1 to {MAX_USES}"));
        }
        checks.finish()?;
        Ok(CheckedRequest { settings, plan: self.plan, max_uses: self.max_uses })
    }
}

/// Seconds of grace as a caller asked for them.
pub fn checked_grace(seconds: u64) -> Result<Duration, Refusal> {
    let mut checks = Checks::new();
    let most = MAX_GRACE.as_secs();
    checks.require(seconds <= most, "/grace_seconds", format!("use 0 to {most}"));
    checks.finish().map(|()| Duration::from_secs(seconds))
}

impl AccessKey {
    /// An active key as it was asked for; `hash` is the keyed hash of `secret`.
    pub fn new(
        id: KeyId,
        owner: UserId,
        of: KeyOf,
        (secret, hash): (&Secret, String),
        request: CheckedRequest,
        now: Moment,
    ) -> Self {
        let CheckedRequest { settings, plan, max_uses } = request;
        Self {
            id,
            hash,
            user_id: owner,
            of,
            name: settings.name,
            shown: secret.shown(),
            scopes: settings.scopes,
            plan,
            allowed_addresses: settings.allowed_addresses,
            status: KeyStatus::Active,
            counted_as: max_uses.map(|_| id),
            expire_at: settings.expire_at,
            created_at: now,
            rotated_from: None,
            replaced_by: None,
            grace_until: None,
        }
    }

    /// A key of the same settings in its place; this one goes on for the grace.
    ///
    /// Refused where it no longer opens anything, or was replaced already.
    pub fn rotate(
        &mut self,
        id: KeyId,
        (secret, hash): (&Secret, String),
        grace: Duration,
        now: Moment,
    ) -> Result<Self, Refusal> {
        self.is_current()?;
        if self.status_at(now) != KeyStatus::Active {
            return Err(key_not_active());
        }
        let next = Self {
            id,
            hash,
            shown: secret.shown(),
            created_at: now,
            rotated_from: Some(self.id),
            ..self.clone()
        };
        self.replaced_by = Some(id);
        self.grace_until = Some(now.plus(grace));
        Ok(next)
    }

    /// Ends the grace of a key that was replaced.
    pub fn end_grace(&mut self, now: Moment) {
        self.grace_until = self.grace_until.map(|until| until.min(now));
    }

    pub fn change(&mut self, settings: CheckedSettings) -> Result<(), Refusal> {
        self.is_current()?;
        let CheckedSettings { name, scopes, allowed_addresses, expire_at } = settings;
        *self = Self { name, scopes, allowed_addresses, expire_at, ..self.clone() };
        Ok(())
    }

    /// An expired key may be given more time; one that is revoked or replaced stays as it is.
    fn is_current(&self) -> Result<(), Refusal> {
        match (self.status, self.replaced_by) {
            (KeyStatus::Revoked, _) => Err(key_not_active()),
            (_, Some(by)) => Err(Refusal::conflict(
                "key_replaced",
                format!("This API key was replaced by {by}; change or rotate that one."),
            )),
            _ => Ok(()),
        }
    }

    /// As time has it, whatever was last written.
    pub fn status_at(&self, now: Moment) -> KeyStatus {
        let over = |until: Option<Moment>| until.is_some_and(|at| at <= now);
        match self.status {
            KeyStatus::Active if over(self.expire_at) || over(self.grace_until) => {
                KeyStatus::Expired
            }
            status => status,
        }
    }

    /// Answers whether anything changed.
    pub fn revoke(&mut self) -> bool {
        let active = self.status == KeyStatus::Active;
        self.status = KeyStatus::Revoked;
        active
    }

    /// Whether it takes one of the places of [`MAX_KEYS`]: a key that was replaced has handed its own on.
    pub fn takes_room(&self) -> bool {
        self.replaced_by.is_none()
    }

    pub fn may_be_used(&self, now: Moment) -> Result<(), Refusal> {
        match self.status_at(now) {
            KeyStatus::Active => Ok(()),
            KeyStatus::Revoked => Err(Refusal::new(
                Kind::Unauthenticated,
                "key_revoked",
                "This API key was revoked; use another one.",
            )),
            KeyStatus::Expired => Err(Refusal::new(
                Kind::Unauthenticated,
                "key_expired",
                "This API key has expired; create a new one.",
            )),
        }
    }

    /// Whether it may be used from an address, unknown ones included.
    pub fn may_come_from(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let allowed = &self.allowed_addresses;
        let listed = |address| allowed.iter().any(|network| network.contains(address));
        if allowed.is_empty() || address.is_some_and(listed) {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Forbidden,
            "address_not_allowed",
            "This API key may not be used from your address; add its network to the key's `allowed_addresses`.",
        ))
    }

    /// The subscription it is bound to.
    pub fn subscription_id(&self) -> Option<SubscriptionId> {
        match self.of {
            KeyOf::User => None,
            KeyOf::Subscription { subscription_id, .. } => Some(subscription_id),
        }
    }

    /// The value of the key of API Gateway's own that it is metered on there; all of them begin with `beginning`.
    pub fn gateway_key(&self, beginning: &str) -> String {
        let number = self.hash.bytes().fold(0, |sum: u8, byte| sum.wrapping_add(byte));
        self.plan.gateway_key(beginning, number)
    }
}

fn key_not_active() -> Refusal {
    Refusal::conflict(
        "key_not_active",
        "This API key has expired or was revoked; create another one.",
    )
}

/// The refusal when somebody has all the keys they may have.
pub fn too_many_keys() -> Refusal {
    Refusal::conflict(
        "too_many_keys",
        format!(
            "You have {MAX_KEYS} keys here, the most at once; delete one that is no longer used."
        ),
    )
}

#[cfg(test)]
mod tests;
