//! `/subscriptions`: seen by their owner alone, used through keys that stand whole or not at all.

use std::time::Duration;

use domain::{AppId, SubscriptionId, subscription::SubscriptionStatus};
use serde_json::{Value, json};
use store::subscriptions::{KeyEntry, key_entry, subscription};
use tests::{GHZ, Published, Received, Stack, User};
use tokio::net::TcpListener;

const DAY: Duration = Duration::from_secs(24 * 3600);
const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";
/// Nothing listens there.
const DOWN: &str = "http://127.0.0.1:9";

struct Scene {
    stack: Stack,
    bob: User,
    published: Published,
    id: SubscriptionId,
    keys: String,
}

/// Bob has subscribed to an app of Ada's.
async fn scene(trial: bool) -> Scene {
    Scene::on(Stack::start().await, trial).await
}

impl Scene {
    async fn on(stack: Stack, trial: bool) -> Self {
        let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
        let published = stack.publish(&ada, GHZ, "0.05").await;
        let id = stack.subscribe(&bob, published, trial).await;
        Self { stack, bob, published, id, keys: format!("/subscriptions/{id}/keys") }
    }

    async fn listed(&self) -> Vec<Value> {
        let page = self.bob.get(&format!("{}?limit=100", self.keys)).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }

    async fn entry(&self, key: &Value) -> KeyEntry {
        let id = key["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let found = self.stack.table().get(&key_entry(self.id, id)).await.expect("read");
        found.expect("an entry").into_inner()
    }

    fn path(&self, key: &Value) -> String {
        format!("{}/{}", self.keys, key["id"].as_str().expect("an id"))
    }
}

fn secret(key: &Value) -> String {
    key["key"].as_str().expect("the key itself").to_owned()
}

#[tokio::test]
async fn subscriptions_are_seen_by_their_owner_alone() {
    let s = scene(true).await;
    let eve = s.stack.user("eve").await;
    let path = format!("/subscriptions/{}", s.id);
    let shown = s.bob.get(&path).await.expect(200);
    assert_eq!(shown["quantum_app_id"], s.published.app.to_string());
    assert_eq!((&shown["remaining_uses"], &shown["status"]), (&json!(10), &json!("ACTIVE")));
    assert_eq!(s.bob.get("/subscriptions").await.expect(200)["items"], json!([shown]));
    assert_eq!(eve.get("/subscriptions").await.expect(200)["items"], json!([]));

    let key = s.bob.post(&s.keys, json!({"name": "ci"})).await.expect(201);
    let before = s.stack.items().await;
    for path in [path.as_str(), &format!("/subscriptions/{UNKNOWN}")] {
        eve.get(path).await.refused(404, "not_found");
        eve.get(&format!("{path}/keys")).await.refused(404, "not_found");
        eve.post(&format!("{path}/keys"), json!({"name": "x"})).await.refused(404, "not_found");
        eve.delete(&format!("{path}/keys/{}", key["id"].as_str().expect("an id")))
            .await
            .refused(404, "not_found");
    }
    s.bob.delete(&format!("{}/{UNKNOWN}", s.keys)).await.refused(404, "not_found");
    let program = s.stack.program(&secret(&key));
    program.get(&path).await.refused(401, "unauthenticated");
    s.stack.stranger().get(&path).await.refused(401, "unauthenticated");
    assert_eq!(s.stack.items().await, before);
}

#[tokio::test]
async fn subscriptions_are_listed_newest_first_page_by_page() {
    let s = scene(false).await;
    let mut ids = vec![s.id.to_string()];
    for _ in 0..3 {
        let app: AppId = s.stack.publish(&s.stack.provider("dev").await, GHZ, "0.01").await.app;
        let published = Published { app, ..s.published };
        ids.insert(0, s.stack.subscribe(&s.bob, published, true).await.to_string());
    }
    let (mut seen, mut path) = (Vec::new(), "/subscriptions?limit=3".to_owned());
    loop {
        let page = s.bob.get(&path).await.expect(200);
        for item in page["items"].as_array().expect("items") {
            let counted = item["subscription_type"] == "TRIAL";
            assert_eq!(item["remaining_uses"].as_u64(), counted.then_some(10));
            seen.push(item["id"].as_str().expect("an id").to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        let eve = s.stack.user("eve").await;
        eve.get(&format!("/subscriptions?cursor={cursor}")).await.refused(400, "bad_cursor");
        path = format!("/subscriptions?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn what_has_ended_gets_no_keys() {
    let s = scene(true).await;
    s.stack.clock().advance(14 * DAY);
    let shown = s.bob.get(&format!("/subscriptions/{}", s.id)).await.expect(200);
    assert_eq!(shown["status"], "EXPIRED");
    s.bob.post(&s.keys, json!({"name": "ci"})).await.refused(402, "subscription_expired");
    let table = s.stack.table();
    let mut held = table.get(&subscription(s.id)).await.expect("read").expect("held");
    held.status = SubscriptionStatus::Cancelled;
    table.save(held).await.expect("saved");
    s.bob.post(&s.keys, json!({"name": "ci"})).await.refused(402, "subscription_inactive");
    assert!(s.listed().await.is_empty());
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_the_door_until_it_is_revoked() {
    let s = scene(false).await;
    let request =
        json!({"name": " nightly ", "plan": "STANDARD", "scopes": ["jobs:read"], "max_uses": 5});
    let answer = s.bob.post(&s.keys, request.clone()).key("k").await;
    let location = answer.header("location").expect("a location").to_owned();
    let made = answer.expect(201);
    let key = secret(&made);
    assert_eq!(location, format!("../..{}", s.path(&made)));
    assert!(key.starts_with("qhk_") && key.len() == 84, "{key}");
    assert!(s.entry(&made).await.gateway_key_id.is_some());

    let again = s.bob.post(&s.keys, request).key("k").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(201);
    assert_eq!((&again["id"], &again["key"]), (&made["id"], &Value::Null));
    assert!(again["notice"].as_str().is_some_and(|notice| notice.contains("never shown again")));
    s.bob
        .post(&s.keys, json!({"name": "other"}))
        .key("k")
        .await
        .refused(422, "idempotency_key_reused");
    assert!(s.stack.items().await.iter().all(|item| !item.contains(&key)), "nowhere in the table");

    let listed = s.listed().await;
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["name"], &listed[0]["plan"]), (&json!("nightly"), &json!("STANDARD")));
    assert_eq!((&listed[0]["remaining_uses"], &listed[0]["status"]), (&json!(5), &json!("ACTIVE")));
    let shown = listed[0]["shown"].as_str().expect("shown");
    assert!(shown.starts_with("qhk_…") && key[..key.len() - 8].ends_with(&shown[7..]), "{shown}");

    let program = s.stack.program(&key);
    program.get("/jobs").await.expect(200);
    program.post("/jobs", json!({})).await.refused(403, "scope_required");
    s.bob.delete(&s.path(&made)).await.expect(204);
    program.get("/jobs").await.refused(401, "key_revoked");
    assert_eq!(s.listed().await[0]["status"], "REVOKED");
    assert_eq!(s.entry(&made).await.gateway_key_id, None);
    let before = s.stack.items().await;
    s.bob.delete(&s.path(&made)).await.expect(204);
    assert_eq!(s.stack.items().await, before, "a repeat changes nothing");
}

#[tokio::test]
async fn a_key_expires_when_it_was_to() {
    let s = scene(false).await;
    let at = s.stack.clock().now().plus(DAY).to_string();
    let made = s.bob.post(&s.keys, json!({"name": "ci", "expire_at": at})).await.expect(201);
    s.stack.program(&secret(&made)).get("/jobs").await.expect(200);
    s.stack.clock().advance(DAY);
    s.stack.program(&secret(&made)).get("/jobs").await.refused(401, "key_expired");
    assert_eq!(s.listed().await[0]["status"], "EXPIRED");
}

#[tokio::test]
async fn twenty_keys_are_the_most_however_many_are_asked_for_at_once() {
    let s = scene(false).await;
    let ask = |n: usize| {
        let (bob, keys) = (s.bob.clone(), s.keys.clone());
        async move { bob.post(&keys, json!({"name": format!("k{n}")})).await }
    };
    let mut made = Vec::new();
    for round in 0..4 {
        let asked: Vec<_> = (0..6).map(|n| tokio::spawn(ask(round * 6 + n))).collect();
        for answer in asked {
            let answer: Received = answer.await.expect("no panic");
            match answer.status {
                201 => made.push(answer.expect(201)),
                _ => drop(answer.refused(409, "too_many_keys")),
            }
        }
    }
    assert_eq!((made.len(), s.listed().await.len()), (20, 20));
    let before = s.stack.items().await;
    ask(99).await.refused(409, "too_many_keys");
    assert_eq!(s.stack.items().await, before);

    for _ in 0..2 {
        s.bob.delete(&s.path(&made[0])).await.expect(204);
    }
    ask(100).await.expect(201);
    ask(101).await.refused(409, "too_many_keys");
    let mut pages = Vec::new();
    let mut path = format!("{}?limit=8", s.keys);
    loop {
        let page = s.bob.get(&path).await.expect(200);
        pages.push(page["items"].as_array().map(Vec::len).expect("items"));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{}?limit=8&cursor={cursor}", s.keys);
    }
    assert_eq!(pages, [8, 8, 5], "revoked ones stay listed");
}

#[tokio::test]
async fn a_key_the_gateway_did_not_take_is_as_if_never_asked_for() {
    let s = scene(false).await;
    let before = s.stack.items().await;
    let request = json!({"name": "ci", "max_uses": 3});
    let down = s.bob.at(&s.stack.with_gateway_at(DOWN));
    down.post(&s.keys, request.clone()).key("k").await.refused(500, "internal_error");
    assert_eq!(s.stack.items().await, before);
    let made = s.bob.post(&s.keys, request).key("k").await.expect(201);
    s.stack.program(&secret(&made)).get("/jobs").await.expect(200);
    assert_eq!(s.listed().await.len(), 1);
}

#[tokio::test]
async fn a_request_that_died_at_the_gateway_is_made_good_by_its_repeat() {
    let s = scene(false).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", silent.local_addr().expect("bound"));
    let hanging = s.bob.at(&s.stack.with_gateway_at(&address));
    let request = json!({"name": "ci", "max_uses": 3});
    tokio::select! {
        answer = hanging.post(&s.keys, request.clone()).key("k") => panic!("{answer:?}"),
        asked = silent.accept() => drop(asked.expect("the gateway was asked")),
    }
    let left = s.listed().await;
    assert_eq!(left.len(), 1, "the table came first");
    let before = s.stack.items().await;
    s.bob.post(&s.keys, request.clone()).key("k").await.refused(409, "request_in_flight");
    assert_eq!(s.stack.items().await, before);

    s.stack.clock().advance(Duration::from_secs(61));
    let made = s.bob.post(&s.keys, request.clone()).key("k").await.expect(201);
    s.stack.program(&secret(&made)).get("/jobs").await.expect(200);
    let listed = s.listed().await;
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &made["id"]));
    assert_ne!(left[0]["id"], made["id"]);
    assert_eq!(s.stack.items().await.len(), before.len(), "nothing of the first is left");
    assert_eq!(s.bob.post(&s.keys, request).key("k").await.expect(201)["key"], Value::Null);
}

#[tokio::test]
async fn two_repeats_of_a_request_that_died_make_one_key() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let s = Scene::on(stack, false).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", silent.local_addr().expect("bound"));
    let hanging = s.bob.at(&s.stack.with_gateway_at(&address));
    let request = json!({"name": "ci", "max_uses": 3});
    tokio::select! {
        answer = hanging.post(&s.keys, request.clone()).key("k") => panic!("{answer:?}"),
        asked = silent.accept() => drop(asked.expect("the gateway was asked")),
    }
    s.stack.clock().advance(Duration::from_secs(61));
    let repeat = || {
        let (bob, keys, request) = (s.bob.clone(), s.keys.clone(), request.clone());
        tokio::spawn(async move { bob.post(&keys, request).key("k").await.expect(201) })
    };
    let withdrawing = door.hold("TransactWriteItems");
    let late = repeat();
    let withdrawing = withdrawing.arrived().await;
    let made = repeat().await.expect("no panic");
    withdrawing.pass();
    let late = late.await.expect("no panic");
    assert_eq!((&late["id"], &late["key"]), (&made["id"], &Value::Null));
    assert_eq!(s.listed().await.len(), 1);
    assert_eq!(repeat().await.expect("no panic")["id"], made["id"]);
}

#[tokio::test]
async fn a_key_is_revoked_at_once_though_the_gateway_is_told_later() {
    let s = scene(false).await;
    let made = s.bob.post(&s.keys, json!({"name": "ci"})).await.expect(201);
    let down = s.bob.at(&s.stack.with_gateway_at(DOWN));
    down.delete(&s.path(&made)).await.refused(500, "internal_error");
    s.stack.program(&secret(&made)).get("/jobs").await.refused(401, "key_revoked");
    assert!(s.entry(&made).await.gateway_key_id.is_some(), "the gateway still has it");
    s.bob.delete(&s.path(&made)).await.expect(204);
    assert_eq!(s.entry(&made).await.gateway_key_id, None);
}

#[tokio::test]
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    let s = scene(false).await;
    let before = s.stack.items().await;
    let past = s.stack.clock().now().to_string();
    for (body, status, code) in [
        (json!({}), 400, "wrong_shape"),
        (json!({"name": 5}), 400, "wrong_shape"),
        (json!({"name": "a", "surprise": 1}), 400, "wrong_shape"),
        (json!({"name": "a", "plan": "GOLD"}), 400, "wrong_shape"),
        (json!({"name": "a", "scopes": ["jobs:everything"]}), 400, "wrong_shape"),
        (json!({"name": "a", "max_uses": -1}), 400, "wrong_shape"),
        (json!({"name": "a", "expire_at": "tomorrow"}), 400, "wrong_shape"),
        (json!({"name": ""}), 422, "validation_failed"),
        (json!({"name": "x".repeat(101)}), 422, "validation_failed"),
        (json!({"name": "a", "scopes": []}), 422, "validation_failed"),
        (
            json!({"name": "a", "scopes": ["jobs:read", "jobs:read", "jobs:read", "jobs:read", "jobs:read", "jobs:read"]}),
            422,
            "validation_failed",
        ),
        (json!({"name": "a", "max_uses": 0}), 422, "validation_failed"),
        (json!({"name": "a", "max_uses": 1_000_000_001_u64}), 422, "validation_failed"),
        (json!({"name": "a", "expire_at": past}), 422, "validation_failed"),
    ] {
        s.bob.post(&s.keys, body).await.refused(status, code);
    }
    s.bob
        .post(&s.keys, json!({"name": "a"}))
        .without_key()
        .await
        .refused(400, "idempotency_key_missing");
    s.bob.post("/subscriptions/x/keys", json!({"name": "a"})).await.refused(400, "bad_id");
    s.bob.get("/subscriptions/x").await.refused(400, "bad_id");
    s.bob.get("/subscriptions/x/keys").await.refused(400, "bad_id");
    s.bob.delete("/subscriptions/x/keys/y").await.refused(400, "bad_id");
    s.bob.delete(&format!("{}/y", s.keys)).await.refused(400, "bad_id");
    s.bob.get("/subscriptions?limit=0").await.refused(400, "bad_limit");
    s.bob.get("/subscriptions?cursor=abc").await.refused(400, "bad_cursor");
    s.bob.get(&format!("{}?cursor=abc", s.keys)).await.refused(400, "bad_cursor");
    s.bob.get(&format!("{}?surprise=1", s.keys)).await.refused(400, "bad_query");
    assert_eq!(s.stack.items().await, before);
}

