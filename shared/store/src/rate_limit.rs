//! Where the requests of callers are counted: an item or a few a caller, and one write a request.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::{
        AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    },
};
use domain::{
    Moment, Period,
    rate_limit::{Allowance, Counted, Limit, Micros, Next, OverQuota, Requester, quota_part},
    tally::{self, Tally, USED_AT, Usage},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Indexes, Item, Key, Stored, Table,
    item::Attributes,
    table::{failed, write_units},
};

/// How long a bucket is remembered after it is full again.
const KEPT: Duration = Duration::from_secs(600);

/// Writes one request may try in a bucket: a begin that comes too late is followed by an add, or the other way round.
const TRIES: u32 = 4;

/// Buckets in which a request may look for room.
const LOOKS: usize = 3;

/// The requests of one caller, or their share of them, as [`Limit`] counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    #[serde(rename = "pk")]
    partition: String,
    /// In microseconds since 1970; it never becomes earlier.
    pub full_at: i64,
    /// Of an API key: how many by day and by month, and when the last one was.
    #[serde(flatten, with = "numbers")]
    tally: BTreeMap<String, i64>,
}

/// One of the [`Limit::shards`] of a caller.
pub fn bucket(requester: &Requester, shard: u32) -> Key<Bucket> {
    let whose = match requester {
        Requester::User(id) => format!("user#{id}"),
        Requester::Key(hash) => format!("key#{hash}"),
        Requester::Address(hash) => format!("address#{hash}"),
    };
    Key::new(format!("requests#{whose}#{shard}"), BUCKET)
}

/// All buckets of a key that is held to `limit`.
pub fn buckets_of_key(hash: &str, limit: Limit) -> Vec<Key<Bucket>> {
    let key = Requester::Key(hash.to_owned());
    (0..limit.shards()).map(|shard| bucket(&key, shard)).collect()
}

/// What they tell of its requests.
pub fn usage(buckets: &[Option<Stored<Bucket>>], now: Moment) -> Usage {
    Usage::of(buckets.iter().flatten().map(|bucket| &bucket.tally), now)
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

/// What was once found in a caller's buckets. Counts never go back, so that old knowledge is enough to refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<u32, KnownBucket>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct KnownBucket {
    full_at: Option<Micros>,
    /// The last month that was found to be used up.
    over: Option<Period>,
}

impl Known {
    pub fn merge(&mut self, other: &Self) {
        for (shard, theirs) in &other.0 {
            let ours = self.0.entry(*shard).or_default();
            ours.full_at = ours.full_at.max(theirs.full_at);
            ours.over = ours.over.max(theirs.over);
        }
    }

    fn of(&mut self, shard: u32) -> &mut KnownBucket {
        self.0.entry(shard).or_default()
    }

    /// Where to look, in this order: in one at random, then where most room was seen.
    fn order(&self, shards: u32, random: u32) -> impl Iterator<Item = u32> + use<> {
        let first = random % shards;
        let mut others: Vec<u32> = (1..shards).map(|step| (first + step) % shards).collect();
        others.sort_by_key(|shard| self.0.get(shard).map(|known| (known.over, known.full_at)));
        std::iter::once(first).chain(others).take(LOOKS)
    }
}

/// A request to be counted in one bucket.
struct Counting {
    limit: Limit,
    now: Moment,
    quota: Option<(u64, Tally)>,
}

