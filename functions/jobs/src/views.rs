//! What `/jobs` is sent and answers.

pub mod examples;

use std::collections::BTreeMap;

use api::views::{Line, Money};
use domain::{
    AppId, JobId, Moment, SubscriptionId, VersionId,
    field::{MAX_SENTENCE, plain},
    hardware::Platform,
    job::{self, JobStatus, RunMode, SubStatus},
    settlement, shape,
    subscription::SubscriptionType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What is to be run, on what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "subscription_id": "01a1f82f-1e80-7fa6-9e5c-4b8d1f6a3c75", "device_id": "hub-simulator", "shots": 1000,
    "input": {"theta": 0.7}, "run_mode": "BLOCKING", "seed": 7, "tags": ["nightly"]
}))]
pub struct CreateJobRequest {
    /// The subscription to run under; the API key of a subscription knows its own.
    pub subscription_id: Option<SubscriptionId>,
    /// The latest released version where absent; an owner names a draft of their own here.
    pub app_version_id: Option<VersionId>,
    /// As GET /hardware lists it; the version's default where absent.
    #[schema(value_type = Option<shape::DeviceId>)]
    pub device_id: Option<String>,
    /// The version's default where absent.
    #[schema(value_type = Option<shape::Shots>)]
    pub shots: Option<u32>,
    /// What the version's input schema asks for.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    /// `BLOCKING` where absent.
    pub run_mode: Option<RunMode>,
    /// Makes a run on our simulator repeatable; random where absent.
    #[schema(value_type = Option<shape::Seed>)]
    pub seed: Option<u64>,
    /// Words to find it by.
    #[serde(default)]
    #[schema(value_type = Vec<shape::Word>, max_items = 20)]
    pub tags: Vec<String>,
}

/// A run of an app's program.
#[derive(Serialize, ToSchema)]
#[schema(example = json!(examples::completed()))]
pub struct Job {
    pub id: JobId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    pub subscription_type: SubscriptionType,
    pub app_id: AppId,
    pub app_version_id: VersionId,
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    pub platform: Platform,
    #[schema(value_type = shape::DeviceId)]
    pub device_id: String,
    /// The quantum task's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::BraketArn>)]
    pub platform_job_id: Option<String>,
    pub run_mode: RunMode,
    #[schema(value_type = shape::Shots)]
    pub shots: u32,
    #[schema(value_type = shape::Seed)]
    pub seed: u64,
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    #[schema(value_type = Vec<shape::Word>, max_items = 20)]
    pub tags: Vec<String>,
    pub status: JobStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<SubStatus>,
    /// Place in the device's queue, as its provider says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Digits>)]
    pub queue_position: Option<String>,
    /// Held until the job has ended; never exceeded.
    pub estimated_cost: Money,
    /// What the estimate is made of.
    #[schema(max_items = 10)]
    pub price: Vec<Line>,
    /// Date of the prices.
    #[schema(value_type = shape::Day)]
    pub priced_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_cost: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// With a job that ended while its submission waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<JobResult>,
    pub created_at: Moment,
    pub updated_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
}

/// Why a job failed and what can be done.
#[derive(Serialize, ToSchema)]
pub struct Failure {
    pub stage: job::Stage,
    pub reason: SubStatus,
    #[schema(value_type = shape::Sentence)]
    pub detail: String,
    /// Whether the same job may succeed another time.
    pub retryable: bool,
    #[schema(value_type = shape::Sentence)]
    pub advice: String,
}

impl From<&job::Failure> for Failure {
    fn from(failure: &job::Failure) -> Self {
        Self {
            stage: failure.stage,
            reason: failure.reason,
            detail: plain(&failure.detail, MAX_SENTENCE),
            retryable: failure.retryable,
            advice: plain(&failure.advice, MAX_SENTENCE),
        }
    }
}

