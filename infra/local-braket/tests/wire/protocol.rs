//! What is answered to whom: tokens, errors, searches, regions, devices.

use braket::{Connectivity, CreateError, CreateTask, DeviceStatus, TaskState};
use domain::Moment;
use local_braket::Settings;
use serde_json::json;

use crate::{
    sink::call,
    stage::{ANKAA, ARIA, BELL, FOREVER_MS, FORTE, GARNET, SV1, Stage, at_once, task},
};

#[tokio::test]
async fn the_same_token_names_the_same_task() {
    let stage = Stage::new(at_once()).await;
    let first = stage.create(task("same", SV1, BELL)).await;
    assert_eq!(stage.create(task("same", SV1, BELL)).await, first);
    let other = stage.braket.create_task(CreateTask { shots: 7, ..task("same", SV1, BELL) }).await;
    assert!(matches!(other, Err(CreateError::Refused { .. })), "{other:?}");
    let (status, _) =
        stage.call("PUT", "/_local/settings", &json!({ "ignore_client_tokens": true })).await;
    assert_eq!(status, 200);
    assert_ne!(stage.create(task("same", SV1, BELL)).await, first);
}

#[tokio::test]
async fn a_lost_answer_is_cleared_up_by_searching() {
    let stage = Stage::new(Settings { search_delay_ms: FOREVER_MS, ..at_once() }).await;
    let fault = json!({
        "operation": "CreateQuantumTask", "status": 500, "error": "InternalServiceException", "after_effect": true,
    });
    assert_eq!(stage.call("POST", "/_local/faults", &fault).await.0, 204);
    let since = Moment::from_unix_millis(0);
    let lost = stage.braket.create_task(task("lost", SV1, BELL)).await;
    assert!(matches!(lost, Err(CreateError::Ambiguous { .. })), "{lost:?}");
    assert_eq!(stage.braket.find_task(SV1, since, ("job_id", "lost")).await, Ok(None));
    stage.call("PUT", "/_local/settings", &json!({ "search_delay_ms": 0 })).await;
    let found = stage
        .braket
        .find_task(SV1, since, ("job_id", "lost"))
        .await
        .expect("an answer")
        .expect("the task");
    stage.reaches(&found.arn, TaskState::Completed).await;
    assert_eq!(stage.braket.find_task(SV1, since, ("job_id", "another")).await, Ok(None));
    assert_eq!(stage.braket.find_task(FORTE, since, ("job_id", "lost")).await, Ok(None));
}

#[tokio::test]
async fn every_page_of_a_search_is_read() {
    let stage = Stage::new(Settings { created_ms: FOREVER_MS, ..at_once() }).await;
    let first = stage.create(task("page-0", SV1, BELL)).await;
    for number in 1..=120 {
        stage.create(task(&format!("page-{number}"), SV1, BELL)).await;
    }
    let found =
        stage.braket.find_task(SV1, Moment::from_unix_millis(0), ("job_id", "page-0")).await;
    assert_eq!(found.expect("an answer").map(|task| task.arn), Some(first));
}

#[tokio::test]
async fn errors_say_whether_a_task_may_exist() {
    let stage = Stage::new(at_once()).await;
    for (status, error) in [(429, "ThrottlingException"), (402, "ServiceQuotaExceededException")] {
        let fault = json!({ "operation": "CreateQuantumTask", "status": status, "error": error });
        stage.call("POST", "/_local/faults", &fault).await;
        let answer = stage.braket.create_task(task("none", SV1, BELL)).await;
        assert!(matches!(answer, Err(CreateError::Unavailable { .. })), "{status} {answer:?}");
    }
    let offline = stage.braket.create_task(task("none", ANKAA, BELL)).await;
    assert!(matches!(offline, Err(CreateError::Unavailable { .. })), "{offline:?}");
    let missing =
        CreateTask { bucket: "amazon-braket-missing".to_owned(), ..task("none", SV1, BELL) };
    let foreign = CreateTask { bucket: "elsewhere".to_owned(), ..task("none", SV1, BELL) };
    let unknown = format!("{FORTE}000");
    for (wrong, says) in [
        (task("none", ARIA, BELL), "retired"),
        (task("none", &unknown, BELL), "no device"),
        (CreateTask { shots: 5_001, ..task("none", FORTE, BELL) }, "1 to 5000 shots"),
        (missing, "does not exist"),
        (foreign, "amazon-braket-"),
        (CreateTask { client_token: "x".repeat(65), ..task("none", SV1, BELL) }, "64"),
    ] {
        match stage.braket.create_task(wrong).await {
            Err(CreateError::Refused { message, .. }) => {
                assert!(message.contains(says), "{message}")
            }
            other => panic!("{other:?} instead of {says}"),
        }
    }
    assert_eq!(
        stage.braket.find_task(SV1, Moment::from_unix_millis(0), ("job_id", "none")).await,
        Ok(None)
    );
}

