//! Braket: what its answers say of a device or a task, and what may be done after an answer that says nothing.

use std::collections::BTreeMap;

use braket::{Braket, BraketError, CancelAnswer, CreateError, CreateTask, Task, TaskState};
use domain::Moment;
use serde_json::{Value, json};
use tests::{Answer, Prepared, nobody};

const DEVICE: &str = "arn:aws:braket:::device/quantum-simulator/amazon/sv1";
const TASK: &str = "arn:aws:braket:us-east-1:000000000000:quantum-task/0b7c";

async fn braket(answers: impl IntoIterator<Item = Answer>) -> (Prepared, Braket) {
    let prepared = Prepared::answering(answers).await;
    let braket = Braket::new(&prepared.config());
    (prepared, braket)
}

fn task(status: &str) -> Value {
    json!({
        "quantumTaskArn": TASK, "status": status, "deviceArn": DEVICE, "deviceParameters": "{}", "shots": 100,
        "outputS3Bucket": "amazon-braket-r", "outputS3Directory": "tasks/j/0b7c",
        "createdAt": "2026-11-20T10:00:00.000Z",
    })
}

fn missing() -> Answer {
    Answer::error(404, "ResourceNotFoundException", "There is none.")
}

async fn look(answer: &Value) -> Result<Task, BraketError> {
    let (_braket, edge) = braket([Answer::ok(answer)]).await;
    edge.task(TASK).await
}

#[tokio::test]
async fn a_task_is_told_as_far_as_braket_knows_it() {
    let mut queued = task("QUEUED");
    queued["queueInfo"] = json!({"queue": "QUANTUM_TASKS_QUEUE", "position": ">2000"});
    let queued = look(&queued).await.expect("a task");
    assert_eq!((queued.state, queued.queue_position), (TaskState::Queued, Some(2000)));
    let mut failed = task("FAILED");
    failed["failureReason"] = json!("The lattice is down.");
    failed["numSuccessfulShots"] = json!(40);
    failed["endedAt"] = json!("2026-11-20T10:00:05.000Z");
    let failed = look(&failed).await.expect("a task");
    assert_eq!(failed.failure_reason.as_deref(), Some("The lattice is down."));
    assert_eq!((failed.successful_shots, failed.state.is_terminal()), (Some(40), true));
    assert_eq!(
        failed.ended_at.map(|at| at.unix_millis() - failed.created_at.unix_millis()),
        Some(5000)
    );
}

#[tokio::test]
async fn what_is_not_there_differs_from_what_cannot_be_asked() {
    let (_braket, edge) = braket([missing()]).await;
    let not_found = BraketError::NotFound { arn: TASK.to_owned() };
    assert_eq!(edge.task(TASK).await, Err(not_found.clone()));
    assert_eq!(edge.cancel(TASK).await, Err(not_found.clone()));
    assert_eq!(not_found.to_string(), format!("Braket knows no {TASK}"));
    let no_arn = Braket::new(&nobody()).device("arn:aws:s3:::bucket").await;
    assert_eq!(no_arn, Err(BraketError::NotFound { arn: "arn:aws:s3:::bucket".to_owned() }));
    let (_braket, edge) =
        braket([Answer::error(500, "InternalServiceException", "Try later.")]).await;
    let failed = |operation| BraketError::Failed {
        operation,
        cause: "InternalServiceException: Try later.".to_owned(),
    };
    assert_eq!(edge.task(TASK).await, Err(failed("GetQuantumTask")));
    assert_eq!(edge.cancel(TASK).await, Err(failed("CancelQuantumTask")));
    assert_eq!(edge.device(DEVICE).await, Err(failed("GetDevice")));
    let (_braket, edge) = braket([Answer::text(502, "<html>Bad Gateway</html>")]).await;
    let Err(BraketError::Failed { cause, .. }) = edge.task(TASK).await else { panic!("no task") };
    assert!(cause.starts_with("HTTP 502: "), "{cause}");
    let unknown = look(&task("PAUSED")).await.expect_err("no state we know");
    assert_eq!(
        unknown.to_string(),
        "Braket's GetQuantumTask failed: unknown quantum task state 'PAUSED'"
    );
}

#[tokio::test]
async fn a_cancellation_is_taken_done_or_too_late() {
    let said =
        |status: &str| Answer::ok(&json!({"quantumTaskArn": TASK, "cancellationStatus": status}));
    let conflict = Answer::error(409, "ConflictException", "It has ended.");
    for (answer, expected) in [
        (said("CANCELLING"), CancelAnswer::Cancelling),
        (said("CANCELLED"), CancelAnswer::Cancelled),
        (conflict, CancelAnswer::TooLate),
    ] {
        let (_braket, edge) = braket([answer]).await;
        assert_eq!(edge.cancel(TASK).await, Ok(expected));
    }
}

fn found(tasks: &[(&str, &str, &str)], next: Option<&str>) -> Answer {
    let summary = |(arn, job, at): &(&str, &str, &str)| {
        let mut summary = task("QUEUED");
        summary["quantumTaskArn"] = json!(arn);
        summary["createdAt"] = json!(at);
        summary["tags"] = json!({"job": job});
        summary
    };
    let tasks: Vec<Value> = tasks.iter().map(summary).collect();
    Answer::ok(&json!({"quantumTasks": tasks, "nextToken": next}))
}

