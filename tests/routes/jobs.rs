//! `/jobs`: held, run, paid once, seen by its owner alone.

use serde_json::{Value, json};
use tests::{GHZ, Stack, User, money};

struct Scene {
    stack: Stack,
    ada: User,
    bob: User,
    subscription: String,
    key: String,
    version: String,
}

/// Ada sells, Bob has subscribed at 0.05 a job and has a key.
async fn scene() -> Scene {
    let stack = Stack::start().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let key = stack.key(&bob, subscription, None).await;
    let version = published.version.to_string();
    Scene { stack, ada, bob, subscription: subscription.to_string(), key, version }
}

fn run() -> Value {
    json!({"device_id": "hub-simulator", "shots": 1000, "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING", "seed": 7})
}

fn path(job: &Value) -> String {
    format!("/jobs/{}", job["id"].as_str().expect("an id"))
}

async fn bill(user: &User) -> (String, usize) {
    let bills = user.get("/bills").await.expect(200);
    let Some(bill) = bills["items"].get(0) else { return ("0.00".to_owned(), 0) };
    let items = user
        .get(&format!("/bills/{}/items", bill["id"].as_str().expect("an id")))
        .await
        .expect(200);
    let items = items["items"].as_array().expect("items").clone();
    let sum: domain::Money = items.iter().map(|item| money(&item["amount"])).sum();
    assert_eq!(sum, money(&bill["pending_amount"]));
    (sum.to_string(), items.len())
}

#[tokio::test]
async fn a_job_runs_on_our_simulator_and_is_paid_once() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let accepted = program.post("/jobs", run()).await;
    assert_eq!(accepted.header("retry-after"), Some("1"));
    let location = accepted.header("location").expect("a location").to_owned();
    let job = accepted.expect(202);
    assert_eq!(
        (format!("/{location}"), job["status"].as_str()),
        (path(&job), Some("PROVISIONING"))
    );
    assert_eq!(money(&job["estimated_cost"]).to_string(), "0.05");
    program.get(&format!("{}/result", path(&job))).await.refused(409, "job_not_ended");

    s.stack.drain().await;
    let ended = program.get(&path(&job)).await.expect(200);
    assert_eq!(
        (ended["status"].as_str(), money(&ended["actual_cost"]).to_string().as_str()),
        (Some("COMPLETED"), "0.05")
    );
    let result = program.get(&format!("{}/result", path(&job))).await.expect(200);
    let count = |bits: &str| result["counts"][bits].as_u64().unwrap_or_default();
    assert_eq!(count("000") + count("111"), 1000);
    let expected = 1000.0 * (0.6_f64).sin().powi(2);
    let sigma = (expected * (1.0 - expected / 1000.0)).sqrt();
    assert!((count("111") as f64 - expected).abs() < 5.0 * sigma, "{result:#}");
    assert_eq!(result["measured_qubits"], json!([0, 1, 2]));
    assert_eq!(bill(&s.bob).await, ("0.05".to_owned(), 1));

    // everything arrives again
    s.stack.sweep().await;
    s.stack.work("small", json!({"Records": [{"messageId": "m", "body": format!("{{\"job_id\": {}}}", job["id"])}]})).await;
    s.stack.drain().await;
    assert_eq!(bill(&s.bob).await, ("0.05".to_owned(), 1));
}

