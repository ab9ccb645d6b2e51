//! Logging in, going on with a session, and what is refused on the way there.

use std::time::Duration;

use domain::{Moment, account::Status, session::SESSION_DAYS};
use serde_json::{Value, json};
use store::{accounts, update};
use tests::Stack;

use super::{Newcomer, OTHER_PASSWORD, PASSWORD};

#[tokio::test]
async fn a_newcomer_registers_opens_the_mailed_link_and_logs_in() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.register().await.expect(202);
    ada.log_in().await.refused(403, "email_not_verified");
    ada.log_in_as(&ada.email).await.refused(403, "email_not_verified");

    let link = ada.last_link().await;
    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], false);
    for login in [ada.username.clone(), ada.email.clone(), ada.email.to_uppercase()] {
        let session = ada.log_in_as(&login).await.expect(200);
        for token in ["access_token", "id_token", "refresh_token"] {
            assert!(session[token].as_str().is_some_and(|token| token.len() > 20), "{token}");
        }
        assert_eq!(
            (&session["token_type"], &session["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );
        let ends_at: Moment =
            session["session_ends_at"].as_str().expect("a time").parse().expect("one");
        assert_eq!(ends_at.since(stack.clock().now()).as_secs() / 86_400, SESSION_DAYS - 1);
        let user = &session["user"];
        assert_eq!((&user["username"], &user["status"]), (&json!(ada.username), &json!("ACTIVE")));
        assert_eq!((&user["roles"], &user["is_provider"]), (&json!(["CONSUMER"]), &json!(false)));
        assert!(user["last_login_at"].is_string());
    }
}

#[tokio::test]
async fn a_wrong_login_is_told_like_an_unknown_one() {
    let stack = Stack::start().await;
    let (ada, nobody) = (Newcomer::new(&stack), Newcomer::new(&stack));
    ada.settle().await;
    let before = stack.items().await;
    let unknown = nobody.log_in().await.refused(401, "wrong_credentials");
    let wrong = Newcomer { password: OTHER_PASSWORD, ..ada.clone() };
    for login in [&ada.username, &ada.email] {
        assert_eq!(wrong.log_in_as(login).await.refused(401, "wrong_credentials"), unknown);
    }
    let short = Newcomer { password: "x", ..ada.clone() };
    assert_eq!(short.log_in().await.refused(401, "wrong_credentials"), unknown);
    assert_eq!(nobody.log_in_as(&nobody.email).await.refused(401, "wrong_credentials"), unknown);
    assert_eq!(nobody.log_in_as("@").await.refused(401, "wrong_credentials"), unknown);
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn a_login_is_noted_once_a_minute() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.settle().await;
    let noted = || async { ada.log_in().await.expect(200)["user"]["last_login_at"].clone() };
    let first = noted().await;
    assert_eq!(noted().await, first);
    stack.clock().advance(Duration::from_secs(61));
    assert_ne!(noted().await, first);
}

#[tokio::test]
async fn a_session_goes_on_by_its_refresh_token() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.settle().await;
    let session = ada.log_in().await.expect(200);
    let refresh = |token: &Value| {
        let body = json!({"refresh_token": token});
        let stranger = stack.stranger();
        async move { stranger.post("/auth/refresh", body).without_key().await }
    };
    let tokens = refresh(&session["refresh_token"]).await.expect(200);
    assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_string());
    assert_ne!(tokens["refresh_token"], session["refresh_token"]);
    for bad in [
        "x",
        "a b",
        "ünïcode",
        &"x".repeat(9000),
        session["access_token"].as_str().expect("a token"),
    ] {
        refresh(&json!(bad)).await.refused(401, "refresh_refused");
    }
}

pub(super) async fn suspend(stack: &Stack, user_id: &Value) {
    let id = user_id.as_str().expect("an id").parse().expect("an id");
    let table = stack.table();
    let found = table.read((accounts::user(id), accounts::subject(id))).await.expect("a read");
    let (Some(mut user), Some(mut subject)) = found else { panic!("an account") };
    user.status = Status::Suspended;
    *subject = user.subject();
    table.write([update(&user), update(&subject)]).await.expect("a suspension");
}

#[tokio::test]
async fn a_suspended_user_gets_no_session() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.settle().await;
    let session = ada.log_in().await.expect(200);
    suspend(&stack, &session["user"]["id"]).await;

    ada.log_in().await.refused(403, "account_suspended");
    Newcomer { password: OTHER_PASSWORD, ..ada.clone() }
        .log_in()
        .await
        .refused(401, "wrong_credentials");
    let body = json!({"refresh_token": session["refresh_token"]});
    stack.stranger().post("/auth/refresh", body).await.refused(403, "account_suspended");
}

#[tokio::test]
async fn who_is_logged_in_reads_their_own_account() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let me = ada.get("/auth/me").await.expect(200);
    assert_eq!((&me["id"], &me["username"]), (&json!(ada.id), &json!("ada")));
    assert_eq!((&me["email"], &me["is_provider"]), (&json!("ada@example.com"), &json!(true)));
    assert!(me.get("last_login_at").is_none() && me.get("provider_terms").is_none());
    stack.stranger().get("/auth/me").await.refused(401, "unauthenticated");
    stack.suspended("eve").await.get("/auth/me").await.refused(403, "account_suspended");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let stack = Stack::start().await;
    let before = stack.items().await;
    let stranger = stack.stranger();
    let good = json!({"username": "ada", "email": "ada@example.com", "password": PASSWORD, "full_name": "Ada"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, value) in [
        ("username", json!("a")),
        ("username", json!("ada lovelace")),
        ("username", json!("x".repeat(51))),
        ("email", json!("ada")),
        ("email", json!("ada@example.com\r\nBcc: eve@example.com")),
        ("email", json!(format!("{}@example.com", "x".repeat(95)))),
        ("password", json!("Short-1")),
        ("password", json!(format!("Aa1{}", "x".repeat(130)))),
        ("password", json!(" Correct-horse-7-battery")),
        ("full_name", json!("")),
        ("full_name", json!("x".repeat(101))),
        ("full_name", json!("Ada\nLovelace")),
    ] {
        let problem = stranger.post("/auth/register", with(field, value)).await;
        let problem = problem.refused(422, "validation_failed");
        assert_eq!(problem["violations"][0]["pointer"], format!("/{field}"));
    }
    stranger
        .post("/auth/verify/resend", json!({"email": "ada"}))
        .await
        .refused(422, "validation_failed");
    for login in ["", "a\nb", &"x".repeat(101)] {
        let body = json!({"login": login, "password": PASSWORD});
        stranger.post("/auth/login", body).await.refused(422, "validation_failed");
    }
    for path in ["/auth/register", "/auth/login", "/auth/refresh", "/auth/verify/resend"] {
        let post = |kind: &str, body: &str| stranger.post(path, Value::Null).raw(kind, body);
        for body in ["", "{", "nonsense", "\u{0}", "{\""] {
            post("application/json", body).await.refused(400, "malformed_json");
        }
        for body in ["[]", "null", "1", "{}", "{\"surplus\":1}", "{\"email\":1}", "{\"login\":[]}"]
        {
            post("application/json", body).await.refused(400, "wrong_shape");
        }
        post("text/plain", "{}").await.refused(415, "not_json");
        let large = format!("\"{}\"", "x".repeat(300 * 1024));
        post("application/json", &large).await.refused(413, "body_too_large");
    }
    let mut surplus = good.clone();
    surplus["roles"] = json!(["ADMIN"]);
    stranger.post("/auth/register", surplus).await.refused(400, "wrong_shape");
    assert_eq!(stack.items().await, before);
}
