//! Is a line one that operators can read: one object with the agreed fields and nothing else?

use std::{fs, path::Path};

use serde_json::{Map, Value};
use telemetry::FIELDS;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::emf;

/// What every line has.
const ALWAYS: [&str; 7] =
    ["timestamp", "level", "message", "function", "operation", "request_id", "trace_id"];
/// What the line that ends a piece of work measures, whatever it was.
const MEASURED: [&str; 8] = [
    "count",
    "failures",
    "latency_ms",
    "refusals",
    "cold_starts",
    "aws_calls",
    "read_units",
    "write_units",
];

/// What a function wrote.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The function's name, from that of its log.
    pub by: String,
    pub text: String,
    pub line: Map<String, Value>,
}

impl Written {
    pub(super) fn new(by: &str, text: &str) -> Self {
        let line = serde_json::from_str(text).unwrap_or_default();
        Self { by: by.to_owned(), text: text.to_owned(), line }
    }

    pub(super) fn says(&self, field: &str) -> &str {
        self.line.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn number(&self, field: &str) -> f64 {
        self.line.get(field).and_then(Value::as_f64).unwrap_or_default()
    }

    /// Whether it ends a piece of work.
    pub(super) fn measures(&self) -> bool {
        self.line.contains_key("_aws")
    }

    pub(super) fn faults(&self) -> Vec<String> {
        if self.line.is_empty() {
            return vec!["is no object".to_owned()];
        }
        let mut faults = Vec::new();
        let missing = ALWAYS.iter().filter(|field| self.says(field).is_empty());
        faults.extend(missing.map(|field| format!("has no {field}")));
        let time = OffsetDateTime::parse(self.says("timestamp"), &Rfc3339);
        if !time.is_ok_and(|time| time.offset().is_utc()) {
            faults.push("is of no time in UTC".to_owned());
        }
        if !["INFO", "WARN", "ERROR"].contains(&self.says("level")) {
            faults.push("has another level".to_owned());
        }
        if self.says("function") != self.by {
            faults.push("is of another function".to_owned());
        }
        let trace = self.says("trace_id");
        if trace.len() != 32 || hex::decode(trace).is_err() {
            faults.push("is of no trace".to_owned());
        }
        let metrics = if self.measures() { emf::names(&self.line) } else { Vec::new() };
        let agreed = |field: &str| {
            ALWAYS.contains(&field) || FIELDS.contains(&field) || metrics.contains(&field)
        };
        let strange = self.line.keys().filter(|field| *field != "_aws" && !agreed(field));
        faults.extend(strange.map(|field| format!("has the field {field}")));
        if self.measures() {
            faults.extend(emf::faults(&self.line));
            let unmeasured = MEASURED.iter().filter(|name| !metrics.contains(name));
            faults.extend(unmeasured.map(|name| format!("does not measure {name}")));
        }
        faults
    }
}

/// Every line of every function, in the order each wrote them.
pub(super) fn read(logs: &Path) -> Vec<Written> {
    let mut all = Vec::new();
    for entry in fs::read_dir(logs).expect("the logs").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(by) = name.strip_suffix(".log").filter(|name| name.starts_with("quantum-hub-"))
        else {
            continue;
        };
        let text = fs::read(entry.path()).expect("a log");
        // A line that is still being written is read the next time.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let text = String::from_utf8_lossy(&text[..whole]);
        all.extend(text.lines().map(|line| Written::new(by, line)));
    }
    all
}

#[test]
fn a_line_that_is_not_as_agreed_is_noticed() {
    let mut wrong = 0;
    for case in include_str!("unfit.txt").lines() {
        let (expected, line) = case.split_once('\t').expect("what is wrong, and with what");
        assert_eq!(Written::new("hub-jobs", line).faults().join("; "), expected, "{line}");
        wrong += usize::from(!expected.is_empty());
    }
    assert!(wrong > 20, "only {wrong} lines are wrong");
}
