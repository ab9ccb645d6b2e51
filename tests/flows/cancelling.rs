//! Cancelling a job that its device already has: a wish, on which the device has the last word.

use domain::job::Progress;
use local_braket::Settings;
use serde_json::json;
use store::jobs::change;

use crate::flows::scene::{FOREVER_MS, Scene, USES, at_once, beside_braket, id, path, until};

const PRICE: &str = "0.053751";

async fn cancel(s: &Scene, job: &serde_json::Value) {
    let asked = s.program.delete(&path(job)).await.expect(202);
    assert_eq!(asked["status"], "CANCELLING");
    s.stack.drain().await;
}

#[tokio::test]
async fn a_task_in_the_device_s_queue_is_cancelled_at_no_charge() {
    let (braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    let arn = s.arn(&job).await;
    s.event(&arn, "QUEUED").await;
    assert_eq!(s.read(&job).await["queue_position"], json!("1"));
    cancel(&s, &job).await;
    s.becomes(&job, "CANCELLED").await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
    assert_eq!(s.uses_left().await, USES);
    assert_eq!(braket.tasks().await[0]["status"], "CANCELLED");
    s.program.delete(&path(&job)).await.refused(409, "job_ended");
}

#[tokio::test]
async fn a_cancel_that_comes_too_late_is_a_completed_job_that_is_paid() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    until("the end at the provider", || async {
        (braket.tasks().await[0]["status"] == "COMPLETED").then_some(())
    })
    .await;
    cancel(&s, &job).await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
    assert_eq!(s.uses_left().await, USES - 1);
}

#[tokio::test]
async fn a_device_may_complete_what_it_was_asked_to_cancel() {
    let settings = Settings { running_ms: FOREVER_MS, complete_cancelled_runs: true, ..at_once() };
    let (_braket, s) = beside_braket(settings).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    s.becomes(&job, "RUNNING").await;
    cancel(&s, &job).await;
    s.becomes(&job, "COMPLETED").await;
    s.has_ended(&job, "COMPLETED", PRICE).await;
}

#[tokio::test]
async fn a_report_that_comes_after_the_wish_does_not_undo_it() {
    let (_braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    s.program.delete(&path(&job)).await.expect(202);
    let moved =
        change(s.stack.table(), id(&job), |job, now| job.report(Progress::Running, None, now))
            .await;
    assert!(matches!(moved, Ok(Some((_, false)))));
    s.program.delete(&path(&job)).await.expect(202);
    s.stack.drain().await;
    s.becomes(&job, "CANCELLED").await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
}

#[tokio::test]
async fn a_task_that_has_to_be_found_first_is_cancelled_when_it_is() {
    let (braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    braket.fail_creations(500, "InternalServiceException", true, 1).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    cancel(&s, &job).await;
    s.becomes(&job, "CANCELLED").await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
    let tasks = braket.tasks().await;
    assert_eq!((tasks.len(), &tasks[0]["status"]), (1, &json!("CANCELLED")));
}
