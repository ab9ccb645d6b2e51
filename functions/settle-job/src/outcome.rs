//! How an ended quantum task ends its job.

use std::time::Duration;

use braket::{GateModelResult, MAX_RESULT_BYTES, Task, TaskState};
use domain::{
    Moment,
    hardware::Platform,
    job::{Failure, Job, Stage, SubStatus},
    settlement::{Outcome, Output, billed_though_unfinished},
};
use files::{ResultKey, Results};
use worker::Failed;

/// A result that is not there by then never comes.
const RESULT_GRACE: Duration = Duration::from_secs(3600);

pub(crate) async fn of(
    results: &Results,
    job: &Job,
    task: &Task,
    now: Moment,
) -> Result<Outcome, Failed> {
    let successful = task.successful_shots.and_then(|shots| u32::try_from(shots).ok());
    let billed_shots = billed_though_unfinished(Platform::Braket, successful);
    Ok(match task.state {
        TaskState::Completed => completed(results, job, task, now).await?,
        TaskState::Cancelled => Outcome::Cancelled { billed_shots },
        _ => {
            let reason = task
                .failure_reason
                .clone()
                .unwrap_or_else(|| "The device gave no reason.".to_owned());
            device_error(Stage::Execute, reason, billed_shots)
        }
    })
}

async fn completed(
    results: &Results,
    job: &Job,
    task: &Task,
    now: Moment,
) -> Result<Outcome, Failed> {
    let Some(key) = key(job, task) else {
        return Ok(device_error(
            Stage::Result,
            "The device wrote its result elsewhere.".to_owned(),
            Some(job.shots),
        ));
    };
    let document = match results.read(&key, MAX_RESULT_BYTES as u64).await {
        Ok(document) => document,
        // It would come again forever: such a result never becomes readable.
        Err(files::Error::Refused(files::Refusal::TooLarge { limit, .. })) => {
            let detail = format!("The device's result is larger than {limit} bytes.");
            return Ok(device_error(Stage::Result, detail, Some(job.shots)));
        }
        Err(files::Error::Refused(_)) if is_overdue(task, now) => {
            let detail = "The device's result never appeared.".to_owned();
            return Ok(device_error(Stage::Result, detail, Some(job.shots)));
        }
        // The event may be ahead of the object: the message comes again.
        Err(error) => return Err(Failed::because(error)),
    };
    match GateModelResult::parse(&document.bytes) {
        Ok(result) => output(results, job, task, result).await,
        Err(bad) => Ok(device_error(Stage::Result, bad.to_string(), Some(job.shots))),
    }
}

fn is_overdue(task: &Task, now: Moment) -> bool {
    task.ended_at.is_some_and(|ended| now >= ended.plus(RESULT_GRACE))
}

/// The one place the task was told to write to.
fn key(job: &Job, task: &Task) -> Option<ResultKey> {
    let key = format!("{}/results.json", task.output_directory).parse().ok()?;
    match key {
        ResultKey::QuantumTask { job_id, .. } if job_id == job.id.uuid() => Some(key),
        _ => None,
    }
}

async fn output(
    results: &Results,
    job: &Job,
    task: &Task,
    result: GateModelResult,
) -> Result<Outcome, Failed> {
    let (counts, qubits) = (&result.counts, &result.measured_qubits);
    let kept = results.keep_large(job.id.uuid(), counts, qubits, &result.result_types).await;
    let began = job.started_at.unwrap_or(task.created_at);
    let execution = task.ended_at.unwrap_or(began).since(began);
    Ok(Outcome::Completed(Output {
        counts: result.counts,
        measured_qubits: result.measured_qubits,
        result_types: result.result_types,
        execution_millis: u64::try_from(execution.as_millis()).unwrap_or(u64::MAX),
        stored_at: kept.map_err(Failed::because)?.map(|key| key.to_string()),
    }))
}

fn device_error(stage: Stage, detail: String, billed_shots: Option<u32>) -> Outcome {
    let failure = Failure {
        stage,
        reason: SubStatus::DeviceError,
        detail,
        retryable: true,
        advice: "Submit the job again, or choose another device.".to_owned(),
    };
    Outcome::Failed { failure, billed_shots }
}
