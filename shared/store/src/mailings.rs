//! Where mails to addresses are counted that may be nobody's.

use domain::account::Mailing;
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

/// The mails that users had us send to an address of their choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedTo {
    /// Keyed hash of the address, hex.
    pub address: String,
    pub mailing: Mailing,
}

/// The address by its keyed hash, hex.
pub fn mailed_to(address: &str) -> Key<MailedTo> {
    Key::new(format!("mailed#{address}"), "mailed")
}

impl Item for MailedTo {
    const TYPE: &'static str = "MailedTo";

    fn key(&self) -> Key<Self> {
        mailed_to(&self.address)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.mailing.forgotten_at(), ..Indexes::default() }
    }
}
