//! Where users lie, and what holds their names.

use domain::{
    Moment, UserId,
    account::{Mailing, Subject, User},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

pub fn user(id: UserId) -> Key<User> {
    Key::new(format!("user#{id}"), "user")
}

pub fn subject(id: UserId) -> Key<Subject> {
    Key::new(format!("subject#{id}"), "subject")
}

impl Item for User {
    const TYPE: &'static str = "User";

    fn key(&self) -> Key<Self> {
        user(self.id)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.pending_until, ..Indexes::default() }
    }
}

impl Item for Subject {
    const TYPE: &'static str = "Subject";

    fn key(&self) -> Key<Self> {
        subject(self.user_id)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.pending_until, ..Indexes::default() }
    }
}

/// Keeps a username to one user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UsernameClaim {
    pub username: String,
    pub user_id: UserId,
    pub pending_until: Option<Moment>,
}

/// `username` in lower case.
pub fn username(username: &str) -> Key<UsernameClaim> {
    Key::new(format!("username#{username}"), "username")
}

impl Item for UsernameClaim {
    const TYPE: &'static str = "Username";

    fn key(&self) -> Key<Self> {
        username(&self.username)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.pending_until, ..Indexes::default() }
    }
}

/// Keeps an e-mail address to one user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmailClaim {
    pub email: String,
    pub user_id: UserId,
    /// `None` once the user has proved the address.
    pub pending_until: Option<Moment>,
    /// The latest registration with this address: the user's own while pending, later a stranger's.
    #[serde(default)]
    pub attempt: Option<Attempt>,
    /// Mails that registrations with this address led to, which anyone can bring about.
    #[serde(default)]
    pub mailing: Mailing,
    /// Mails with links to a new password: counted apart, so that nobody's registrations use them up.
    #[serde(default)]
    pub resets: Mailing,
}

/// A registration whose address is not proved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub user_id: UserId,
    pub username: String,
    pub until: Moment,
    /// The user pool knows the user and the password.
    pub enrolled: bool,
}

/// `email` in lower case.
pub fn email(email: &str) -> Key<EmailClaim> {
    Key::new(format!("email#{email}"), "email")
}

impl Item for EmailClaim {
    const TYPE: &'static str = "Email";

    fn key(&self) -> Key<Self> {
        email(&self.email)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: self.pending_until, ..Indexes::default() }
    }
}
