//! API keys, of users and of their subscriptions: shown once, changed, replaced and revoked at once.

mod bounds;
mod rotation;
mod usage;

use std::{collections::BTreeSet, time::Duration};

use domain::SubscriptionId;
use serde_json::{Value, json};
use tests::{GHZ, Received, Stack, User};

const DAY: Duration = Duration::from_secs(24 * 3600);
const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

/// Bob has subscribed to an app of Ada's.
struct Scene {
    stack: Stack,
    bob: User,
    subscription: SubscriptionId,
    /// Where the keys are that a test is about.
    keys: String,
}

impl Scene {
    async fn on(stack: Stack, of_subscription: bool) -> Self {
        let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
        let published = stack.publish(&ada, GHZ, "0.05").await;
        let subscription = stack.subscribe(&bob, published, false).await;
        let keys = match of_subscription {
            true => format!("/subscriptions/{subscription}/keys"),
            false => "/api-keys".to_owned(),
        };
        Self { stack, bob, subscription, keys }
    }

    /// Two of them: with keys of the user, and with keys of the subscription.
    async fn both() -> [Self; 2] {
        [Self::on(Stack::start().await, false).await, Self::on(Stack::start().await, true).await]
    }

    async fn make(&self, request: Value) -> Value {
        self.bob.post(&self.keys, request).await.expect(201)
    }

    async fn listed(&self) -> Vec<Value> {
        let page = self.bob.get(&format!("{}?limit=100", self.keys)).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }

    fn path(&self, key: &Value) -> String {
        format!("{}/{}", self.keys, key["id"].as_str().expect("an id"))
    }

    fn program(&self, key: &Value) -> User {
        self.stack.program(&secret(key))
    }
}

fn secret(key: &Value) -> String {
    key["key"].as_str().expect("the key itself").to_owned()
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_the_door_until_it_is_revoked() {
    for s in Scene::both().await {
        let request = json!({"name": " nightly ", "plan": "STANDARD", "scopes": ["jobs:read"], "max_uses": 5});
        let answer = s.bob.post(&s.keys, request.clone()).key("k").await;
        let location = answer.header("location").expect("a location").to_owned();
        let made = answer.expect(201);
        let key = secret(&made);
        assert_eq!(location.trim_start_matches("../"), &s.path(&made)[1..]);
        assert!(key.starts_with("qhk_") && key.len() == 84, "{key}");

        let again = s.bob.post(&s.keys, request).key("k").await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let again = again.expect(201);
        assert_eq!((&again["id"], &again["key"]), (&made["id"], &Value::Null));
        let notice = again["notice"].as_str().expect("a notice");
        assert!(notice.contains("never shown again"), "{notice}");
        s.bob
            .post(&s.keys, json!({"name": "other"}))
            .key("k")
            .await
            .refused(422, "idempotency_key_reused");
        let items = s.stack.items().await;
        assert!(items.iter().all(|item| !item.contains(&key)), "nowhere in the table");

        let listed = s.listed().await;
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (&listed[0]["name"], &listed[0]["plan"]),
            (&json!("nightly"), &json!("STANDARD"))
        );
        assert_eq!(
            (&listed[0]["remaining_uses"], &listed[0]["status"]),
            (&json!(5), &json!("ACTIVE"))
        );
        let shown = listed[0]["shown"].as_str().expect("shown");
        assert!(
            shown.starts_with("qhk_…") && key[..key.len() - 8].ends_with(&shown[7..]),
            "{shown}"
        );
        assert_eq!(s.bob.get(&s.path(&made)).await.expect(200), listed[0]);

        let program = s.stack.program(&key);
        program.get("/jobs").await.expect(200);
        program.post("/jobs", json!({})).await.refused(403, "scope_required");
        s.bob.delete(&s.path(&made)).await.expect(204);
        program.get("/jobs").await.refused(401, "key_revoked");
        assert_eq!(s.listed().await[0]["status"], "REVOKED");
        let before = s.stack.items().await;
        s.bob.delete(&s.path(&made)).await.expect(204);
        assert_eq!(s.stack.items().await, before, "a repeat changes nothing");
    }
}

#[tokio::test]
async fn a_key_expires_when_it_was_to_and_may_be_given_more_time() {
    for s in Scene::both().await {
        let at = |days: u32| s.stack.clock().now().plus(DAY * days).to_string();
        let made = s.make(json!({"name": "ci", "expire_at": at(1)})).await;
        let program = s.program(&made);
        program.get("/jobs").await.expect(200);
        s.stack.clock().advance(DAY);
        program.get("/jobs").await.refused(401, "key_expired");
        assert_eq!(s.listed().await[0]["status"], "EXPIRED");
        let longer = json!({"name": "ci", "expire_at": at(1)});
        s.bob.put(&s.path(&made), longer).if_match("*").await.expect(200);
        program.get("/jobs").await.expect(200);
    }
}

