//! What is kept of a quantum task and how it goes from state to state.

use domain::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::request::CreateRequest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum State {
    Created,
    Queued,
    Running,
    Completed,
    Failed,
    Cancelling,
    Cancelled,
}

impl State {
    pub(crate) fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Self::Created | Self::Queued)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// A state never moves back, and what has ended stays.
    fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (from, _) if from.is_terminal() => false,
            (Self::Created, next) => next != Self::Created,
            (Self::Queued, next) => !next.is_waiting(),
            (Self::Running, Self::Cancelling) => true,
            (Self::Running | Self::Cancelling, next) => next.is_terminal(),
            _ => false,
        }
    }
}

/// A task as it lies on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: Uuid,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) request: CreateRequest,
    pub(crate) state: State,
    pub(crate) created_at: Moment,
    /// When it came into its state.
    pub(crate) entered_at: Moment,
    pub(crate) ended_at: Option<Moment>,
    pub(crate) failure_reason: Option<String>,
    /// Changes of state not yet told: kept with the state, so that none is lost.
    pub(crate) untold: Vec<Change>,
    changes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    number: u32,
    state: State,
    pub(crate) at: Moment,
}

impl Record {
    pub(crate) fn new(
        id: Uuid,
        region: &str,
        account: &str,
        request: CreateRequest,
        now: Moment,
    ) -> Self {
        let mut record = Self {
            id,
            region: region.to_owned(),
            account: account.to_owned(),
            request,
            state: State::Created,
            created_at: now,
            entered_at: now,
            ended_at: None,
            failure_reason: None,
            untold: Vec::new(),
            changes: 0,
        };
        record.note(now);
        record
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:braket:{}:{}:quantum-task/{}", self.region, self.account, self.id)
    }

    pub(crate) fn output_directory(&self) -> String {
        format!("{}/{}", self.request.output_s3_key_prefix, self.id)
    }

    /// Whether the task is in the state now; a step back or out of an end is not taken.
    pub(crate) fn enter(&mut self, next: State, now: Moment) -> bool {
        if !self.state.may_become(next) {
            return self.state == next;
        }
        self.state = next;
        self.entered_at = now;
        self.ended_at = next.is_terminal().then_some(now);
        self.note(now);
        true
    }

    pub(crate) fn fail(&mut self, reason: &str, now: Moment) {
        if self.enter(State::Failed, now) {
            self.failure_reason = Some(reason.to_owned());
        }
    }

    fn note(&mut self, now: Moment) {
        self.changes += 1;
        self.untold.push(Change { number: self.changes, state: self.state, at: now });
    }

    /// The detail of a task-state event, shots as a string as AWS writes it.
    pub(crate) fn event_detail(&self, change: &Change) -> Value {
        let mut detail = json!({
            "quantumTaskArn": self.arn(),
            "status": change.state,
            "deviceArn": self.request.device_arn,
            "shots": self.request.shots.to_string(),
            "outputS3Bucket": self.request.output_s3_bucket,
            "outputS3Directory": self.output_directory(),
            "createdAt": self.created_at,
            "eventName": if change.number == 1 { "INSERT" } else { "MODIFY" },
        });
        if change.state.is_terminal() {
            detail["endedAt"] = json!(change.at);
        }
        detail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [State; 7] = [
        State::Created,
        State::Queued,
        State::Running,
        State::Cancelling,
        State::Completed,
        State::Failed,
        State::Cancelled,
    ];

    #[test]
    fn a_state_never_moves_back_and_an_end_stays() {
        for (position, from) in ALL.into_iter().enumerate() {
            for to in &ALL[..=position] {
                assert!(!from.may_become(*to), "{from:?} {to:?}");
            }
            for to in ALL {
                assert!(!from.is_terminal() || !from.may_become(to), "{from:?} {to:?}");
            }
        }
        assert!(State::Cancelling.may_become(State::Completed));
    }

    #[test]
    fn each_change_is_told_once_and_in_order() {
        let now = Moment::from_unix_millis(1);
        let mut record =
            Record::new(Uuid::nil(), "us-east-1", "000000000000", CreateRequest::default(), now);
        assert!(record.enter(State::Queued, now) && record.enter(State::Queued, now));
        assert!(record.enter(State::Completed, now) && !record.enter(State::Cancelling, now));
        let told: Vec<Value> =
            record.untold.iter().map(|change| record.event_detail(change)).collect();
        let states: Vec<&Value> = told.iter().map(|detail| &detail["status"]).collect();
        assert_eq!(states, ["CREATED", "QUEUED", "COMPLETED"]);
        assert_eq!((&told[0]["eventName"], &told[0]["shots"]), (&json!("INSERT"), &json!("0")));
        assert_eq!(told[2]["endedAt"], json!("1970-01-01T00:00:00.001Z"));
    }
}
