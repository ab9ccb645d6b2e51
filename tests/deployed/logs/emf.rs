//! Would CloudWatch take a line's metrics? By the rules of its embedded metric format.

use serde_json::{Map, Value};

const MOST_BYTES: usize = 256 * 1024;
const MOST_DIMENSIONS: usize = 30;
const MOST_METRICS: usize = 100;
const LONGEST_NAME: usize = 255;
const LONGEST_DIMENSION: usize = 250;
const LONGEST_DIMENSION_VALUE: usize = 1024;
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];
/// 2020 and 2100, in milliseconds: a time in seconds or nanoseconds is none of ours.
const TIMES: std::ops::Range<u64> = 1_577_836_800_000..4_102_444_800_000;

/// The metrics that a line names.
pub(super) fn names(line: &Map<String, Value>) -> Vec<&str> {
    let directives = line.get("_aws").and_then(|about| about["CloudWatchMetrics"].as_array());
    let metrics = directives
        .into_iter()
        .flatten()
        .flat_map(|directive| directive["Metrics"].as_array().into_iter().flatten());
    metrics.filter_map(|metric| metric["Name"].as_str()).collect()
}

/// What is wrong with a line that has metrics.
pub(super) fn faults(line: &Map<String, Value>) -> Vec<String> {
    let Some(about) = line.get("_aws").and_then(Value::as_object) else {
        return vec!["has no metadata".to_owned()];
    };
    let mut faults = Vec::new();
    if Value::Object(line.clone()).to_string().len() > MOST_BYTES {
        faults.push("is longer than 256 KiB".to_owned());
    }
    if !about.get("Timestamp").and_then(Value::as_u64).is_some_and(|at| TIMES.contains(&at)) {
        faults.push("has no time in milliseconds".to_owned());
    }
    match about.get("CloudWatchMetrics").and_then(Value::as_array) {
        Some(directives) if !directives.is_empty() => {
            faults.extend(directives.iter().flat_map(|directive| of_directive(line, directive)));
        }
        _ => faults.push("has no directives".to_owned()),
    }
    faults
}

fn of_directive(line: &Map<String, Value>, directive: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if !is_name(&directive["Namespace"], LONGEST_NAME) {
        faults.push("has a directive without a namespace".to_owned());
    }
    match directive["Dimensions"].as_array() {
        Some(sets) if !sets.is_empty() => {
            faults.extend(sets.iter().flat_map(|set| of_dimensions(line, set)));
        }
        _ => faults.push("has a directive without dimensions".to_owned()),
    }
    match directive["Metrics"].as_array() {
        Some(metrics) if !metrics.is_empty() && metrics.len() <= MOST_METRICS => {
            faults.extend(metrics.iter().filter_map(|metric| of_metric(line, metric)));
        }
        _ => faults.push("has a directive without 1 to 100 metrics".to_owned()),
    }
    faults
}

fn of_dimensions(line: &Map<String, Value>, set: &Value) -> Vec<String> {
    let Some(names) = set.as_array().filter(|names| names.len() <= MOST_DIMENSIONS) else {
        return vec!["has a set of more than 30 dimensions".to_owned()];
    };
    let fits = |name: &&Value| {
        let target = line.get(name.as_str().unwrap_or_default()).and_then(Value::as_str);
        let fits = target.is_some_and(|value| (1..=LONGEST_DIMENSION_VALUE).contains(&value.len()));
        fits && is_name(name, LONGEST_DIMENSION)
    };
    let wrong = names.iter().filter(|name| !fits(name));
    wrong.map(|name| format!("has the dimension {name}, which is no text of the line")).collect()
}

fn of_metric(line: &Map<String, Value>, metric: &Value) -> Option<String> {
    let name = metric["Name"].as_str().unwrap_or_default();
    let is_number = |target: &Value| match target {
        Value::Number(_) => true,
        Value::Array(all) => all.len() <= MOST_METRICS && all.iter().all(Value::is_number),
        _ => false,
    };
    if !is_name(&metric["Name"], LONGEST_NAME) || !line.get(name).is_some_and(is_number) {
        return Some(format!("has the metric {name:?}, which is no number of the line"));
    }
    let unit = &metric["Unit"];
    let known = unit.is_null() || unit.as_str().is_some_and(|unit| UNITS.contains(&unit));
    (!known).then(|| format!("measures {name} in {unit}"))
}

fn is_name(value: &Value, longest: usize) -> bool {
    value.as_str().is_some_and(|name| !name.trim().is_empty() && name.len() <= longest)
}