impl From<&job::Job> for Job {
    fn from(job: &job::Job) -> Self {
        Self {
            id: job.id,
            subscription_id: job.subscription_id,
            subscription_type: job.subscription_type,
            app_id: job.app_id,
            app_version_id: job.version_id,
            version_number: job.version_number.clone(),
            platform: job.platform,
            device_id: job.device_id.clone(),
            platform_job_id: job.task_arn.clone(),
            run_mode: job.run_mode,
            shots: job.shots,
            seed: job.seed,
            input: job.input.clone(),
            tags: job.tags.clone(),
            status: job.status,
            sub_status: job.sub_status,
            queue_position: job.queue_position.clone(),
            estimated_cost: job.quote.total().into(),
            price: job.quote.lines(true, Some(job.shots)).iter().map(Line::from).collect(),
            priced_on: job.quote.as_of.clone(),
            actual_cost: job.actual_cost.map(Money::from),
            failure: job.failure.as_ref().map(Failure::from),
            result: None,
            created_at: job.created_at,
            updated_at: job.updated_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
        }
    }
}

impl Job {
    pub(crate) fn with_result(job: &job::Job, result: &settlement::JobResult) -> Self {
        Self { result: Some(JobResult::new(job, result)), ..Self::from(job) }
    }
}

/// How a job ended.
#[derive(Serialize, ToSchema)]
#[schema(example = json!(examples::result()))]
pub struct JobResult {
    pub job_id: JobId,
    pub status: JobStatus,
    #[schema(value_type = shape::DeviceId)]
    pub device_id: String,
    #[schema(value_type = shape::MeasuredShots)]
    pub shots: u32,
    /// Measured bit string → shots; the first character is the first of `measured_qubits`.
    #[schema(value_type = shape::Counts)]
    pub counts: BTreeMap<String, u64>,
    /// The share of the shots.
    #[schema(value_type = shape::Shares)]
    pub probabilities: BTreeMap<String, f64>,
    /// Different bit strings measured.
    #[schema(value_type = shape::Count)]
    pub distinct: u64,
    /// Whether `counts` holds the most frequent ones alone.
    pub truncated: bool,
    #[schema(value_type = Vec<shape::Qubits>, max_items = 10000)]
    pub measured_qubits: Vec<u32>,
    /// The result types the program asks for, in their order: `type` and `value`, as Amazon Braket writes them.
    #[schema(value_type = Vec<Object>, max_items = 1000)]
    pub result_types: Vec<Value>,
    /// Seconds.
    #[schema(value_type = shape::Duration)]
    pub execution_time: f64,
    pub cost: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    pub created_at: Moment,
}

impl JobResult {
    pub(crate) fn new(job: &job::Job, result: &settlement::JobResult) -> Self {
        let mut view = Self {
            job_id: result.job_id,
            status: result.status,
            device_id: job.device_id.clone(),
            shots: result.shots,
            counts: BTreeMap::new(),
            probabilities: BTreeMap::new(),
            distinct: result.distinct,
            truncated: false,
            measured_qubits: result.measured_qubits.clone(),
            result_types: result.result_types.clone(),
            execution_time: result.execution_millis as f64 / 1000.0,
            cost: job.actual_cost.unwrap_or_default().into(),
            failure: result.failure.as_ref().map(Failure::from),
            created_at: result.created_at,
        };
        view.count(result.counts.clone());
        view
    }

    /// Takes all counts and result types from the stored document.
    pub(crate) fn complete(&mut self, document: &[u8]) -> Result<(), serde_json::Error> {
        #[derive(Deserialize)]
        struct Document {
            counts: BTreeMap<String, u64>,
            result_types: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(document)?;
        self.count(document.counts);
        self.result_types = document.result_types;
        Ok(())
    }

    fn count(&mut self, counts: BTreeMap<String, u64>) {
        let shots = f64::from(self.shots.max(1));
        self.probabilities =
            counts.iter().map(|(bits, count)| (bits.clone(), *count as f64 / shots)).collect();
        self.truncated = (counts.len() as u64) < self.distinct;
        self.counts = counts;
    }
}
