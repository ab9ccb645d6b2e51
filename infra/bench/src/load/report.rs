//! How is what was measured told?

use std::{fmt::Write, time::Duration};

use super::{
    mix::{KINDS, Share},
    parts::Part,
    processors::Between,
    run::Run,
};
use crate::stats::{millis, percentile};

/// The goal of a load run.
const P95: Duration = Duration::from_millis(200);
/// Of its processors' time, in hundredths: a machine that has no more to give.
const USED_UP: u64 = 90;

/// A run and who had the processors meanwhile.
pub(crate) struct Measured {
    pub run: Run,
    pub between: Between,
}

impl Measured {
    fn p95(&self) -> Duration {
        percentile(&self.run.latencies(), 95)
    }

    /// Every request was answered without a failure of ours, and quickly.
    pub(crate) fn holds(&self) -> bool {
        self.run.failures() == 0 && self.p95() <= P95
    }
}

/// The load itself, in Markdown.
pub(crate) fn load(measured: &Measured, connections: usize, reopened: u64) -> String {
    let Measured { run, between } = measured;
    let mut text = String::new();
    line(
        &mut text,
        &format!(
            "{} requests at {}/s for {} s on {connections} open connections ({reopened} reopened), in an open loop: latency \
             counts from when a request was due, so that one slow answer spares no later request. Answered: {:.1}/s. The \
             generator's own lag, part of every latency: p50 {:.1} ms, p99 {:.1} ms.\n",
            run.latencies().len(),
            run.schedule.rate,
            run.schedule.lasting.as_secs(),
            run.throughput(),
            millis(percentile(&run.lag, 50)),
            millis(percentile(&run.lag, 99)),
        ),
    );
    kinds(&mut text, run);
    functions(&mut text, between);
    goals(&mut text, measured);
    text
}

fn kinds(text: &mut String, run: &Run) {
    line(
        text,
        "| request | count | p50 ms | p95 ms | p99 ms | most ms | not 2xx |\n|---|---|---|---|---|---|---|",
    );
    for (kind, answers) in KINDS.iter().zip(&run.kinds) {
        let others = answers.statuses.iter().filter(|(status, _)| !(200..300).contains(*status));
        let others: Vec<String> =
            others.map(|(status, count)| format!("{count} × {status}")).collect();
        row(text, kind.name, &answers.latencies, &others.join(", "));
    }
    for (name, share) in [
        ("**authenticated reads**", Share::AuthenticatedRead),
        ("**job creates**", Share::JobCreate),
        ("**others**", Share::Other),
    ] {
        let of_share = KINDS.iter().zip(&run.kinds).filter(|(kind, _)| kind.share == share);
        let latencies: Vec<Duration> =
            of_share.flat_map(|(_, answers)| answers.latencies.iter().copied()).collect();
        row(text, name, &latencies, "");
    }
    row(text, "**all**", &run.latencies(), "");
}

fn row(text: &mut String, name: &str, latencies: &[Duration], others: &str) {
    let [p50, p95, p99, most] =
        [50, 95, 99, 100].map(|percent| millis(percentile(latencies, percent)));
    let count = latencies.len();
    line(
        text,
        &format!("| {name} | {count} | {p50:.1} | {p95:.1} | {p99:.1} | {most:.1} | {others} |"),
    );
}

fn functions(text: &mut String, between: &Between) {
    line(
        text,
        "\n| function | environments (started meanwhile) | invocations | CPU a call µs | time a call µs |\n|---|---|---|---|---|",
    );
    for (name, work) in between.work.iter().filter(|(_, work)| work.invocations > 0) {
        let each = |time: Duration| time.as_micros() / u128::from(work.invocations);
        line(
            text,
            &format!(
                "| {name} | {} ({}) | {} | {} | {} |",
                work.environments,
                work.started,
                work.invocations,
                each(work.cpu),
                each(work.busy)
            ),
        );
    }
}

fn goals(text: &mut String, measured: &Measured) {
    let met = |met: bool| if met { "met" } else { "**missed**" };
    let (failures, p95) = (measured.run.failures(), measured.p95());
    line(text, &format!("\n* 0 answers 5xx, none missing: {} ({failures})", met(failures == 0)));
    line(
        text,
        &format!("* p95 ≤ {} ms: {} ({:.1} ms)", P95.as_millis(), met(p95 <= P95), millis(p95)),
    );
    line(text, &format!("* refused (4xx): {}", measured.run.refusals()));
    if let Some(bad) = &measured.run.first_bad {
        line(text, &format!("* the first answer that was no success: {bad}"));
    }
}

/// How the rate was raised until something gave way, in Markdown.
pub(crate) fn saturation(steps: &[Measured]) -> String {
    let mut text = String::from(
        "\nHalf as many requests again with each step. Processor time in hundredths of one processor; of the machine, in \
         hundredths of all it has, whoever used them.\n\n\
         | asked/s | answered/s | p50 ms | p95 ms | p99 ms | failed | environments | functions | gateway | DynamoDB | stand-ins | generator | machine |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for step in steps {
        line(&mut text, &self::step(step));
    }
    line(&mut text, &format!("\n{}", gave_way(steps)));
    text
}

/// One row of it.
pub(crate) fn step(measured: &Measured) -> String {
    let Measured { run, between } = measured;
    let latencies = run.latencies();
    let [p50, p95, p99] = [50, 95, 99].map(|percent| millis(percentile(&latencies, percent)));
    let part = |part| percent(between.parts.get(&part).copied().unwrap_or_default(), run.elapsed);
    format!(
        "| {} | {:.1} | {p50:.1} | {p95:.1} | {p99:.1} | {} | {} | {} | {} | {} | {} | {} | {} |",
        run.schedule.rate,
        run.throughput(),
        run.failures(),
        between.environments(),
        percent(between.functions(), run.elapsed),
        part(Part::Gateway),
        part(Part::Table),
        part(Part::StandIns),
        part(Part::Generator),
        between.machine_percent(),
    )
}

/// What gave way first, as far as processor times tell.
fn gave_way(steps: &[Measured]) -> String {
    let held = steps.iter().filter(|step| step.holds()).map(|step| step.run.schedule.rate).max();
    let held = held
        .map_or("No rate held".to_owned(), |rate| format!("The highest rate that held: {rate}/s"));
    let Some(last) = steps.last().filter(|step| !step.holds()) else {
        return format!("{held}; nothing gave way.");
    };
    let (run, between) = (&last.run, &last.between);
    let (busy, ours) = (between.machine_percent(), percent(between.ours(), run.elapsed));
    let why = if busy >= USED_UP {
        format!(
            "the machine's {} processors are used up ({ours} hundredths by the hub and its load), most by {}",
            processors(),
            between.largest()
        )
    } else if between.throttled() > 0 {
        "a function has all the environments it may have, and the processors are not used up"
            .to_owned()
    } else {
        format!("something queues, for the processors are not used up ({busy} of 100)")
    };
    format!("{held}. At {}/s {why}.", run.schedule.rate)
}

pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn percent(time: Duration, of: Duration) -> u128 {
    if of.is_zero() { 0 } else { time.as_micros() * 100 / of.as_micros().max(1) }
}

fn line(text: &mut String, line: &str) {
    // a String takes everything
    let _written = writeln!(text, "{line}");
}
