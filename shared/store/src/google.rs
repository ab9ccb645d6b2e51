//! Where it lies who somebody is at Google, and what a browser that comes back from there may fetch.

use domain::{Moment, UserId};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

/// Keeps an account at Google to one user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoogleClaim {
    /// Google's name for it, which never changes.
    pub subject: String,
    pub user_id: UserId,
    pub linked_at: Moment,
}

pub fn google(subject: &str) -> Key<GoogleClaim> {
    Key::new(format!("google#{subject}"), "google")
}

impl Item for GoogleClaim {
    const TYPE: &'static str = "Google";

    fn key(&self) -> Key<Self> {
        google(&self.subject)
    }
}

/// A new session's first answer, closed with our seal, until the page it is for fetches it, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Handover {
    /// Keyed hash of what the page shows, hex.
    pub hash: String,
    pub sealed: String,
    pub until: Moment,
}

pub fn handover(hash: &str) -> Key<Handover> {
    Key::new(format!("handover#{hash}"), "handover")
}

impl Item for Handover {
    const TYPE: &'static str = "Handover";

    fn key(&self) -> Key<Self> {
        handover(&self.hash)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.until), ..Indexes::default() }
    }
}
