//! Which values stand for any value, and how a place is written with their names?

use std::{fmt::Debug, str::FromStr};

use domain::{Moment, Period};
use serde_json::Value;
use store::{Indexes, Key};

/// Three days and a second apart in January 2001; the first is also written as a number.
const TIMES: [&str; 10] = [
    "full_at",
    "at",
    "created_at",
    "due_at",
    "hour",
    "pending_until",
    "published_at",
    "redriven_at",
    "settled_at",
    "until",
];
const IDS: [&str; 11] = [
    "app_id",
    "developer_id",
    "job_id",
    "key_id",
    "listing_id",
    "project_id",
    "subscription_id",
    "user_id",
    "version_id",
    "charge_id",
    "dead_letter_id",
];
/// Of `created_at`.
const DAY: &str = "2001-01-07";
const PERIOD: &str = "2001-01";
const LINE: &str = "77";
const SESSION: &str = "d2f1c7b0-5d1c-4f6e-9f10-1a2b3c4d5e6f";
/// As it is written in keys.
const NUMBER: &str = "000000000044";
/// What begins a line that is no address.
const ELSEWHERE: [&str; 3] = ["gsi1 ", "due ", "ends "];

/// Values, each with the name it stands under in the chart.
pub(super) struct Placeholders(Vec<(String, &'static str)>);

impl Placeholders {
    pub(super) fn new() -> Self {
        let times = (0..).zip(TIMES).map(|(at, name)| {
            let (day, second) = (1 + 3 * at, at);
            (format!("2001-01-{day:02}T00:00:{second:02}.000Z"), name)
        });
        let ids = (10..).zip(IDS);
        let ids = ids.map(|(id, name)| (format!("0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e{id}"), name));
        let others = [(DAY, "day"), (PERIOD, "period"), (LINE, "line"), ("SIMULATION", "app_type")]
            .into_iter()
            .chain([(SESSION, "session_id"), (NUMBER, "number")]);
        let others = others.map(|(value, name)| (value.to_owned(), name));
        Self(times.chain(ids).chain(others).collect())
    }

    /// `value` with real values in place of `{names}`; a name without one stands for itself.
    pub(super) fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match self.0.iter().find(|(_, name)| *text == braced(name)) {
                Some((real, _)) => real.clone().into(),
                None => value.clone(),
            },
            Value::Array(values) => values.iter().map(|value| self.filled(value)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.filled(value))).collect()
            }
            _ => value.clone(),
        }
    }

    pub(super) fn id<T: FromStr<Err: Debug>>(&self, name: &str) -> T {
        let found = self.0.iter().find(|(_, known)| *known == name).expect("an id of that name");
        found.0.parse().expect("an id")
    }

    pub(super) fn period(&self) -> Period {
        self.id("period")
    }

    pub(super) fn place<T>(&self, key: &Key<T>) -> String {
        let place = format!("{key:?}");
        let (partition, sort) = place.split_once(" / ").expect("a key has two parts");
        self.pair(partition, sort)
    }

    pub(super) fn listed(&self, indexes: &Indexes) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, place) in ELSEWHERE.iter().zip([&indexes.gsi1, &indexes.due]) {
            lines.extend(
                place
                    .iter()
                    .map(|(partition, sort)| format!("{index}{}", self.pair(partition, sort))),
            );
        }
        lines.extend(indexes.expires_at.map(|at| format!("ends {}", self.time(at))));
        lines
    }

    fn pair(&self, partition: &str, sort: &str) -> String {
        format!("{} · {}", self.named(partition), self.named(sort))
    }

    /// A number that is left over is one of several parts.
    fn named(&self, text: &str) -> String {
        let text = self
            .0
            .iter()
            .fold(text.to_owned(), |text, (value, name)| text.replace(value, &braced(name)));
        let part = |part: &str| match part.parse::<u8>() {
            Ok(_) => braced("shard"),
            Err(_) => part.to_owned(),
        };
        text.split('#').map(part).collect::<Vec<_>>().join("#")
    }

    /// The named time that is whole hours earlier, else the latest that is not later; and how much later it is.
    fn time(&self, at: Moment) -> String {
        let times =
            self.0.iter().filter_map(|(value, name)| Some((value.parse::<Moment>().ok()?, *name)));
        let before = times.filter(|(time, _)| *time <= at);
        let whole_hours = |time| at.since(time).as_secs().is_multiple_of(3600);
        let (time, name) = before
            .min_by_key(|(time, _)| (!whole_hours(*time), at.since(*time)))
            .expect("a time that is named");
        match at.since(time).as_secs() {
            0 => braced(name),
            seconds if seconds % 3600 == 0 => format!("{} + {} h", braced(name), seconds / 3600),
            seconds => format!("{} + {seconds} s", braced(name)),
        }
    }
}

/// The others list what lies elsewhere.
pub(super) fn is_address(place: &str) -> bool {
    !ELSEWHERE.iter().any(|start| place.starts_with(start))
}

fn braced(name: &str) -> String {
    format!("{{{name}}}")
}
