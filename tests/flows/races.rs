//! Who wins when two do the same at once: one of them, and the bill is the winner's.

use std::time::Duration;

use domain::{job::Stage, settlement::Outcome};
use local_braket::Settings;
use serde_json::{Value, json};
use store::jobs::{By, Settled, settle};
use tests::{GHZ, LEASE, Stack};
use tokio::task::JoinSet;

use crate::flows::scene::{
    FOREVER_MS, Scene, USES, at_once, beside_braket, event, id, message, path, until,
};

async fn scene() -> Scene {
    Scene::on(Stack::start().await, GHZ).await
}

/// As it is charged for the way it ended.
async fn has_ended_either_way(s: &Scene, job: &Value, completed: &str) -> String {
    let status = s.state(job).await.0;
    let cost = if status == "COMPLETED" { completed } else { "0.00" };
    s.has_ended(job, &status, cost).await;
    status
}

#[tokio::test]
async fn a_cancel_against_the_start_of_a_simulation_has_one_winner() {
    let s = scene().await;
    for round in 0..5 {
        let job = s.simulate().await;
        let cancel = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            s.program.delete(&path(&job)).await.status
        };
        let (_, status) = tokio::join!(s.stack.work("small", message(&job)), cancel);
        assert!([200, 202, 409].contains(&status), "{status}");
        s.stack.drain().await;
        let ended = has_ended_either_way(&s, &job, "0.05").await;
        assert!(status != 200 || ended == "CANCELLED", "{status} {ended}");
    }
}

#[tokio::test]
async fn a_cancel_against_the_end_of_a_task_has_one_winner() {
    let (_braket, s) = beside_braket(at_once()).await;
    for _ in 0..5 {
        let job = s.quantum_task().await;
        s.stack.drain().await;
        let arn = s.arn(&job).await;
        let cancel = async { s.program.delete(&path(&job)).await.status };
        let ((), (), status) =
            tokio::join!(s.event(&arn, "COMPLETED"), s.event(&arn, "RUNNING"), cancel);
        assert!([202, 409].contains(&status), "{status}");
        until("an end", || async {
            s.event(&arn, "CANCELLED").await;
            ["COMPLETED", "CANCELLED"].contains(&s.state(&job).await.0.as_str()).then_some(())
        })
        .await;
        s.stack.drain().await;
        has_ended_either_way(&s, &job, "0.053751").await;
    }
}

#[tokio::test]
async fn a_cancel_against_the_handover_has_one_winner() {
    let (braket, s) = beside_braket(at_once()).await;
    for round in 0..5 {
        let job = s.quantum_task().await;
        s.stack.lose_messages().await;
        let cancel = async {
            for _ in 0..round * 4 {
                tokio::task::yield_now().await;
            }
            s.program.delete(&path(&job)).await.status
        };
        let (_, status) = tokio::join!(s.stack.work("quantum-task", message(&job)), cancel);
        assert!([200, 202].contains(&status), "{status}");
        s.stack.drain().await;
        until("an end", || async {
            s.later(Duration::from_secs(61)).await;
            ["COMPLETED", "CANCELLED"].contains(&s.state(&job).await.0.as_str()).then_some(())
        })
        .await;
        let ended = has_ended_either_way(&s, &job, "0.053751").await;
        assert!(status != 200 || ended == "CANCELLED", "{status} {ended}");
        assert!(braket.tasks().await.len() <= round + 1);
    }
}

#[tokio::test]
async fn of_many_ends_at_once_one_counts() {
    let s = scene().await;
    let job = s.simulate().await;
    let mut ends = JoinSet::new();
    for number in 0..8 {
        let (table, id) = (s.stack.table().clone(), id(&job));
        let outcome = match number % 2 {
            0 => Outcome::Cancelled { billed_shots: None },
            _ => Outcome::system_error(Stage::Execute, "at once"),
        };
        ends.spawn(
            async move { settle(&table, id, By::Provider, &outcome).await.expect("an answer") },
        );
    }
    let ends = ends.join_all().await;
    let winners: Vec<_> = ends.iter().filter(|end| matches!(end, Settled::Now(_))).collect();
    assert_eq!(winners.len(), 1, "{ends:?}");
    assert!(ends.iter().all(|end| matches!(end, Settled::Now(_) | Settled::Before(_))), "{ends:?}");
    s.stack.drain().await;
    has_ended_either_way(&s, &job, "0.05").await;
    assert_eq!(s.uses_left().await, USES, "given back once");
}

