//! What CloudWatch counts of each piece of work: one line in its embedded metric format.

use std::sync::atomic::Ordering;

use clock::Clock;
use serde_json::{Value, json};
use tracing::Level;

use crate::{
    Work,
    line::{self, Line},
};

/// Metrics of each function and, the first three, of each of its operations: name and unit.
const METRICS: [(&str, &str); 8] = [
    ("count", "Count"),
    ("failures", "Count"),
    ("latency_ms", "Milliseconds"),
    ("refusals", "Count"),
    ("cold_starts", "Count"),
    ("aws_calls", "Count"),
    ("read_units", "Count"),
    ("write_units", "Count"),
];
const OF_OPERATIONS: usize = 3;

/// How a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A request, with the status of its answer.
    Answered(u16),
    /// A message or a tick that is done.
    Done,
    /// A message or a tick that comes again.
    Failed,
}

impl Ended {
    fn failed(self) -> bool {
        self == Self::Failed || matches!(self, Self::Answered(status) if status >= 500)
    }

    fn refused(self) -> bool {
        matches!(self, Self::Answered(status) if (400..500).contains(&status))
    }

    fn message(self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl Work {
    /// Writes the line of this work with its metrics, once.
    pub fn end(&self, how: Ended) {
        if let Some(line) = self.close(how).filter(|_| !line::namespace().is_empty()) {
            line::print(line);
        }
    }

    /// Its line, the first time it ends.
    fn close(&self, how: Ended) -> Option<Line> {
        (!self.ended.swap(true, Ordering::Relaxed)).then(|| self.line(how))
    }

    fn line(&self, how: Ended) -> Line {
        let mut line = line::begin(Level::INFO, how.message());
        line::of_work(&mut line, self);
        if let Ended::Answered(status) = how {
            line.insert("status".to_owned(), status.into());
        }
        let (read_units, write_units) = self.units();
        let values: [Value; METRICS.len()] = [
            1.into(),
            u8::from(how.failed()).into(),
            (self.stopwatch.elapsed().as_secs_f64() * 1000.0).into(),
            u8::from(how.refused()).into(),
            u8::from(self.cold_start).into(),
            self.aws_calls().into(),
            read_units.into(),
            write_units.into(),
        ];
        for ((name, _), value) in METRICS.iter().zip(values) {
            line.insert((*name).to_owned(), value);
        }
        let facts: Vec<_> = self.facts().map(|(fact, times)| (fact.metric(), times)).collect();
        line.extend(facts.iter().map(|(name, times)| ((*name).to_owned(), (*times).into())));
        line.insert("_aws".to_owned(), directives(facts.iter().map(|(name, _)| *name)));
        line
    }
}

impl Drop for Work {
    /// What panicked on the way has failed, and with it goes the alert of its panic.
    fn drop(&mut self) {
        self.end(Ended::Failed);
    }
}

/// Which members of the line are metrics, and of what.
fn directives<'a>(facts: impl Iterator<Item = &'a str>) -> Value {
    let namespace = line::namespace();
    let metric = |(name, unit): &(&str, &str)| json!({"Name": name, "Unit": unit});
    let directive = |dimensions: Value, metrics: Vec<Value>| json!({"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics});
    let (of_operations, of_functions) = METRICS.split_at(OF_OPERATIONS);
    let mut all = vec![
        directive(
            json!([["function"], ["function", "operation"]]),
            of_operations.iter().map(metric).collect(),
        ),
        directive(json!([["function"]]), of_functions.iter().map(metric).collect()),
    ];
    let facts: Vec<_> = facts.map(|name| metric(&(name, "Count"))).collect();
    if !facts.is_empty() {
        all.push(directive(json!([[], ["function"]]), facts));
    }
    json!({"Timestamp": Clock::system().now().unix_millis(), "CloudWatchMetrics": all})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fact, Trace, called, consumed_writes, count, within};

    #[tokio::test]
    async fn each_metric_named_stands_in_the_line() {
        let work = Work::begin("createJob", "r-1", Trace::begin());
        let line = within(work.clone(), async {
            called();
            consumed_writes(12.0);
            count(Fact::MicroUsdCharged, 300_000);
            work.line(Ended::Answered(202))
        })
        .await;
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().expect("directives");
        let named = directives.iter().flat_map(|directive| {
            let names = directive["Metrics"].as_array().into_iter().flatten();
            names.map(|metric| metric["Name"].as_str().expect("a name"))
        });
        let named: Vec<_> = named.collect();
        assert!(named.contains(&"micro_usd_charged") && named.contains(&"latency_ms"), "{named:?}");
        assert!(named.iter().all(|name| line[*name].is_number()), "{line:?}");
        for directive in directives {
            let dimensions = directive["Dimensions"].as_array().into_iter().flatten();
            for name in dimensions.flat_map(|set| set.as_array().into_iter().flatten()) {
                assert!(line[name.as_str().expect("a name")].is_string(), "{name}");
            }
        }
        assert_eq!(
            (line["aws_calls"].as_u64(), line["write_units"].as_f64()),
            (Some(1), Some(12.0))
        );
    }

    #[test]
    fn work_ends_once_and_is_known_by_its_name_whoever_ends_it() {
        let work = Work::begin("createJob", "r-1", Trace::begin());
        let line = work.close(Ended::Failed).expect("its first end");
        assert_eq!((&line["operation"], &line["failures"]), (&"createJob".into(), &1.into()));
        assert_eq!(work.close(Ended::Answered(200)), None);
    }

    #[test]
    fn refusals_and_failures_are_counted_apart() {
        for (how, refused, failed) in [
            (Ended::Answered(200), false, false),
            (Ended::Answered(404), true, false),
            (Ended::Answered(500), false, true),
            (Ended::Done, false, false),
            (Ended::Failed, false, true),
        ] {
            assert_eq!((how.refused(), how.failed()), (refused, failed), "{how:?}");
        }
    }
}
