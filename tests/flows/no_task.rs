//! Braket takes no task now or none of this kind, or the program is lost: the job waits or ends unpaid.

use std::time::Duration;

use domain::job::MAX_ATTEMPTS;
use local_braket::Settings;
use serde_json::json;
use tests::LEASE;

use crate::flows::scene::{FOREVER_MS, USES, at_once, beside_braket, message, path};

/// Longer than the pause after a try.
const PAUSE: Duration = LEASE.saturating_add(Duration::from_secs(1));

#[tokio::test]
async fn a_device_that_is_busy_is_asked_again_after_a_pause() {
    for (status, error) in [(429, "ThrottlingException"), (402, "ServiceQuotaExceededException")] {
        let (braket, s) = beside_braket(at_once()).await;
        braket.fail_creations(status, error, false, 2).await;
        let job = s.quantum_task().await;
        s.stack.drain().await;
        assert_eq!(s.state(&job).await.0, "QUEUED");
        s.stack.sweep().await;
        assert_eq!(s.stack.deliver().await, 0, "not due yet");
        s.later(PAUSE).await;
        assert_eq!(s.read(&job).await["platform_job_id"], json!(null));
        s.later(PAUSE).await;
        s.becomes(&job, "COMPLETED").await;
        s.has_ended(&job, "COMPLETED", "0.053751").await;
        assert_eq!(braket.tasks().await.len(), 1);
    }
}

#[tokio::test]
async fn a_device_that_stays_offline_is_given_up_and_costs_nothing() {
    let sv1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1".to_owned();
    let (braket, s) = beside_braket(Settings { offline_devices: [sv1].into(), ..at_once() }).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    for _ in 1..MAX_ATTEMPTS {
        s.later(PAUSE).await;
        assert_eq!(s.state(&job).await.0, "QUEUED");
    }
    s.later(PAUSE).await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(
        (&ended["sub_status"], &ended["failure"]["retryable"]),
        (&json!("SYSTEM_ERROR"), &json!(true))
    );
    assert_eq!(s.uses_left().await, USES);
    assert!(braket.tasks().await.is_empty());
}

#[tokio::test]
async fn a_job_between_two_tries_is_cancelled_at_no_charge() {
    let (braket, s) = beside_braket(at_once()).await;
    braket.fail_creations(429, "ThrottlingException", false, 1).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    s.program.delete(&path(&job)).await.expect(202);
    s.stack.drain().await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
    assert_eq!(s.uses_left().await, USES);
    assert!(braket.tasks().await.is_empty());
}

#[tokio::test]
async fn a_program_the_device_refuses_fails_at_once_with_its_words() {
    let (braket, s) = beside_braket(at_once()).await;
    braket.fail_creations(400, "ValidationException", false, 1).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(
        (&ended["sub_status"], &ended["failure"]["retryable"]),
        (&json!("DEVICE_ERROR"), &json!(false))
    );
    let detail = ended["failure"]["detail"].as_str().expect("words");
    assert!(
        detail.contains("ValidationException") && detail.contains("Told by the test."),
        "{detail}"
    );
    s.stack.work("quantum-task", message(&job)).await;
    assert!(braket.tasks().await.is_empty());
    assert_eq!(s.uses_left().await, USES);
}

#[tokio::test]
async fn a_program_that_is_gone_from_s3_fails_the_job_at_no_charge() {
    let (braket, s) = beside_braket(Settings { running_ms: FOREVER_MS, ..at_once() }).await;
    let table = s.stack.table();
    let mut latest = table
        .get(&store::versions::latest(s.published.app))
        .await
        .expect("read")
        .expect("released");
    let package = latest.version.package.as_mut().expect("inspected");
    package.program_key = package.program_key.replace(".qasm", ".gone.qasm");
    table.save(latest).await.expect("saved");
    for job in [s.simulate().await, s.quantum_task().await] {
        s.stack.drain().await;
        let ended = s.has_ended(&job, "FAILED", "0.00").await;
        assert_eq!(ended["sub_status"], "SYSTEM_ERROR");
        assert_eq!(ended["failure"]["detail"], "The version's program is missing.");
    }
    assert_eq!(s.uses_left().await, USES);
    assert!(braket.tasks().await.is_empty());
}
