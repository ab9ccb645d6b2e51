//! The states of a job, who may move it, and what has to happen next.

use std::time::Duration;

use guards::{Guard, stands};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::simulation_size::SimulationSize;
use crate::{
    AppId, JobId, KeyId, Moment, Money, Refusal, SubscriptionId, UserId, VersionId,
    field::{Checks, MAX_TAG, MAX_TAGS},
    hardware::Platform,
    price::Quote,
    subscription::SubscriptionType,
};

/// Executions begun before a job is given up as failed by us.
pub const MAX_ATTEMPTS: u32 = 5;
/// How long an accepted job may wait before it is sent again.
pub const FIRST_LOOK: Duration = Duration::from_secs(30);
/// Longest pause between two looks at a job that makes no progress.
pub const MAX_PAUSE: Duration = Duration::from_secs(15 * 60);

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    /// Accepted, price held, nobody has it yet.
    Provisioning,
    Queued,
    Running,
    Cancelling,
    Completed,
    Failed,
    Cancelled,
}

impl JobStatus {
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubStatus {
    HubQueue,
    Submitting,
    ProviderQueued,
    Executing,
    TimedOut,
    UserError,
    DeviceError,
    SystemError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunMode {
    Blocking,
    NonBlocking,
}

/// One run of an app, from its submission to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub user_id: UserId,
    pub app_id: AppId,
    pub app_name: String,
    pub version_id: VersionId,
    pub version_number: String,
    /// `None` where an owner runs their own app.
    pub subscription_id: Option<SubscriptionId>,
    pub subscription_type: SubscriptionType,
    pub key_id: Option<KeyId>,
    /// The key whose count of uses it took one from.
    pub counted_as: Option<KeyId>,
    pub platform: Platform,
    pub device_id: String,
    pub device_arn: Option<String>,
    pub run_mode: RunMode,
    pub shots: u32,
    pub seed: u64,
    #[serde(with = "crate::json_text")]
    pub input: Map<String, Value>,
    pub tags: Vec<String>,
    pub program_key: String,
    pub size: SimulationSize,
    pub quote: Quote,
    pub status: JobStatus,
    pub sub_status: Option<SubStatus>,
    /// Grows with each claim; who holds an older one may write nothing any more.
    pub fence: u64,
    pub lease_until: Option<Moment>,
    /// Times it was sent again without having moved.
    pub nudges: u32,
    /// When the sweeper looks at it; `None` once it has ended.
    pub due_at: Option<Moment>,
    pub intent: Option<Intent>,
    pub task_arn: Option<String>,
    pub queue_position: Option<String>,
    pub cancel_requested_at: Option<Moment>,
    pub failure: Option<Failure>,
    pub actual_cost: Option<Money>,
    /// The trace of the request that made it, as the header `traceparent` has it.
    #[serde(default)]
    pub traceparent: Option<String>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub started_at: Option<Moment>,
    pub ended_at: Option<Moment>,
}

/// Written before the provider is called, so that a lost answer can be searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub client_token: String,
    pub at: Moment,
}

/// Why a job failed and what its owner can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub stage: Stage,
    pub reason: SubStatus,
    pub detail: String,
    pub retryable: bool,
    pub advice: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    Prepare,
    Submit,
    Execute,
    Result,
}

/// Who works on a job now: the fence to show with each later write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub fence: u64,
}

/// Why a job cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclaimed {
    Ended,
    /// Another holds it until then.
    Held(Moment),
    /// Its cancellation was asked for before anything ran.
    CancelRequested,
    /// Begun too often without an end.
    GivenUp,
    /// Its task is known: there is only to look.
    WithProvider,
}

/// The fence is no longer the caller's, or the job has ended: stop working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claim on this job is lost")]
pub struct Lost;

/// What is to be done with a job that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Simulate(SimulationSize),
    Submit,
    Look,
}

/// What the provider says of its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Queued,
    Running,
    Cancelling,
}

/// What a cancel request led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// Nobody has it: it can be settled as cancelled at once.
    AtOnce,
    /// Whoever has it will hear of it.
    Requested,
}

impl Job {
    /// What has to happen for the job to move on; `None` once it has ended.
    pub fn next_step(&self) -> Option<Step> {
        if self.status.is_terminal() {
            return None;
        }
        Some(match (self.platform, &self.task_arn) {
            (Platform::Hub, _) => Step::Simulate(self.size),
            (Platform::Braket, None) => Step::Submit,
            (Platform::Braket, Some(_)) => Step::Look,
        })
    }

    /// Takes the job for one executor until the lease ends.
    pub fn claim(&mut self, now: Moment, lease: Duration) -> Result<Claim, Unclaimed> {
        if self.status.is_terminal() {
            return Err(Unclaimed::Ended);
        }
        if self.task_arn.is_some() {
            return Err(Unclaimed::WithProvider);
        }
        if let Some(until) = self.lease_until.filter(|until| *until > now && stands(Guard::Lease)) {
            return Err(Unclaimed::Held(until));
        }
        if self.cancel_requested_at.is_some() && self.intent.is_none() {
            return Err(Unclaimed::CancelRequested);
        }
        // An open intent is never given up here: the task it may have made must be found or waited for.
        if self.fence >= u64::from(MAX_ATTEMPTS) && self.intent.is_none() {
            return Err(Unclaimed::GivenUp);
        }
        self.fence += 1;
        self.lease_until = Some(now.plus(lease));
        self.due_at = self.lease_until;
        self.nudges = 0;
        let (status, sub_status) = match self.platform {
            Platform::Hub => (JobStatus::Running, SubStatus::Executing),
            Platform::Braket => (JobStatus::Queued, SubStatus::Submitting),
        };
        self.advance(status, sub_status, now);
        if self.platform == Platform::Hub {
            self.started_at.get_or_insert(now);
        }
        Ok(Claim { fence: self.fence })
    }