#[tokio::test]
async fn the_same_event_many_times_at_once_is_one_charge() {
    let (braket, s) = beside_braket(at_once()).await;
    let job = s.quantum_task().await;
    s.stack.drain().await;
    until("the end at the provider", || async {
        (braket.tasks().await[0]["status"] == "COMPLETED").then_some(())
    })
    .await;
    let arn = s.arn(&job).await;
    let mut events = JoinSet::new();
    for _ in 0..6 {
        let (stack, event) = (s.stack.clone(), event(&arn, "COMPLETED"));
        events.spawn(async move { stack.work("settlement", event).await });
    }
    events.join_all().await;
    s.has_ended(&job, "COMPLETED", "0.053751").await;
}

#[tokio::test]
async fn two_sweepers_and_doubled_messages_make_one_run_and_one_task() {
    let (braket, s) = beside_braket(Settings { ignore_client_tokens: true, ..at_once() }).await;
    let jobs = [s.simulate().await, s.quantum_task().await];
    s.stack.lose_messages().await;
    s.stack.clock().advance(LEASE + Duration::from_secs(1));
    tokio::join!(s.stack.sweep(), s.stack.sweep());
    let (small, task) = (message(&jobs[0]), message(&jobs[1]));
    tokio::join!(
        s.stack.work("small", small.clone()),
        s.stack.work("small", small),
        s.stack.work("quantum-task", task.clone()),
        s.stack.work("quantum-task", task),
    );
    s.stack.drain().await;
    s.becomes(&jobs[1], "COMPLETED").await;
    s.has_ended(&jobs[0], "COMPLETED", "0.05").await;
    s.has_ended(&jobs[1], "COMPLETED", "0.053751").await;
    assert_eq!(braket.tasks().await.len(), 1);
}

#[tokio::test]
async fn the_last_use_of_a_key_goes_to_one_of_twenty() {
    let s = scene().await;
    for _ in 1..USES {
        s.simulate().await;
    }
    let request = request("hub-simulator");
    let mut submits = JoinSet::new();
    for _ in 0..20 {
        let (program, request) = (s.program.clone(), request.clone());
        submits.spawn(async move { program.post("/jobs", request).await });
    }
    let mut accepted = 0;
    for answer in submits.join_all().await {
        match answer.status {
            202 => accepted += 1,
            _ => drop(answer.refused(402, "key_used_up")),
        }
    }
    assert_eq!((accepted, s.uses_left().await), (1, 0));
    s.stack.drain().await;
    s.nothing_is_open().await;
    assert_eq!(s.bill().await.len() as u64, USES);
}

#[tokio::test]
async fn the_same_submission_at_once_is_one_job() {
    let (braket, s) = beside_braket(Settings { queued_ms: FOREVER_MS, ..at_once() }).await;
    let request = request("amazon-sv1");
    let mut submits = JoinSet::new();
    for _ in 0..6 {
        let (program, request) = (s.program.clone(), request.clone());
        submits
            .spawn(async move { program.post("/jobs", request).key("the same").await.expect(202) });
    }
    let answers = submits.join_all().await;
    assert!(answers.iter().all(|job| job["id"] == answers[0]["id"]), "{answers:#?}");
    s.stack.drain().await;
    assert_eq!((s.count("Job").await, braket.tasks().await.len()), (1, 1));
}

fn request(device: &str) -> Value {
    json!({
        "device_id": device, "shots": 10, "input": {"theta": 1}, "run_mode": "NON_BLOCKING"
    })
}
