//! Where API keys lie, how they are listed, and how many more somebody may have.

use domain::{
    KeyId, SubscriptionId, UserId,
    access_key::{self, AccessKey, KeyOf, MAX_KEYS, Plan},
};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Key, Query, Stored, Write, add, create,
    query::Index,
    subscriptions::{Uses, key_uses},
};
use telemetry::Fact;

/// Beside its owner's subject, so that one read finds both.
pub fn access_key(user: UserId, hash: &str) -> Key<AccessKey> {
    Key::new(format!("subject#{user}"), format!("key#{hash}"))
}

impl Item for AccessKey {
    const TYPE: &'static str = "AccessKey";
    const MADE: Option<Fact> = Some(Fact::KeyMade);

    fn key(&self) -> Key<Self> {
        access_key(self.user_id, &self.hash)
    }
}

/// What keys are listed under, and counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    User(UserId),
    Subscription(SubscriptionId),
}

impl Holder {
    pub fn of(key: &AccessKey) -> Self {
        match key.of {
            KeyOf::User => Self::User(key.user_id),
            KeyOf::Subscription { subscription_id, .. } => Self::Subscription(subscription_id),
        }
    }

    fn partition(self) -> String {
        match self {
            Self::User(id) => format!("user#{id}"),
            Self::Subscription(id) => format!("subscription#{id}"),
        }
    }
}

/// Lists a key under its holder and says where it lies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyEntry {
    pub holder: Holder,
    pub key_id: KeyId,
    pub user_id: UserId,
    pub hash: String,
    pub plan: Plan,
    /// The key whose count of uses it takes from.
    pub counted_as: Option<KeyId>,
}

impl KeyEntry {
    pub fn of(key: &AccessKey) -> Self {
        Self {
            holder: Holder::of(key),
            key_id: key.id,
            user_id: key.user_id,
            hash: key.hash.clone(),
            plan: key.plan,
            counted_as: key.counted_as,
        }
    }

    pub fn access_key(&self) -> Key<AccessKey> {
        access_key(self.user_id, &self.hash)
    }

    pub fn uses(&self) -> Option<Key<Uses>> {
        self.counted_as.map(|key| key_uses(self.user_id, key))
    }
}

pub fn key_entry(holder: Holder, key: KeyId) -> Key<KeyEntry> {
    Key::new(holder.partition(), format!("key#{key}"))
}

/// Newest first.
pub fn keys_of(holder: Holder) -> Query<KeyEntry> {
    Query::new(Index::Table, holder.partition()).prefix("key#").newest_first()
}

impl Item for KeyEntry {
    const TYPE: &'static str = "KeyEntry";

    fn key(&self) -> Key<Self> {
        key_entry(self.holder, self.key_id)
    }
}

/// How many more keys somebody may have: each takes one and gives it back, so that none are counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyRoom {
    pub holder: Holder,
    free: u64,
}

/// It is there from the first key on.
pub fn key_room(holder: Holder) -> Key<KeyRoom> {
    Key::new(holder.partition(), "key-room")
}

impl Item for KeyRoom {
    const TYPE: &'static str = "KeyRoom";

    fn key(&self) -> Key<Self> {
        key_room(self.holder)
    }
}

/// What a new key writes; `room` is that of its holder as it was found. Refused where they have [`MAX_KEYS`].
pub fn create_key(key: &AccessKey, room: Option<&Stored<KeyRoom>>) -> Vec<Write> {
    let holder = Holder::of(key);
    let take = match room {
        Some(_) => {
            add(&key_room(holder), &[("free", -1)]).at_least(0).or(access_key::too_many_keys())
        }
        None => create(&KeyRoom { holder, free: MAX_KEYS - 1 }),
    };
    vec![create(key), create(&KeyEntry::of(key)), take]
}

/// What a key writes that takes the place of another: the room it needs is that one's.
pub fn replace_key(key: &AccessKey) -> Vec<Write> {
    vec![create(key), create(&KeyEntry::of(key))]
}

/// Makes room for another key.
pub fn give_key_room(holder: Holder) -> Write {
    add(&key_room(holder), &[("free", 1)])
}