#[tokio::test]
async fn a_repeated_submit_is_one_job() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let first = program.post("/jobs", run()).key("k").await.expect(202);
    let again = program.post("/jobs", run()).key("k").header("Prefer", "wait=0").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(202)["id"], first["id"]);
    let other = json!({"device_id": "hub-simulator", "input": {"theta": 2.0}});
    program.post("/jobs", other).key("k").await.refused(422, "idempotency_key_reused");
    program.post("/jobs", run()).without_key().await.refused(400, "idempotency_key_missing");
    s.stack.drain().await;
    let later = program.post("/jobs", run()).key("k").header("Prefer", "wait=5").await;
    assert_eq!(
        later.header("idempotency-replayed"),
        Some("true"),
        "its result is told to a repeat"
    );
    assert_eq!(later.expect(200)["status"], "COMPLETED");
    assert_eq!(bill(&s.bob).await, ("0.05".to_owned(), 1));
    assert_eq!(program.get("/jobs").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_blocking_submit_is_answered_with_the_result() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let mut body = run();
    body["run_mode"] = "BLOCKING".into();
    let submitted = async { program.post("/jobs", body).await };
    tokio::pin!(submitted);
    let answer = loop {
        tokio::select! {
            answer = &mut submitted => break answer,
            _ = s.stack.deliver() => {}
        }
    };
    let job = answer.expect(200);
    assert_eq!(
        (job["status"].as_str(), job["result"]["distinct"].as_u64()),
        (Some("COMPLETED"), Some(2))
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_counts() {
    let s = scene().await;
    let mut counts = Vec::new();
    for _ in 0..2 {
        let job = s
            .bob
            .post("/jobs", {
                let mut b = run();
                b["subscription_id"] = s.subscription.as_str().into();
                b
            })
            .await
            .expect(202);
        s.stack.drain().await;
        counts
            .push(s.bob.get(&format!("{}/result", path(&job))).await.expect(200)["counts"].clone());
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn a_job_is_seen_by_its_owner_alone() {
    let s = scene().await;
    let job = s.stack.program(&s.key).post("/jobs", run()).await.expect(202);
    let eve = s.stack.user("eve").await;
    let other = s.stack.publish(&s.ada, GHZ, "0").await;
    let subscription = s.stack.subscribe(&s.bob, other, false).await;
    let other_key = s.stack.program(&s.stack.key(&s.bob, subscription, None).await);
    let before = s.stack.items().await;
    for stranger in [&eve, &other_key] {
        stranger.get(&path(&job)).await.refused(404, "not_found");
        stranger.get(&format!("{}/result", path(&job))).await.refused(404, "not_found");
        stranger.delete(&path(&job)).await.refused(404, "not_found");
        assert_eq!(stranger.get("/jobs").await.expect(200)["items"], json!([]));
    }
    let theirs = json!({"subscription_id": s.subscription, "device_id": "hub-simulator", "shots": 1, "input": {"theta": 1}});
    eve.post("/jobs", theirs).await.refused(404, "not_found");
    s.stack.stranger().get("/jobs").await.refused(401, "unauthenticated");
    assert_eq!(s.stack.items().await, before);
    assert_eq!(s.bob.get(&path(&job)).await.expect(200)["id"], job["id"]);
}

#[tokio::test]
async fn an_owner_tries_their_own_app_without_a_subscription() {
    let s = scene().await;
    let own = json!({"app_version_id": s.version, "device_id": "hub-simulator", "input": {"theta": 0.3}, "run_mode": "NON_BLOCKING"});
    let job = s.ada.post("/jobs", own.clone()).await.expect(202);
    assert_eq!(job["subscription_type"], "DEVELOPMENT");
    s.stack.drain().await;
    assert_eq!(bill(&s.ada).await, ("0.00".to_owned(), 1));
    s.bob.post("/jobs", own).await.refused(404, "not_found");
    s.bob.post("/jobs", run()).await.refused(422, "subscription_missing");
}

#[tokio::test]
async fn a_trial_counts_its_uses_gives_back_what_did_not_run_and_ends() {
    let s = scene().await;
    let trial_app = s.stack.publish(&s.ada, GHZ, "0.05").await;
    let trial = s.stack.subscribe(&s.bob, trial_app, true).await;
    let body = || {
        let mut b = run();
        b["subscription_id"] = trial.to_string().into();
        b
    };
    let cancelled = s.bob.post("/jobs", body()).await.expect(202);
    assert_eq!(s.bob.delete(&path(&cancelled)).await.expect(200)["status"], "CANCELLED");
    for _ in 0..10 {
        s.bob.post("/jobs", body()).await.expect(202);
    }
    let before = s.stack.items().await;
    s.bob.post("/jobs", body()).await.refused(402, "no_uses_left");
    assert_eq!(s.stack.items().await, before);
    s.stack.drain().await;
    assert_eq!(bill(&s.bob).await, ("0.00".to_owned(), 11));
    s.stack.clock().advance(std::time::Duration::from_secs(15 * 24 * 3600));
    s.bob.post("/jobs", body()).await.refused(402, "subscription_expired");
}

#[tokio::test]
async fn a_key_is_used_as_often_as_it_was_made_for() {
    let s = scene().await;
    let subscription = s.subscription.parse().expect("an id");
    let program = s.stack.program(&s.stack.key(&s.bob, subscription, Some(1)).await);
    program.post("/jobs", run()).await.expect(202);
    program.post("/jobs", run()).await.refused(402, "key_used_up");
}

#[tokio::test]
async fn cancelling_ends_what_nobody_began_at_once_and_costs_nothing() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let job = program.post("/jobs", run()).await.expect(202);
    assert_eq!(program.delete(&path(&job)).await.expect(200)["status"], "CANCELLED");
    program.delete(&path(&job)).await.refused(409, "job_ended");
    s.stack.drain().await;
    let ended = program.get(&path(&job)).await.expect(200);
    assert_eq!(
        (ended["status"].as_str(), money(&ended["actual_cost"]).to_string().as_str()),
        (Some("CANCELLED"), "0.00")
    );
    assert_eq!(bill(&s.bob).await, ("0.00".to_owned(), 1));
}

#[tokio::test]
async fn a_lost_message_is_sent_again_by_the_sweeper() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let job = program.post("/jobs", run()).await.expect(202);
    s.stack.lose_messages().await;
    s.stack.sweep().await;
    assert_eq!(s.stack.deliver().await, 0, "nothing is due yet");
    s.stack.clock().advance(std::time::Duration::from_secs(31));
    s.stack.sweep().await;
    s.stack.drain().await;
    assert_eq!(program.get(&path(&job)).await.expect(200)["status"], "COMPLETED");
    assert_eq!(bill(&s.bob).await, ("0.05".to_owned(), 1));
}

#[tokio::test]
async fn an_input_the_program_cannot_use_fails_the_job_at_no_charge() {
    let s = scene().await;
    let source = GHZ.replace("float theta", "uint[2] theta");
    let published = s.stack.publish(&s.ada, &source, "0.05").await;
    let subscription = s.stack.subscribe(&s.bob, published, false).await;
    let mut body = run();
    (body["subscription_id"], body["input"]) =
        (subscription.to_string().into(), json!({"theta": 9}));
    let job = s.bob.post("/jobs", body).await.expect(202);
    s.stack.drain().await;
    let ended = s.bob.get(&path(&job)).await.expect(200);
    assert_eq!(
        (ended["status"].as_str(), ended["sub_status"].as_str()),
        (Some("FAILED"), Some("USER_ERROR"))
    );
    assert!(
        ended["failure"]["advice"].as_str().is_some_and(|advice| advice.contains("input")),
        "{ended:#}"
    );
    assert_eq!(bill(&s.bob).await, ("0.00".to_owned(), 1));
}

#[tokio::test]
async fn an_input_beyond_the_tables_numbers_is_kept_as_it_was_sent() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let mut body = run();
    body["input"] = json!({"theta": 1e300});
    let job = program.post("/jobs", body).await.expect(202);
    s.stack.drain().await;
    let ended = program.get(&path(&job)).await.expect(200);
    assert_eq!(
        (ended["status"].as_str(), &ended["input"]),
        (Some("COMPLETED"), &json!({"theta": 1e300}))
    );
}

#[tokio::test]
async fn bad_submissions_are_refused_and_leave_nothing_behind() {
    let s = scene().await;
    let program = s.stack.program(&s.key);
    let before = s.stack.items().await;
    let with = |name: &str, value: Value| {
        let mut body = run();
        body[name] = value;
        body
    };
    for (body, status, code) in [
        (with("shots", json!(0)), 422, "device_cannot_run"),
        (with("shots", json!(100_001)), 422, "validation_failed"),
        (with("shots", json!("many")), 400, "wrong_shape"),
        (with("shots", json!(-1)), 400, "wrong_shape"),
        (with("input", json!({})), 422, "validation_failed"),
        (with("input", json!({"theta": "x"})), 422, "validation_failed"),
        (with("input", json!({"theta": 1, "phi": 2})), 422, "validation_failed"),
        (with("input", json!([1])), 400, "wrong_shape"),
        (with("device_id", json!("no-such-device")), 404, "not_found"),
        (with("device_id", json!("../x")), 400, "bad_id"),
        (with("seed", json!(u64::MAX)), 422, "validation_failed"),
        (with("run_mode", json!("LATER")), 400, "wrong_shape"),
        (with("tags", json!(["x".repeat(51)])), 422, "validation_failed"),
        (with("surprise", json!(1)), 400, "wrong_shape"),
        (with("app_version_id", json!("nonsense")), 400, "wrong_shape"),
        (with("app_version_id", json!("0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f")), 404, "not_found"),
        (with("subscription_id", json!("0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f")), 404, "not_found"),
    ] {
        program.post("/jobs", body).await.refused(status, code);
    }
    program.get("/jobs/nonsense").await.refused(400, "bad_id");
    program.get("/jobs?cursor=nonsense").await.refused(400, "bad_cursor");
    s.stack.program("qhk_nonsense").post("/jobs", run()).await.refused(401, "unauthenticated");
    assert_eq!(s.stack.items().await, before);
}
