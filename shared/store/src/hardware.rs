//! Where devices lie.

use domain::hardware::Hardware;

use crate::{Item, Key, Query, query::Index};

/// `id` as in `hub-simulator`.
pub fn device(id: &str) -> Key<Hardware> {
    Key::new("hardware", format!("device#{id}"))
}

/// By id.
pub fn all() -> Query<Hardware> {
    Query::new(Index::Table, "hardware").prefix("device#")
}

impl Item for Hardware {
    const TYPE: &'static str = "Hardware";

    fn key(&self) -> Key<Self> {
        device(&self.id)
    }
}
