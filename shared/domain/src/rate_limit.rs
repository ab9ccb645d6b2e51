//! How many requests a caller may send, and what becomes of the next one?
//!
//! A bucket holds a burst and refills evenly. All that is kept of it is when it will be full again: a request moves
//! that moment on by the time one request takes to refill, and does not fit where it would lie a whole burst ahead.

use std::time::Duration;

use crate::{Kind, Moment, Refusal, UserId, access_key::Plan};

const SECOND: i64 = 1_000_000;
const MOST: u64 = 1_000_000;
const SLOWEST: Duration = Duration::from_secs(24 * 3600);
/// Requests a second that one item of the table counts, with room to spare: it takes a thousand writes.
const AN_ITEM_BEARS: u64 = 800;
/// Together they bear more of one caller than the doors let through of all.
const MOST_SHARDS: u64 = 8;

/// Microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub i64);

impl From<Moment> for Micros {
    fn from(moment: Moment) -> Self {
        Self(i64::try_from(moment.unix_millis()).unwrap_or(i64::MAX / 1000) * 1000)
    }
}

/// So many requests at once, and in the long run one in each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// In microseconds.
    interval: i64,
    burst: u32,
}

/// What to try next for a request, as far as the bucket is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// If the bucket is full at the time of the request, it is [`Limit::begun`] afterwards.
    Begin,
    /// If the bucket is not full but has room, up to [`Limit::latest`], it takes [`Limit::interval`] longer to fill.
    Add,
    /// Nothing: the request does not fit.
    Refuse,
}

impl Limit {
    /// Both from 1 to a million. The interval is rounded up, so that never more than `per_second` refill in a second.
    pub fn new(per_second: u64, burst: u64) -> Option<Self> {
        let micros = (1..=MOST).contains(&per_second).then(|| MOST.div_ceil(per_second))?;
        Self::every(Duration::from_micros(micros), burst)
    }

    /// From a microsecond to a day, and a burst from 1 to a million.
    pub fn every(interval: Duration, burst: u64) -> Option<Self> {
        let bounded = (Duration::from_micros(1)..=SLOWEST).contains(&interval);
        let interval = bounded.then(|| i64::try_from(interval.as_micros()).ok())??;
        let burst =
            u32::try_from(burst).ok().filter(|burst| (1..=MOST).contains(&(*burst).into()))?;
        Some(Self { interval, burst })
    }

    pub fn burst(self) -> u32 {
        self.burst
    }

    /// Microseconds in which one request refills.
    pub fn interval(self) -> i64 {
        self.interval
    }

    /// Over how many buckets the limit is spread, each an item of its own with its [`Limit::part`]: as many as bear what
    /// may be let through within a second.
    pub fn shards(self) -> u32 {
        let per_second = (SECOND / self.interval).unsigned_abs();
        let within_a_second = per_second + u64::from(self.burst);
        let shards = within_a_second.div_ceil(AN_ITEM_BEARS).min(MOST_SHARDS);
        u32::try_from(shards).unwrap_or(1).min(self.burst)
    }

    /// What of the limit is a shard's: the bursts add up to the whole burst, and the rates to the whole rate.
    pub fn part(self, shard: u32) -> Self {
        let shards = self.shards();
        let burst = self.burst / shards + u32::from(shard < self.burst % shards);
        Self { interval: self.interval * i64::from(shards), burst }
    }

    /// How a caller stands by what became of a request at `now` in one of the shards.
    ///
    /// `known` says of a shard when it was once found to be full again. The others are taken to be as full as this one,
    /// for requests are spread evenly, and never to have more room than is known of them.
    pub fn of_all_shards(
        self,
        counted: Counted,
        known: impl Fn(u32) -> Option<Micros>,
        now: Micros,
    ) -> Counted {
        let shards = self.shards();
        let left = |shard: u32| {
            let part = self.part(shard);
            known(shard).map_or(part.burst, |full_at| part.remaining(full_at, now))
        };
        let whole = |standing: Standing| {
            let as_this_one = standing.remaining.saturating_mul(shards);
            let as_known = (0..shards).map(left).sum();
            Standing { limit: self, remaining: as_this_one.min(as_known), ..standing }
        };
        match counted {
            Counted::Admitted(standing) => Counted::Admitted(whole(standing)),
            Counted::Refused(standing) => Counted::Refused(whole(standing)),
            Counted::OverQuota(over) => Counted::OverQuota(over),
        }
    }

    /// Seconds in which an empty bucket fills, rounded up.
    pub fn window(self) -> u32 {
        seconds(self.interval * i64::from(self.burst))
    }

    /// When a bucket that was full at `now` is full again after one request.
    pub fn begun(self, now: Micros) -> Micros {
        Micros(now.0 + self.interval)
    }

    /// A bucket that is full again later than this has no room at `now`.
    pub fn latest(self, now: Micros) -> Micros {
        Micros(now.0 + self.interval * (i64::from(self.burst) - 1))
    }

    /// `known` is when the bucket was once found to be full again: it never becomes earlier, so that even old knowledge
    /// of a bucket without room is enough to refuse.
    pub fn next(self, known: Option<Micros>, now: Micros) -> Next {
        match known {
            Some(full_at) if full_at > self.latest(now) => Next::Refuse,
            Some(full_at) if full_at > now => Next::Add,
            _ => Next::Begin,
        }
    }

