//! The answer to the creation of a task is lost: the task is looked for, and never made again.

use std::{collections::BTreeMap, time::Duration};

use braket::CreateTask;
use domain::JobId;
use local_braket::Settings;
use serde_json::{Value, json};
use store::jobs::{Claimed, claim};
use tests::{LEASE, LocalBraket, SEARCH_GRACE, make_bucket};

use crate::flows::scene::{FOREVER_MS, USES, at_once, beside_braket, id, message, path, until};

const PRICE: &str = "0.053751";
/// Longer than the pause between two searches.
const PAUSE: Duration = Duration::from_secs(11);

async fn lose_the_answer(braket: &LocalBraket) {
    braket.fail_creations(500, "InternalServiceException", true, 1).await;
}

#[tokio::test]
async fn a_task_whose_answer_was_lost_is_found() {
    let (braket, s) = beside_braket(Settings { ignore_client_tokens: true, ..at_once() }).await;
    lose_the_answer(&braket).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let (status, sub_status) = s.state(&job).await;
    assert_eq!((status.as_str(), sub_status.as_str()), ("QUEUED", "SUBMITTING"));
    // again before a search is due: it is one at most
    s.stack.work("quantum-task", message(&job)).await;
    s.later(PAUSE).await;
    s.becomes(&job, "COMPLETED").await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
    assert_eq!(braket.tasks().await.len(), 1);
    assert_eq!(s.uses_left().await, USES - 1);
}

#[tokio::test]
async fn an_event_ahead_of_the_answer_leads_to_the_job() {
    let settings =
        Settings { search_delay_ms: FOREVER_MS, ignore_client_tokens: true, ..at_once() };
    let (braket, s) = beside_braket(settings).await;
    lose_the_answer(&braket).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    assert_eq!(s.read(&job).await["platform_job_id"], json!(null));
    braket.change(json!({"search_delay_ms": 0})).await;
    let arn = braket.tasks().await[0]["quantumTaskArn"].as_str().expect("an ARN").to_owned();
    s.event(&arn, "QUEUED").await;
    assert_eq!(s.arn(&job).await, arn);
    s.becomes(&job, "COMPLETED").await;
    s.stack.work("quantum-task", message(&job)).await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
    assert_eq!(braket.tasks().await.len(), 1);
}

#[tokio::test]
async fn a_task_that_no_search_shows_in_time_fails_the_job_and_is_never_made_again() {
    let settings = Settings {
        search_delay_ms: FOREVER_MS,
        running_ms: FOREVER_MS,
        ignore_client_tokens: true,
        ..at_once()
    };
    let (braket, s) = beside_braket(settings).await;
    lose_the_answer(&braket).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    for _ in 0..3 {
        s.later(PAUSE).await;
        assert_eq!(s.state(&job).await.0, "QUEUED");
    }
    s.later(SEARCH_GRACE).await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(ended["sub_status"], "SYSTEM_ERROR");
    assert_eq!(s.uses_left().await, USES);

    // the task comes to light after all
    braket.change(json!({"search_delay_ms": 0})).await;
    let tasks = braket.tasks().await;
    assert_eq!(tasks.len(), 1);
    let before = s.stack.items().await;
    s.event(tasks[0]["quantumTaskArn"].as_str().expect("an ARN"), "RUNNING").await;
    until("the end of the stray task", || async {
        (braket.tasks().await[0]["status"] == "CANCELLED").then_some(())
    })
    .await;
    s.event(tasks[0]["quantumTaskArn"].as_str().expect("an ARN"), "CANCELLED").await;
    s.stack.work("quantum-task", message(&job)).await;
    assert_eq!(s.stack.items().await, before);
    assert_eq!(braket.tasks().await.len(), 1);
}

#[tokio::test]
async fn a_creation_that_failed_without_effect_is_not_repeated_either() {
    let (braket, s) = beside_braket(at_once()).await;
    braket.fail_creations(503, "ServiceUnavailable", false, 1).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    s.later(PAUSE).await;
    s.later(SEARCH_GRACE).await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(ended["sub_status"], "SYSTEM_ERROR");
    assert!(braket.tasks().await.is_empty());
    assert_eq!(s.uses_left().await, USES);
}

#[tokio::test]
async fn an_executor_that_died_after_its_intent_leaves_a_task_to_be_found() {
    let (braket, s) = beside_braket(Settings { ignore_client_tokens: true, ..at_once() }).await;
    lose_the_answer(&braket).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    // as it was when the process died before it heard anything: held, with an intent
    let claimed = claim(s.stack.table(), id(&job), LEASE).await;
    assert!(matches!(claimed, Ok(Some(Claimed::Taken(job, _))) if job.intent.is_some()));
    s.later(PAUSE).await;
    assert_eq!(s.state(&job).await.0, "QUEUED", "still held");
    s.later(LEASE).await;
    s.becomes(&job, "COMPLETED").await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
    assert_eq!(braket.tasks().await.len(), 1);
}

#[tokio::test]
async fn a_second_task_of_a_job_is_cancelled_and_not_paid() {
    let (braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let second = task(s.stack.results().bucket(), &id(&job).to_string());
    let second = braket.edge().create_task(second).await.expect("a task").arn;
    let before = s.stack.items().await;
    s.event(&second, "QUEUED").await;
    until("the end of the second task", || async {
        let tasks = braket.tasks().await;
        let ended =
            |task: &Value| task["quantumTaskArn"] == *second && task["status"] == "CANCELLED";
        tasks.iter().any(ended).then_some(())
    })
    .await;
    s.event(&second, "CANCELLED").await;
    assert_eq!(s.stack.items().await, before);
    s.program.delete(&path(&job)).await.expect(202);
    s.stack.drain().await;
    s.becomes(&job, "CANCELLED").await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
}

#[tokio::test]
async fn a_task_of_another_stage_in_the_account_is_left_alone() {
    let (braket, s) = beside_braket(Settings { running_ms: FOREVER_MS, ..at_once() }).await;
    let other = "amazon-braket-another-stage";
    make_bucket(other).await;
    let theirs = task(other, &s.stack.clock().id(JobId::new).to_string());
    let arn = braket.edge().create_task(theirs).await.expect("a task").arn;
    let before = s.stack.items().await;
    s.event(&arn, "RUNNING").await;
    assert!(
        !["CANCELLING", "CANCELLED"]
            .contains(&braket.tasks().await[0]["status"].as_str().expect("a state"))
    );
    assert_eq!(s.stack.items().await, before);
}

/// A task that somebody made without the hub.
fn task(bucket: &str, job: &str) -> CreateTask {
    CreateTask {
        client_token: "not of the hub".to_owned(),
        device_arn: "arn:aws:braket:::device/quantum-simulator/amazon/sv1".to_owned(),
        shots: 10,
        bucket: bucket.to_owned(),
        prefix: format!("tasks/{job}"),
        source: "OPENQASM 3.0;\nqubit q;\nbit b;\nh q;\nb = measure q;\n".to_owned(),
        inputs: BTreeMap::new(),
        tags: [("job".to_owned(), job.to_owned())].into(),
    }
}
