//! How a job ends: its last state, its result, its charge and what is given back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    AppId, JobId, Moment, Money, Period, SubscriptionId, UserId,
    hardware::Platform,
    job::{Failure, Job, JobStatus, Stage, SubStatus},
    price::{Line, LineKind},
};

/// Counts kept on the item where the whole result lies in S3.
pub const KEPT_COUNTS: usize = 100;

/// What a run produced.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Measured bit string → shots; the first character is the first measured qubit.
    pub counts: BTreeMap<String, u64>,
    pub measured_qubits: Vec<u32>,
    pub execution_millis: u64,
    /// Of each result type the program asks for, `type` and `value` as Braket writes them.
    pub result_types: Vec<Value>,
    /// Object key of the whole result, where it is too large for an item.
    pub stored_at: Option<String>,
}

/// How the work on a job ended, as whoever learned of it says.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Completed(Output),
    Failed {
        failure: Failure,
        /// Shots the provider bills for all the same.
        billed_shots: Option<u32>,
    },
    Cancelled {
        billed_shots: Option<u32>,
    },
}

impl Outcome {
    /// Failed by us: nothing is charged and the use is given back.
    pub fn system_error(stage: Stage, detail: impl Into<String>) -> Self {
        let failure = Failure {
            stage,
            reason: SubStatus::SystemError,
            detail: detail.into(),
            retryable: true,
            advice: "Submit the job again; it was not charged.".to_owned(),
        };
        Self::Failed { failure, billed_shots: None }
    }

    /// Took longer than it may: our estimate was too low, so it is not charged.
    pub fn timed_out(limit: std::time::Duration) -> Self {
        let failure = Failure {
            stage: Stage::Execute,
            reason: SubStatus::TimedOut,
            detail: format!("The run was ended after {} seconds.", limit.as_secs()),
            retryable: false,
            advice: "Use fewer shots, gates or qubits; the job was not charged.".to_owned(),
        };
        Self::Failed { failure, billed_shots: None }
    }

    /// Failed by what the job was given.
    pub fn user_error(stage: Stage, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        let failure = Failure {
            stage,
            reason: SubStatus::UserError,
            detail: detail.into(),
            retryable: false,
            advice: advice.into(),
        };
        Self::Failed { failure, billed_shots: None }
    }
}

/// What a job gave: counts, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobResult {
    pub job_id: JobId,
    pub status: JobStatus,
    pub counts: BTreeMap<String, u64>,
    /// Different bit strings measured; more than `counts` holds where that was cut.
    pub distinct: u64,
    /// As in [`Output`]; empty where the whole result is stored elsewhere.
    #[serde(with = "crate::json_text")]
    pub result_types: Vec<Value>,
    pub measured_qubits: Vec<u32>,
    pub shots: u32,
    pub execution_millis: u64,
    pub stored_at: Option<String>,
    pub failure: Option<Failure>,
    pub created_at: Moment,
}

/// The one ledger entry of a job: its id is the job's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub job_id: JobId,
    pub user_id: UserId,
    pub subscription_id: Option<SubscriptionId>,
    pub app_id: AppId,
    pub description: String,
    pub lines: Vec<Line>,
    pub amount: Money,
    pub period: Period,
    pub settled_at: Moment,
}

/// All that ends a job, to be written at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub job: Job,
    pub result: JobResult,
    pub charge: Charge,
    pub return_use: bool,
}

/// Decides the end of a job that has not ended yet.
pub fn settle(job: &Job, outcome: Outcome, now: Moment) -> Settlement {
    let mut ended = job.clone();
    let (status, output, failure, completed, billed_shots) = match outcome {
        Outcome::Completed(output) => {
            (JobStatus::Completed, Some(output), None, true, Some(job.shots))
        }
        Outcome::Failed { failure, billed_shots } => {
            (JobStatus::Failed, None, Some(failure), false, billed_shots)
        }
        Outcome::Cancelled { billed_shots } => {
            (JobStatus::Cancelled, None, None, false, billed_shots)
        }
    };
    let charge = charge(job, status, completed, billed_shots, now);
    ended.status = status;
    ended.sub_status = failure.as_ref().map(|failure| failure.reason);
    ended.failure = failure.clone();
    ended.actual_cost = Some(charge.amount);
    ended.lease_until = None;
    ended.due_at = None;
    ended.queue_position = None;
    ended.updated_at = now;
    ended.ended_at = Some(now);
    let by_caller = failure.as_ref().is_some_and(|failure| failure.reason == SubStatus::UserError);
    Settlement {
        return_use: !completed && billed_shots.is_none() && !by_caller,
        result: result(job, status, output, failure, now),
        job: ended,
        charge,
    }
}

fn charge(
    job: &Job,
    status: JobStatus,
    completed: bool,
    billed_shots: Option<u32>,
    now: Moment,
) -> Charge {
    let mut lines = job.quote.lines(completed, billed_shots);
    if lines.is_empty() {
        let why = match status {
            JobStatus::Completed => "No charge",
            JobStatus::Cancelled => "No charge: cancelled",
            _ => "No charge: failed",
        };
        lines.push(Line {
            kind: LineKind::NoCharge,
            description: why.to_owned(),
            quantity: 1,
            amount: Money::ZERO,
        });
    }
    Charge {
        job_id: job.id,
        user_id: job.user_id,
        subscription_id: job.subscription_id,
        app_id: job.app_id,
        description: format!("{} {} on {}", job.app_name, job.version_number, job.device_id),
        amount: lines.iter().map(|line| line.amount).sum(),
        lines,
        period: now.period(),
        settled_at: now,
    }
}

