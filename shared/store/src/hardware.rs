//! Where devices lie.

use domain::hardware::Hardware;

use crate::{Error, Item, Key, MAX_PAGE, Page, Query, Table, query::Index};

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

/// The page of `query` (one of [`all`]) with only those devices that fit. There are tens of devices, so
/// one wide read fills it.
pub async fn matching(
    table: &Table,
    query: &Query<Hardware>,
    fits: impl Fn(&Hardware) -> bool,
) -> Result<Page<Hardware>, Error> {
    let mut page = table.query(&query.clone().limit(MAX_PAGE)).await?;
    page.items.retain(|device| fits(device));
    if page.items.len() > query.size() {
        page.items.truncate(query.size());
        page.next = page.items.last().map(|device| device.key().sk);
    }
    Ok(page)
}
