//! What callers are answered when a service behind the hub wants nothing more of them, or their request ends early.

use super::auth::settled;
use api::{Answer, App, Context, Json, Problem};
use axum::{Router, body::Body, extract::Request};
use domain::account::Role;
use http_body_util::{BodyExt, Full, Limited};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{accounts, update};
use tests::{Answer as Said, Folder, Prepared, Stack};
use tower::ServiceExt;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

#[tokio::test]
async fn a_user_pool_that_wants_a_pause_is_passed_on() {
    let stack = Stack::start().await;
    let busy = Said::error(400, "TooManyRequestsException", "Rate exceeded");
    let pool = Prepared::answering([busy]).await;
    let stranger = stack.stranger().at(&stack.with_identity_at(pool.address()));
    let session = settled(&stack).await.log_in().await.expect(200);
    let session = json!({"refresh_token": session["refresh_token"]});
    let refused = stranger.post("/auth/refresh", session).without_key().await;
    assert!(refused.header("retry-after").is_some(), "when to come again");
    refused.refused(429, "too_many_attempts");
}

#[tokio::test]
async fn a_version_without_a_device_of_its_own_wants_one_named() {
    let stack = Stack::start().await;
    stack.devices().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let folder = Folder::bell("1.0.0").says("defaults", json!({"shots": 100}));
    let version = stack.release(&ada, &app, &folder, "1.0.0").await;
    let version = version.rsplit('/').next().expect("an id");
    let job =
        json!({"app_version_id": version, "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
    ada.post("/jobs", job.clone()).await.refused(422, "device_missing");
    let mut on_ours = job;
    on_ours["device_id"] = json!("hub-simulator");
    ada.post("/jobs", on_ours).await.expect(202);
    stack.drain().await;
}

/// Operations that no function of the hub has, behind the guard that all have.
#[derive(Clone)]
struct Vault(Context);

impl App for Vault {
    fn context(&self) -> Option<&Context> {
        Some(&self.0)
    }
}

/// For administrators
#[utoipa::path(get, path = "/vault", operation_id = "getVault", security(("cognito" = ["admin"])),
    responses((status = 200)))]
async fn open_vault() -> Result<Answer, Problem> {
    Answer::ok(&json!({"gold": 1}))
}

/// For everyone
#[utoipa::path(post, path = "/vault", operation_id = "createVault", security(()),
    responses((status = 200)))]
async fn fill_vault(Json(gold): Json<Gold>) -> Result<Answer, Problem> {
    Answer::ok(&json!({"gold": gold.gold}))
}

#[derive(Deserialize, ToSchema)]
struct Gold {
    gold: u64,
}

fn vault(stack: &Stack) -> Router {
    let routes = OpenApiRouter::new().routes(routes!(open_vault, fill_vault));
    api::service(routes, Vault(stack.context().clone()))
}

#[tokio::test]
async fn who_lacks_a_role_is_told_so_and_who_has_it_is_let_in() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let behind = stack.with_instead("vault", vault(&stack));
    for user in [&ada, &bob] {
        user.at(&behind).get("/vault").await.refused(403, "role_required");
    }
    let subject = accounts::subject(bob.id.parse().expect("a user"));
    let mut subject = stack.table().get(&subject).await.expect("read").expect("there");
    subject.roles.push(Role::Admin);
    stack.table().write([update(&subject)]).await.expect("an administrator");
    assert_eq!(bob.at(&behind).get("/vault").await.expect(200)["gold"], 1);
}

#[tokio::test]
async fn a_body_that_ends_early_is_told_from_one_that_is_wrong() {
    let stack = Stack::start().await;
    let post = |body: Body| {
        let request = Request::post("/vault").header("content-type", "application/json");
        vault(&stack).oneshot(request.body(body).expect("a request"))
    };
    let whole = r#"{"gold": 2}"#;
    assert_eq!(post(Body::from(whole)).await.expect("an answer").status(), 200);
    let early = post(Body::new(Limited::new(Full::from(whole), 5))).await.expect("an answer");
    assert_eq!(early.status(), 400);
    let problem = early.into_body().collect().await.expect("a body").to_bytes();
    let problem: Value = serde_json::from_slice(&problem).expect("JSON");
    assert_eq!(problem["code"], "body_unreadable");
}
