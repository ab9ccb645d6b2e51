//! Where lies what users say of themselves, and how they want to be treated.

use domain::{UserId, avatar::Avatar, preferences::Preferences, profile::Profile};

use crate::{Item, Key};

pub fn profile(user: UserId) -> Key<Profile> {
    Key::new(format!("user#{user}"), "profile")
}

impl Item for Profile {
    const TYPE: &'static str = "Profile";

    fn key(&self) -> Key<Self> {
        profile(self.user_id)
    }
}

pub fn avatar(user: UserId) -> Key<Avatar> {
    Key::new(format!("user#{user}"), "avatar")
}

impl Item for Avatar {
    const TYPE: &'static str = "Avatar";

    fn key(&self) -> Key<Self> {
        avatar(self.user_id)
    }
}

pub fn preferences(user: UserId) -> Key<Preferences> {
    Key::new(format!("user#{user}"), "preferences")
}

impl Item for Preferences {
    const TYPE: &'static str = "Preferences";

    fn key(&self) -> Key<Self> {
        preferences(self.user_id)
    }
}
