//! What an item of the table is: a typed address, a version, and where its indexes list it.

use std::{
    collections::HashMap,
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Moment;
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;
use telemetry::Fact;

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// The address of one `T`: a read needs no further type.
pub struct Key<T> {
    pub(crate) pk: String,
    pub(crate) sk: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into(), of: PhantomData }
    }

    pub(crate) fn attributes(&self) -> Attributes {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        Self::new(self.pk.clone(), self.sk.clone())
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.pk, self.sk)
    }
}

/// A record that has a place in the table.
pub trait Item: Serialize + DeserializeOwned + Send + Sync {
    /// Written as the attribute `type`.
    const TYPE: &'static str;
    /// What it means to the business that there is one more.
    const MADE: Option<Fact> = None;

    fn key(&self) -> Key<Self>;

    fn indexes(&self) -> Indexes {
        Indexes::default()
    }
}

/// Where else an item is listed, and when it ends to exist.
#[derive(Default)]
pub struct Indexes {
    /// Partition and sort key of `gsi1`.
    pub gsi1: Option<(String, String)>,
    /// Partition and sort key of `due`.
    pub due: Option<(String, String)>,
    /// From then on the item counts as absent, and is removed some time later.
    pub expires_at: Option<Moment>,
}

/// An item as it was read: the version tells whether someone wrote since.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    pub(crate) item: T,
    pub(crate) version: u64,
}

impl<T> Stored<T> {
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn into_inner(self) -> T {
        self.item
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.item
    }
}

impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.item
    }
}

/// Which write put the item there, where it was put alone.
pub(crate) const WRITE_ID: &str = "write_id";
/// Attributes the table keeps for itself.
const RESERVED: [&str; 4] = ["type", "version", "expires_at", WRITE_ID];

pub(crate) fn encode<T: Item>(item: &T, version: u64) -> Result<Attributes, Error> {
    let mut attributes: Attributes = serde_dynamo::to_item(item)
        .map_err(|error| Error::Failed(format!("encoding {}: {error}", T::TYPE)))?;
    // A field of that name would be lost under the table's own attribute.
    if let Some(name) = RESERVED.iter().find(|name| attributes.contains_key(**name)) {
        return Err(Error::Failed(format!("{} has a field called {name}", T::TYPE)));
    }
    attributes.extend(item.key().attributes());
    attributes.insert("type".to_owned(), AttributeValue::S(T::TYPE.to_owned()));
    attributes.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    let indexes = item.indexes();
    for (names, place) in
        [(("gsi1pk", "gsi1sk"), indexes.gsi1), (("due_pk", "due_sk"), indexes.due)]
    {
        if let Some((partition, sort)) = place {
            attributes.insert(names.0.to_owned(), AttributeValue::S(partition));
            attributes.insert(names.1.to_owned(), AttributeValue::S(sort));
        }
    }
    if let Some(at) = indexes.expires_at {
        attributes
            .insert("expires_at".to_owned(), AttributeValue::N(at.unix_seconds().to_string()));
    }
    Ok(attributes)
}

/// `None` for an item past its time that the table has not removed yet.
pub(crate) fn decode<T: Item>(
    attributes: Attributes,
    now: Moment,
) -> Result<Option<Stored<T>>, Error> {
    if number(&attributes, "expires_at").is_some_and(|at| at <= now.unix_seconds()) {
        return Ok(None);
    }
    let version = number(&attributes, "version").unwrap_or_default();
    let item = serde_dynamo::from_item(attributes).map_err(|error| {
        Error::Failed(format!("decoding {}: {}", T::TYPE, without_values(&error)))
    })?;
    Ok(Some(Stored { item, version: version.unsigned_abs() }))
}

/// What is wrong with an item, in words that end in a log: what they quote of it is somebody's.
fn without_values(error: &serde_dynamo::Error) -> String {
    let said = error.to_string();
    let names_field =
        ["missing field", "duplicate field"].iter().any(|start| said.starts_with(start));
    let end = said.find(['"', '`', '\'']).filter(|_| !names_field).unwrap_or(said.len());
    said[..end].trim_end().to_owned()
}

fn number(attributes: &Attributes, name: &str) -> Option<i64> {
    attributes.get(name)?.as_n().ok()?.parse().ok()
}
