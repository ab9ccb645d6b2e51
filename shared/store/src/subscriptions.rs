//! Where subscriptions, their keys and their remaining uses lie.

use domain::{
    AppId, KeyId, SubscriptionId, UserId,
    access_key::SubscriptionKey,
    subscription::{Subscription, SubscriptionType},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key, Query, query::Index};

pub fn subscription(id: SubscriptionId) -> Key<Subscription> {
    Key::new(format!("subscription#{id}"), "subscription")
}

/// Newest first.
pub fn of_user(user: UserId) -> Query<Subscription> {
    Query::new(Index::Gsi1, format!("user#{user}#subscriptions")).newest_first()
}

impl Item for Subscription {
    const TYPE: &'static str = "Subscription";

    fn key(&self) -> Key<Self> {
        subscription(self.id)
    }

    fn indexes(&self) -> Indexes {
        let place = (format!("user#{}#subscriptions", self.user_id), self.id.to_string());
        Indexes { gsi1: Some(place), ..Indexes::default() }
    }
}

/// Keeps a user to one trial of an app ever, and to one live subscription of a type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SubscribedClaim {
    pub user_id: UserId,
    pub app_id: AppId,
    pub subscription_type: SubscriptionType,
    pub subscription_id: SubscriptionId,
}

impl SubscribedClaim {
    pub fn of(subscription: &Subscription) -> Self {
        Self {
            user_id: subscription.user_id,
            app_id: subscription.app_id,
            subscription_type: subscription.subscription_type,
            subscription_id: subscription.id,
        }
    }
}

impl Item for SubscribedClaim {
    const TYPE: &'static str = "Subscribed";

    fn key(&self) -> Key<Self> {
        let kind = match self.subscription_type {
            SubscriptionType::Trial => "trial",
            SubscriptionType::PayPerUse | SubscriptionType::Development => "paid",
        };
        Key::new(format!("user#{}", self.user_id), format!("{kind}#{}", self.app_id))
    }
}

/// A count that jobs take from, apart from the record that owns it so that neither write loses the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Uses {
    #[serde(rename = "pk")]
    partition: String,
    #[serde(rename = "sk")]
    sort: String,
    pub remaining: i64,
}

/// The field of [`Uses`] that is added to.
pub const REMAINING: &str = "remaining";

impl Uses {
    pub fn new(key: &Key<Self>, remaining: u64) -> Self {
        let remaining = i64::try_from(remaining).unwrap_or(i64::MAX);
        Self { partition: key.pk.clone(), sort: key.sk.clone(), remaining }
    }
}

impl Item for Uses {
    const TYPE: &'static str = "Uses";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, &self.sort)
    }
}

pub fn subscription_uses(id: SubscriptionId) -> Key<Uses> {
    Key::new(format!("subscription#{id}"), "uses")
}

pub fn key_uses(user: UserId, key: KeyId) -> Key<Uses> {
    Key::new(format!("subject#{user}"), format!("uses#{key}"))
}

/// Beside its owner's subject, so that one read finds both.
pub fn access_key(user: UserId, hash: &str) -> Key<SubscriptionKey> {
    Key::new(format!("subject#{user}"), format!("key#{hash}"))
}

impl Item for SubscriptionKey {
    const TYPE: &'static str = "SubscriptionKey";

    fn key(&self) -> Key<Self> {
        access_key(self.user_id, &self.hash)
    }
}

/// Lists a subscription's keys and says where each lies, here and at the gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyEntry {
    pub subscription_id: SubscriptionId,
    pub key_id: KeyId,
    pub user_id: UserId,
    pub hash: String,
    pub gateway_key_id: Option<String>,
    /// Whether the key has a count of its own.
    pub counted: bool,
}

impl KeyEntry {
    pub fn access_key(&self) -> Key<SubscriptionKey> {
        access_key(self.user_id, &self.hash)
    }

    pub fn uses(&self) -> Option<Key<Uses>> {
        self.counted.then(|| key_uses(self.user_id, self.key_id))
    }
}

pub fn key_entry(subscription: SubscriptionId, key: KeyId) -> Key<KeyEntry> {
    Key::new(format!("subscription#{subscription}"), format!("key#{key}"))
}

/// Newest first.
pub fn keys_of(subscription: SubscriptionId) -> Query<KeyEntry> {
    Query::new(Index::Table, format!("subscription#{subscription}")).prefix("key#").newest_first()
}

impl Item for KeyEntry {
    const TYPE: &'static str = "KeyEntry";

    fn key(&self) -> Key<Self> {
        key_entry(self.subscription_id, self.key_id)
    }
}