#[tokio::test]
async fn a_key_is_changed_by_who_has_seen_it_and_with_the_next_request() {
    for s in Scene::both().await {
        let made = s.make(json!({"name": "ci"})).await;
        let (path, program) = (s.path(&made), s.program(&made));
        program.get("/jobs").await.expect(200);
        let change = json!({"name": "nightly", "scopes": ["hardware:read"]});
        s.bob.put(&path, change.clone()).await.refused(428, "if_match_missing");
        s.bob.put(&path, change.clone()).if_match("\"9\"").await.refused(412, "version_mismatch");
        let read = s.bob.get(&path).await;
        let seen = read.header("etag").expect("an ETag").to_owned();
        let changed = s.bob.put(&path, change.clone()).if_match(&seen).await;
        assert_ne!(changed.header("etag"), Some(seen.as_str()));
        let changed = changed.expect(200);
        assert_eq!(
            (&changed["name"], &changed["scopes"]),
            (&json!("nightly"), &json!(["hardware:read"]))
        );
        assert_eq!(s.listed().await[0], changed);
        program.get("/jobs").await.refused(403, "scope_required");
        program.get("/hardware").await.expect(200);
        s.bob.put(&path, change.clone()).if_match(&seen).await.refused(412, "version_mismatch");
        s.bob.delete(&path).await.expect(204);
        s.bob.put(&path, change).if_match("*").await.refused(409, "key_not_active");
    }
}

