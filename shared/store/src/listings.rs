//! Where marketplace listings lie.

use domain::{AppId, listing::Listing};

use crate::{Item, Key};

/// An app has at most one.
pub fn listing(app: AppId) -> Key<Listing> {
    Key::new(format!("app#{app}"), "listing")
}

impl Item for Listing {
    const TYPE: &'static str = "Listing";

    fn key(&self) -> Key<Self> {
        listing(self.app_id)
    }
}
