//! `/subscriptions`: seen by their owner alone, and used until they end.

use std::time::Duration;

use domain::{AppId, SubscriptionId, subscription::SubscriptionStatus};
use serde_json::{Value, json};
use store::subscriptions::subscription;
use tests::{GHZ, Published, Stack, User};

const DAY: Duration = Duration::from_secs(24 * 3600);
const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

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
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    let s = scene(false).await;
    let before = s.stack.items().await;
    s.bob.get("/subscriptions/x").await.refused(400, "bad_id");
    s.bob.get("/subscriptions?limit=0").await.refused(400, "bad_limit");
    s.bob.get("/subscriptions?cursor=abc").await.refused(400, "bad_cursor");
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
