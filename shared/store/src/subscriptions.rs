//! Where subscriptions lie, and what is left of what they and their keys may use.

use domain::{
    AppId, KeyId, SubscriptionId, UserId,
    subscription::{Subscription, SubscriptionType, TRIAL_USES},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key, Query, Write, create, query::Index, renewals};
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
    let uses = Uses::new(&subscription_uses(subscription.id), TRIAL_USES);
    let mut writes = vec![create(subscription)];
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