fn result(
    job: &Job,
    status: JobStatus,
    output: Option<Output>,
    failure: Option<Failure>,
    now: Moment,
) -> JobResult {
    let output = output.unwrap_or(Output {
        counts: BTreeMap::new(),
        measured_qubits: vec![],
        execution_millis: 0,
        result_types: Vec::new(),
        stored_at: None,
    });
    let distinct = output.counts.len() as u64;
    let (counts, result_types) = match output.stored_at {
        Some(_) => (most_frequent(output.counts), Vec::new()),
        None => (output.counts, output.result_types),
    };
    JobResult {
        job_id: job.id,
        status,
        counts,
        distinct,
        result_types,
        measured_qubits: output.measured_qubits,
        shots: job.shots,
        execution_millis: output.execution_millis,
        stored_at: output.stored_at,
        failure,
        created_at: now,
    }
}

fn most_frequent(counts: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sorted.into_iter().take(KEPT_COUNTS).collect()
}

/// Which provider bills for what it ran although it did not complete.
pub fn billed_though_unfinished(platform: Platform, successful_shots: Option<u32>) -> Option<u32> {
    match platform {
        Platform::Hub => None,
        Platform::Braket => successful_shots.filter(|shots| *shots > 0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        job::tests::{at, job},
        subscription::SubscriptionType,
    };

    fn output(distinct: u64, stored: bool) -> Output {
        Output {
            counts: (0..distinct).map(|n| (format!("{n:08b}"), n + 1)).collect(),
            measured_qubits: vec![0, 1, 2],
            execution_millis: 12,
            result_types: vec![json!({"type": {"type": "probability"}, "value": [0.5, 0.5]})],
            stored_at: stored.then(|| "jobs/1/result.json".to_owned()),
        }
    }

    fn check(outcome: Outcome, status: JobStatus, amount: &str, return_use: bool) {
        let settled = settle(&job(Platform::Braket), outcome, at(60));
        assert_eq!(settled.job.status, status);
        assert_eq!(settled.charge.amount.to_string(), amount);
        assert_eq!(settled.job.actual_cost, Some(settled.charge.amount));
        assert_eq!(settled.return_use, return_use);
        assert_eq!((settled.job.due_at, settled.job.lease_until), (None, None));
        assert!(settled.charge.amount <= settled.job.quote.total(), "never more than was held");
        assert!(!settled.charge.lines.is_empty(), "every end stands on the bill");
    }

    #[test]
    fn the_charge_follows_from_how_the_job_ended() {
        check(Outcome::Completed(output(2, false)), JobStatus::Completed, "0.495", false);
        check(Outcome::system_error(Stage::Execute, "x"), JobStatus::Failed, "0.00", true);
        let limit = std::time::Duration::from_secs(300);
        check(Outcome::timed_out(limit), JobStatus::Failed, "0.00", true);
        check(Outcome::user_error(Stage::Execute, "x", "y"), JobStatus::Failed, "0.00", false);
        check(Outcome::Cancelled { billed_shots: None }, JobStatus::Cancelled, "0.00", true);
        check(Outcome::Cancelled { billed_shots: Some(10) }, JobStatus::Cancelled, "0.3145", false);
        let Outcome::Failed { failure, .. } = Outcome::system_error(Stage::Execute, "x") else {
            unreachable!("made above")
        };
        check(
            Outcome::Failed { failure, billed_shots: Some(100) },
            JobStatus::Failed,
            "0.445",
            false,
        );
    }

    #[test]
    fn a_trial_is_charged_zero_and_says_so() {
        let mut trial = job(Platform::Hub);
        trial.subscription_type = SubscriptionType::Trial;
        trial.quote = crate::price::Quote::free(Platform::Hub, &crate::job::tests::estimate(), 100);
        let settled = settle(&trial, Outcome::Completed(output(2, false)), at(60));
        assert_eq!(settled.charge.amount, Money::ZERO);
        assert_eq!(settled.charge.lines[0].kind, LineKind::NoCharge);
    }

    #[test]
    fn the_charge_belongs_to_the_month_of_settling() {
        let late = "2027-01-01T00:00:00Z".parse().expect("a time");
        let settled = settle(&job(Platform::Hub), Outcome::Completed(output(1, false)), late);
        assert_eq!(settled.charge.period.to_string(), "2027-01");
        assert_eq!(settled.charge.job_id, settled.job.id);
    }

    #[test]
    fn a_large_result_keeps_its_most_frequent_counts() {
        let settled = settle(&job(Platform::Hub), Outcome::Completed(output(250, true)), at(1));
        assert_eq!(settled.result.counts.len(), KEPT_COUNTS);
        assert_eq!(settled.result.distinct, 250);
        assert_eq!(settled.result.counts.values().min(), Some(&151));
        assert_eq!(settled.result.result_types, Vec::<Value>::new());
        let small = settle(&job(Platform::Hub), Outcome::Completed(output(2, false)), at(1));
        assert_eq!(small.result.result_types.len(), 1);
    }

    #[test]
    fn only_the_provider_bills_what_did_not_complete() {
        assert_eq!(billed_though_unfinished(Platform::Hub, Some(10)), None);
        assert_eq!(billed_though_unfinished(Platform::Braket, Some(0)), None);
        assert_eq!(billed_though_unfinished(Platform::Braket, Some(10)), Some(10));
    }
}
