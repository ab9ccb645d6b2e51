//! Where subscriptions, their keys and their remaining uses lie.

use domain::{
    AppId, KeyId, SubscriptionId, UserId,
    access_key::{self, MAX_KEYS, SubscriptionKey},
    subscription::{Subscription, SubscriptionType, TRIAL_USES},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key, Query, Write, add, create, query::Index, renewals};
use telemetry::Fact;

pub fn subscription(id: SubscriptionId) -> Key<Subscription> {
    Key::new(format!("subscription#{id}"), "subscription")
}

/// Newest first.
pub fn of_user(user: UserId) -> Query<Subscription> {
    Query::new(Index::Gsi1, format!("user#{user}#subscriptions")).newest_first()
}

impl Item for Subscription {
    const TYPE: &'static str = "Subscription";
    const MADE: Option<Fact> = Some(Fact::SubscriptionMade);

    fn key(&self) -> Key<Self> {
        subscription(self.id)
    }

    fn indexes(&self) -> Indexes {
        let place = (format!("user#{}#subscriptions", self.user_id), self.id.to_string());
        Indexes { gsi1: Some(place), due: renewals::place_in_due(self), expires_at: None }
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

pub fn claim(user: UserId, app: AppId, kind: SubscriptionType) -> Key<SubscribedClaim> {
    let kind = match kind {
        SubscriptionType::Trial => "trial",
        _ => "paid",
    };
    Key::new(format!("user#{user}"), format!("{kind}#{app}"))
}

impl Item for SubscribedClaim {
    const TYPE: &'static str = "Subscribed";

    fn key(&self) -> Key<Self> {
        claim(self.user_id, self.app_id, self.subscription_type)
    }
}

/// What subscribing writes; its caller adds the claim and the answer for a repeat of the request.
pub fn start(subscription: &Subscription) -> Vec<Write> {
    let room = KeyRoom { subscription_id: subscription.id, free: MAX_KEYS as u64 };
    let uses = Uses::new(&subscription_uses(subscription.id), TRIAL_USES);
    let mut writes = vec![create(subscription), create(&room)];
    writes.extend(subscription.is_counted().then(|| create(&uses)));
    writes
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

    pub fn left(&self) -> u64 {
        self.remaining.max(0).unsigned_abs()
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

/// How many more keys a subscription may have: each takes one and gives it back, so that none are counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyRoom {
    pub subscription_id: SubscriptionId,
    free: u64,
}

fn key_room(subscription: SubscriptionId) -> Key<KeyRoom> {
    Key::new(format!("subscription#{subscription}"), "key-room")
}

impl Item for KeyRoom {
    const TYPE: &'static str = "KeyRoom";

    fn key(&self) -> Key<Self> {
        key_room(self.subscription_id)
    }
}

/// Refused where the subscription has [`MAX_KEYS`] keys.
pub fn take_key_room(subscription: SubscriptionId) -> Write {
    add(&key_room(subscription), &[("free", -1)]).at_least(0).or(access_key::too_many_keys())
}

pub fn give_key_room(subscription: SubscriptionId) -> Write {
    add(&key_room(subscription), &[("free", 1)])
}

/// Beside its owner's subject, so that one read finds both.
pub fn access_key(user: UserId, hash: &str) -> Key<SubscriptionKey> {
    Key::new(format!("subject#{user}"), format!("key#{hash}"))
}

impl Item for SubscriptionKey {
    const TYPE: &'static str = "SubscriptionKey";
    const MADE: Option<Fact> = Some(Fact::KeyMade);

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
    /// Of a key the gateway does not know yet.
    pub fn of(key: &SubscriptionKey) -> Self {
        Self {
            subscription_id: key.subscription_id,
            key_id: key.id,
            user_id: key.user_id,
            hash: key.hash.clone(),
            gateway_key_id: None,
            counted: key.counted,
        }
    }

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
