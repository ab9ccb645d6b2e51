//! How an operator makes somebody an administrator, and who is not made one.

use admin::{Error, make_admin};
use serde_json::json;
use tests::{Stack, User, config, services, user_pool_at};

use super::{account, each, read, suspend};
use crate::routes::auth::Newcomer;

fn pool() -> identity::Identity {
    user_pool_at(&services().addresses().services)
}

/// Logs in, and is who sends requests with another session.
async fn logged_in(stack: &Stack, new: &Newcomer) -> User {
    let session = new.log_in().await.expect(200);
    let mut user = stack.stranger();
    user.id = session["user"]["id"].as_str().expect("an id").to_owned();
    stack.another_session(&user).await.1
}

#[tokio::test]
async fn who_has_proved_the_address_runs_the_place_from_the_next_request_on() {
    let stack = Stack::start().await;
    let new = Newcomer::new(&stack);
    let unknown = make_admin(stack.table(), &pool(), &new.email).await;
    assert!(matches!(unknown, Err(Error::NoSuchUser)), "{unknown:?}");
    new.register().await.expect(202);
    let waiting = make_admin(stack.table(), &pool(), &new.email).await;
    assert!(matches!(waiting, Err(Error::NotVerified)), "{waiting:?}");
    new.settle().await;
    let ada = logged_in(&stack, &new).await;
    ada.get("/users").await.refused(403, "role_required");

    let made = make_admin(stack.table(), &pool(), &new.email.to_uppercase()).await;
    assert!(!made.expect("made").before);
    let listed = ada.get("/users?role=ADMIN").await.expect(200);
    assert_eq!(each(&listed, "username"), [&new.username]);
    let trail = ada.get("/users/me/audit").await.expect(200);
    let last = &trail["items"][0];
    assert_eq!((&last["action"], &last["by"]), (&json!("ROLES_CHANGED"), &json!("OPERATOR")));
    assert_eq!(last["detail"], "CONSUMER, ADMIN");

    let before = stack.items().await;
    assert!(make_admin(stack.table(), &pool(), &new.email).await.expect("made").before);
    assert_eq!(stack.items().await, before, "a repeat changes nothing");
}

#[tokio::test]
async fn who_is_suspended_is_not_made_an_administrator() {
    let stack = Stack::start().await;
    let (new, grace) = (Newcomer::new(&stack), stack.admin("grace").await);
    new.settle().await;
    let ada = logged_in(&stack, &new).await;
    suspend(&grace, &ada).await;
    let refused = make_admin(stack.table(), &pool(), &new.email).await;
    assert!(matches!(refused, Err(Error::NotActive)), "{refused:?}");
    assert_eq!(read(&grace, &account(&ada)).await.0["roles"], json!(["CONSUMER"]));
    let nonsense = make_admin(stack.table(), &pool(), "nobody").await;
    assert!(matches!(nonsense, Err(Error::Refused(_))), "{nonsense:?}");
}

#[tokio::test]
async fn a_pool_that_does_not_answer_is_told_of_and_made_good_by_a_repeat() {
    let stack = Stack::start().await;
    let new = Newcomer::new(&stack);
    new.settle().await;
    let failed = make_admin(stack.table(), &user_pool_at("http://127.0.0.1:9"), &new.email).await;
    assert!(matches!(failed, Err(Error::Pool(_))), "{failed:?}");
    assert!(make_admin(stack.table(), &pool(), &new.email).await.expect("made").before);
}

#[tokio::test]
async fn a_table_that_does_not_answer_makes_nobody_anything() {
    let stack = Stack::start().await;
    let nowhere = store::Table::new(&config("http://127.0.0.1:9"), "none", stack.clock().clone());
    let failed = make_admin(&nowhere, &pool(), "ada@example.com").await;
    assert!(matches!(failed, Err(Error::Store(_))), "{failed:?}");
}