#[tokio::test]
async fn twenty_keys_are_the_most_however_many_are_asked_for_at_once() {
    for s in Scene::both().await {
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
}

#[tokio::test]
async fn keys_are_their_owners_alone_and_each_where_it_was_made() {
    let [users, subscriptions] = Scene::both().await;
    for s in [&users, &subscriptions] {
        let eve = s.stack.user("eve").await;
        let made = s.make(json!({"name": "ci"})).await;
        let path = s.path(&made);
        let before = s.stack.items().await;
        for path in [path.as_str(), &format!("{}/{UNKNOWN}", s.keys)] {
            eve.get(path).await.refused(404, "not_found");
            eve.get(&format!("{path}/usage")).await.refused(404, "not_found");
            eve.put(path, json!({"name": "x"})).if_match("*").await.refused(404, "not_found");
            let rotate = json!({"grace_seconds": 0});
            eve.post(&format!("{path}/rotate"), rotate).await.refused(404, "not_found");
            eve.delete(path).await.refused(404, "not_found");
        }
        s.program(&made).get(&path).await.refused(401, "unauthenticated");
        assert_eq!(s.stack.items().await, before);
    }
    let s = users;
    let of_user = s.make(json!({"name": "ci"})).await;
    let of_subscription = format!("/subscriptions/{}/keys", s.subscription);
    let elsewhere = format!("{of_subscription}/{}", of_user["id"].as_str().expect("an id"));
    s.bob.get(&elsewhere).await.refused(404, "not_found");
    s.bob.delete(&elsewhere).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_key_of_a_user_does_what_its_owner_may_and_names_what_it_runs_under() {
    let s = Scene::on(Stack::start().await, false).await;
    s.stack.devices().await;
    let made = s.make(json!({"name": "ci", "max_uses": 2})).await;
    let program = s.program(&made);
    let job = json!({"input": {"theta": 1}, "run_mode": "NON_BLOCKING"});
    let under = |id: &str| {
        let mut job = job.clone();
        job["subscription_id"] = id.into();
        job
    };
    program.post("/jobs", job.clone()).await.refused(422, "subscription_missing");
    program.post("/jobs", under(UNKNOWN)).await.refused(404, "not_found");
    let by_key = program.post("/jobs", under(&s.subscription.to_string())).await.expect(202);
    let by_owner = s.bob.post("/jobs", under(&s.subscription.to_string())).await.expect(202);
    let bound = s.stack.key(&s.bob, s.subscription, None).await;
    let by_other = s.stack.program(&bound).post("/jobs", job.clone()).await.expect(202);
    let ids = |page: &Value| -> BTreeSet<String> {
        let items = page["items"].as_array().expect("items").iter();
        items.map(|job| job["id"].as_str().expect("an id").to_owned()).collect()
    };
    let all =
        [&by_key, &by_owner, &by_other].map(|job| job["id"].as_str().expect("an id").to_owned());
    assert_eq!(ids(&program.get("/jobs").await.expect(200)), BTreeSet::from(all.clone()));
    for id in &all {
        program.get(&format!("/jobs/{id}")).await.expect(200);
    }
    program.post("/jobs", under(&s.subscription.to_string())).await.expect(202);
    let used_up = program.post("/jobs", under(&s.subscription.to_string())).await;
    used_up.refused(402, "key_used_up");
    assert_eq!(s.listed().await[0]["remaining_uses"], 0);
    s.stack.drain().await;
}

#[tokio::test]
async fn the_key_of_a_developer_tries_a_draft_and_that_of_a_subscription_does_not() {
    let stack = Stack::start().await;
    stack.devices().await;
    let ada = stack.provider("ada").await;
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let made = ada.post("/api-keys", json!({"name": "ci"})).await.expect(201);
    let job = json!({
        "app_version_id": published.version.to_string(), "input": {"theta": 1}, "run_mode": "NON_BLOCKING"
    });
    let tried = stack.program(&secret(&made)).post("/jobs", job.clone()).await.expect(202);
    assert_eq!(tried["subscription_type"], "DEVELOPMENT");
    let bob = stack.user("bob").await;
    let own = bob.post("/api-keys", json!({"name": "ci"})).await.expect(201);
    stack.program(&secret(&own)).post("/jobs", job).await.refused(404, "not_found");
    stack.drain().await;
}

#[tokio::test]
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    for s in Scene::both().await {
        let made = s.make(json!({"name": "ci"})).await;
        let before = s.stack.items().await;
        let past = s.stack.clock().now().to_string();
        let many = |what: &str, times: usize| vec![what.to_owned(); times];
        for (body, status, code) in [
            (json!({}), 400, "wrong_shape"),
            (json!({"name": 5}), 400, "wrong_shape"),
            (json!({"name": "a", "surprise": 1}), 400, "wrong_shape"),
            (json!({"name": "a", "scopes": ["jobs:everything"]}), 400, "wrong_shape"),
            (json!({"name": "a", "expire_at": "tomorrow"}), 400, "wrong_shape"),
            (json!({"name": "a", "allowed_addresses": "10.0.0.0/8"}), 400, "wrong_shape"),
            (json!({"name": ""}), 422, "validation_failed"),
            (json!({"name": "x".repeat(101)}), 422, "validation_failed"),
            (json!({"name": "a", "scopes": []}), 422, "validation_failed"),
            (json!({"name": "a", "scopes": many("jobs:read", 7)}), 422, "validation_failed"),
            (json!({"name": "a", "expire_at": past}), 422, "validation_failed"),
            (json!({"name": "a", "allowed_addresses": ["10.0.0.1/8"]}), 422, "validation_failed"),
            (
                json!({"name": "a", "allowed_addresses": many("10.0.0.0/8", 21)}),
                422,
                "validation_failed",
            ),
        ] {
            s.bob.post(&s.keys, body.clone()).await.refused(status, code);
            s.bob.put(&s.path(&made), body).if_match("*").await.refused(status, code);
        }
        for (body, status, code) in [
            (json!({"name": "a", "plan": "GOLD"}), 400, "wrong_shape"),
            (json!({"name": "a", "max_uses": -1}), 400, "wrong_shape"),
            (json!({"name": "a", "max_uses": 0}), 422, "validation_failed"),
            (json!({"name": "a", "max_uses": 1_000_000_001_u64}), 422, "validation_failed"),
        ] {
            s.bob.post(&s.keys, body).await.refused(status, code);
        }
        let rotate = format!("{}/rotate", s.path(&made));
        for (body, status, code) in [
            (json!({}), 400, "wrong_shape"),
            (json!({"grace_seconds": -1}), 400, "wrong_shape"),
            (json!({"grace_seconds": 604_801}), 422, "validation_failed"),
        ] {
            s.bob.post(&rotate, body).await.refused(status, code);
        }
        let no_key = s.bob.post(&s.keys, json!({"name": "a"})).without_key().await;
        no_key.refused(400, "idempotency_key_missing");
        s.bob.get(&format!("{}?cursor=abc", s.keys)).await.refused(400, "bad_cursor");
        s.bob.get(&format!("{}?surprise=1", s.keys)).await.refused(400, "bad_query");
        s.bob.delete(&format!("{}/y", s.keys)).await.refused(400, "bad_id");
        assert_eq!(s.stack.items().await, before);
    }
    let bob = Stack::start().await.user("bob").await;
    bob.post("/subscriptions/x/keys", json!({"name": "a"})).await.refused(400, "bad_id");
    bob.get("/subscriptions/x/keys").await.refused(400, "bad_id");
    bob.delete("/subscriptions/x/keys/y").await.refused(400, "bad_id");
}