#[tokio::test]
async fn nobody_listening_means_no_task() {
    let stage = Stage::new(at_once()).await;
    let braket = stage.braket.clone();
    drop(stage);
    let answer = braket.create_task(task("none", SV1, BELL)).await;
    assert!(matches!(answer, Err(CreateError::Unavailable { .. })), "{answer:?}");
}

#[tokio::test]
async fn the_edge_reads_every_device() {
    let stage = Stage::new(at_once()).await;
    let survey = stage.braket.devices().await;
    assert_eq!(survey.missed, []);
    let facts =
        |arn: &str| survey.devices.iter().find(|device| device.arn == arn).expect("a device");
    assert_eq!(survey.devices.len(), 6);
    let forte = facts(FORTE);
    assert_eq!(
        (forte.qubits, forte.shots, &forte.connectivity),
        (Some(36), Some((1, 5_000)), &Some(Connectivity::All))
    );
    let garnet = facts(GARNET);
    assert!(matches!(&garnet.connectivity, Some(Connectivity::Pairs(pairs)) if pairs.len() == 30));
    assert!(
        garnet.operations.as_ref().is_some_and(|gates| gates.iter().any(|gate| gate == "cnot"))
    );
    assert_eq!((facts(SV1).qubits, facts(SV1).queue_depth), (Some(26), Some(0)));
    assert_eq!(
        (facts(ANKAA).status, facts(ARIA).status),
        (DeviceStatus::Offline, DeviceStatus::Retired)
    );
    stage.call("PUT", "/_local/settings", &json!({ "offline_devices": [FORTE] })).await;
    assert_eq!(
        stage.braket.device(FORTE).await.map(|device| device.status),
        Ok(DeviceStatus::Offline)
    );
}

#[tokio::test]
async fn the_protocol_is_braket_s() {
    let stage = Stage::new(at_once()).await;
    let address = stage.server.address();
    let (status, answer) = call(address, "POST", "/devices", None, r#"{"filters":[]}"#).await;
    assert!(
        status == 403 && answer.contains("x-amzn-errortype: MissingAuthenticationToken"),
        "{answer}"
    );
    let tag =
        json!({ "filters": [{ "name": "tag:job_id", "operator": "EQUAL", "values": ["x"] }] });
    let (status, answer) = stage.call("POST", "/quantum-tasks", &tag).await;
    assert!(status == 400 && answer.contains("ValidationException"), "{answer}");
    let encoded = GARNET.replace(':', "%3A").replace('/', "%2F");
    let (status, answer) = stage.call("GET", &format!("/device/{encoded}"), &json!({})).await;
    assert!(
        status == 404 && answer.contains("ResourceNotFoundException"),
        "another region: {answer}"
    );
    let (status, _) =
        call(address, "GET", &format!("/device/{encoded}"), Some("eu-north-1"), "").await;
    assert_eq!(status, 200);
    for (body, wanted) in
        [(json!({}), 400), (json!([]), 400), (json!({ "filters": [], "maxResults": 101 }), 400)]
    {
        assert_eq!(stage.call("POST", "/quantum-tasks", &body).await.0, wanted, "{body}");
    }
    assert_eq!(stage.call("GET", "/nowhere", &json!({})).await.0, 404);
}