/// One of the two writes, and the condition under which it is the right one.
struct Attempt {
    update: &'static str,
    condition: &'static str,
    values: Vec<(&'static str, i64)>,
    /// What the bucket is afterwards, as far as that is known before.
    full_at: Option<Micros>,
}

/// What stands in the way of an attempt.
struct Found {
    full_at: Option<Micros>,
    over: bool,
}

impl Attempt {
    fn begin(limit: Limit, now: Micros) -> Self {
        let full_at = limit.begun(now);
        Self {
            update: "SET full_at = :full_at, expires_at = :expires_at, #type = :type",
            condition: "(attribute_not_exists(pk) OR full_at <= :now)",
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

impl Counting {
    fn micros(&self) -> Micros {
        Micros::from(self.now)
    }

    fn expires_at(&self) -> Moment {
        match self.quota {
            Some(_) => self.now.plus(tally::KEPT),
            // As late as this request can make it; what others add meanwhile, they remember too.
            None => expiry(Micros(self.limit.latest(self.micros()).0 + self.limit.interval())),
        }
    }

    fn update(&self, attempt: &Attempt) -> String {
        let Some((_, tally)) = &self.quota else { return attempt.update.to_owned() };
        let Tally { day, month, stale } = tally;
        let (update, stale) = (attempt.update, stale.join(", "));
        format!("{update}, {USED_AT} = :used_at ADD {day} :one, {month} :one REMOVE {stale}")
    }

    fn condition(&self, attempt: &Attempt) -> String {
        let Some((_, Tally { month, .. })) = &self.quota else {
            return attempt.condition.to_owned();
        };
        let condition = attempt.condition;
        format!("{condition} AND (attribute_not_exists({month}) OR {month} < :quota)")
    }

    fn values(&self, attempt: &Attempt) -> Vec<(&'static str, i64)> {
        let mut values = attempt.values.clone();
        values.push((":expires_at", self.expires_at().unix_seconds()));
        if let Some((quota, _)) = &self.quota {
            let used_at = i64::try_from(self.now.unix_millis()).unwrap_or(i64::MAX);
            let quota = i64::try_from(*quota).unwrap_or(i64::MAX);
            values.extend([(":quota", quota), (":used_at", used_at), (":one", 1)]);
        }
        values
    }

    fn found(&self, item: Option<&Attributes>) -> Found {
        let over = self.quota.as_ref().is_some_and(|(quota, tally)| {
            number(item, &tally.month).is_some_and(|sent| sent.unsigned_abs() >= *quota)
        });
        Found { full_at: number(item, FULL_AT).map(Micros), over }
    }
}

impl Table {
    /// Counts a request, if it fits; exact however many count at once in one bucket. Where the SDK repeats a write whose
    /// answer was lost, the request counts twice: that costs its caller one, and never lets one more through.
    ///
    /// `known` is what was once found in the buckets: it spares writes, and is replaced by what is found.
    pub async fn count_request(
        &self,
        requester: &Requester,
        allowance: Allowance,
        known: &mut Known,
    ) -> Result<Counted, Error> {
        let Allowance { limit, quota } = allowance;
        let (now, shards) = (self.clock.now(), limit.shards());
        let random = if shards > 1 { u32::from_be_bytes(self.clock.random()) } else { 0 };
        let mut refused: Option<Counted> = None;
        for shard in known.order(shards, random) {
            let counting = Counting {
                limit: limit.part(shard),
                now,
                quota: quota.map(|quota| (quota_part(quota, limit, shard), Tally::at(now))),
            };
            let key = bucket(requester, shard);
            let counted = self.count_in(&key, &counting, known.of(shard)).await?;
            let counted = match counted {
                Counted::OverQuota(over) => {
                    Counted::OverQuota(OverQuota { quota: quota.unwrap_or_default(), ..over })
                }
                counted => {
                    let full_at = |shard: u32| known.0.get(&shard)?.full_at;
                    limit.of_all_shards(counted, full_at, Micros::from(now))
                }
            };
            if let Counted::Admitted(_) = counted {
                return Ok(counted);
            }
            refused = Some(refused.map_or(counted, |before| before.or_sooner(counted)));
        }
        refused.ok_or(Error::Contended)
    }

    async fn count_in(
        &self,
        key: &Key<Bucket>,
        counting: &Counting,
        known: &mut KnownBucket,
    ) -> Result<Counted, Error> {
        let Counting { limit, now, quota } = counting;
        let (limit, period, now) = (*limit, now.period(), counting.micros());
        for _ in 0..TRIES {
            if let (Some((quota, _)), true) = (quota, known.over == Some(period)) {
                return Ok(Counted::OverQuota(OverQuota::at(counting.now, *quota)));
            }
            let attempt = match (limit.next(known.full_at, now), known.full_at) {
                (Next::Refuse, Some(full_at)) => return Ok(limit.refused(full_at, now)),
                (Next::Add, _) => Attempt::add(limit, now),
                _ => Attempt::begin(limit, now),
            };
            match self.try_count(key, counting, attempt).await? {
                Ok(full_at) => {
                    known.full_at = Some(full_at);
                    return Ok(limit.admitted(full_at, now));
                }
                Err(found) => {
                    known.full_at = found.full_at;
                    known.over = if found.over { Some(period) } else { known.over };
                }
            }
        }
        Err(Error::Contended)
    }

    /// Where the condition does not hold, what the bucket is instead.
    async fn try_count(
        &self,
        key: &Key<Bucket>,
        counting: &Counting,
        attempt: Attempt,
    ) -> Result<Result<Micros, Found>, Error> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(counting.update(&attempt))
            .condition_expression(counting.condition(&attempt))
            .expression_attribute_names("#type", "type")
            .expression_attribute_values(":type", AttributeValue::S(Bucket::TYPE.to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (name, value) in counting.values(&attempt) {
            let value = AttributeValue::N(value.to_string());
            request = request.expression_attribute_values(name, value);
        }
        match request.send().await {
            Ok(UpdateItemOutput { attributes, consumed_capacity, .. }) => {
                write_units(consumed_capacity.as_slice());
                let full_at =
                    attempt.full_at.or_else(|| number(attributes.as_ref(), FULL_AT).map(Micros));
                full_at.map(Ok).ok_or_else(|| Error::Failed("UpdateItem told nothing".to_owned()))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Err(counting.found(refused.item())))
                }
                _ => Err(failed("UpdateItem", &error)),
            },
        }
    }
}

const FULL_AT: &str = "full_at";

fn number(attributes: Option<&Attributes>, name: &str) -> Option<i64> {
    attributes?.get(name)?.as_n().ok()?.parse().ok()
}

/// Of an item's attributes those that are numbers, whatever else it has.
mod numbers {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Attribute {
        Number(i64),
        Other(serde::de::IgnoredAny),
    }

    pub(super) fn serialize<S: Serializer>(
        numbers: &BTreeMap<String, i64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        numbers.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, i64>, D::Error> {
        let attributes = BTreeMap::<String, Attribute>::deserialize(deserializer)?;
        let number = |(name, attribute)| match attribute {
            Attribute::Number(number) => Some((name, number)),
            Attribute::Other(_) => None,
        };
        Ok(attributes.into_iter().filter_map(number).collect())
    }
}
