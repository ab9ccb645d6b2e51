//! Where mailed links lie, and which of them a user was mailed last.

use domain::{
    Moment, UserId,
    account::{LatestLink, Purpose},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

/// A mailed link that has its effect once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Keyed hash of the link's token, hex.
    pub hash: String,
    pub user_id: UserId,
    pub purpose: Purpose,
    pub until: Moment,
    #[serde(default)]
    pub used_at: Option<Moment>,
}

pub fn link(hash: &str) -> Key<Link> {
    Key::new(format!("link#{hash}"), "link")
}

impl Item for Link {
    const TYPE: &'static str = "Link";

    fn key(&self) -> Key<Self> {
        link(&self.hash)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.until), ..Indexes::default() }
    }
}

pub fn latest_link(user: UserId, purpose: Purpose) -> Key<LatestLink> {
    let kind = match purpose {
        Purpose::VerifyEmail => "verify-email",
        Purpose::ResetPassword => "reset-password",
        Purpose::ChangeEmail => "change-email",
    };
    Key::new(format!("user#{user}"), format!("latest-link#{kind}"))
}

impl Item for LatestLink {
    const TYPE: &'static str = "LatestLink";

    fn key(&self) -> Key<Self> {
        latest_link(self.user_id, self.purpose)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.until), ..Indexes::default() }
    }
}