    /// Whether the claim still counts.
    pub fn held_by(&self, claim: Claim) -> Result<(), Lost> {
        let holds = self.fence == claim.fence || !stands(Guard::Fence);
        if holds && !self.status.is_terminal() { Ok(()) } else { Err(Lost) }
    }

    /// Prolongs the lease of who still holds the job.
    pub fn prolong(&mut self, claim: Claim, now: Moment, lease: Duration) -> Result<(), Lost> {
        self.held_by(claim)?;
        self.lease_until = Some(now.plus(lease));
        self.due_at = self.lease_until;
        Ok(())
    }

    /// Gives the job back for a later try, as if it had not been claimed but for the fence.
    pub fn release(&mut self, claim: Claim, now: Moment, pause: Duration) -> Result<(), Lost> {
        self.held_by(claim)?;
        self.lease_until = None;
        self.intent = None;
        self.due_at = Some(now.plus(pause));
        self.updated_at = now;
        Ok(())
    }

    /// Gives the job back, but keeps the intent: the task it may have made is looked for later.
    pub fn postpone(&mut self, claim: Claim, now: Moment, pause: Duration) -> Result<(), Lost> {
        self.held_by(claim)?;
        self.lease_until = None;
        self.due_at = Some(now.plus(pause));
        Ok(())
    }

    /// The next look at a job whose task is known.
    pub fn look_again(&mut self, now: Moment, pause: Duration) {
        if !self.status.is_terminal() {
            self.due_at = Some(now.plus(pause));
        }
    }

    /// Writes down what is about to be asked of the provider.
    pub fn intend(&mut self, claim: Claim, now: Moment) -> Result<&Intent, Lost> {
        self.held_by(claim)?;
        let client_token = match stands(Guard::ClientToken) {
            true => format!("job-{}", self.id),
            false => format!("job-{}-{}", self.id, self.fence),
        };
        Ok(self.intent.insert(Intent { client_token, at: now }))
    }

    /// The provider has the task. Once known it never changes.
    pub fn task_known(&mut self, arn: &str, now: Moment, look_after: Duration) {
        if self.status.is_terminal() || self.task_arn.is_some() {
            return;
        }
        self.task_arn = Some(arn.to_owned());
        self.lease_until = None;
        self.advance(JobStatus::Queued, SubStatus::ProviderQueued, now);
        self.due_at = Some(now.plus(look_after));
        self.nudges = 0;
    }

    /// Takes a report of the provider; a state never moves back. Answers whether it moved.
    pub fn report(
        &mut self,
        progress: Progress,
        queue_position: Option<String>,
        now: Moment,
    ) -> bool {
        let (status, sub_status) = match progress {
            Progress::Queued => (JobStatus::Queued, SubStatus::ProviderQueued),
            Progress::Running => (JobStatus::Running, SubStatus::Executing),
            Progress::Cancelling => (JobStatus::Cancelling, SubStatus::Executing),
        };
        let moved = self.advance(status, sub_status, now);
        let late = self.status.is_terminal() || status < self.status;
        let new_position = !late && self.queue_position != queue_position;
        if new_position {
            self.queue_position = queue_position;
            self.updated_at = now;
        }
        if moved && status == JobStatus::Running {
            self.started_at.get_or_insert(now);
        }
        moved || new_position
    }

    pub fn request_cancel(&mut self, now: Moment) -> Result<Cancel, Refusal> {
        match self.status {
            status if status.is_terminal() => Err(Refusal::conflict(
                "job_ended",
                "This job has ended already; there is nothing to cancel.",
            )),
            JobStatus::Provisioning => Ok(Cancel::AtOnce),
            _ => {
                self.cancel_requested_at.get_or_insert(now);
                self.status = JobStatus::Cancelling;
                self.due_at = self.due_at.map(|due| due.min(now.plus(Duration::from_secs(1))));
                self.updated_at = now;
                Ok(Cancel::Requested)
            }
        }
    }

    /// Notes that the job was sent again; the pauses between two such times grow.
    pub fn nudge(&mut self, now: Moment, pause: Duration) {
        let factor = 1 << self.nudges.min(10);
        self.nudges = self.nudges.saturating_add(1);
        self.due_at = Some(now.plus((pause * factor).min(MAX_PAUSE)));
    }

    fn advance(&mut self, status: JobStatus, sub_status: SubStatus, now: Moment) -> bool {
        if self.status.is_terminal() || status < self.status {
            return false;
        }
        let moved = self.status != status || self.sub_status != Some(sub_status);
        if moved {
            (self.status, self.sub_status) = (status, Some(sub_status));
            self.updated_at = now;
        }
        moved
    }
}

/// Checks the tags of a new job.
pub fn checked_tags(tags: &[String]) -> Result<Vec<String>, Refusal> {
    let mut checks = Checks::new();
    checks.list("/tags", tags, MAX_TAGS);
    let tags = tags.iter().take(MAX_TAGS).enumerate();
    let tags = tags.map(|(at, tag)| checks.line(&format!("/tags/{at}"), tag, MAX_TAG)).collect();
    checks.finish()?;
    Ok(tags)
}

#[cfg(test)]
pub(crate) mod tests;
