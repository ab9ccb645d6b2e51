//! How lists are asked for and answered page by page.

use axum::extract::FromRequestParts;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Kind, field::sentence};
use http::request::Parts;
use secrets::KeyedHash;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
        schema::{Schema, Type},
    },
};

use crate::{Context, Problem, misfit::Misfit};

const DEFAULT_LIMIT: u16 = 20;
/// The most entries of a page.
const MAX_LIMIT: u16 = 100;
/// Characters of a cursor.
const MAX_CURSOR: usize = 512;
const MAC: usize = 16;

/// The query of a plain list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Entries of a page.
    #[param(inline, value_type = Option<Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// The query string as `T`.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        read.map(Self).map_err(|error| {
            let misfit = Misfit::of(error.path(), &error.inner().to_string());
            bad_query(&misfit.detail)
        })
    }
}

pub(crate) fn bad_query(what: &str) -> Problem {
    let detail = sentence(&format!("correct the query string: {what}"));
    Problem::refused(Kind::Malformed, "bad_query", detail)
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    #[schema(max_items = 100)]
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// Where a page begins; nothing is to be read from it.
#[derive(Debug)]
pub enum Cursor {}

impl ToSchema for Cursor {}

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_CURSOR))
            .pattern(Some("^[A-Za-z0-9_-]+$"))
            .examples(["pZ0hVq3rS1u8xK2bLm4nDTIwMjYtMTEtMjBUMTA6MDA6MDAuMDAwWg"])
            .into()
    }
}

/// Entries of a page.
#[derive(Debug)]
pub enum Limit {}

impl ToSchema for Limit {}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()))
            .examples([DEFAULT_LIMIT])
            .into()
    }
}

impl Context {
    /// Asks `query` for the page that `limit` and `cursor` name.
    pub fn page<T: store::Item>(
        &self,
        query: store::Query<T>,
        limit: Option<u16>,
        cursor: Option<&str>,
    ) -> Result<store::Query<T>, Problem> {
        let after = cursor.map(|cursor| open(&self.cursors, &query.list(), cursor)).transpose()?;
        Ok(query.after(after).limit(limit_of(limit)?))
    }

    /// What `next` of a page looks like outside.
    pub fn cursor<T: store::Item>(
        &self,
        query: &store::Query<T>,
        next: Option<String>,
    ) -> Option<String> {
        next.map(|position| seal(&self.cursors, &query.list(), &position))
    }

    /// Reads a page of a plain list and shows each item.
    pub async fn list<T: store::Item, V>(
        &self,
        query: store::Query<T>,
        asked: &ListQuery,
        show: impl Fn(&store::Stored<T>) -> V,
    ) -> Result<Page<V>, Problem> {
        let query = self.page(query, asked.limit, asked.cursor.as_deref())?;
        let page = self.table.query(&query).await?;
        let next_cursor = self.cursor(&query, page.next);
        Ok(Page { items: page.items.iter().map(show).collect(), next_cursor })
    }
}

fn limit_of(asked: Option<u16>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::refused(
            Kind::Malformed,
            "bad_limit",
            format!("Ask for 1 to {MAX_LIMIT} entries with `limit`."),
        ));
    }
    Ok(usize::from(limit))
}

fn bound(list: &str, position: &str) -> Vec<u8> {
    [list.as_bytes(), &[0], position.as_bytes()].concat()
}

fn seal(key: &KeyedHash, list: &str, position: &str) -> String {
    let mac = key.hash(&bound(list, position));
    URL_SAFE_NO_PAD.encode([&mac[..MAC], position.as_bytes()].concat())
}

fn open(key: &KeyedHash, list: &str, cursor: &str) -> Result<String, Problem> {
    read(key, list, cursor).ok_or_else(|| {
        Problem::refused(
            Kind::Malformed,
            "bad_cursor",
            "This cursor belongs to another list or was changed; start again without `cursor`.",
        )
    })
}

fn read(key: &KeyedHash, list: &str, cursor: &str) -> Option<String> {
    if cursor.len() > MAX_CURSOR {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (mac, position) = bytes.split_at_checked(MAC)?;
    let position = std::str::from_utf8(position).ok()?;
    let expected = key.hash(&bound(list, position));
    // Compared as hashes of a secret key: what an early return tells does not help to forge one.
    (expected[..MAC] == *mac).then(|| position.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> KeyedHash {
        secrets::HashKey::new(&[7; 32]).expect("long enough").derive("cursor")
    }

    #[test]
    fn a_cursor_opens_only_the_list_it_came_from() {
        let cursor = seal(&key(), "the first list", "abc");
        assert_eq!(read(&key(), "the first list", &cursor).as_deref(), Some("abc"));
        assert_eq!(read(&key(), "the second list", &cursor), None);
        for bad in ["", "abc", "!!!", &cursor[1..], &"A".repeat(600)] {
            assert_eq!(read(&key(), "the first list", bad), None, "{bad}");
        }
    }

    #[test]
    fn limits_are_bounded() {
        for (asked, limit) in [
            (None, Some(20)),
            (Some(1), Some(1)),
            (Some(100), Some(100)),
            (Some(0), None),
            (Some(101), None),
        ] {
            assert_eq!(limit_of(asked).ok(), limit);
        }
    }
}
