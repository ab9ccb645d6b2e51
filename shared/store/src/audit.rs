//! Where the audit trail of an account lies, and how an entry comes onto it.

use domain::{
    UserId,
    audit::{Actor, Entry, Event, Head},
};

use crate::{Error, Item, Key, Query, Stored, Table, Write, create, query::Index, replace};

pub fn head(user: UserId) -> Key<Head> {
    Key::new(format!("audit#{user}"), "head")
}

pub fn entry(user: UserId, number: u64) -> Key<Entry> {
    Key::new(format!("audit#{user}"), format!("entry#{number:012}"))
}

/// Newest first.
pub fn trail_of(user: UserId) -> Query<Entry> {
    Query::new(Index::Table, format!("audit#{user}")).prefix("entry#").newest_first()
}

impl Item for Head {
    const TYPE: &'static str = "AuditHead";

    fn key(&self) -> Key<Self> {
        head(self.user_id)
    }
}

impl Item for Entry {
    const TYPE: &'static str = "AuditEntry";

    fn key(&self) -> Key<Self> {
        entry(self.user_id, self.number)
    }
}

/// The end of an account's trail, as it was read.
pub struct Trail {
    user: UserId,
    found: Option<Stored<Head>>,
}

/// Where what somebody does to a user is entered: on the user's trail, and on that of whoever else does it.
pub struct Trails {
    own: Trail,
    doer: Option<Trail>,
}

impl Table {
    /// Reads where the trails end that tell of what `by` does to `user`.
    pub async fn trails(&self, user: UserId, by: Actor) -> Result<Trails, Error> {
        let doer = match by {
            Actor::User(doer) if doer != user => Some(self.trail(doer).await?),
            _ => None,
        };
        Ok(Trails { own: self.trail(user).await?, doer })
    }

    /// The writes that enter an event on each of its trails.
    pub fn enter_on_each(&self, trails: Trails, event: Event) -> Vec<Write> {
        let Trails { own, doer } = trails;
        let told = event.done_to(own.user);
        let mut writes = self.enter(own, [event]);
        writes.extend(doer.into_iter().flat_map(|doer| self.enter(doer, [told.clone()])));
        writes
    }

    /// Reads where the trail of `user` ends: what is entered holds if nobody entered anything since.
    pub async fn trail(&self, user: UserId) -> Result<Trail, Error> {
        Ok(Trail { user, found: self.get(&head(user)).await? })
    }

    /// The writes that enter these events, in this order; they go into the very write that they tell of.
    pub fn enter(&self, trail: Trail, events: impl IntoIterator<Item = Event>) -> Vec<Write> {
        let Trail { user, found } = trail;
        let now = self.clock().now();
        let mut head = found.as_ref().map_or_else(|| Head::new(user), |found| (**found).clone());
        let mut writes: Vec<_> =
            events.into_iter().map(|event| create(&head.enter(event, now))).collect();
        writes.push(replace(found, head));
        writes
    }
}
