//! `/marketplace`: what is on sale, and how one comes to have it.

use std::time::Duration;

use domain::{
    AppId, Moment, SubscriptionId, access_key::Secret, app::AppType, listing::ListingStatus,
    subscription::SubscriptionStatus,
};
use serde_json::{Value, json};
use store::{
    apps::{Catalogue, app, catalogue_entries},
    create,
    listings::listing,
    subscriptions::subscription,
};
use tests::{GHZ, Published, Stack, User};

const DAY: Duration = Duration::from_secs(24 * 3600);
const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

/// An app of this type that anyone may see on the marketplace.
async fn on_sale(stack: &Stack, developer: &User, app_type: AppType) -> Published {
    let published = stack.publish(developer, GHZ, "0.05").await;
    let table = stack.table();
    let mut sold = table.get(&app(published.app)).await.expect("read").expect("published");
    sold.details.app_type = app_type;
    let sold = table.save(sold).await.expect("saved");
    let now = stack.clock().now();
    let entries = catalogue_entries(Catalogue::Marketplace, &sold, now);
    table.write(entries.iter().map(create)).await.expect("listed");
    published
}

async fn set_listing(stack: &Stack, app: AppId, status: ListingStatus) {
    let mut listed = stack.table().get(&listing(app)).await.expect("read").expect("listed");
    listed.status = status;
    stack.table().save(listed).await.expect("saved");
}

fn path(published: Published) -> String {
    format!("/marketplace/{}", published.app)
}

fn pay_per_use() -> Value {
    json!({"subscription_type": "PAY_PER_USE"})
}

async fn ids(user: &User, query: &str) -> Vec<String> {
    let (mut ids, mut path) = (Vec::new(), format!("/marketplace?{query}"));
    loop {
        let page = user.get(&path).await.expect(200);
        let items = page["items"].as_array().expect("items");
        ids.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return ids };
        path = format!("/marketplace?{query}&cursor={cursor}");
    }
}

#[tokio::test]
async fn apps_on_sale_are_listed_to_anyone_newest_first() {
    let stack = Stack::start().await;
    let (ada, anyone) = (stack.provider("ada").await, stack.stranger());
    assert_eq!(anyone.get("/marketplace").await.expect(200), json!({"items": []}));
    let mut sold = Vec::new();
    for app_type in [AppType::Education, AppType::Finance, AppType::Education, AppType::Finance] {
        sold.push(on_sale(&stack, &ada, app_type).await.app);
    }
    let newest_first: Vec<String> = sold.iter().rev().map(ToString::to_string).collect();
    for limit in [1, 3, 100] {
        assert_eq!(ids(&anyone, &format!("limit={limit}")).await, newest_first);
    }
    assert_eq!(
        ids(&anyone, "type=FINANCE&limit=1").await,
        [newest_first[0].clone(), newest_first[2].clone()]
    );
    assert!(ids(&anyone, "type=CHEMISTRY").await.is_empty());

    let page = anyone.get("/marketplace?type=FINANCE&limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more");
    anyone.get(&format!("/marketplace?cursor={cursor}")).await.refused(400, "bad_cursor");

    set_listing(&stack, sold[3], ListingStatus::Withdrawn).await;
    set_listing(&stack, sold[2], ListingStatus::Paused).await;
    assert_eq!(ids(&anyone, "limit=2").await, newest_first[1..]);
    let paused = &anyone.get("/marketplace").await.expect(200)["items"][0];
    assert_eq!((&paused["status"], &paused["type"]), (&json!("PAUSED"), &json!("EDUCATION")));
}

#[tokio::test]
async fn an_app_on_sale_is_read_with_its_terms_and_what_it_takes() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let published = on_sale(&stack, &ada, AppType::Education).await;
    let shown = stack.stranger().get(&path(published)).await.expect(200);
    assert_eq!(shown["price"], json!({"amount": "0.05", "currency": "USD"}));
    assert_eq!(shown["trial"], json!({"uses": 10, "days": 14}));
    let latest = &shown["latest_version"];
    assert_eq!(latest["id"], published.version.to_string());
    assert_eq!(latest["input_schema"]["required"], json!(["theta"]));
    assert_eq!(latest["resource_estimate"]["number_of_qubits"], 3);
    assert_eq!(latest["preferred_device_id"], "hub-simulator");

    set_listing(&stack, published.app, ListingStatus::Withdrawn).await;
    for gone in [path(published), format!("/marketplace/{UNKNOWN}")] {
        stack.stranger().get(&gone).await.refused(404, "not_found");
        ada.post(&format!("{gone}/trial"), json!({})).await.refused(404, "not_found");
        ada.post(&format!("{gone}/subscribe"), pay_per_use()).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_trial_is_had_once_ever() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let trial = format!("{}/trial", path(on_sale(&stack, &ada, AppType::Education).await));
    let begun = bob.post(&trial, json!({})).key("k").await;
    let location = begun.header("location").expect("a location").to_owned();
    let begun = begun.expect(201);
    let id = begun["id"].as_str().expect("an id");
    assert_eq!(location, format!("../../subscriptions/{id}"));
    assert_eq!(
        (&begun["subscription_type"], &begun["status"]),
        (&json!("TRIAL"), &json!("ACTIVE"))
    );
    assert_eq!((&begun["remaining_uses"], &begun["rate"]["amount"]), (&json!(10), &json!("0.00")));
    let at = |name: &str| begun[name].as_str().and_then(|at| at.parse().ok()).expect("a time");
    let (start, end): (Moment, Moment) = (at("start_date"), at("end_date"));
    assert_eq!(end.since(start), 14 * DAY);
    assert_eq!(bob.get(&format!("/subscriptions/{id}")).await.expect(200), begun);

    let before = stack.items().await;
    let again = bob.post(&trial, json!({})).key("k").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), begun);
    bob.post(&trial, json!({})).await.refused(409, "trial_used");
    stack.clock().advance(15 * DAY);
    bob.post(&trial, json!({})).await.refused(409, "trial_used");
    assert_eq!(stack.items().await, before);
    stack.user("eve").await.post(&trial, json!({})).await.expect(201);
}

