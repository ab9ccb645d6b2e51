//! How many requests a caller may send, and what becomes of the next one?
//!
//! A bucket holds a burst and refills evenly. All that is kept of it is when it will be full again: a request moves
//! that moment on by the time one request takes to refill, and does not fit where it would lie a whole burst ahead.

use std::time::Duration;

use crate::{Kind, Moment, Refusal, UserId, access_key::Plan};

const SECOND: i64 = 1_000_000;
const MOST: u64 = 1_000_000;
const SLOWEST: Duration = Duration::from_secs(24 * 3600);

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
        let free = self.interval * i64::from(self.burst) - (full_at.0 - now.0);
        let remaining = (free / self.interval).clamp(0, i64::from(self.burst));
        Counted::Admitted(Standing {
            limit: self,
            remaining: u32::try_from(remaining).unwrap_or(0),
            seconds: seconds(full_at.0 - now.0),
        })
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
}

impl Counted {
    pub fn standing(&self) -> &Standing {
        match self {
            Self::Admitted(standing) | Self::Refused(standing) => standing,
        }
    }
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
    /// What the caller of a request that did not fit is told.
    pub fn refusal(&self) -> Refusal {
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

/// The limits in force.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub user: Limit,
    pub address: Limit,
    pub free: Limit,
    pub standard: Limit,
    pub premium: Limit,
}

impl Limits {
    /// With the usage plans as they are sold: the gateway's throttles have the same numbers, but are best effort.
    pub fn new(user: Limit, address: Limit) -> Self {
        let limit = |interval, burst| Limit { interval, burst };
        Self {
            user,
            address,
            free: limit(SECOND / 5, 10),
            standard: limit(SECOND / 50, 100),
            premium: limit(SECOND / 200, 400),
        }
    }

    /// The same for everyone.
    pub fn all(limit: Limit) -> Self {
        Self { user: limit, address: limit, free: limit, standard: limit, premium: limit }
    }

