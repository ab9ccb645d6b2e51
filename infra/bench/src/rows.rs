//! How does the table get as full as it would be after years, without anybody calling the hub for it?
//!
//! What the scene made is copied under other ids, for the same owners: the lists, bills and catalogues that the measured
//! requests read are the ones that grow.

use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Failure,
    scene::{NEWCOMER, Scene},
};

/// Items written in one transaction of the database.
const BATCH: usize = 20_000;

/// Things that belong together: copied as one, under fresh ids.
struct Family {
    /// Of a hundred rows, how many are of its kind.
    share: usize,
    ids: Vec<String>,
    /// As DynamoDB's JSON.
    items: Vec<String>,
}

/// Copies until the table holds about `rows` items more; how many it were.
///
/// What time bounds (months of bills) or reason (devices, keys of a subscription) is not multiplied.
pub fn fill(
    database: &Database,
    table: &str,
    scene: &Scene,
    rows: usize,
) -> Result<usize, Failure> {
    let items = items(database, table)?;
    let families = families(scene, &items)?;
    let mut written = 0;
    let mut batch = Vec::with_capacity(BATCH);
    database.enable_bulk_loading()?;
    for family in &families {
        let copies = rows * family.share / 100 / family.items.len().max(1);
        for copy in 0..copies {
            for item in &family.items {
                batch.push(serde_json::from_str(&family.copied(item, copy))?);
            }
            if batch.len() >= BATCH {
                written += flush(database, table, &mut batch)?;
            }
        }
    }
    written += flush(database, table, &mut batch)?;
    database.disable_bulk_loading()?;
    Ok(written)
}

fn flush(database: &Database, table: &str, batch: &mut Vec<Item>) -> Result<usize, Failure> {
    let items = std::mem::replace(batch, Vec::with_capacity(BATCH));
    Ok(database.import_items(table, items, ImportOptions::default())?.items_imported)
}

fn families(scene: &Scene, items: &[Item]) -> Result<Vec<Family>, Failure> {
    let job = scene.place("", "job_id")?.to_owned();
    let project = scene.place("", "project_id")?.to_owned();
    let subscription = scene.place("", "subscription_id")?.to_owned();
    let app = scene.place("subscribeToApp", "app_id")?.to_owned();
    let version = attribute_where(items, "latest_version_id", "id", &app, "latest_version_id")?;
    let user = scene.user(NEWCOMER)?.to_owned();
    let username = attribute_where(items, "full_name", "id", &user, "username")?;
    [
        (40, vec![job]),
        (25, vec![app, version]),
        (15, vec![user, username]),
        (10, vec![project]),
        (10, vec![subscription]),
    ]
    .map(|(share, ids)| Family::new(share, ids, items))
    .into_iter()
    .collect()
}

impl Family {
    /// All items that have a place of their own under fresh ids.
    fn new(share: usize, ids: Vec<String>, all: &[Item]) -> Result<Self, Failure> {
        let mut family = Self { share, ids, items: Vec::new() };
        for item in all {
            let address = [text(item, "pk"), text(item, "sk")].map(Option::unwrap_or_default);
            if address.iter().any(|part| family.ids.iter().any(|id| part.contains(id.as_str()))) {
                family.items.push(serde_json::to_string(item)?);
            }
        }
        if family.items.is_empty() {
            return Err(format!("nothing in the table belongs to {:?}", family.ids).into());
        }
        Ok(family)
    }

    fn copied(&self, item: &str, copy: usize) -> String {
        self.ids.iter().fold(item.to_owned(), |text, id| text.replace(id, &fresh(id, copy)))
    }
}

/// Another id of the same form and length; of UUIDs an older one, so that the scene's own stay the newest.
fn fresh(id: &str, copy: usize) -> String {
    let number = copy as u128 + 1;
    match Uuid::parse_str(id) {
        Ok(uuid) => Uuid::from_u128(uuid.as_u128() - (number << 80)).to_string(),
        Err(_) => {
            let tail = format!("{number:08x}");
            format!("{}{tail}", &id[..id.len().saturating_sub(tail.len())])
        }
    }
}

/// Everything the table holds.
fn items(database: &Database, table: &str) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let mut start = Value::Null;
    loop {
        let mut request = json!({"TableName": table});
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let answer = database.scan(serde_json::from_value(request)?)?;
        let mut answer = serde_json::to_value(answer)?;
        items.extend(serde_json::from_value::<Vec<Item>>(answer["Items"].take())?);
        start = answer["LastEvaluatedKey"].take();
        if start.is_null() {
            return Ok(items);
        }
    }
}

/// `wanted` of the item that has `has` and in which `name` is `value`.
fn attribute_where(
    items: &[Item],
    has: &str,
    name: &str,
    value: &str,
    wanted: &str,
) -> Result<String, Failure> {
    let found = items.iter().find(|item| item.contains_key(has) && text(item, name) == Some(value));
    let found = found.and_then(|item| text(item, wanted));
    Ok(found.ok_or_else(|| format!("no item has {has} and {name} {value}"))?.to_owned())
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_other_ids_of_the_same_form() {
        let id = "0199a3d2-7f30-7d64-8e11-2a3b4c5d6e7f";
        let (first, second) = (fresh(id, 0), fresh(id, 1));
        assert!(second < first && first.as_str() < id, "{first} {second}");
        assert_eq!(&first[13..], &id[13..], "its version and random part");
        assert_eq!(fresh("newcomer-1a2b3c4d", 254), "newcomer-000000ff");
    }
}
