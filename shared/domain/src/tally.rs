//! How many requests an API key has sent, by day and by month: counted in the very write that lets each through.

use std::{collections::BTreeMap, time::Duration};

use crate::{Moment, Period};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Days that are kept, today among them.
pub const DAYS_KEPT: u16 = 35;
/// A bucket that nobody uses for so long ends.
pub const KEPT: Duration = Duration::from_secs(100 * 24 * 3600);
/// Months that may be older than this one in a bucket that has not ended.
const MONTHS_AGO: u32 = 4;

/// What counts a request of this moment.
pub struct Tally {
    /// By these names its bucket counts.
    pub day: String,
    pub month: String,
    /// What is no longer kept, or never was.
    pub stale: Vec<String>,
}

impl Tally {
    pub fn at(now: Moment) -> Self {
        let days = u32::from(DAYS_KEPT) + 1..=100;
        let stale = days.map(|days| day(now.minus(DAY * days)));
        let months = (1..=MONTHS_AGO).scan(now.period(), |period, _| {
            *period = period.starts_at().minus(DAY).period();
            Some(*period)
        });
        Self {
            day: day(now),
            month: month(now.period()),
            stale: stale.chain(months.map(month)).collect(),
        }
    }
}

/// The name of a day: `u20785`.
fn day(at: Moment) -> String {
    format!("u{}", at.unix_seconds() / 86_400)
}

/// The name of a month: `m202611`.
fn month(period: Period) -> String {
    format!("m{}", period.to_string().replace('-', ""))
}

/// What the buckets of a key tell of its requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The days that had any, earliest first: each its first moment.
    pub days: Vec<(Moment, u64)>,
    pub today: u64,
    pub this_month: u64,
    /// `None` where there was none in the last hundred days.
    pub last_used_at: Option<Moment>,
}

impl Usage {
    /// `counts` are the numbers of each bucket, by name.
    pub fn of<'a>(counts: impl Iterator<Item = &'a BTreeMap<String, i64>>, now: Moment) -> Self {
        let mut total: BTreeMap<&str, u64> = BTreeMap::new();
        let mut last_used_at = None;
        for counts in counts {
            last_used_at = last_used_at.max(counts.get(USED_AT).copied());
            for (name, count) in counts {
                *total.entry(name).or_default() += count.unsigned_abs();
            }
        }
        let of = |name: &str| total.get(name).copied().unwrap_or_default();
        let kept = (0..u32::from(DAYS_KEPT)).rev().map(|days| now.minus(DAY * days));
        let kept = kept.map(|at| (start_of_day(at), of(&day(at))));
        Self {
            days: kept.filter(|(_, count)| *count > 0).collect(),
            today: of(&day(now)),
            this_month: of(&month(now.period())),
            last_used_at: last_used_at.map(Moment::from_unix_millis),
        }
    }
}

/// What says when the last request was let through, in milliseconds.
pub const USED_AT: &str = "used_at";

fn start_of_day(at: Moment) -> Moment {
    Moment::from_unix_millis(at.unix_seconds() / 86_400 * 86_400 * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().expect("a time")
    }

    #[test]
    fn a_request_counts_for_its_day_and_month_and_drops_what_is_older() {
        let tally = Tally::at(at("2026-11-28T23:59:59.999Z"));
        assert_eq!((tally.day.as_str(), tally.month.as_str()), ("u20785", "m202611"));
        let stale = |name: &str| tally.stale.iter().any(|stale| stale == name);
        for (name, dropped) in [
            ("u20785", false),
            ("u20750", false),
            ("u20749", true),
            ("u20685", true),
            ("u20684", false),
            ("m202611", false),
            ("m202610", true),
            ("m202607", true),
        ] {
            assert_eq!(stale(name), dropped, "{name}");
        }
        assert_eq!(Tally::at(at("2026-01-31T00:00:00Z")).stale.last().expect("one"), "m202509");
    }

    #[test]
    fn usage_adds_up_what_the_buckets_of_a_key_count() {
        let bucket = |counts: &[(&str, i64)]| -> BTreeMap<String, i64> {
            counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        let buckets = [
            bucket(&[("u20785", 3), ("u20700", 9), ("m202611", 40), (USED_AT, 5_000)]),
            bucket(&[
                ("u20785", 4),
                ("u20751", 2),
                ("m202611", 2),
                ("m202610", 7),
                (USED_AT, 7_000),
            ]),
        ];
        let now = at("2026-11-28T12:00:00Z");
        let usage = Usage::of(buckets.iter(), now);
        assert_eq!(usage.days, [(at("2026-10-25T00:00:00Z"), 2), (at("2026-11-28T00:00:00Z"), 7)]);
        assert_eq!((usage.today, usage.this_month), (7, 42));
        assert_eq!(usage.last_used_at, Some(Moment::from_unix_millis(7_000)));
        assert_eq!(Usage::of(std::iter::empty(), now), Usage::default());
    }
}
