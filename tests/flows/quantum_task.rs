//! A job on a Braket device: handed over once, followed by events that say little, paid once.

use std::time::Duration;

use files::ResultKey;
use local_braket::Settings;
use serde_json::{Value, json};
use tests::{LocalBraket, Stack, remove_object};

use crate::flows::scene::{
    FOREVER_MS, Scene, USES, at_once, beside_braket, event, id, message, path, until,
};

/// App fee 0.05, SV1's minimum and a rounded-up millionth for the simulation itself.
const PRICE: &str = "0.053751";

#[tokio::test]
async fn a_job_on_a_braket_device_is_handed_over_followed_and_paid_once() {
    let (braket, s) = beside_braket(Settings { running_ms: FOREVER_MS, ..at_once() }).await;
    let job = s.quantum_task().await;
    assert_eq!(job["status"], "PROVISIONING");
    s.stack.drain().await;
    let (status, sub_status) = s.state(&job).await;
    assert_eq!((status.as_str(), sub_status.as_str()), ("QUEUED", "PROVIDER_QUEUED"));
    s.becomes(&job, "RUNNING").await;
    let arn = s.arn(&job).await;

    // late, early and out of order: an event only says that there is something to look at
    for told in ["CREATED", "COMPLETED", "QUEUED", "CANCELLED", "RUNNING"] {
        s.event(&arn, told).await;
        assert_eq!(s.state(&job).await.0, "RUNNING", "{told}");
    }

    let braket = braket.restarted(at_once());
    s.becomes(&job, "COMPLETED").await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
    let kinds: Vec<Value> = s.bill().await.iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    assert!(["APP_FEE", "TASK", "SIMULATION"].iter().all(|kind| kinds.contains(&json!(kind))));
    five_sigma(&s, &job).await;

    let before = s.stack.items().await;
    for told in ["COMPLETED", "RUNNING", "CREATED", "FAILED"] {
        s.event(&arn, told).await;
    }
    s.stack.work("quantum-task", message(&job)).await;
    s.stack.work("settlement", message(&job)).await;
    s.later(Duration::from_secs(3600)).await;
    assert_eq!(s.stack.items().await, before);
    assert_eq!(braket.tasks().await.len(), 1);
}

async fn five_sigma(s: &Scene, job: &Value) {
    let result = s.program.get(&format!("{}/result", path(job))).await.expect(200);
    let counts = &result["counts"];
    let count = |bits: &str| counts[bits].as_f64().unwrap_or_default();
    assert_eq!(counts["000"].as_u64().zip(counts["111"].as_u64()).map(|(a, b)| a + b), Some(1000));
    let expected = 1000.0 * (0.6_f64).sin().powi(2);
    let sigma = (expected * (1.0 - expected / 1000.0)).sqrt();
    assert!((count("111") - expected).abs() < 5.0 * sigma, "{result:#}");
}

#[tokio::test]
async fn a_submission_that_arrives_again_changes_nothing() {
    let (braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let before = s.stack.items().await;
    s.stack.work("quantum-task", message(&job)).await;
    assert_eq!(s.stack.items().await, before);
    assert_eq!(braket.tasks().await.len(), 1);
}

#[tokio::test]
async fn without_any_event_the_sweeper_sees_the_end() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    completed(&braket).await;
    assert_eq!(s.state(&job).await.0, "QUEUED");
    s.later(Duration::from_secs(61)).await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
}

#[tokio::test]
async fn an_event_ahead_of_the_result_is_delivered_again() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let task = completed(&braket).await;
    let key = format!("{}/results.json", task["outputS3Directory"].as_str().expect("a folder"));
    let document =
        s.stack.results().read(&key.parse().expect("a key"), 1 << 20).await.expect("a result");
    remove_object(s.stack.results().bucket(), &key).await;
    let arn = s.arn(&job).await;
    let before = s.stack.items().await;
    assert!(
        !s.stack.hand("settlement", event(&arn, "COMPLETED")).await.is_clean(),
        "to be delivered again"
    );
    assert_eq!(s.stack.items().await, before);
    s.stack.results().keep(&key.parse().expect("a key"), document.bytes).await.expect("kept");
    s.event(&arn, "COMPLETED").await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
}

#[tokio::test]
async fn a_result_that_never_appears_ends_the_job_after_an_hour() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let task = completed(&braket).await;
    let key = format!("{}/results.json", task["outputS3Directory"].as_str().expect("a folder"));
    remove_object(s.stack.results().bucket(), &key).await;
    let arn = s.arn(&job).await;
    assert!(!s.stack.hand("settlement", event(&arn, "COMPLETED")).await.is_clean());
    s.stack.clock().advance(Duration::from_secs(3700));
    s.event(&arn, "COMPLETED").await;
    let ended = s.has_ended(&job, "FAILED", "0.003751").await;
    assert_eq!(ended["sub_status"], "DEVICE_ERROR");
}

#[tokio::test]
async fn an_unreadable_result_costs_what_the_provider_bills_and_no_fee() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let task = completed(&braket).await;
    let arn = s.arn(&job).await;
    let task_id = arn.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let key = ResultKey::QuantumTask { job_id: id(&job).uuid(), task_id };
    assert!(key.to_string().starts_with(task["outputS3Directory"].as_str().expect("a folder")));
    s.stack.results().keep(&key, b"{}".to_vec()).await.expect("kept");
    s.event(&arn, "COMPLETED").await;
    let ended = s.has_ended(&job, "FAILED", "0.003751").await;
    assert_eq!(ended["sub_status"], "DEVICE_ERROR");
}

#[tokio::test]
async fn a_task_that_fails_at_the_provider_costs_nothing() {
    let braket = LocalBraket::start(at_once());
    // the device's compiler reads no files
    let source = "OPENQASM 3.0;
include \"stdgates.inc\";
input float theta;
qubit[1] q;
bit[1] b;
ry(theta) q[0];
b = measure q;
";
    let s = Scene::on(Stack::start_beside(&braket).await, source).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    s.becomes(&job, "FAILED").await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(ended["sub_status"], "DEVICE_ERROR");
    assert_eq!(s.uses_left().await, USES);
}

/// The one task, once it has completed at the provider.
async fn completed(braket: &LocalBraket) -> Value {
    until("the end at the provider", || async {
        braket.tasks().await.into_iter().find(|task| task["status"] == "COMPLETED")
    })
    .await
}