#[tokio::test]
async fn what_is_cancelled_ends_with_what_is_paid_for_and_is_charged_no_more() {
    let stack = Stack::start().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let app = stack.released(&ada, "Bell pairs", "1.0.0").await.app;
    let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
    let terms = json!({"price": usd("1"), "monthly_price": usd("9"), "trial_enabled": false});
    let listing = ada.post(&format!("{app}/publish-marketplace"), terms).await.expect(201);
    assert_eq!(listing["monthly_price"]["amount"], "9.00");
    let app = app.replace("quantum-apps", "marketplace");
    let shown = stack.stranger().get(&app).await.expect(200);
    assert_eq!(
        (&shown["monthly_price"]["amount"], &shown["annual_price"]),
        (&json!("9.00"), &Value::Null)
    );
    let monthly = json!({"subscription_type": "MONTHLY"});
    let begun = bob.post(&format!("{app}/subscribe"), monthly).await.expect(201);
    assert_eq!((&begun["rate"]["amount"], &begun["end_date"]), (&json!("9.00"), &Value::Null));
    let id = begun["id"].as_str().expect("an id");
    let job = json!({"subscription_id": id, "input": {"theta": 1}, "run_mode": "NON_BLOCKING"});
    let job = bob.post("/jobs", job).await.expect(202);
    assert_eq!(job["estimated_cost"]["amount"], "0.00");
    stack.drain().await;

    // No tick has come by: what has begun is charged all the same.
    let path = format!("/subscriptions/{id}");
    let cancelled = bob.delete(&path).await.expect(200);
    assert_eq!(cancelled["status"], "ACTIVE");
    assert!(cancelled["end_date"].is_string() && cancelled["renewal_date"].is_null());
    assert_eq!(bob.delete(&path).await.expect(200), cancelled);
    stack.user("eve").await.delete(&path).await.refused(404, "not_found");
    stack.clock().advance(40 * DAY);
    assert_eq!(stack.tick("renew-subscriptions").await, Some(true));
    assert_eq!(bob.get(&path).await.expect(200)["status"], "EXPIRED");
    let bills = bob.get("/bills").await.expect(200);
    assert_eq!(bills["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(bills["items"][0]["pending_amount"]["amount"], "9.00");
}

#[tokio::test]
async fn a_subscription_by_use_is_cancelled_at_once() {
    let s = scene(false).await;
    let path = format!("/subscriptions/{}", s.id);
    let cancelled = s.bob.delete(&path).await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(s.bob.delete(&path).await.expect(200), cancelled);
    let create = s.bob.post(&s.keys, json!({"name": "late"})).await;
    create.refused(402, "subscription_inactive");
}
