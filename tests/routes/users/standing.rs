//! Who may act, and as what, as administrators decide it: at once, and never so that nobody is left to decide.

use serde_json::{Value, json};
use tests::{Received, Stack, User};

use super::{account, each, read, suspend};

async fn roles(admin: &User, user: &User, roles: &[&str]) -> Received {
    let path = format!("{}/roles", account(user));
    admin.put(&path, json!({"roles": roles})).if_match("*").await
}

async fn post(admin: &User, user: &User, what: &str) -> Received {
    let why = json!({"reason": "because"});
    admin.post(&format!("{}/{what}", account(user)), why).without_key().await
}

#[tokio::test]
async fn who_is_suspended_does_nothing_until_restored_and_is_then_as_before() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    suspend(&grace, &ada).await;
    ada.get("/users/me").await.refused(403, "account_suspended");
    assert_eq!(read(&grace, &account(&ada)).await.0["status"], "SUSPENDED");
    let before = stack.items().await;
    suspend(&grace, &ada).await;
    assert_eq!(stack.items().await, before, "a repeat changes nothing");
    assert_eq!(post(&grace, &ada, "restore").await.expect(200)["status"], "ACTIVE");
    ada.get("/users/me").await.expect(200);
    let before = stack.items().await;
    post(&grace, &ada, "restore").await.expect(200);
    assert_eq!(stack.items().await, before, "a repeat changes nothing");
    let done = grace.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&done, "action"), ["RESTORED", "SUSPENDED"]);
    assert_eq!(each(&done, "to_user_id"), [&ada.id, &ada.id]);
}

#[tokio::test]
async fn roles_hold_from_the_next_request_on() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    ada.get("/users").await.refused(403, "role_required");
    let given = roles(&grace, &ada, &["ADMIN", "CONSUMER"]).await.expect(200);
    assert_eq!(given["roles"], json!(["CONSUMER", "ADMIN"]));
    ada.get("/users").await.expect(200);
    roles(&grace, &ada, &["CONSUMER"]).await.expect(200);
    ada.get("/users").await.refused(403, "role_required");
    let activity = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&activity, "detail"), ["CONSUMER", "ADMIN, CONSUMER"]);
    let path = format!("{}/roles", account(&ada));
    grace
        .put(&path, json!({"roles": ["CONSUMER"]}))
        .if_match("\"1\"")
        .await
        .refused(412, "version_mismatch");
}

#[tokio::test]
async fn provider_is_given_back_to_who_accepted_the_terms_and_to_nobody_else() {
    let stack = Stack::start().await;
    let (ada, bob, grace) =
        (stack.user("ada").await, stack.provider("bob").await, stack.admin("grace").await);
    let both = ["CONSUMER", "PROVIDER"];
    roles(&grace, &ada, &both).await.refused(409, "terms_not_accepted");
    roles(&grace, &ada, &["ADMIN"]).await.refused(422, "validation_failed");
    roles(&grace, &bob, &["CONSUMER"]).await.expect(200);
    assert_eq!(read(&bob, "/users/me").await.0["is_provider"], false);
    roles(&grace, &bob, &both).await.expect(200);
    assert_eq!(read(&bob, "/users/me").await.0["is_provider"], true);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    let before = stack.items().await;
    roles(&grace, &grace, &["CONSUMER"]).await.refused(409, "last_admin");
    post(&grace, &grace, "suspend").await.refused(409, "last_admin");
    grace.delete("/users/me").if_match("*").await.refused(409, "last_admin");
    assert_eq!(stack.items().await, before);
    roles(&grace, &ada, &["CONSUMER", "ADMIN"]).await.expect(200);
    roles(&grace, &grace, &["CONSUMER"]).await.expect(200);
    grace.get("/users").await.refused(403, "role_required");
    post(&ada, &ada, "suspend").await.refused(409, "last_admin");
}

#[tokio::test]
async fn an_administrator_who_is_suspended_does_not_count() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.admin("ada").await, stack.admin("grace").await);
    suspend(&grace, &ada).await;
    post(&grace, &grace, "suspend").await.refused(409, "last_admin");
    roles(&grace, &ada, &["CONSUMER"]).await.expect(200);
    post(&grace, &ada, "restore").await.expect(200);
    post(&grace, &grace, "suspend").await.refused(409, "last_admin");
}

#[tokio::test]
async fn of_administrators_who_remove_each_other_or_themselves_at_once_one_is_left() {
    for way in 0..3 {
        let stack = Stack::start().await;
        let (ada, bob) = (stack.admin("ada").await, stack.admin("bob").await);
        let only = ["CONSUMER"];
        let (first, second) = match way {
            0 => tokio::join!(roles(&ada, &bob, &only), roles(&bob, &ada, &only)),
            1 => tokio::join!(roles(&ada, &ada, &only), roles(&bob, &bob, &only)),
            _ => tokio::join!(post(&ada, &bob, "suspend"), post(&bob, &ada, "suspend")),
        };
        let still = [&ada, &bob].map(|admin| async { admin.get("/users").await.status == 200 });
        let [ada, bob] = still;
        let (ada, bob) = tokio::join!(ada, bob);
        assert!(ada != bob, "way {way}: {first:?} {second:?}");
    }
}

#[tokio::test]
async fn who_is_no_administrator_any_more_cannot_make_themselves_one_again() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (ada, grace) = (stack.admin("ada").await, stack.admin("grace").await);
    let coming = door.hold("TransactWriteItems");
    let late = tokio::spawn({
        let ada = ada.clone();
        async move { post(&ada, &ada, "suspend").await }
    });
    let held = coming.arrived().await;
    roles(&grace, &ada, &["CONSUMER"]).await.expect(200);
    held.pass();
    late.await.expect("an answer").refused(409, "caller_changed");
    ada.get("/users").await.refused(403, "role_required");
}

#[tokio::test]
async fn who_was_suspended_meanwhile_suspends_nobody() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (ada, grace, bob) =
        (stack.admin("ada").await, stack.admin("grace").await, stack.user("bob").await);
    let coming = door.hold("TransactWriteItems");
    let late = tokio::spawn({
        let (ada, bob) = (ada.clone(), bob.clone());
        async move { post(&ada, &bob, "suspend").await }
    });
    let held = coming.arrived().await;
    suspend(&grace, &ada).await;
    held.pass();
    late.await.expect("an answer").refused(409, "caller_changed");
    let status: Value = read(&grace, &account(&bob)).await.0["status"].clone();
    assert_eq!(status, "ACTIVE");
}

#[tokio::test]
async fn accounts_that_wait_for_their_address_are_neither_suspended_nor_restored() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    let new = crate::routes::auth::Newcomer::new(&stack);
    new.register().await.expect(202);
    let mut waiting = stack.stranger();
    waiting.id = id_of(&stack, &new.username).await;
    post(&grace, &waiting, "suspend").await.refused(409, "account_not_active");
    post(&grace, &waiting, "restore").await.refused(409, "account_not_verified");
    roles(&grace, &waiting, &["CONSUMER", "ADMIN"]).await.refused(409, "account_not_verified");
    grace.delete(&account(&waiting)).if_match("*").await.refused(409, "account_not_verified");
}

async fn id_of(stack: &Stack, username: &str) -> String {
    let claim = stack.table().get(&store::accounts::username(username)).await;
    claim.expect("a read").expect("a user").user_id.to_string()
}
