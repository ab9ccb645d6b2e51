//! `/users`: what people do with their own accounts, and administrators with everyone's.

mod activity;
mod avatar;
mod closing;
mod first_admin;
mod people;
mod profile;
mod sessions;
mod standing;

use domain::account::PROVIDER_TERMS_VERSION;
use serde_json::{Value, json};
use tests::{Stack, User};

/// What an account is now, with its `ETag`.
async fn read(by: &User, path: &str) -> (Value, String) {
    let received = by.get(path).await;
    let etag = received.header("etag").expect("a version").to_owned();
    (received.expect(200), etag)
}

fn account(of: &User) -> String {
    format!("/users/{}", of.id)
}

/// A member of each of some items.
fn each<'v>(page: &'v Value, member: &str) -> Vec<&'v str> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item[member].as_str().unwrap_or_default()).collect()
}

/// Has somebody suspended by somebody.
async fn suspend(admin: &User, user: &User) {
    let why = json!({"reason": "sends spam"});
    admin.post(&format!("{}/suspend", account(user)), why).without_key().await.expect(200);
}

#[tokio::test]
async fn an_account_is_read_by_its_owner_and_by_administrators() {
    let stack = Stack::start().await;
    let (ada, eve, grace) =
        (stack.user("ada").await, stack.user("eve").await, stack.admin("grace").await);
    let (mine, _) = read(&ada, "/users/me").await;
    assert_eq!((&mine["id"], &mine["status"]), (&json!(ada.id), &json!("ACTIVE")));
    assert_eq!(read(&ada, &account(&ada)).await.0, mine);
    assert_eq!(read(&grace, &account(&ada)).await.0, mine);
    eve.get(&account(&ada)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_name_is_changed_by_its_owner_alone_and_found_at_once() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    let (_, etag) = read(&ada, "/users/me").await;
    let name = json!({"full_name": "Augusta King"});
    grace.put(&account(&ada), name.clone()).if_match("*").await.refused(404, "not_found");
    let changed = ada.put("/users/me", name).if_match(&etag).await;
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
    assert_eq!(changed.header("etag"), Some(read(&ada, "/users/me").await.1.as_str()));
    assert_eq!(changed.expect(200)["full_name"], "Augusta King");
    for (typed, found) in [("king", 1), ("august", 1), ("ada", 1)] {
        let page = grace.get(&format!("/users?q={typed}")).await.expect(200);
        assert_eq!(each(&page, "username"), vec!["ada"; found], "{typed}");
    }
    ada.put("/users/me", json!({"full_name": "Ada"}))
        .if_match(&etag)
        .await
        .refused(412, "version_mismatch");
    ada.put("/users/me", json!({"full_name": " "}))
        .if_match("*")
        .await
        .refused(422, "validation_failed");
}

#[tokio::test]
async fn a_consumer_becomes_a_provider_and_may_publish_at_once() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let project = ada.post("/projects", json!({"name": "Bell pairs"})).await.expect(201);
    let release = format!("/projects/{}/release", project["id"].as_str().expect("an id"));
    let body = json!({"type": "EDUCATION"});
    ada.post(&release, body.clone()).await.refused(403, "provider_role_required");

    let terms = json!({"terms_version": PROVIDER_TERMS_VERSION});
    let user = ada.post("/users/me/provider", terms.clone()).key("once").await.expect(200);
    assert_eq!((&user["id"], &user["is_provider"]), (&json!(ada.id), &json!(true)));
    assert_eq!(user["roles"], json!(["CONSUMER", "PROVIDER"]));
    ada.post(&release, body).await.expect(201);

    let before = stack.items().await;
    let again = ada.post("/users/me/provider", terms).key("once").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200), user);
    ada.post("/users/me/provider", json!({"terms_version": "1999-01"}))
        .key("once")
        .await
        .refused(422, "idempotency_key_reused");
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn who_is_a_provider_stays_one() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let terms = json!({"terms_version": PROVIDER_TERMS_VERSION});
    let user = ada.post("/users/me/provider", terms).await.expect(200);
    assert_eq!(user["roles"], json!(["CONSUMER", "PROVIDER"]));
}

#[tokio::test]
async fn requests_sent_at_once_make_one_provider() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let terms = json!({"terms_version": PROVIDER_TERMS_VERSION});
    let become_provider = |key: &'static str| {
        let (ada, terms) = (ada.clone(), terms.clone());
        async move { ada.post("/users/me/provider", terms).key(key).await }
    };
    let (first, second, other) =
        tokio::join!(become_provider("a"), become_provider("a"), become_provider("b"));
    for received in [first, second, other] {
        assert_eq!(received.expect(200)["roles"], json!(["CONSUMER", "PROVIDER"]));
    }
}

#[tokio::test]
async fn other_terms_strangers_and_broken_requests_change_nothing() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.suspended("eve").await);
    let terms = json!({"terms_version": PROVIDER_TERMS_VERSION});
    let path = "/users/me/provider";
    let before = stack.items().await;
    for version in ["", "1999-01", &"9".repeat(10_000)] {
        ada.post(path, json!({"terms_version": version})).await.refused(422, "terms_outdated");
    }
    for body in [
        json!({}),
        json!([]),
        json!({"terms_version": 1}),
        json!({"terms_version": "x", "roles": []}),
    ] {
        ada.post(path, body).await.refused(400, "wrong_shape");
    }
    ada.post(path, terms.clone()).raw("application/json", "{").await.refused(400, "malformed_json");
    ada.post(path, terms.clone()).raw("text/plain", "{}").await.refused(415, "not_json");
    ada.post(path, terms.clone()).without_key().await.refused(400, "idempotency_key_missing");
    ada.post(path, terms.clone())
        .key(&"k".repeat(256))
        .await
        .refused(400, "idempotency_key_invalid");
    stack.stranger().post(path, terms.clone()).await.refused(401, "unauthenticated");
    eve.post(path, terms.clone()).await.refused(403, "account_suspended");
    ada.post("/users/someone/provider", terms).await.refused(404, "no_such_operation");
    assert_eq!(stack.items().await, before);
}
