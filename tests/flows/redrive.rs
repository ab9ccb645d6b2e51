//! A thousand messages that were given up are sent again, and no job notices twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::dead_letter;

use crate::flows::scene::{Scene, at_once, beside_braket, until};

/// Jobs of one kind.
struct Kind {
    device: &'static str,
    source: &'static str,
    ended: usize,
    /// Never began, for their messages were lost.
    stuck: usize,
    /// On the bill, of each.
    lines: usize,
}

const KINDS: [Kind; 2] = [
    Kind { device: "hub-simulator", source: "simulation-small", ended: 30, stuck: 10, lines: 1 },
    Kind { device: "amazon-sv1", source: "quantum-task", ended: 6, stuck: 4, lines: 3 },
];
/// Of each job.
const LETTERS: usize = 20;
const ALL: usize = 1_000;

/// How many there are of everything that may be made once a job.
async fn made(s: &Scene) -> BTreeMap<&'static str, usize> {
    let mut made = BTreeMap::new();
    for kind in ["Job", "Charge", "JobResult", "BillingItem", "Hold"] {
        made.insert(kind, s.count(kind).await);
    }
    made
}

async fn submitted(s: &Scene, device: &str, many: usize) -> Vec<Value> {
    let program = s.unlimited().await;
    let mut jobs = Vec::new();
    for _ in 0..many {
        let request = json!({
            "device_id": device, "shots": 10, "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"
        });
        jobs.push(program.post("/jobs", request).await.expect(202));
    }
    jobs
}

async fn all_have_completed(s: &Scene, jobs: &[Value]) {
    for job in jobs {
        if job["device_id"] == "hub-simulator" {
            assert_eq!(s.state(job).await.0, "COMPLETED");
        } else {
            s.becomes(job, "COMPLETED").await;
        }
    }
}

#[tokio::test]
async fn a_thousand_redriven_duplicate_nothing() {
    let (braket, s) = beside_braket(at_once()).await;
    let (mut ended, mut stuck) = (Vec::new(), Vec::new());
    for kind in KINDS {
        ended.extend(submitted(&s, kind.device, kind.ended).await);
    }
    s.stack.drain().await;
    all_have_completed(&s, &ended).await;
    s.nothing_is_open().await;
    let before = made(&s).await;
    let tasks = braket.tasks().await.len();
    for kind in KINDS {
        stuck.extend(submitted(&s, kind.device, kind.stuck).await);
    }
    s.stack.lose_messages().await;

    for Kind { device, source, .. } in KINDS {
        let of_device = ended.iter().chain(&stuck).filter(|job| job["device_id"] == device);
        for job in of_device {
            let body = json!({"job_id": job["id"]}).to_string();
            let letters: Vec<Value> = (0..LETTERS)
                .map(|at| {
                    let id = format!("{}-{at}", job["id"].as_str().expect("an id"));
                    dead_letter(source, &id, &body)["Records"][0].take()
                })
                .collect();
            assert!(s.stack.bury(json!({"Records": letters})).await.is_clean());
        }
    }
    assert_eq!(s.count("DeadLetter").await, ALL);

    let grace = s.stack.admin("grace").await;
    let mut redriven = 0;
    for source in ["SIMULATION_SMALL", "QUANTUM_TASK"] {
        let mut cursor = Value::Null;
        loop {
            let mut request = json!({"source": source});
            if cursor.is_string() {
                request["cursor"] = cursor;
            }
            let page = grace.post("/dead-letters/redrive", request).await.expect(200);
            assert_eq!(page["left"], 0);
            redriven += page["redriven"].as_u64().expect("a number");
            cursor = page["cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
    }
    assert_eq!(redriven, ALL as u64);
    let open = grace.get("/dead-letters").await.expect(200);
    assert_eq!(open["items"], json!([]));

    s.stack.drain().await;
    until("the tasks of the jobs that never began", || async {
        (braket.tasks().await.len() == tasks + KINDS[1].stuck).then_some(())
    })
    .await;
    all_have_completed(&s, &stuck).await;
    s.nothing_is_open().await;
    // each of the stuck jobs has made what one job makes, and none of the others anything
    let lines: usize = KINDS.iter().map(|kind| kind.stuck * kind.lines).sum();
    let expected = before.into_iter().map(|(kind, many)| match kind {
        "Hold" => (kind, many),
        "BillingItem" => (kind, many + lines),
        _ => (kind, many + stuck.len()),
    });
    assert_eq!(made(&s).await, expected.collect());
    assert_eq!(braket.tasks().await.len(), tasks + KINDS[1].stuck);
}
