//! The states of a job, who may move it, and what has to happen next.

use std::time::Duration;

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
    /// Whether the key counts its uses.
    pub key_counts: bool,
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
        if let Some(until) = self.lease_until.filter(|until| *until > now) {
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
        if self.fence == claim.fence && !self.status.is_terminal() { Ok(()) } else { Err(Lost) }
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
        let client_token = format!("job-{}", self.id);
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
        let new_position = self.queue_position != queue_position && !self.status.is_terminal();
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
pub(crate) mod tests {
    use super::*;
    use crate::{price::tariff, version::ResourceEstimate};

    pub(crate) const LEASE: Duration = Duration::from_secs(30);

    pub(crate) fn at(seconds: i64) -> Moment {
        Moment::from_unix_millis(1_790_000_000_000 + seconds * 1000)
    }

    pub(crate) fn estimate() -> ResourceEstimate {
        ResourceEstimate {
            qubits: 3,
            depth: 3,
            gates: 3,
            two_qubit_gates: 2,
            measured_qubits: 3,
            gate_names: vec!["h".into()],
            uses_mid_circuit_measurement: false,
            includes_library: false,
        }
    }

    pub(crate) fn job(platform: Platform) -> Job {
        let now = at(0);
        let tariff = tariff("iqm-garnet").expect("priced");
        Job {
            id: JobId::new(now, [1; 10]),
            user_id: UserId::new(now, [2; 10]),
            app_id: AppId::new(now, [3; 10]),
            app_name: "Bell".into(),
            version_id: VersionId::new(now, [4; 10]),
            version_number: "1.0.0".into(),
            subscription_id: Some(SubscriptionId::new(now, [5; 10])),
            subscription_type: SubscriptionType::PayPerUse,
            key_id: None,
            key_counts: false,
            platform,
            device_id: "iqm-garnet".into(),
            device_arn: None,
            run_mode: RunMode::NonBlocking,
            shots: 100,
            seed: 7,
            input: Map::new(),
            tags: vec![],
            program_key: "p".into(),
            size: SimulationSize::Small,
            quote: Quote::new(Money::from_micros(50_000), &tariff, &estimate(), 100),
            status: JobStatus::Provisioning,
            sub_status: Some(SubStatus::HubQueue),
            fence: 0,
            lease_until: None,
            nudges: 0,
            due_at: Some(now.plus(LEASE)),
            intent: None,
            task_arn: None,
            queue_position: None,
            cancel_requested_at: None,
            failure: None,
            actual_cost: None,
            created_at: now,
            updated_at: now,
            started_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_job_is_held_by_one_executor_until_its_lease_ends() {
        let mut job = job(Platform::Hub);
        let first = job.claim(at(1), LEASE).expect("free");
        assert_eq!(job.status, JobStatus::Running);
        assert_eq!(job.claim(at(2), LEASE), Err(Unclaimed::Held(at(31))));
        job.prolong(first, at(20), LEASE).expect("still held");
        assert_eq!(job.claim(at(31), LEASE), Err(Unclaimed::Held(at(50))));
        let second = job.claim(at(50), LEASE).expect("the lease ended");
        assert_eq!(job.held_by(first), Err(Lost));
        assert_eq!(job.prolong(first, at(51), LEASE), Err(Lost));
        assert_eq!(job.held_by(second), Ok(()));
    }

    #[test]
    fn a_job_begun_too_often_is_given_up_unless_a_task_may_exist() {
        let mut simulated = job(Platform::Hub);
        for n in 0..5 {
            simulated.claim(at(n * 100), LEASE).expect("the lease before has ended");
        }
        assert_eq!(simulated.claim(at(1000), LEASE), Err(Unclaimed::GivenUp));
        let mut submitted = job(Platform::Braket);
        let claim = submitted.claim(at(0), LEASE).expect("free");
        submitted.intend(claim, at(0)).expect("held");
        for n in 1..9 {
            submitted.claim(at(n * 100), LEASE).expect("an open intent");
        }
    }

    #[test]
    fn a_cancelled_job_is_not_begun() {
        let mut waiting = job(Platform::Hub);
        assert_eq!(waiting.request_cancel(at(1)), Ok(Cancel::AtOnce));
        let mut running = job(Platform::Hub);
        running.claim(at(1), LEASE).expect("free");
        assert_eq!(running.request_cancel(at(2)), Ok(Cancel::Requested));
        assert_eq!(running.status, JobStatus::Cancelling);
        assert_eq!(running.claim(at(100), LEASE), Err(Unclaimed::CancelRequested));
    }

    #[test]
    fn reports_of_the_provider_never_move_a_job_back() {
        let mut job = job(Platform::Braket);
        let claim = job.claim(at(1), LEASE).expect("free");
        job.intend(claim, at(1)).expect("held");
        job.task_known("arn:1", at(2), LEASE);
        job.task_known("arn:2", at(3), LEASE);
        assert_eq!(job.task_arn.as_deref(), Some("arn:1"));
        assert!(job.report(Progress::Running, None, at(3)));
        assert!(!job.report(Progress::Queued, None, at(4)), "late");
        assert!(!job.report(Progress::Running, None, at(5)), "twice");
        job.request_cancel(at(6)).expect("running");
        assert!(!job.report(Progress::Running, None, at(7)));
        assert_eq!(job.status, JobStatus::Cancelling);
        job.status = JobStatus::Completed;
        assert!(!job.report(Progress::Cancelling, None, at(8)));
        assert_eq!(job.request_cancel(at(9)).expect_err("ended").code, "job_ended");
        assert_eq!(job.claim(at(99), LEASE), Err(Unclaimed::Ended));
    }

    #[test]
    fn the_next_step_follows_from_what_is_known() {
        let mut braket = job(Platform::Braket);
        assert_eq!(braket.next_step(), Some(Step::Submit));
        braket.task_known("arn:1", at(1), LEASE);
        assert_eq!(braket.next_step(), Some(Step::Look));
        braket.status = JobStatus::Failed;
        assert_eq!(braket.next_step(), None);
        assert_eq!(job(Platform::Hub).next_step(), Some(Step::Simulate(SimulationSize::Small)));
    }

    #[test]
    fn a_released_job_can_be_claimed_again_at_once() {
        let mut job = job(Platform::Braket);
        let claim = job.claim(at(1), LEASE).expect("free");
        job.intend(claim, at(1)).expect("held");
        job.release(claim, at(2), LEASE).expect("held");
        assert_eq!((job.intent.clone(), job.due_at), (None, Some(at(32))));
        assert_eq!(job.claim(at(3), LEASE), Ok(Claim { fence: 2 }));
        assert_eq!(job.release(claim, at(4), LEASE), Err(Lost));
    }

    #[test]
    fn pauses_between_nudges_grow_to_a_limit() {
        let mut job = job(Platform::Hub);
        let pauses: Vec<u64> = (0..12)
            .map(|_| {
                job.nudge(at(0), LEASE);
                job.due_at.expect("due").since(at(0)).as_secs()
            })
            .collect();
        assert_eq!(pauses[..4], [30, 60, 120, 240]);
        assert_eq!(pauses[11], MAX_PAUSE.as_secs());
    }

    #[test]
    fn tags_are_bounded() {
        assert!(checked_tags(&["a".into()]).is_ok());
        assert!(checked_tags(&vec!["a".into(); 21]).is_err());
        assert!(checked_tags(&["x".repeat(51)]).is_err());
    }
}
