//! What is answered when something changes between what a request read and what it writes.

use domain::{
    account::Status,
    rate_limit::{Limit, Limits},
};
use serde_json::{Value, json};
use store::{accounts, update};
use tests::{GHZ, Stack, TableDoor};

pub(crate) async fn behind_a_door() -> (Stack, TableDoor) {
    let plenty = Limit::new(1_000_000, 1_000_000).expect("within bounds");
    Stack::start_limited(Limits::all(plenty)).await
}

#[tokio::test]
async fn of_two_who_change_what_both_have_read_the_second_is_told_to_read_again() {
    let (stack, door) = behind_a_door().await;
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
    let (stack, door) = behind_a_door().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let program = stack.program(&stack.key(&bob, subscription, Some(3)).await);
    let before = stack.items().await.len();
    let job =
        json!({"device_id": "hub-simulator", "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
    let coming = door.hold("TransactWriteItems");
    let submitted = tokio::spawn({
        let program = program.clone();
        async move { program.post("/jobs", job).await }
    });
    let held = coming.arrived().await;
    let subject = accounts::subject(bob.id.parse().expect("a user"));
    let mut subject = stack.table().get(&subject).await.expect("read").expect("there");
    subject.status = Status::Suspended;
    stack.table().write([update(&subject)]).await.expect("suspended");
    held.pass();
    submitted.await.expect("an answer").refused(409, "caller_changed");
    program.get("/jobs").await.refused(403, "account_suspended");
    assert_eq!(stack.items().await.len(), before);
}

#[tokio::test]
async fn a_key_that_is_deleted_while_the_gateway_learns_of_it_is_not_handed_out() {
    let (stack, door) = behind_a_door().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let keys = format!("/subscriptions/{subscription}/keys");
    let made_here = door.hold("TransactWriteItems");
    let asked = tokio::spawn({
        let (bob, keys) = (bob.clone(), keys.clone());
        async move { bob.post(&keys, json!({"name": "ci"})).await }
    });
    let made_here = made_here.arrived().await;
    let known_to_the_gateway = door.hold("TransactWriteItems");
    made_here.pass();
    let known_to_the_gateway = known_to_the_gateway.arrived().await;
    let listed: Value = bob.get(&keys).await.expect(200);
    let id = listed["items"][0]["id"].as_str().expect("an id");
    bob.delete(&format!("{keys}/{id}")).await.expect(204);
    known_to_the_gateway.pass();
    asked.await.expect("an answer").refused(409, "key_deleted");
}