    pub fn of_plan(&self, plan: Plan) -> Limit {
        match plan {
            Plan::Free => self.free,
            Plan::Standard => self.standard,
            Plan::Premium => self.premium,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A day in 2026.
    const NOW: i64 = 1_795_000_000_000_000;

    fn limit(per_second: u64, burst: u64) -> Limit {
        Limit::new(per_second, burst).expect("within bounds")
    }

    fn at(seconds: f64) -> Micros {
        #[expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]
        let micros = (seconds * 1e6).round() as i64;
        Micros(NOW + micros)
    }

    #[test]
    fn limits_are_positive_and_bounded() {
        for (per_second, burst, good) in [
            (1, 1, true),
            (1_000_000, 1_000_000, true),
            (0, 1, false),
            (1, 0, false),
            (1_000_001, 1, false),
            (1, u64::MAX, false),
        ] {
            assert_eq!(Limit::new(per_second, burst).is_some(), good, "{per_second} {burst}");
        }
        for (interval, good) in [
            (Duration::ZERO, false),
            (Duration::from_nanos(999), false),
            (Duration::from_micros(1), true),
            (SLOWEST, true),
            (Duration::MAX, false),
        ] {
            assert_eq!(Limit::every(interval, 1).is_some(), good, "{interval:?}");
        }
        assert_eq!(limit(3, 1).interval(), 333_334);
    }

    #[test]
    fn the_window_is_the_time_in_which_a_bucket_fills() {
        for ((per_second, burst), window) in [
            ((20, 100), 5),
            ((50, 250), 5),
            ((5, 10), 2),
            ((20, 1), 1),
            ((3, 10), 4),
            ((1, 60), 60),
        ] {
            assert_eq!(limit(per_second, burst).window(), window, "{per_second} {burst}");
        }
    }

    #[test]
    fn what_is_tried_follows_from_what_is_known() {
        // ten a second, three at once: a tenth of a second each
        let limit = limit(10, 3);
        for (known, next) in [
            (None, Next::Begin),
            (Some(-50.0), Next::Begin),
            (Some(0.0), Next::Begin),
            (Some(0.000_001), Next::Add),
            (Some(0.2), Next::Add),
            (Some(0.200_001), Next::Refuse),
            (Some(0.3), Next::Refuse),
        ] {
            assert_eq!(limit.next(known.map(at), at(0.0)), next, "{known:?}");
        }
        assert_eq!(limit.begun(at(0.0)), at(0.1));
    }

    #[test]
    fn a_caller_is_told_how_they_stand() {
        let limit = limit(10, 30);
        for (full_at, remaining, seconds) in
            [(0.1, 29, 1), (1.0, 20, 1), (1.05, 19, 2), (2.9, 1, 3), (3.0, 0, 3), (0.0, 30, 0)]
        {
            let standing = Standing { limit, remaining, seconds };
            assert_eq!(limit.admitted(at(full_at), at(0.0)), Counted::Admitted(standing));
        }
        for (full_at, seconds) in [(2.900_001, 1), (3.0, 1), (3.9, 1), (4.0, 2), (9.0, 7)] {
            let standing = Standing { limit, remaining: 0, seconds };
            let refused = limit.refused(at(full_at), at(0.0));
            assert_eq!(refused, Counted::Refused(standing));
            assert_eq!(
                refused.standing().refusal().kind,
                Kind::TooManyRequests { retry_after: seconds }
            );
        }
    }

    #[test]
    fn plans_have_limits_of_their_own() {
        let (user, address) = (limit(1, 2), limit(3, 4));
        let limits = Limits::new(user, address);
        assert!((limits.user, limits.address) == (user, address));
        for (plan, per_second, burst) in
            [(Plan::Free, 5, 10), (Plan::Standard, 50, 100), (Plan::Premium, 200, 400)]
        {
            assert_eq!(limits.of_plan(plan), limit(per_second, burst));
        }
        assert_eq!(Limits::all(user).of_plan(Plan::Premium), user);
    }

    /// One request by someone who knows of the bucket what it was once, as the conditional writes have it.
    fn send(
        bucket: &mut Option<Micros>,
        limit: Limit,
        mut known: Option<Micros>,
        now: Micros,
    ) -> bool {
        for _ in 0..4 {
            let is = bucket.unwrap_or(Micros(i64::MIN));
            match limit.next(known, now) {
                Next::Refuse => return false,
                Next::Begin if is <= now => {
                    *bucket = Some(limit.begun(now));
                    return true;
                }
                Next::Add if is > now && is <= limit.latest(now) => {
                    *bucket = Some(Micros(is.0 + limit.interval()));
                    return true;
                }
                Next::Begin | Next::Add => known = *bucket,
            }
        }
        panic!("undecided");
    }

    proptest! {
        #[test]
        fn never_more_are_admitted_than_burst_and_rate_allow(
            (per_second, burst) in (1..2_000_u64, 1..200_u64),
            pauses in prop::collection::vec((0..400_000_i64, 0..4_usize), 1..300),
        ) {
            let limit = limit(per_second, burst);
            let (mut bucket, mut now, mut was) = (None, NOW, vec![None]);
            let mut admitted = Vec::new();
            for (pause, back) in pauses {
                now += pause / 7;
                let known = was[was.len().saturating_sub(1 + back)];
                let has_room = bucket.is_none_or(|full_at| full_at <= limit.latest(Micros(now)));
                let fits = send(&mut bucket, limit, known, Micros(now));
                prop_assert_eq!(fits, has_room, "what has room is never refused");
                prop_assert!(bucket >= *was.last().expect("not empty"), "it never goes back");
                was.push(bucket);
                admitted.extend(fits.then_some(now));
                // of any stretch of time that ends now
                for (before, start) in admitted.iter().rev().enumerate() {
                    let most = i64::try_from(burst).expect("small") + (now - start) * i64::try_from(per_second).expect("small") / SECOND;
                    prop_assert!(i64::try_from(before).expect("small") < most, "{} since {}", before + 1, now - start);
                }
            }
        }

        #[test]
        fn who_waits_as_told_is_admitted(
            (per_second, burst) in (1..2_000_u64, 1..200_u64), ahead in 1..1_000_000_i64,
        ) {
            let limit = limit(per_second, burst);
            let full_at = Micros(limit.latest(Micros(NOW)).0 + ahead.min(limit.interval()));
            let wait = limit.refused(full_at, Micros(NOW)).standing().seconds;
            prop_assert!(wait >= 1);
            prop_assert_ne!(limit.next(Some(full_at), Micros(NOW + i64::from(wait) * SECOND)), Next::Refuse);
        }

        #[test]
        fn as_many_fit_as_are_said_to_remain(
            (per_second, burst) in (1..2_000_u64, 1..200_u64), sent in 1..200_usize,
        ) {
            let limit = limit(per_second, burst);
            let (now, mut bucket) = (Micros(NOW), None);
            let sent = (0..sent).filter(|_| send(&mut bucket, limit, None, now)).count();
            let Counted::Admitted(standing) = limit.admitted(bucket.expect("begun"), now) else { unreachable!() };
            let more = (0..burst + 1).filter(|_| send(&mut bucket, limit, None, now)).count();
            prop_assert_eq!(u64::from(standing.remaining), more as u64);
            prop_assert_eq!(sent as u64 + more as u64, burst);
        }
    }
}
