//! `/projects`: owned, versioned, released once.

use serde_json::json;
use tests::Stack;

fn bell() -> serde_json::Value {
    json!({"name": "Bell pairs", "description": "Two entangled qubits."})
}

#[tokio::test]
async fn a_project_is_created_read_changed_and_deleted_by_its_owner() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let created = ada.post("/projects", bell()).await;
    assert_eq!(created.header("etag"), Some("\"1\""));
    let location = created.header("location").expect("a location").to_owned();
    let project = created.expect(201);
    let path = format!("/{location}");
    assert_eq!(path, format!("/projects/{}", project["id"].as_str().expect("an id")));

    assert_eq!(ada.get(&path).await.expect(200), project);
    ada.put(&path, json!({"name": "GHZ"})).await.refused(428, "if_match_missing");
    let changed = ada.put(&path, json!({"name": "GHZ"})).if_match("\"1\"").await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.expect(200)["name"], "GHZ");
    ada.put(&path, bell()).if_match("\"1\"").await.refused(412, "version_mismatch");
    ada.delete(&path).if_match("\"1\"").await.refused(412, "version_mismatch");
    ada.delete(&path).if_match("\"2\"").await.expect(204);
    ada.get(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn projects_are_listed_newest_first_page_by_page() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.user("ada").await, stack.user("bob").await);
    for n in 1..=5 {
        ada.post("/projects", json!({"name": format!("p{n}")})).await.expect(201);
    }
    let mut names = Vec::new();
    let mut path = "/projects?limit=2".to_owned();
    loop {
        let page = ada.get(&path).await.expect(200);
        names.extend(page["items"].as_array().expect("items").iter().map(|p| p["name"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        bob.get(&format!("/projects?cursor={cursor}")).await.refused(400, "bad_cursor");
        path = format!("/projects?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["p5", "p4", "p3", "p2", "p1"]);
    assert_eq!(bob.get("/projects").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn another_users_project_is_as_absent_as_none() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.provider("eve").await);
    let project = ada.post("/projects", bell()).await.expect(201);
    let path = format!("/projects/{}", project["id"].as_str().expect("an id"));
    let before = stack.items().await;
    let unknown = "/projects/0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";
    for path in [path.as_str(), unknown] {
        eve.get(path).await.refused(404, "not_found");
        eve.put(path, bell()).if_match("*").await.refused(404, "not_found");
        eve.delete(path).if_match("*").await.refused(404, "not_found");
        eve.post(&format!("{path}/release"), json!({"type": "EDUCATION"}))
            .await
            .refused(404, "not_found");
    }
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn strangers_and_suspended_users_see_nothing() {
    let stack = Stack::start().await;
    stack.stranger().get("/projects").await.refused(401, "unauthenticated");
    stack.suspended("mallory").await.get("/projects").await.refused(403, "account_suspended");
    stack.user("ada").await.get("/projects/x/y/z").await.refused(404, "no_such_operation");
}

#[tokio::test]
async fn a_repeated_create_makes_one_project_and_the_same_answer() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let first = ada.post("/projects", bell()).key("k1").await.expect(201);
    let again = ada.post("/projects", bell()).key("k1").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    ada.post("/projects", json!({"name": "other"}))
        .key("k1")
        .await
        .refused(422, "idempotency_key_reused");
    ada.post("/projects", bell()).without_key().await.refused(400, "idempotency_key_missing");
    let listed = ada.get("/projects").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_project_becomes_one_app() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let project = ada.post("/projects", bell()).await.expect(201);
    let path = format!("/projects/{}/release", project["id"].as_str().expect("an id"));
    bob.post(&path, json!({"type": "EDUCATION"})).await.refused(403, "provider_role_required");
    ada.post(&path, json!({"type": "EDUCATION", "license_type": "nonsense"}))
        .await
        .refused(422, "validation_failed");
    let released = ada.post(&path, json!({"type": "EDUCATION"})).await;
    let location = released.header("location").expect("a location").to_owned();
    let app_id = released.expect(201)["quantum_app_id"].as_str().expect("an app").to_owned();
    assert_eq!(location, format!("../../quantum-apps/{app_id}"));
    ada.post(&path, json!({"type": "EDUCATION"})).await.refused(409, "project_released");
}

#[tokio::test]
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let before = stack.items().await;
    let send = |body: &str| ada.post("/projects", json!({})).raw("application/json", body);
    send("{").await.refused(400, "malformed_json");
    send(r#"{"name": 5}"#).await.refused(400, "wrong_shape");
    send(r#"{"name": "a", "surprise": 1}"#).await.refused(400, "wrong_shape");
    send(r#"{"description": "no name"}"#).await.refused(400, "wrong_shape");
    send(r#"{"name": ""}"#).await.refused(422, "validation_failed");
    send(&format!(r#"{{"name": "{}"}}"#, "x".repeat(300 * 1024)))
        .await
        .refused(413, "body_too_large");
    ada.post("/projects", json!({})).raw("text/plain", "hello").await.refused(415, "not_json");
    ada.get("/projects/not-an-id").await.refused(400, "bad_id");
    ada.get("/projects?limit=0").await.refused(400, "bad_limit");
    ada.get("/projects?limit=x").await.refused(400, "bad_query");
    ada.get("/projects?surprise=1").await.refused(400, "bad_query");
    ada.get("/projects?cursor=abc").await.refused(400, "bad_cursor");
    assert_eq!(stack.items().await, before);
}
