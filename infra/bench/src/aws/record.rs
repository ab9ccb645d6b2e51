//! What did a request ask of AWS: how many calls, how many of them one after the other, and at what price?

use std::{
    ops::AddAssign,
    time::{Duration, Instant},
};

/// One call, as the stand-in saw it.
#[derive(Clone, Debug)]
pub struct Call {
    /// As requests are signed for it: `dynamodb`.
    pub service: String,
    pub operation: String,
    pub start: Instant,
    pub end: Instant,
    pub units: Units,
}

/// What DynamoDB bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Units {
    pub read: f64,
    pub write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
    }
}

impl std::iter::Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut sum = Self::default();
        all.for_each(|units| sum += units);
        sum
    }
}

/// The most calls of which each began after the one before had ended: what latency is paid for.
#[must_use]
pub fn depth(calls: &[Call]) -> usize {
    let mut spans: Vec<(Instant, Instant)> =
        calls.iter().map(|call| (call.start, call.end)).collect();
    spans.sort_unstable_by_key(|(_, end)| *end);
    let mut last_end = None;
    let mut depth = 0;
    for (start, end) in spans {
        if last_end.is_none_or(|last| start >= last) {
            depth += 1;
            last_end = Some(end);
        }
    }
    depth
}

/// For how long at least one call was under way.
#[must_use]
pub fn busy(calls: &[Call]) -> Duration {
    let mut spans: Vec<(Instant, Instant)> =
        calls.iter().map(|call| (call.start, call.end)).collect();
    spans.sort_unstable();
    let mut busy = Duration::ZERO;
    let mut until: Option<Instant> = None;
    for (start, end) in spans {
        let from = until.map_or(start, |until| until.max(start));
        busy += end.saturating_duration_since(from);
        until = Some(until.map_or(end, |until| until.max(end)));
    }
    busy
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From and until, in milliseconds.
    fn calls(spans: &[(u64, u64)]) -> Vec<Call> {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let call = |&(start, end): &(u64, u64)| Call {
            service: "dynamodb".to_owned(),
            operation: "GetItem".to_owned(),
            start: at(start),
            end: at(end),
            units: Units { read: 1.0, write: 0.5 },
        };
        spans.iter().map(call).collect()
    }

    #[test]
    fn calls_side_by_side_count_once() {
        for (spans, sequential, milliseconds) in [
            (&[][..], 0, 0),
            (&[(0, 2)], 1, 2),
            (&[(0, 2), (2, 4), (5, 7)], 3, 6),
            (&[(0, 2), (0, 2), (1, 3)], 1, 3),
            (&[(0, 10), (1, 2), (3, 4)], 2, 10),
            (&[(3, 4), (0, 2), (0, 2)], 2, 3),
        ] {
            let calls = calls(spans);
            assert_eq!(depth(&calls), sequential, "{spans:?}");
            assert_eq!(busy(&calls), Duration::from_millis(milliseconds), "{spans:?}");
        }
    }

    #[test]
    fn units_add_up() {
        let sum: Units = calls(&[(0, 1), (1, 2)]).iter().map(|call| call.units).sum();
        assert_eq!(sum, Units { read: 2.0, write: 1.0 });
    }
}
