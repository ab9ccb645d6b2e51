//! How tasks live: to their ends, through cancellations, restarts and lost events.

use std::collections::BTreeMap;

use braket::{BraketError, CancelAnswer, CreateTask, TaskState};
use local_braket::Settings;
use serde_json::{Value, json};

use crate::stage::{BELL, DM1, FOREVER_MS, FORTE, GARNET, SV1, Stage, at_once, long_program, task};

#[tokio::test]
async fn a_task_runs_to_its_end_and_leaves_its_result_and_events() {
    let stage = Stage::new(at_once()).await;
    for device in [SV1, FORTE, GARNET] {
        let token = device.rsplit('/').next().expect("a name");
        let arn = stage.create(task(token, device, BELL)).await;
        let done = stage.reaches(&arn, TaskState::Completed).await;
        assert_eq!((done.shots, done.successful_shots), (1_000, Some(1_000)));
        assert!(done.ended_at.is_some_and(|ended| ended >= done.created_at));
        let result = stage.result(&done);
        assert_eq!(
            (result.task_arn.as_str(), result.measured_qubits.as_slice()),
            (arn.as_str(), &[0, 1][..])
        );
        assert_eq!(result.counts.keys().collect::<Vec<_>>(), ["00", "11"]);
        // 5 sigma of a fair coin thrown 1000 times is 79
        assert!(result.counts["00"].abs_diff(500) < 80, "{:?}", result.counts);
        let told = stage.told(&arn, "COMPLETED").await;
        assert_eq!(told, ["CREATED", "QUEUED", "RUNNING", "COMPLETED"]);
    }
}

#[tokio::test]
async fn inputs_reach_the_program() {
    let stage = Stage::new(at_once()).await;
    let source = "OPENQASM 3.0;\ninput float theta;\nqubit[1] q;\nrx(theta) q[0];\nbit[1] c;\nc = measure q;\n";
    let inputs = BTreeMap::from([("theta".to_owned(), json!(std::f64::consts::PI))]);
    let arn = stage.create(CreateTask { inputs, ..task("input", SV1, source) }).await;
    let done = stage.reaches(&arn, TaskState::Completed).await;
    assert_eq!(stage.result(&done).counts, BTreeMap::from([("1".to_owned(), 1_000)]));
}

#[tokio::test]
async fn result_types_and_noise_are_told_as_braket_tells_them() {
    let stage = Stage::new(at_once()).await;
    let source = |pragmas: &str| format!("OPENQASM 3.0;\nqubit[1] q;\nx q[0];\n{pragmas}\n");
    let noise = "#pragma braket noise bit_flip(0.25) q[0]";
    for (token, device, pragmas, shots, expected) in [
        ("a", SV1, "#pragma braket result expectation z(q[0])".to_owned(), 0, json!(-1.0)),
        (
            "b",
            SV1,
            "#pragma braket result state_vector".to_owned(),
            0,
            json!([[0.0, 0.0], [1.0, 0.0]]),
        ),
        ("c", SV1, "#pragma braket result sample z(q[0])".to_owned(), 3, json!([-1.0, -1.0, -1.0])),
        (
            "d",
            DM1,
            format!("{noise}\n#pragma braket result probability q[0]"),
            0,
            json!([0.25, 0.75]),
        ),
    ] {
        let arn =
            stage.create(CreateTask { shots, ..task(token, device, &source(&pragmas)) }).await;
        let done = stage.reaches(&arn, TaskState::Completed).await;
        let result = stage.result(&done);
        assert_eq!(result.counts.values().sum::<u64>(), u64::from(shots));
        assert_eq!(result.result_types.len(), 1);
        assert_eq!(rounded(&result.result_types[0]["value"]), expected, "{pragmas}");
    }
}

/// To nine digits.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(rounded).collect(),
        other => json!((other.as_f64().expect("a number") * 1e9).round() / 1e9),
    }
}

#[tokio::test]
async fn a_program_the_device_cannot_run_fails_with_its_reason() {
    let stage = Stage::new(at_once()).await;
    for (device, source, says) in [
        (SV1, "OPENQASM 3.0;\nqubit[2] q;\nhadamard q[0];\n", "3:1"),
        (FORTE, "OPENQASM 3.0;\nqubit[2] q;\necr q[0], q[1];\n", "ecr"),
        (GARNET, "OPENQASM 3.0;\nqubit[21] q;\nh q;\n", "21 qubits"),
    ] {
        let arn = stage.create(task(says, device, source)).await;
        let failed = stage.reaches(&arn, TaskState::Failed).await;
        let reason = failed.failure_reason.expect("a reason");
        assert!(reason.contains(says), "{reason}");
        assert_eq!(stage.told(&arn, "FAILED").await, ["CREATED", "QUEUED", "FAILED"]);
    }
}

