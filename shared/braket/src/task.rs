//! Where a quantum task stands, how it is cancelled, and how a lost one is found.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use aws_sdk_braket::{
    primitives::DateTime,
    types::{
        QuantumTaskAdditionalAttributeName, SearchQuantumTasksFilter,
        SearchQuantumTasksFilterOperator,
    },
};
use domain::Moment;

use crate::{Braket, BraketError, Created, error::status};

/// Braket's own states, in the order of a task's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    Created,
    Queued,
    Running,
    Cancelling,
    Completed,
    Failed,
    Cancelled,
}

impl TaskState {
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Braket named a state that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown quantum task state '{0}'")]
pub struct UnknownState(pub(crate) String);

impl FromStr for TaskState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Ok(match text {
            "CREATED" => Self::Created,
            "QUEUED" => Self::Queued,
            "RUNNING" => Self::Running,
            "CANCELLING" => Self::Cancelling,
            "COMPLETED" => Self::Completed,
            "FAILED" => Self::Failed,
            "CANCELLED" => Self::Cancelled,
            other => return Err(UnknownState(other.chars().take(40).collect())),
        })
    }
}

/// A quantum task as Braket tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub arn: String,
    pub state: TaskState,
    pub device_arn: String,
    pub shots: u64,
    /// Known once completed.
    pub successful_shots: Option<u64>,
    pub tags: BTreeMap<String, String>,
    pub failure_reason: Option<String>,
    pub output_bucket: String,
    /// `{prefix}/{task id}`: the result is `results.json` in it.
    pub output_directory: String,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    /// 1 is next; known while queued.
    pub queue_position: Option<u64>,
}

/// What Braket says to a cancellation; its final word is the task's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAnswer {
    Cancelling,
    Cancelled,
    /// It had ended, or was past cancelling: look at the task.
    TooLate,
}

/// Braket's clock may be behind ours by as much.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(300);
const PAGE: i32 = 100;
const MAX_PAGES: usize = 100;

impl Braket {
    pub async fn task(&self, arn: &str) -> Result<Task, BraketError> {
        const OPERATION: &str = "GetQuantumTask";
        let answer = self
            .client_for(arn)?
            .get_quantum_task()
            .quantum_task_arn(arn)
            .additional_attribute_names(QuantumTaskAdditionalAttributeName::QueueInfo)
            .send()
            .await
            .map_err(|error| BraketError::from_sdk(OPERATION, arn, &error))?;
        let state = answer.status.as_str().parse().map_err(|unknown: UnknownState| {
            BraketError::Failed { operation: OPERATION, cause: unknown.to_string() }
        })?;
        Ok(Task {
            state,
            arn: answer.quantum_task_arn,
            device_arn: answer.device_arn,
            shots: answer.shots.try_into().unwrap_or(0),
            successful_shots: answer.num_successful_shots.and_then(|shots| shots.try_into().ok()),
            tags: answer.tags.unwrap_or_default().into_iter().collect(),
            failure_reason: answer.failure_reason,
            output_bucket: answer.output_s3_bucket,
            output_directory: answer.output_s3_directory,
            created_at: moment(&answer.created_at),
            ended_at: answer.ended_at.as_ref().map(moment),
            queue_position: answer
                .queue_info
                .and_then(|queue| queue.position.trim_start_matches('>').parse().ok()),
        })
    }

    /// Asks for the task's end; asking twice is harmless.
    pub async fn cancel(&self, arn: &str) -> Result<CancelAnswer, BraketError> {
        const OPERATION: &str = "CancelQuantumTask";
        let answer = self.client_for(arn)?.cancel_quantum_task().quantum_task_arn(arn).send().await;
        match answer {
            Ok(answer) if answer.cancellation_status.as_str() == "CANCELLED" => {
                Ok(CancelAnswer::Cancelled)
            }
            Ok(_) => Ok(CancelAnswer::Cancelling),
            Err(error) if status(&error) == Some(409) => Ok(CancelAnswer::TooLate),
            Err(error) => Err(BraketError::from_sdk(OPERATION, arn, &error)),
        }
    }

    /// The task on this device that carries the tag, made at or after `since` (our clock; Braket's may differ by minutes).
    ///
    /// `None` means that Braket shows none *now*: its search can lag behind its creates. Where several carry
    /// the tag, the earliest.
    pub async fn find_task(
        &self,
        device_arn: &str,
        since: Moment,
        tag: (&str, &str),
    ) -> Result<Option<Created>, BraketError> {
        const OPERATION: &str = "SearchQuantumTasks";
        let client = self.client_for(device_arn)?;
        let mut found: Option<(Moment, Created)> = None;
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = client
                .search_quantum_tasks()
                .set_filters(Some(filters(device_arn, since)?))
                .max_results(PAGE)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| BraketError::from_sdk(OPERATION, device_arn, &error))?;
            for task in page.quantum_tasks {
                let carries = task
                    .tags
                    .as_ref()
                    .and_then(|tags| tags.get(tag.0))
                    .is_some_and(|value| value == tag.1);
                let created_at = moment(&task.created_at);
                if carries && found.as_ref().is_none_or(|(earliest, _)| created_at < *earliest) {
                    found = Some((created_at, Created { arn: task.quantum_task_arn }));
                }
            }
            next = page.next_token;
            if next.is_none() {
                return Ok(found.map(|(_, created)| created));
            }
        }
        match found {
            Some((_, created)) => Ok(Some(created)),
            None => Err(BraketError::Failed {
                operation: OPERATION,
                cause: format!("more than {MAX_PAGES} pages of tasks since {since}"),
            }),
        }
    }
}

fn filters(device_arn: &str, since: Moment) -> Result<Vec<SearchQuantumTasksFilter>, BraketError> {
    let earliest =
        since.unix_millis().saturating_sub(CLOCK_DIFFERENCE.as_millis().try_into().unwrap_or(0));
    let earliest = Moment::from_unix_millis(earliest.try_into().unwrap_or(0)).to_string();
    [
        ("deviceArn", SearchQuantumTasksFilterOperator::Equal, device_arn),
        ("createdAt", SearchQuantumTasksFilterOperator::Gte, &earliest),
    ]
    .into_iter()
    .map(|(name, operator, value)| {
        let filter =
            SearchQuantumTasksFilter::builder().name(name).operator(operator).values(value).build();
        filter.map_err(|error| BraketError::Failed {
            operation: "SearchQuantumTasks",
            cause: error.to_string(),
        })
    })
    .collect()
}

fn moment(time: &DateTime) -> Moment {
    Moment::from_unix_millis(time.to_millis().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_last_states_are_terminal() {
        for (name, terminal) in [
            ("CREATED", false),
            ("QUEUED", false),
            ("RUNNING", false),
            ("CANCELLING", false),
            ("COMPLETED", true),
            ("FAILED", true),
            ("CANCELLED", true),
        ] {
            assert_eq!(
                name.parse::<TaskState>().map(TaskState::is_terminal),
                Ok(terminal),
                "{name}"
            );
        }
        assert!("EXPIRED".parse::<TaskState>().is_err());
    }

    #[test]
    fn a_search_reaches_back_past_a_difference_of_clocks() {
        let since: Moment = "2026-11-20T10:00:00.000Z".parse().expect("a time");
        let filters = filters("arn:aws:braket:::device/quantum-simulator/amazon/sv1", since)
            .expect("filters");
        assert_eq!(filters[1].values(), ["2026-11-20T09:55:00.000Z"]);
    }
}
