//! Where the audit trail of an account lies, and how an entry comes onto it.

use domain::{
    UserId,
    audit::{Entry, Event, Head},
};

use crate::{Error, Item, Key, Query, Stored, Table, Write, create, query::Index, replace};

fn head(user: UserId) -> Key<Head> {
    Key::new(format!("audit#{user}"), "head")
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
        Key::new(format!("audit#{}", self.user_id), format!("entry#{:012}", self.number))
    }
}

/// The end of an account's trail, as it was read.
pub struct Trail {
    user: UserId,
    found: Option<Stored<Head>>,
}

impl Table {
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
