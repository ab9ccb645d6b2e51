//! Where attempts at secrets are counted.

use domain::{
    Moment, UserId,
    attempts::{Attempts, FORGOTTEN, LOCKED},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

/// The attempts at one account, at one name that is nobody's, or from one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptsAt {
    #[serde(rename = "pk")]
    partition: String,
    pub attempts: Attempts,
}

const ATTEMPTS: &str = "attempts";

pub fn at_account(user: UserId) -> Key<AttemptsAt> {
    Key::new(format!("attempts#account#{user}"), ATTEMPTS)
}

/// A name nobody has, by its keyed hash, hex.
pub fn at_name(hash: &str) -> Key<AttemptsAt> {
    Key::new(format!("attempts#name#{hash}"), ATTEMPTS)
}

/// An address by its keyed hash, hex.
pub fn from_address(hash: &str) -> Key<AttemptsAt> {
    Key::new(format!("attempts#address#{hash}"), ATTEMPTS)
}

impl AttemptsAt {
    /// Of whoever was not wrong yet.
    pub fn none(key: &Key<Self>) -> Self {
        Self { partition: key.pk.clone(), attempts: Attempts::default() }
    }

    fn forgotten_at(&self) -> Option<Moment> {
        let last = self.attempts.last_at?.plus(FORGOTTEN);
        Some(self.attempts.closed_until.map_or(last, |until| last.max(until.plus(LOCKED))))
    }
}

impl Item for AttemptsAt {
    const TYPE: &'static str = "Attempts";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, ATTEMPTS)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.forgotten_at(), ..Indexes::default() }
    }
}
