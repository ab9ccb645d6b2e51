//! `/users`: a user becomes a provider by accepting the terms in force.

use domain::account::PROVIDER_TERMS_VERSION;
use serde_json::json;
use tests::Stack;

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