#[tokio::test]
async fn many_requests_at_once_make_one_subscription() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let path = path(on_sale(&stack, &ada, AppType::Education).await);
    for (path, body, code) in [
        (format!("{path}/trial"), json!({}), "trial_used"),
        (format!("{path}/subscribe"), pay_per_use(), "already_subscribed"),
    ] {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let (bob, path, body) = (bob.clone(), path.clone(), body.clone());
                tokio::spawn(async move { bob.post(&path, body).await })
            })
            .collect();
        let mut made = 0;
        for answer in tries {
            let answer = answer.await.expect("no panic");
            if answer.status == 201 {
                made += 1;
            } else {
                answer.refused(409, code);
            }
        }
        assert_eq!(made, 1, "{path}");
    }
    let listed = bob.get("/subscriptions").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn one_subscribes_once_and_again_when_it_has_ended() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let subscribe = format!("{}/subscribe", path(on_sale(&stack, &ada, AppType::Education).await));
    let first = bob.post(&subscribe, pay_per_use()).key("k").await.expect(201);
    assert_eq!((&first["rate"]["amount"], &first["end_date"]), (&json!("0.05"), &Value::Null));
    assert_eq!(bob.post(&subscribe, pay_per_use()).key("k").await.expect(201), first);
    bob.post(&subscribe, pay_per_use()).await.refused(409, "already_subscribed");

    let id: SubscriptionId = first["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let set = async |id: SubscriptionId, status| {
        let mut held = stack.table().get(&subscription(id)).await.expect("read").expect("held");
        held.status = status;
        stack.table().save(held).await.expect("saved");
    };
    set(id, SubscriptionStatus::PastDue).await;
    bob.post(&subscribe, pay_per_use()).await.refused(409, "already_subscribed");
    set(id, SubscriptionStatus::Cancelled).await;
    let second = bob.post(&subscribe, pay_per_use()).await.expect(201);
    assert_ne!(second["id"], first["id"]);
    bob.post(&subscribe, pay_per_use()).await.refused(409, "already_subscribed");
    assert_eq!(bob.post(&subscribe, pay_per_use()).key("k").await.expect(201), first);
}

#[tokio::test]
async fn developers_need_no_subscription_and_closed_listings_take_nobody() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = on_sale(&stack, &ada, AppType::Education).await;
    let (trial, subscribe) =
        (format!("{}/trial", path(published)), format!("{}/subscribe", path(published)));
    let mut before = stack.items().await;
    ada.post(&trial, json!({})).await.refused(409, "own_app");
    ada.post(&subscribe, pay_per_use()).await.refused(409, "own_app");
    assert_eq!(stack.items().await, before);

    let table = stack.table();
    let mut listed = table.get(&listing(published.app)).await.expect("read").expect("listed");
    listed.terms.trial_enabled = false;
    table.save(listed).await.expect("saved");
    before = stack.items().await;
    bob.post(&trial, json!({})).await.refused(409, "no_trial");
    assert_eq!(stack.items().await, before);

    set_listing(&stack, published.app, ListingStatus::Paused).await;
    before = stack.items().await;
    bob.post(&trial, json!({})).await.refused(409, "listing_closed");
    bob.post(&subscribe, pay_per_use()).await.refused(409, "listing_closed");
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = path(on_sale(&stack, &ada, AppType::Education).await);
    let (trial, subscribe) = (format!("{published}/trial"), format!("{published}/subscribe"));
    let owner = bob.id.parse().expect("a user");
    let key = stack.program(Secret::new(owner, stack.clock().random()).expose());
    let before = stack.items().await;
    for path in [&trial, &subscribe] {
        stack.stranger().post(path, pay_per_use()).await.refused(401, "unauthenticated");
        key.post(path, pay_per_use()).await.refused(401, "unauthenticated");
        bob.post(path, json!({})).without_key().await.refused(400, "idempotency_key_missing");
        bob.post(path, json!({"surprise": 1})).await.refused(400, "wrong_shape");
        bob.post(path, json!([])).await.refused(400, "wrong_shape");
        bob.post(path, json!({})).raw("application/json", "{").await.refused(400, "malformed_json");
        bob.post(path, json!({})).raw("text/plain", "{}").await.refused(415, "not_json");
    }
    for body in
        [json!({}), json!({"subscription_type": "TRIAL"}), json!({"subscription_type": "WEEKLY"})]
    {
        bob.post(&subscribe, body).await.refused(400, "wrong_shape");
    }
    for kind in ["MONTHLY", "ANNUAL"] {
        let by_term = json!({"subscription_type": kind});
        bob.post(&subscribe, by_term).await.refused(409, "not_offered");
    }
    for path in ["/marketplace/x/trial", "/marketplace/x/subscribe"] {
        bob.post(path, if path.ends_with('l') { json!({}) } else { pay_per_use() })
            .await
            .refused(400, "bad_id");
    }
    bob.get("/marketplace/x").await.refused(400, "bad_id");
    bob.get("/marketplace?type=MAGIC").await.refused(400, "bad_query");
    bob.get("/marketplace?limit=101").await.refused(400, "bad_limit");
    bob.get("/marketplace?cursor=abc").await.refused(400, "bad_cursor");
    bob.get("/marketplace?surprise=1").await.refused(400, "bad_query");
    assert_eq!(stack.items().await, before);
}
