//! Which queue a job goes to for its next step, and how it is sent there.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use domain::{
    JobId,
    job::{Job, SimulationSize, Step},
};
use environment::{SdkConfig, failure};
use serde::{Deserialize, Serialize};

use crate::record::TRACEPARENT;

/// The most messages of one call.
pub(crate) const BATCH: usize = 10;

/// What is said of a message beside its body.
pub(crate) type Attributes = Option<HashMap<String, MessageAttributeValue>>;

/// What a job's queues carry: look at this job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobMessage {
    pub job_id: JobId,
}

/// The message may or may not have been sent.
#[derive(Debug, thiserror::Error)]
#[error("sending to a queue failed: {0}")]
pub struct QueueError(pub(crate) String);

/// The queues a job passes through.
#[derive(Clone, Debug)]
pub struct JobQueues {
    pub(crate) client: Client,
    urls: Urls,
}

#[derive(Clone, Debug)]
struct Urls {
    small: String,
    medium: String,
    large: String,
    quantum_task: String,
    settlement: String,
}

impl JobQueues {
    /// Reads the five `…_QUEUE_URL` variables.
    pub fn from_env(config: &SdkConfig) -> Result<Self, environment::Error> {
        let urls = Urls {
            small: environment::text("SIMULATION_SMALL_QUEUE_URL")?,
            medium: environment::text("SIMULATION_MEDIUM_QUEUE_URL")?,
            large: environment::text("SIMULATION_LARGE_QUEUE_URL")?,
            quantum_task: environment::text("QUANTUM_TASK_QUEUE_URL")?,
            settlement: environment::text("SETTLEMENT_QUEUE_URL")?,
        };
        Ok(Self { client: Client::new(config), urls })
    }

    /// `url` of each queue by the name of its step: `small`, `medium`, `large`, `quantum-task`, `settlement`.
    pub fn new(config: &SdkConfig, url: impl Fn(&str) -> String) -> Self {
        let urls = Urls {
            small: url("small"),
            medium: url("medium"),
            large: url("large"),
            quantum_task: url("quantum-task"),
            settlement: url("settlement"),
        };
        Self { client: Client::new(config), urls }
    }

    /// Sends a job to its next step, if it has any.
    pub async fn send(&self, job: &Job) -> Result<(), QueueError> {
        let Some(step) = job.next_step() else { return Ok(()) };
        self.client
            .send_message()
            .queue_url(self.url(step))
            .message_body(body(job.id)?)
            .set_message_attributes(attributes(job)?)
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError(failure("SendMessage", &error)))
    }

    /// Sends each to its next step, if it has any, ten a call; answers which were taken.
    pub async fn send_all(&self, jobs: &[Job]) -> Result<Vec<JobId>, QueueError> {
        let mut by_queue: BTreeMap<&str, Vec<&Job>> = BTreeMap::new();
        for job in jobs {
            let Some(step) = job.next_step() else { continue };
            by_queue.entry(self.url(step)).or_default().push(job);
        }
        let mut taken = Vec::with_capacity(jobs.len());
        for (url, of_queue) in by_queue {
            for batch in of_queue.chunks(BATCH) {
                taken.extend(self.send_batch(url, batch).await?);
            }
        }
        Ok(taken)
    }

    async fn send_batch(&self, url: &str, jobs: &[&Job]) -> Result<Vec<JobId>, QueueError> {
        let messages = jobs.iter().map(|job| Ok((body(job.id)?, attributes(job)?)));
        let taken =
            send_messages(&self.client, url, messages.collect::<Result<_, QueueError>>()?).await?;
        Ok(taken.into_iter().filter_map(|at| Some(jobs.get(at)?.id)).collect())
    }

    pub(crate) fn url(&self, step: Step) -> &str {
        match step {
            Step::Simulate(SimulationSize::Small) => &self.urls.small,
            Step::Simulate(SimulationSize::Medium) => &self.urls.medium,
            Step::Simulate(SimulationSize::Large) => &self.urls.large,
            Step::Submit => &self.urls.quantum_task,
            Step::Look => &self.urls.settlement,
        }
    }
}

/// Sends as many as one call takes; answers which of them were taken, by their places.
pub(crate) async fn send_messages(
    client: &Client,
    url: &str,
    messages: Vec<(String, Attributes)>,
) -> Result<Vec<usize>, QueueError> {
    let mut request = client.send_message_batch().queue_url(url);
    for (at, (body, attributes)) in messages.into_iter().enumerate() {
        let entry = SendMessageBatchRequestEntry::builder()
            .id(at.to_string())
            .message_body(body)
            .set_message_attributes(attributes);
        request = request.entries(entry.build().map_err(|error| QueueError(error.to_string()))?);
    }
    let answer =
        request.send().await.map_err(|error| QueueError(failure("SendMessageBatch", &error)))?;
    Ok(answer.successful().iter().filter_map(|entry| entry.id().parse().ok()).collect())
}

fn body(job_id: JobId) -> Result<String, QueueError> {
    serde_json::to_string(&JobMessage { job_id }).map_err(|error| QueueError(error.to_string()))
}

/// The trace of the request that made the job: whoever goes on with it does so in the same trace.
fn attributes(job: &Job) -> Result<Attributes, QueueError> {
    let Some(traceparent) = &job.traceparent else { return Ok(None) };
    let value =
        MessageAttributeValue::builder().data_type("String").string_value(traceparent).build();
    let value = value.map_err(|error| QueueError(error.to_string()))?;
    Ok(Some([(TRACEPARENT.to_owned(), value)].into()))
}
