//! Executors of our simulator that die, lose their claim or are told to stop; large results.

use std::time::Duration;

use domain::{
    job::{Claim, MAX_ATTEMPTS, Stage},
    settlement::Outcome,
};
use serde_json::{Value, json};
use store::jobs::{By, Claimed, Settled, change, claim, settle};
use tests::{GHZ, LEASE, LocalBraket, Stack};

use crate::flows::scene::{Scene, USES, at_once, id, message, path, until};

const AFTER: Duration = LEASE.saturating_add(Duration::from_secs(1));
/// Beats come after a third of it.
const SHORT_LEASE: Duration = Duration::from_millis(150);

async fn scene() -> Scene {
    Scene::on(Stack::start().await, GHZ).await
}

/// As an executor does before it dies.
async fn take(s: &Scene, job: &Value) -> Claim {
    match claim(s.stack.table(), id(job), LEASE).await {
        Ok(Some(Claimed::Taken(_, claim))) => claim,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_executor_that_died_is_replaced_when_its_lease_has_ended() {
    let s = scene().await;
    let job = s.simulate().await;
    let dead = take(&s, &job).await;
    s.stack.drain().await;
    assert_eq!(s.state(&job).await.0, "RUNNING");
    s.stack.sweep().await;
    assert_eq!(s.stack.deliver().await, 0, "held, so not due");
    s.later(AFTER).await;
    s.has_ended(&job, "COMPLETED", "0.05").await;

    // it was only slow, and comes back with another end
    let late = settle(
        s.stack.table(),
        id(&job),
        By::Claim(dead),
        &Outcome::system_error(Stage::Execute, "late"),
    )
    .await;
    assert!(matches!(late, Ok(Settled::Before(_))), "{late:?}");
    s.has_ended(&job, "COMPLETED", "0.05").await;
    assert_eq!(s.uses_left().await, USES - 1);
}

#[tokio::test]
async fn an_executor_whose_claim_was_lost_can_write_nothing() {
    let s = scene().await;
    let job = s.simulate().await;
    let first = take(&s, &job).await;
    s.stack.clock().advance(AFTER);
    take(&s, &job).await;
    let before = s.stack.items().await;
    let table = s.stack.table();
    let ended =
        settle(table, id(&job), By::Claim(first), &Outcome::Cancelled { billed_shots: None }).await;
    assert!(matches!(ended, Ok(Settled::Lost)), "{ended:?}");
    let prolonged = change(table, id(&job), |job, now| job.prolong(first, now, LEASE)).await;
    assert!(matches!(prolonged, Ok(Some((_, Err(_))))));
    let released = change(table, id(&job), |job, now| job.release(first, now, LEASE)).await;
    assert!(matches!(released, Ok(Some((_, Err(_))))));
    assert_eq!(s.stack.items().await, before);
    s.later(AFTER).await;
    s.has_ended(&job, "COMPLETED", "0.05").await;
}

#[tokio::test]
async fn a_job_whose_executors_keep_dying_is_given_up_at_no_charge() {
    let s = scene().await;
    let job = s.simulate().await;
    s.stack.lose_messages().await;
    for _ in 0..MAX_ATTEMPTS {
        take(&s, &job).await;
        s.stack.clock().advance(AFTER);
    }
    s.later(Duration::ZERO).await;
    let ended = s.has_ended(&job, "FAILED", "0.00").await;
    assert_eq!(
        (&ended["sub_status"], &ended["failure"]["retryable"]),
        (&json!("SYSTEM_ERROR"), &json!(true))
    );
    assert_eq!(s.uses_left().await, USES);
}

/// Half a minute of work, in steps of some milliseconds.
fn long_program() -> String {
    let turn = |qubit: usize| {
        format!("ry(theta) q[{qubit}];\ncnot q[{qubit}], q[{}];\n", (qubit + 1) % 22)
    };
    let layer: String = (0..22).map(turn).collect();
    format!(
        "OPENQASM 3.0;\ninput float theta;\nqubit[22] q;\nbit[1] b;\n{}b[0] = measure q[0];\n",
        layer.repeat(13)
    )
}

#[tokio::test]
async fn a_running_simulation_stops_when_it_is_cancelled() {
    let s = Scene::on(Stack::start_with_lease(SHORT_LEASE).await, &long_program()).await;
    let job = s.simulate().await;
    let cancelled = async {
        until("a running job", || async { (s.state(&job).await.0 == "RUNNING").then_some(()) })
            .await;
        s.program.delete(&path(&job)).await.expect(202);
    };
    tokio::join!(s.stack.work("small", message(&job)), cancelled);
    s.has_ended(&job, "CANCELLED", "0.00").await;
    assert_eq!(s.uses_left().await, USES);
}

#[tokio::test]
async fn a_running_simulation_stops_when_its_claim_is_lost() {
    let s = Scene::on(Stack::start_with_lease(SHORT_LEASE).await, &long_program()).await;
    let job = s.simulate().await;
    let taken = async {
        until("a running job", || async { (s.state(&job).await.0 == "RUNNING").then_some(()) })
            .await;
        // a beat may come between the lease's end and the claim
        until("a lease that has ended", || async {
            s.stack.clock().advance(Duration::from_secs(1));
            match claim(s.stack.table(), id(&job), LEASE).await {
                Ok(Some(Claimed::Taken(_, claim))) => Some(claim),
                _ => None,
            }
        })
        .await
    };
    let ((), taken) = tokio::join!(s.stack.work("small", message(&job)), taken);
    assert_eq!((s.state(&job).await.0.as_str(), taken), ("RUNNING", Claim { fence: 2 }));
    s.program.delete(&path(&job)).await.expect(202);
    s.later(AFTER).await;
    s.has_ended(&job, "CANCELLED", "0.00").await;
}

/// Thirteen qubits, each 0 or 1 for itself.
const UNIFORM: &str = "OPENQASM 3.0;\nqubit[13] q;\nbit[13] b;\nh q;\nb = measure q;\n";

#[tokio::test]
async fn a_result_too_large_for_an_item_lies_in_s3_and_is_answered_whole() {
    let braket = LocalBraket::start(at_once());
    let s = Scene::on(Stack::start_beside(&braket).await, UNIFORM).await;
    for (device, cost) in [("hub-simulator", "0.05"), ("amazon-sv1", "")] {
        let job = s.submit_with(device, 50_000, json!({})).await;
        s.stack.drain().await;
        if device != "hub-simulator" {
            s.becomes(&job, "COMPLETED").await;
        }
        let estimate = tests::money(&job["estimated_cost"]).to_string();
        let cost = if cost.is_empty() { estimate.as_str() } else { cost };
        s.has_ended(&job, "COMPLETED", cost).await;
        let kept = s
            .stack
            .table()
            .get(&store::jobs::result(id(&job)))
            .await
            .expect("read")
            .expect("a result");
        assert!(kept.stored_at.is_some() && kept.counts.len() == 100);
        let result = s.program.get(&format!("{}/result", path(&job))).await.expect(200);
        let counts = result["counts"].as_object().expect("counts");
        let sum: u64 = counts.values().filter_map(Value::as_u64).sum();
        assert_eq!((sum, &result["truncated"]), (50_000, &json!(false)));
        assert_eq!(Some(counts.len() as u64), result["distinct"].as_u64());
        // each of 8,192 strings is missed with a probability of e^-6.1
        assert!((8_150..=8_192).contains(&counts.len()), "{}", counts.len());
    }
}

/// Asks for more than counts.
const ASKING: &str = "OPENQASM 3.0;
qubit[2] q;
ry(0.7) q[0];
cnot q[0], q[1];
#pragma braket result expectation z(q[0]) @ z(q[1])
#pragma braket result probability q[0]
";

#[tokio::test]
async fn result_types_are_answered_alike_by_our_simulator_and_by_braket() {
    let braket = LocalBraket::start(at_once());
    let s = Scene::on(Stack::start_beside(&braket).await, ASKING).await;
    for (device, shots) in
        [("hub-simulator", 0), ("hub-simulator", 1_000), ("amazon-sv1", 0), ("amazon-sv1", 1_000)]
    {
        let job = s.submit_with(device, shots, json!({})).await;
        s.stack.drain().await;
        if device != "hub-simulator" {
            s.becomes(&job, "COMPLETED").await;
        }
        let result = s.program.get(&format!("{}/result", path(&job))).await.expect(200);
        let told = &result["result_types"];
        assert_eq!(
            told[0]["type"],
            json!({"type": "expectation", "observable": ["z", "z"], "targets": [0, 1]})
        );
        assert_eq!(told[1]["type"], json!({"type": "probability", "targets": [0]}));
        let expectation = told[0]["value"].as_f64().expect("a number");
        assert!((expectation - 1.0).abs() < 1e-12, "{told}");
        // five standard deviations of a thousand shots, or what rounding leaves
        let near = if shots == 0 { 1e-12 } else { 0.06 };
        let zero = told[1]["value"][0].as_f64().expect("a number");
        assert!((zero - 0.35_f64.cos().powi(2)).abs() < near, "{told}");
        let counts = result["counts"].as_object().expect("counts");
        assert_eq!(counts.is_empty(), shots == 0);
    }
}