#[tokio::test]
async fn of_all_pages_the_earliest_task_with_the_tag_is_the_one() {
    let since: Moment = "2026-11-20T10:00:00.000Z".parse().expect("a time");
    let first = found(
        &[("arn:other", "j2", "2026-11-20T10:00:00Z"), ("arn:late", "j1", "2026-11-20T10:00:09Z")],
        Some("a"),
    );
    let second = found(&[("arn:early", "j1", "2026-11-20T10:00:04Z")], None);
    let (_braket, edge) = braket([first, second]).await;
    let task = edge.find_task(DEVICE, since, ("job", "j1")).await.expect("answers");
    assert_eq!(task.expect("a task").arn, "arn:early");
    let (_braket, edge) = braket([found(&[], None)]).await;
    assert_eq!(edge.find_task(DEVICE, since, ("job", "j1")).await, Ok(None));
    let (_braket, edge) = braket([found(&[], Some("again"))]).await;
    let endless = edge.find_task(DEVICE, since, ("job", "j1")).await.expect_err("no end");
    assert_eq!(
        endless.to_string(),
        "Braket's SearchQuantumTasks failed: more than 100 pages of tasks since 2026-11-20T10:00:00.000Z"
    );
    let some = found(&[("arn:some", "j1", "2026-11-20T10:00:04Z")], Some("again"));
    let (_braket, edge) = braket([some]).await;
    let task = edge.find_task(DEVICE, since, ("job", "j1")).await.expect("what was found so far");
    assert_eq!(task.expect("a task").arn, "arn:some");
}

#[tokio::test]
async fn a_survey_tells_what_it_missed() {
    let listed = json!({
        "deviceArn": DEVICE, "deviceName": "SV1", "providerName": "Amazon Braket",
        "deviceType": "SIMULATOR", "deviceStatus": "ONLINE",
    });
    let page = |next: Option<&str>| Answer::ok(&json!({"devices": [listed], "nextToken": next}));
    let denied = Answer::error(403, "AccessDeniedException", "No.");
    let mut device = listed.clone();
    device["deviceCapabilities"] = json!("{}");
    // five regions of one page, but the second is closed to us
    let answers = [page(None), denied, page(None), page(None), page(None), Answer::ok(&device)];
    let (_braket, edge) = braket(answers).await;
    let survey = edge.devices().await;
    let names: Vec<&str> = survey.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!((names, survey.missed.len()), (vec!["SV1"], 1));
    let (_braket, edge) = braket([page(Some("again"))]).await;
    let survey = edge.devices().await;
    assert_eq!((survey.devices.len(), survey.missed.len()), (0, 5));
    assert_eq!(survey.missed[0].to_string(), "Braket's SearchDevices failed: more than 20 pages");
    let gone = [page(None), page(None), page(None), page(None), page(None), missing()];
    let (_braket, edge) = braket(gone).await;
    assert_eq!(edge.devices().await.missed, [BraketError::NotFound { arn: DEVICE.to_owned() }]);
}

fn wanted(device_arn: &str) -> CreateTask {
    CreateTask {
        client_token: "job-1".to_owned(),
        device_arn: device_arn.to_owned(),
        shots: 100,
        bucket: "amazon-braket-r".to_owned(),
        prefix: "tasks/j".to_owned(),
        source: "OPENQASM 3;".to_owned(),
        inputs: BTreeMap::new(),
        tags: BTreeMap::from([("job".to_owned(), "j1".to_owned())]),
    }
}

#[tokio::test]
async fn a_task_is_asked_for_once_and_what_came_of_it_is_told() {
    let created = Answer::text(201, json!({"quantumTaskArn": TASK}).to_string());
    let (_braket, edge) = braket([created]).await;
    assert_eq!(edge.create_task(wanted(DEVICE)).await.expect("a task").arn, TASK);
    let create = |answer: Answer| async {
        // an SDK that would try again if it were let
        let prepared = Prepared::answering([answer]).await;
        let edge = Braket::new(&tests::config(prepared.address()));
        let error = edge.create_task(wanted(DEVICE)).await.expect_err("no task");
        assert_eq!(prepared.asked(), ["POST /quantum-task"]);
        error
    };
    let refused = create(Answer::error(400, "ValidationException", "Too many shots.")).await;
    assert_eq!(
        refused,
        CreateError::Refused {
            code: "ValidationException".to_owned(),
            message: "Too many shots.".to_owned()
        }
    );
    let full = create(Answer::error(402, "ServiceQuotaExceededException", "Enough.")).await;
    assert!(matches!(full, CreateError::Unavailable { .. }), "{full}");
    let lost = create(Answer::error(500, "InternalServiceException", "Hm.")).await;
    assert!(matches!(lost, CreateError::Ambiguous { .. }), "{lost}");
    let never_sent = Braket::new(&nobody()).create_task(wanted(DEVICE)).await;
    assert!(matches!(never_sent, Err(CreateError::Unavailable { .. })), "{never_sent:?}");
    let no_device = Braket::new(&nobody()).create_task(wanted("sv1")).await;
    assert_eq!(
        no_device.expect_err("no ARN").to_string(),
        "Braket refused the task (UnknownDevice): Braket knows no sv1"
    );
}
