//! Where the requests of callers are counted: one item a caller, and one write a request.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::{
        AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    },
};
use domain::{
    Moment,
    rate_limit::{Counted, Limit, Micros, Next, Requester},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Indexes, Item, Key, Table,
    item::Attributes,
    table::{failed, write_units},
};

/// How long a bucket is remembered after it is full again.
const KEPT: Duration = Duration::from_secs(600);

/// Writes one request may try: a begin that comes too late is followed by an add, or the other way round.
const TRIES: u32 = 4;

/// The requests of one caller, as [`Limit`] counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    #[serde(rename = "pk")]
    partition: String,
    /// In microseconds since 1970; it never becomes earlier.
    pub full_at: i64,
}

/// A limit that one item cannot bear is spread over more of them here, each with its part of the limit.
pub fn bucket(requester: &Requester) -> Key<Bucket> {
    let whose = match requester {
        Requester::User(id) => format!("user#{id}"),
        Requester::Key(hash) => format!("key#{hash}"),
        Requester::Address(hash) => format!("address#{hash}"),
    };
    Key::new(format!("requests#{whose}"), BUCKET)
}

const BUCKET: &str = "bucket";

impl Item for Bucket {
    const TYPE: &'static str = "Bucket";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, BUCKET)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(expiry(Micros(self.full_at))), ..Indexes::default() }
    }
}

fn expiry(full_at: Micros) -> Moment {
    Moment::from_unix_millis(full_at.0 / 1000).plus(KEPT)
}

/// One of the two writes, and the condition under which it is the right one.
struct Attempt {
    update: &'static str,
    condition: &'static str,
    values: Vec<(&'static str, i64)>,
    /// What the bucket is afterwards, as far as that is known before.
    full_at: Option<Micros>,
}

impl Attempt {
    fn begin(limit: Limit, now: Micros) -> Self {
        let full_at = limit.begun(now);
        Self {
            update: "SET full_at = :full_at, expires_at = :expires_at, #type = :type",
            condition: "attribute_not_exists(pk) OR full_at <= :now",
            values: vec![(":full_at", full_at.0), (":now", now.0)],
            full_at: Some(full_at),
        }
    }

    fn add(limit: Limit, now: Micros) -> Self {
        Self {
            update: "SET full_at = full_at + :interval, expires_at = :expires_at, #type = :type",
            condition: "full_at > :now AND full_at <= :latest",
            values: vec![
                (":interval", limit.interval()),
                (":now", now.0),
                (":latest", limit.latest(now).0),
            ],
            full_at: None,
        }
    }
}

impl Table {
    /// Counts a request, if it fits; exact however many count at once in one bucket. Where the SDK repeats a write whose
    /// answer was lost, the request counts twice: that costs its caller one, and never lets one more through.
    ///
    /// `known` is when the bucket was once found to be full again: it spares a write, and is replaced by what is found.
    pub async fn count_request(
        &self,
        key: &Key<Bucket>,
        limit: Limit,
        known: &mut Option<Micros>,
    ) -> Result<Counted, Error> {
        let now = Micros::from(self.clock.now());
        for _ in 0..TRIES {
            let attempt = match (limit.next(*known, now), *known) {
                (Next::Refuse, Some(full_at)) => return Ok(limit.refused(full_at, now)),
                (Next::Add, _) => Attempt::add(limit, now),
                _ => Attempt::begin(limit, now),
            };
            match self.try_count(key, limit, now, attempt).await? {
                Ok(full_at) => {
                    *known = Some(full_at);
                    return Ok(limit.admitted(full_at, now));
                }
                Err(found) => *known = found,
            }
        }
        Err(Error::Contended)
    }

    /// Where the condition does not hold, what the bucket is instead.
    async fn try_count(
        &self,
        key: &Key<Bucket>,
        limit: Limit,
        now: Micros,
        attempt: Attempt,
    ) -> Result<Result<Micros, Option<Micros>>, Error> {
        let number = |value: i64| AttributeValue::N(value.to_string());
        // As late as this request can make it; what others add meanwhile, they remember too.
        let expires_at = expiry(Micros(limit.latest(now).0 + limit.interval()));
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(attempt.update)
            .condition_expression(attempt.condition)
            .expression_attribute_names("#type", "type")
            .expression_attribute_values(":type", AttributeValue::S(Bucket::TYPE.to_owned()))
            .expression_attribute_values(":expires_at", number(expires_at.unix_seconds()))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (name, value) in attempt.values {
            request = request.expression_attribute_values(name, number(value));
        }
        match request.send().await {
            Ok(UpdateItemOutput { attributes, consumed_capacity, .. }) => {
                write_units(consumed_capacity.as_slice());
                let full_at = attempt.full_at.or_else(|| full_at(attributes.as_ref()));
                full_at.map(Ok).ok_or_else(|| Error::Failed("UpdateItem told nothing".to_owned()))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Err(full_at(refused.item())))
                }
                _ => Err(failed("UpdateItem", &error)),
            },
        }
    }
}

fn full_at(attributes: Option<&Attributes>) -> Option<Micros> {
    attributes?.get("full_at")?.as_n().ok()?.parse().ok().map(Micros)
}
