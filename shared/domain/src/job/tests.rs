//! The rules of a job's states, case by case.

use super::*;
use crate::{
    price::tariff,
    version::{AskedResults, ResourceEstimate, SimulationEstimate},
};

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
        in_braket_dialect: true,
        results: AskedResults::None,
        simulation: SimulationEstimate::of_state_vector(3, 3),
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
        counted_as: None,
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
        quote: Quote::new(Money::from_micros(50_000), &tariff, platform, &estimate(), 100),
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
        traceparent: None,
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
    assert_eq!(job.claim(at(100), LEASE), Err(Unclaimed::WithProvider), "never submitted again");
    assert!(job.report(Progress::Running, None, at(3)));
    assert!(!job.report(Progress::Queued, Some("2".into()), at(4)), "late");
    assert_eq!(job.queue_position, None);
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
