//! What one simulation gives: counts, or whose fault it is that there are none.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clock::Stopwatch;
use domain::{
    job::{Job, Stage},
    settlement::{Outcome, Output},
};
use files::Results;
use quantum::{AskedResult, Diagnostics, Run, SimulationError, Unbound, Value};
use worker::Failed;

/// What an answer has room for beside the counts.
const MAX_RESULT_TYPES_BYTES: usize = 2 << 20;

/// Why a simulation gave nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfinished {
    #[error("{0}")]
    Program(#[from] Diagnostics),
    #[error("{0}")]
    Input(#[from] Unbound),
    #[error("{0}")]
    Values(#[from] serde_json::Error),
    #[error("{0}")]
    Simulation(#[from] SimulationError),
    #[error("longer than {0:?}")]
    TimedOut(Duration),
}

/// Runs the program with the job's input until it ends or `stop` is set. Blocks.
pub(crate) fn run(
    job: &Job,
    source: &str,
    stop: &AtomicBool,
) -> Result<quantum::Outcome, Unfinished> {
    let started = Stopwatch::start();
    let parsed = quantum::parse(source)?;
    let inputs: BTreeMap<String, Value> =
        serde_json::from_value(serde_json::Value::Object(job.input.clone()))?;
    let circuit = quantum::bind(&parsed, &inputs)?;
    let limit = job.size.time_limit();
    let late = || started.elapsed() >= limit;
    let progress = |_| match stop.load(Ordering::Relaxed) || late() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let run = Run {
        shots: job.shots,
        seed: job.seed,
        threads: clock::processors(),
        memory_limit_bytes: job.size.memory_bytes(),
        progress: &progress,
    };
    match quantum::simulate(&circuit, &run) {
        Err(SimulationError::Cancelled) if late() => Err(Unfinished::TimedOut(limit)),
        ended => Ok(ended?),
    }
}

/// Turns it into how the job ends, with a large result put away first.
pub(crate) async fn outcome(
    results: &Results,
    job: &Job,
    ended: Result<quantum::Outcome, Unfinished>,
    elapsed: Duration,
) -> Result<Outcome, Failed> {
    let outcome = match ended {
        Ok(outcome) => outcome,
        Err(unfinished) => return Ok(without_result(&unfinished)),
    };
    let measured_qubits: Vec<u32> =
        outcome.measured_qubits.iter().filter_map(|qubit| u32::try_from(*qubit).ok()).collect();
    let result_types = match told(&outcome.results) {
        Ok(told) => told,
        Err(refused) => return Ok(refused),
    };
    let id = job.id.uuid();
    let kept = results.keep_large(id, &outcome.counts, &measured_qubits, &result_types).await;
    Ok(Outcome::Completed(Output {
        counts: outcome.counts,
        measured_qubits,
        result_types,
        execution_millis: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        stored_at: kept.map_err(Failed::because)?.map(|key| key.to_string()),
    }))
}

/// Result types as JSON, if they are no more than can be answered.
fn told(results: &[AskedResult]) -> Result<Vec<serde_json::Value>, Outcome> {
    let told: Result<Vec<_>, _> = results.iter().map(serde_json::to_value).collect();
    let told = told.map_err(|error| Outcome::system_error(Stage::Result, error.to_string()))?;
    let bytes: usize = told.iter().map(|one| one.to_string().len()).sum();
    if bytes <= MAX_RESULT_TYPES_BYTES {
        return Ok(told);
    }
    Err(Outcome::user_error(
        Stage::Result,
        format!("The result types have {bytes} bytes and may have {MAX_RESULT_TYPES_BYTES}."),
        "Ask for fewer of them, or for fewer qubits.",
    ))
}

fn without_result(unfinished: &Unfinished) -> Outcome {
    match unfinished {
        Unfinished::Simulation(SimulationError::Cancelled) => {
            Outcome::Cancelled { billed_shots: None }
        }
        Unfinished::Simulation(SimulationError::OutOfMemory { .. }) => {
            Outcome::system_error(Stage::Execute, unfinished.to_string())
        }
        Unfinished::TimedOut(limit) => Outcome::timed_out(*limit),
        Unfinished::Program(_) => Outcome::system_error(Stage::Prepare, unfinished.to_string()),
        Unfinished::Input(_) | Unfinished::Values(_) => Outcome::user_error(
            Stage::Prepare,
            unfinished.to_string(),
            "Correct the input and submit the job again.",
        ),
        Unfinished::Simulation(_) => Outcome::user_error(
            Stage::Execute,
            unfinished.to_string(),
            "Change the program, the input or the shots as the detail says and submit the job again.",
        ),
    }
}
