//! Where second factors lie, and apps that are not confirmed.

use domain::{Moment, UserId, account::mfa::Mfa};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

pub fn mfa(user: UserId) -> Key<Mfa> {
    Key::new(format!("user#{user}"), "mfa")
}

impl Item for Mfa {
    const TYPE: &'static str = "Mfa";

    fn key(&self) -> Key<Self> {
        mfa(self.user_id)
    }
}

/// An authenticator app that was begun with and is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaEnrolment {
    pub user_id: UserId,
    /// The tokens that the user pool knows the app by, closed with our seal.
    pub sealed: String,
    pub until: Moment,
}

pub fn mfa_enrolment(user: UserId) -> Key<MfaEnrolment> {
    Key::new(format!("user#{user}"), "mfa-enrolment")
}

impl Item for MfaEnrolment {
    const TYPE: &'static str = "MfaEnrolment";

    fn key(&self) -> Key<Self> {
        mfa_enrolment(self.user_id)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.until), ..Indexes::default() }
    }
}