#[tokio::test]
async fn a_task_is_cancelled_once_and_an_ended_one_never() {
    let stage = Stage::new(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let first = stage.create(task("first", GARNET, BELL)).await;
    let second = stage.create(task("second", GARNET, BELL)).await;
    stage.reaches(&first, TaskState::Queued).await;
    let waiting = stage.reaches(&second, TaskState::Queued).await;
    assert_eq!(waiting.queue_position, Some(2));
    assert_eq!(stage.braket.cancel(&first).await, Ok(CancelAnswer::Cancelling));
    stage.reaches(&first, TaskState::Cancelled).await;
    assert_eq!(stage.braket.cancel(&first).await, Ok(CancelAnswer::TooLate));
    assert_eq!(stage.braket.task(&second).await.expect("the task").queue_position, Some(1));
    let unknown = second.replace("quantum-task/", "quantum-task/0");
    assert_eq!(
        stage.braket.cancel(&unknown).await,
        Err(BraketError::NotFound { arn: unknown.clone() })
    );
}

#[tokio::test]
async fn a_running_simulation_is_interrupted_by_its_cancellation() {
    let stage = Stage::new(at_once()).await;
    let arn = stage.create(task("long", SV1, &long_program())).await;
    stage.reaches(&arn, TaskState::Running).await;
    assert_eq!(stage.braket.cancel(&arn).await, Ok(CancelAnswer::Cancelling));
    let cancelled = stage.reaches(&arn, TaskState::Cancelled).await;
    assert!(stage.sink.object(&format!("{}/results.json", cancelled.output_directory)).is_none());
}

#[tokio::test]
async fn a_cancelled_run_may_complete_all_the_same() {
    let stage =
        Stage::new(Settings { running_ms: FOREVER_MS, complete_cancelled_runs: true, ..at_once() })
            .await;
    let arn = stage.create(task("late", SV1, BELL)).await;
    stage.reaches(&arn, TaskState::Running).await;
    assert_eq!(stage.braket.cancel(&arn).await, Ok(CancelAnswer::Cancelling));
    let done = stage.reaches(&arn, TaskState::Completed).await;
    assert_eq!(stage.result(&done).counts.values().sum::<u64>(), 1_000);
}

#[tokio::test]
async fn unfinished_tasks_go_on_after_a_restart() {
    let stage = Stage::new(at_once()).await;
    let done = stage.create(task("done", SV1, BELL)).await;
    let done = stage.reaches(&done, TaskState::Completed).await;
    stage.call("PUT", "/_local/settings", &json!({ "running_ms": FOREVER_MS })).await;
    let running = stage.create(task("running", SV1, BELL)).await;
    stage.reaches(&running, TaskState::Running).await;
    stage.call("PUT", "/_local/settings", &json!({ "created_ms": FOREVER_MS })).await;
    let created = stage.create(task("created", GARNET, BELL)).await;
    let stage = stage.restarted(at_once()).await;
    for arn in [&running, &created] {
        let task = stage.reaches(arn, TaskState::Completed).await;
        assert_eq!(stage.result(&task).counts.values().sum::<u64>(), 1_000);
    }
    assert_eq!(stage.create(task("running", SV1, BELL)).await, running);
    assert_eq!(stage.braket.task(&done.arn).await, Ok(done));
}

#[tokio::test]
async fn events_outlast_an_eventbridge_that_is_away() {
    let stage = Stage::new(at_once()).await;
    stage.sink.refuse_events(true);
    let arn = stage.create(task("quiet", SV1, BELL)).await;
    stage.reaches(&arn, TaskState::Completed).await;
    assert_eq!(stage.sink.states_of(&arn), [] as [&str; 0]);
    let stage = stage.restarted(at_once()).await;
    stage.sink.refuse_events(false);
    assert_eq!(stage.told(&arn, "COMPLETED").await, ["CREATED", "QUEUED", "RUNNING", "COMPLETED"]);
}