    /// How a caller stands whose request at `now` has left the bucket so.
    pub fn admitted(self, full_at: Micros, now: Micros) -> Counted {
        let (remaining, seconds) = (self.remaining(full_at, now), seconds(full_at.0 - now.0));
        Counted::Admitted(Standing { limit: self, remaining, seconds })
    }

    /// Requests that fit at once at `now` into a bucket that will be full again at `full_at`.
    fn remaining(self, full_at: Micros, now: Micros) -> u32 {
        let free = self.interval * i64::from(self.burst) - (full_at.0 - now.0);
        let remaining = (free / self.interval).clamp(0, i64::from(self.burst));
        u32::try_from(remaining).unwrap_or(0)
    }

    /// How a caller stands whose request at `now` did not fit into the bucket as it is.
    pub fn refused(self, full_at: Micros, now: Micros) -> Counted {
        let wait = seconds(full_at.0 - self.latest(now).0).max(1);
        Counted::Refused(Standing { limit: self, remaining: 0, seconds: wait })
    }
}

/// Rounded up.
fn seconds(micros: i64) -> u32 {
    u32::try_from((micros.max(0) + SECOND - 1) / SECOND).unwrap_or(u32::MAX)
}

/// What became of a request, and how its caller stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Admitted(Standing),
    Refused(Standing),
    /// It would fit, but the month is used up.
    OverQuota(OverQuota),
}

impl Counted {
    /// Of the two that did not fit, the one after which a request fits sooner.
    #[must_use]
    pub fn or_sooner(self, other: Self) -> Self {
        if other.seconds() < self.seconds() { other } else { self }
    }

    fn seconds(&self) -> u32 {
        match self {
            Self::Admitted(standing) | Self::Refused(standing) => standing.seconds,
            Self::OverQuota(over) => over.seconds,
        }
    }

    /// What the caller of a request that did not fit is told.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Admitted(_) => None,
            Self::Refused(standing) => Some(standing.refusal()),
            Self::OverQuota(over) => Some(over.refusal()),
        }
    }
}

/// A month, UTC, in which an API key has sent all that its plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverQuota {
    pub quota: u64,
    /// Of the whole month.
    pub window: u32,
    /// Until it ends.
    pub seconds: u32,
}

impl OverQuota {
    pub fn at(now: Moment, quota: u64) -> Self {
        let (begins, ends) = (now.period().starts_at(), now.period().ends_at());
        let until = |from: Moment| u32::try_from(ends.since(from).as_secs()).unwrap_or(u32::MAX);
        Self { quota, window: until(begins), seconds: until(now) + 1 }
    }

    fn refusal(&self) -> Refusal {
        let (seconds, quota) = (self.seconds, self.quota);
        Refusal::new(
            Kind::TooManyRequests { retry_after: seconds },
            "quota_exceeded",
            format!(
                "This API key has sent the {quota} requests that its plan allows in a month; wait for the next one, or use a key of a larger plan."
            ),
        )
    }
}

/// A shard's part of a month's requests; the parts add up to it.
pub fn quota_part(quota: u64, limit: Limit, shard: u32) -> u64 {
    let shards = u64::from(limit.shards());
    quota / shards + u64::from(u64::from(shard) < quota % shards)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: Limit,
    /// Requests that fit at once.
    pub remaining: u32,
    /// Until the bucket is full again; where the request did not fit, until one does.
    pub seconds: u32,
}

impl Standing {
    fn refusal(&self) -> Refusal {
        let (seconds, burst, window) = (self.seconds, self.limit.burst(), self.limit.window());
        Refusal::new(
            Kind::TooManyRequests { retry_after: seconds },
            "too_many_requests",
            format!(
                "Send the request again after the seconds in `Retry-After`, here {seconds}; {burst} requests fit in {window} seconds."
            ),
        )
    }
}

/// Whose requests are counted together. Hashes are keyed ones, hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Requester {
    User(UserId),
    /// An API key, by its hash.
    Key(String),
    /// Where requests of nobody known come from, by its hash.
    Address(String),
}

/// What somebody is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub limit: Limit,
    /// Requests a month, UTC. Who has one has their requests told by day too.
    pub quota: Option<u64>,
}

/// The limits in force.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub user: Limit,
    pub address: Limit,
    pub free: Allowance,
    pub standard: Allowance,
    pub premium: Allowance,
}

impl Limits {
    /// With the usage plans as they are sold.
    pub fn new(user: Limit, address: Limit) -> Self {
        let of_plan = |plan: Plan, interval, burst| {
            let quota = Some(plan.monthly_quota());
            Allowance { limit: Limit { interval, burst }, quota }
        };
        Self {
            user,
            address,
            free: of_plan(Plan::Free, SECOND / 5, 10),
            standard: of_plan(Plan::Standard, SECOND / 50, 100),
            premium: of_plan(Plan::Premium, SECOND / 200, 400),
        }
    }

    /// The same for everyone, and the months as they are sold.
    pub fn all(limit: Limit) -> Self {
        let Self { free, standard, premium, .. } = Self::new(limit, limit);
        let of_plan = |plan| Allowance { limit, ..plan };
        Self {
            free: of_plan(free),
            standard: of_plan(standard),
            premium: of_plan(premium),
            user: limit,
            address: limit,
        }
    }

    pub fn of_plan(&self, plan: Plan) -> Allowance {
        match plan {
            Plan::Free => self.free,
            Plan::Standard => self.standard,
            Plan::Premium => self.premium,
        }
    }
}

#[cfg(test)]
mod tests;
