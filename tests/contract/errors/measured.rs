//! Which places of the code did a measured run reach?

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::Place;

/// How often the code ran that begins at a line and column, file by file.
pub(super) struct Measured(BTreeMap<String, Vec<((usize, usize), u64)>>);

impl Measured {
    /// Reads what `llvm-cov export` writes.
    pub(super) fn read(report: &str) -> Self {
        let report: Value = serde_json::from_str(report).expect("JSON");
        let files = report["data"][0]["files"].as_array().expect("files");
        let read = |file: &Value| {
            let name = file["filename"].as_str().expect("a name").to_owned();
            let segments = file["segments"].as_array().expect("segments");
            (name, segments.iter().filter_map(segment).collect())
        };
        Self(files.iter().map(read).collect())
    }

    /// Whether something within the place ran; where nothing in it is counted, whether something on its line did.
    pub(super) fn ran(&self, place: &Place) -> bool {
        let suffix = format!("/{}", place.path);
        let Some((_, counted)) = self.0.iter().find(|(name, _)| name.ends_with(&suffix)) else {
            return false;
        };
        let within: Vec<_> =
            counted.iter().filter(|(at, _)| (place.from..place.to).contains(at)).collect();
        match within.is_empty() {
            true => counted.iter().any(|(at, count)| at.0 == place.from.0 && *count > 0),
            false => within.into_iter().any(|(_, count)| *count > 0),
        }
    }
}

/// Line, column, count, whether it counts; the rest is how it came to be.
fn segment(segment: &Value) -> Option<((usize, usize), u64)> {
    let number = |at: usize| segment[at].as_u64().expect("a number");
    let place = |at: usize| usize::try_from(number(at)).expect("a line or a column");
    segment[3].as_bool().expect("a flag").then(|| ((place(0), place(1)), number(2)))
}
