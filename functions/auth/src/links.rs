//! How a mailed link is made, found by its token, and no sooner answered for one address than for another.

use std::{future::Future, time::Duration};

use domain::{
    Moment, UserId,
    account::{LatestLink, Purpose, Status, User, link_unusable},
};
use store::{
    Stored,
    accounts::user,
    links::{Link, latest_link, link},
};

use crate::App;

/// A token as this function makes them.
const TOKEN_DIGITS: usize = 64;
/// Longer than finding an address and mailing to it takes, mostly.
const ALIKE: Duration = Duration::from_millis(400);

/// The secret of a mailed link; only its keyed hash is kept.
pub(crate) struct Token(pub(crate) String);

/// A link that holds, and whose it is.
pub(crate) struct Held {
    pub link: Stored<Link>,
    pub latest: Stored<LatestLink>,
    pub owner: Stored<User>,
}

impl App {
    pub(crate) fn link(&self, user_id: UserId, purpose: Purpose, until: Moment) -> (Token, Link) {
        let token = hex::encode(self.context.table.clock().random::<32>());
        let hash = self.context.links.hex(token.as_bytes());
        (Token(token), Link { hash, user_id, purpose, until, used_at: None })
    }

    /// Where a link leads; `path` ends with a slash.
    pub(crate) fn address_of(&self, path: &str, token: &Token) -> String {
        format!("{}{path}{}", self.public_url, token.0)
    }

    /// The link of this token, used or not, if it is for `purpose`.
    pub(crate) async fn mailed(
        &self,
        token: &str,
        purpose: Purpose,
    ) -> Result<Stored<Link>, store::Error> {
        if token.len() != TOKEN_DIGITS {
            return Err(link_unusable().into());
        }
        let hash = self.context.links.hex(token.as_bytes());
        let found = self.context.table.get(&link(&hash)).await?;
        let link = found.filter(|link| link.purpose == purpose);
        Ok(link.ok_or_else(link_unusable)?)
    }

    /// The link of this token and its owner, if it is the latest of its kind that an active owner was mailed.
    pub(crate) async fn held(&self, token: &str, purpose: Purpose) -> Result<Held, store::Error> {
        let link = self.mailed(token, purpose).await?;
        let keys = (user(link.user_id), latest_link(link.user_id, purpose));
        let (owner, latest) = self.context.table.read(keys).await?;
        let owner = owner.filter(|owner| owner.status == Status::Active);
        let owner = owner.ok_or_else(link_unusable)?;
        let latest = latest.ok_or_else(link_unusable)?;
        latest.holds(&link.hash, self.context.table.clock().now())?;
        Ok(Held { link, latest, owner })
    }

    /// Does the work, and answers no sooner than it would for any other address.
    pub(crate) async fn alike<T>(&self, work: impl Future<Output = T>) -> T {
        let (done, ()) = tokio::join!(work, self.context.table.clock().sleep(ALIKE));
        done
    }
}
