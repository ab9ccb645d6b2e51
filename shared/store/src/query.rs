//! How a partition is listed page by page, from a position that names only the sort key.

use std::marker::PhantomData;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};

use crate::{
    Error, Item, Stored, Table,
    item::{Attributes, decode},
    table::{failed, read_units},
};

/// Sorts after every text the table holds.
const LAST: char = char::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Table,
    Gsi1,
    Due,
}

impl Index {
    fn names(self) -> (Option<&'static str>, &'static str, &'static str) {
        match self {
            Self::Table => (None, "pk", "sk"),
            Self::Gsi1 => (Some("gsi1"), "gsi1pk", "gsi1sk"),
            Self::Due => (Some("due"), "due_pk", "due_sk"),
        }
    }
}

/// A listing of one partition, bounded by construction.
#[derive(Clone, Debug)]
pub struct Query<T> {
    index: Index,
    partition: String,
    low: String,
    high: String,
    newest_first: bool,
    after: Option<String>,
    limit: usize,
    of: PhantomData<fn() -> T>,
}

/// Some items and, where there are more, the position to go on from.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<Stored<T>>,
    pub next: Option<String>,
}

/// The most items of one page.
pub const MAX_PAGE: usize = 100;

impl<T: Item> Query<T> {
    pub(crate) fn new(index: Index, partition: impl Into<String>) -> Self {
        Self {
            index,
            partition: partition.into(),
            low: " ".to_owned(),
            high: LAST.to_string(),
            newest_first: false,
            after: None,
            limit: MAX_PAGE,
            of: PhantomData,
        }
    }

    pub(crate) fn prefix(mut self, prefix: &str) -> Self {
        (self.low, self.high) = (prefix.to_owned(), format!("{prefix}{LAST}"));
        self
    }

    pub(crate) fn up_to(mut self, high: String) -> Self {
        self.high = high;
        self
    }

    pub(crate) fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// Which list it is, among those of its partition too: what a cursor is bound to.
    pub fn list(&self) -> String {
        let (index, ..) = self.index.names();
        format!("{}/{}/{}", index.unwrap_or_default(), self.partition, self.low)
    }

    /// Goes on behind a position of an earlier page.
    pub fn after(mut self, position: Option<String>) -> Self {
        self.after = position;
        self
    }

    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.clamp(1, MAX_PAGE);
        self
    }

    /// The most items of its page.
    pub(crate) fn size(&self) -> usize {
        self.limit
    }

    fn bounds(&self) -> (&str, &str) {
        match (&self.after, self.newest_first) {
            (Some(position), true) => (&self.low, position),
            (Some(position), false) => (position, &self.high),
            (None, _) => (&self.low, &self.high),
        }
    }
}

impl Table {
    pub async fn query<T: Item>(&self, query: &Query<T>) -> Result<Page<T>, Error> {
        self.some(query, query.limit, |_| true).await
    }

    /// The page of `query` with only those items that fit, out of one wide read: it may be short and have a next one.
    pub async fn matching<T: Item + Clone>(
        &self,
        query: &Query<T>,
        fits: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, Error> {
        self.some(&query.clone().limit(MAX_PAGE), query.limit, fits).await
    }

    /// The first of those read that fit, at most so many.
    async fn some<T: Item>(
        &self,
        query: &Query<T>,
        most: usize,
        fits: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, Error> {
        let now = self.clock.now();
        let mut found = self.addresses(query).await?;
        let mut more = found.len() > query.limit;
        found.truncate(query.limit);
        let sort_key = query.index.names().2;
        let (mut items, mut last) = (Vec::new(), None);
        for item in found {
            let position = item.get(sort_key).and_then(|value| value.as_s().ok()).cloned();
            if let Some(item) = decode(item, now)?.filter(|item| fits(item)) {
                if items.len() == most {
                    more = true;
                    break;
                }
                items.push(item);
            }
            last = position;
        }
        Ok(Page { items, next: last.filter(|_| more) })
    }

    /// One item more than the limit, so that the page knows whether it is the last.
    pub(crate) async fn addresses<T: Item>(
        &self,
        query: &Query<T>,
    ) -> Result<Vec<Attributes>, Error> {
        let (index, partition_key, sort_key) = query.index.names();
        let (low, high) = query.bounds();
        let text = |value: &str| AttributeValue::S(value.to_owned());
        // BETWEEN includes the position itself, which the earlier page has shown.
        let wanted = query.limit + 1 + usize::from(query.after.is_some());
        let mut found: Vec<Attributes> = Vec::with_capacity(wanted);
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .set_index_name(index.map(str::to_owned))
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high")
                .expression_attribute_names("#pk", partition_key)
                .expression_attribute_names("#sk", sort_key)
                .expression_attribute_values(":pk", text(&query.partition))
                .expression_attribute_values(":low", text(low))
                .expression_attribute_values(":high", text(high))
                .scan_index_forward(!query.newest_first)
                .consistent_read(query.index == Index::Table)
                .limit(i32::try_from(wanted - found.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start.take())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| failed("Query", &error))?;
            read_units(answer.consumed_capacity.as_slice());
            found.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() || found.len() >= wanted {
                break;
            }
        }
        if let Some(position) = &query.after {
            found.retain(|item| {
                item.get(sort_key).and_then(|value| value.as_s().ok()) != Some(position)
            });
        }
        Ok(found)
    }
}
