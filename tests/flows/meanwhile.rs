//! What is answered when something changes between what a request read and what it writes.

use serde_json::{Value, json};
use tests::{GHZ, Stack};

#[tokio::test]
async fn of_two_who_change_what_both_have_read_the_second_is_told_to_read_again() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = stack.user("ada").await;
    let project = ada.post("/projects", json!({"name": "Bell"})).await.expect(201);
    let path = format!("/projects/{}", project["id"].as_str().expect("an id"));
    let coming = door.hold("PutItem");
    let late = tokio::spawn({
        let (ada, path) = (ada.clone(), path.clone());
        async move { ada.put(&path, json!({"name": "late"})).if_match("\"1\"").await }
    });
    let held = coming.arrived().await;
    ada.put(&path, json!({"name": "first"})).if_match("\"1\"").await.expect(200);
    held.pass();
    late.await.expect("an answer").refused(409, "conflict");
    assert_eq!(ada.get(&path).await.expect(200)["name"], "first");
}

#[tokio::test]
async fn who_is_suspended_while_a_request_is_decided_gets_nothing_for_it() {
    let (stack, door) = Stack::start_behind_door(None).await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let program = stack.program(&stack.key(&bob, subscription, Some(3)).await);
    let grace = stack.admin("grace").await;
    let job =
        json!({"device_id": "hub-simulator", "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
    let coming = door.hold("TransactWriteItems");
    let submitted = tokio::spawn({
        let program = program.clone();
        async move { program.post("/jobs", job).await }
    });
    let held = coming.arrived().await;
    let why = json!({"reason": "sends spam"});
    grace.post(&format!("/users/{}/suspend", bob.id), why).without_key().await.expect(200);
    held.pass();
    submitted.await.expect("an answer").refused(409, "caller_changed");
    program.get("/jobs").await.refused(403, "account_suspended");
    let items = stack.items().await;
    let made = ["\"type\":\"Job\"", "\"type\":\"Hold\""];
    assert!(!items.iter().any(|item| made.iter().any(|kind| item.contains(kind))));
}

#[tokio::test]
async fn a_key_that_is_revoked_while_it_is_replaced_is_not_replaced() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let bob = stack.user("bob").await;
    let key = bob.post("/api-keys", json!({"name": "ci"})).await.expect(201);
    let path = format!("/api-keys/{}", key["id"].as_str().expect("an id"));
    let coming = door.hold("TransactWriteItems");
    let replaced = tokio::spawn({
        let (bob, path) = (bob.clone(), format!("{path}/rotate"));
        async move { bob.post(&path, json!({"grace_seconds": 600})).await }
    });
    let held = coming.arrived().await;
    bob.delete(&path).await.expect(204);
    held.pass();
    replaced.await.expect("an answer").refused(409, "key_not_active");
    let listed: Value = bob.get("/api-keys").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_request_that_others_write_before_each_time_is_told_to_come_again() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = stack.provider("ada").await;
    let project = ada.post("/projects", json!({"name": "Bell"})).await.expect(201);
    let path = format!("/projects/{}", project["id"].as_str().expect("an id"));
    let release = json!({"type": "EDUCATION"});
    let mut coming = door.hold("TransactWriteItems");
    let late = tokio::spawn({
        let (ada, path) = (ada.clone(), path.clone());
        async move { ada.post(&format!("{path}/release"), release).key("k").await }
    });
    for version in 1..=4 {
        let held = coming.arrived().await;
        let update = ada.put(&path, json!({"name": "Bell"}));
        update.if_match(&format!("\"{version}\"")).await.expect(200);
        coming = door.hold("TransactWriteItems");
        held.pass();
    }
    let refused = late.await.expect("an answer");
    assert!(refused.header("retry-after").is_some(), "when to come again");
    refused.refused(503, "unavailable");
    assert_eq!(ada.get(&path).await.expect(200)["quantum_app_id"], Value::Null);
}
