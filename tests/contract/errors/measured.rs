//! Which places of the code did a measured run reach?

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::Place;

/// What ran, file by file, in the order of the text.
pub(super) struct Measured(BTreeMap<String, Vec<Segment>>);

/// From here on, until the next segment.
struct Segment {
    /// Line and column.
    from: (usize, usize),
    /// How often; `None` where nothing is counted.
    count: Option<u64>,
}

impl Measured {
    /// Reads what `llvm-cov export` writes.
    pub(super) fn read(report: &str) -> Self {
        let report: Value = serde_json::from_str(report).expect("JSON");
        let files = report["data"][0]["files"].as_array().expect("files");
        let read = |file: &Value| {
            let name = file["filename"].as_str().expect("a name").to_owned();
            let segments = file["segments"].as_array().expect("segments");
            (name, segments.iter().map(Segment::read).collect())
        };
        Self(files.iter().map(read).collect())
    }

    /// Whether something within the place ran; where nothing in it is counted by itself, whether what is around it ran,
    /// or else something on its line.
    pub(super) fn ran(&self, place: &Place) -> bool {
        let suffix = format!("/{}", place.path);
        let Some((_, segments)) = self.0.iter().find(|(name, _)| name.ends_with(&suffix)) else {
            return false;
        };
        let most = |is_meant: &dyn Fn(&Segment) -> bool| {
            segments.iter().filter(|segment| is_meant(segment)).filter_map(|some| some.count).max()
        };
        let around = segments.iter().take_while(|segment| segment.from <= place.from).last();
        let most = most(&|segment| (place.from..place.to).contains(&segment.from))
            .or_else(|| around?.count)
            .or_else(|| most(&|segment| segment.from.0 == place.from.0));
        most.is_some_and(|count| count > 0)
    }
}

impl Segment {
    /// Line, column, count, whether it counts; the rest is how it came to be.
    fn read(segment: &Value) -> Self {
        let number = |at: usize| segment[at].as_u64().expect("a number");
        let place = |at: usize| usize::try_from(number(at)).expect("a line or a column");
        let counts = segment[3].as_bool().expect("a flag");
        Self { from: (place(0), place(1)), count: counts.then(|| number(2)) }
    }
}
