//! What does a run give, as a person or a program wants it?

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use quantum::{Circuit, Outcome};
use quantum_pictures::{Histogram, Order};
use serde_json::json;

use super::Stopped;
use super::arguments::Run;
use super::source::{bind, parse};
use super::terminal::{Bar, columns};

/// Values of an output that are named.
const VALUES_SHOWN: usize = 8;
/// Rows of a histogram in the terminal.
const ROWS: usize = 32;

pub(super) fn run(asked: &Run) -> Result<(), Stopped> {
    let parsed = parse(&asked.file)?;
    let circuit = bind(&asked.file, &parsed, &asked.inputs)?;
    let bar = Bar::new();
    let progress = |progress| bar.show(progress);
    let settings = quantum::Run {
        shots: asked.shots,
        seed: asked.seed,
        threads: asked.threads,
        memory_limit_bytes: asked.memory_bytes,
        progress: &progress,
    };
    let begun = Instant::now();
    let ended = quantum::simulate(&circuit, &settings);
    bar.clear();
    let outcome = ended.map_err(|error| Stopped::Refused(format!("error: {error}")))?;
    let seconds = begun.elapsed().as_secs_f64();
    if let Some(file) = &asked.svg {
        let histogram = histogram(&outcome);
        std::fs::write(file, quantum_pictures::histogram_svg(&histogram, &title(asked)))
            .map_err(|error| Stopped::Refused(format!("error: {}: {error}", file.display())))?;
    }
    match asked.json {
        true => as_json(&outcome),
        false => as_text(asked, &circuit, &outcome, seconds),
    }
}

fn histogram(outcome: &Outcome) -> Histogram {
    let counts = outcome.counts.iter().map(|(bits, count)| (bits.as_str(), *count));
    Histogram::new(counts, ROWS, Order::ByOutcome)
}

/// The most frequent values, each with how often it came.
fn frequencies(values: &[serde_json::Value]) -> String {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for value in values {
        *seen.entry(value.to_string()).or_default() += 1;
    }
    let mut seen: Vec<(String, u64)> = seen.into_iter().collect();
    seen.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = seen.iter().take(VALUES_SHOWN).map(|(value, count)| format!("{value} ({count})"));
    let rest = if seen.len() > VALUES_SHOWN { ", …" } else { "" };
    format!("{}{rest}", shown.collect::<Vec<_>>().join(", "))
}

fn title(asked: &Run) -> String {
    format!("{}, {} shots", asked.file.display(), asked.shots)
}

fn as_json(outcome: &Outcome) -> Result<(), Stopped> {
    let mut told = json!({
        "counts": outcome.counts,
        "measured_qubits": outcome.measured_qubits,
        "method": outcome.method,
        "result_types": outcome.results,
    });
    if !outcome.outputs.is_empty() {
        told["outputs"] = json!(outcome.outputs);
    }
    if !outcome.probabilities.is_empty() {
        told["probabilities"] = json!(outcome.probabilities);
    }
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn as_text(asked: &Run, circuit: &Circuit, outcome: &Outcome, seconds: f64) -> Result<(), Stopped> {
    let mut out = std::io::stdout().lock();
    if !outcome.counts.is_empty() {
        let histogram = histogram(outcome);
        write!(out, "{}", quantum_pictures::histogram_text(&histogram, columns()))?;
    }
    for (bits, probability) in &outcome.probabilities {
        writeln!(out, "{bits}  {probability:.6}")?;
    }
    for (name, values) in &outcome.outputs {
        writeln!(out, "{name}: {}", frequencies(values))?;
    }
    for result in &outcome.results {
        writeln!(out, "{}\n  {}", result.r#type, json!(result.value))?;
    }
    let shots = match asked.shots {
        0 => "exactly".to_owned(),
        1 => "1 shot".to_owned(),
        shots => format!("{shots} shots"),
    };
    let qubits = circuit.program().qubit_count();
    writeln!(out, "\n{qubits} qubits, {shots}, {}, {seconds:.3} s", outcome.method)?;
    Ok(())
}
