//! A forgotten password is replaced by a mailed link, once, within an hour, by whoever reads the account's mail.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    account::{LINK_LASTS, MAILS_AN_HOUR, Status},
    attempts::LOCKING,
    audit::Action,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{accounts, update};
use tests::{Received, Stack, services, user_pool_at};

use super::{A_WHILE, Newcomer, OTHER_PASSWORD, entered, mails_to, refresh, settled, signed_in};

const WEAK: &str = "all of it in lower case";
const THIRD_PASSWORD: &str = "Third-horse-9-paddock";

async fn set(stack: &Stack, link: &str, password: &str) -> Received {
    let body = json!({"new_password": password});
    stack.stranger().post(link, body).without_key().await
}

fn with_password(newcomer: &Newcomer, password: &'static str) -> Newcomer {
    Newcomer { password, ..newcomer.clone() }
}

#[tokio::test]
async fn the_mailed_link_sets_a_password_once_and_ends_every_session() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let sessions = [ada.log_in().await.expect(200), ada.log_in().await.expect(200)];
    let link = ada.mailed_reset().await;
    set(&stack, &link, OTHER_PASSWORD).await.expect(204);
    for session in &sessions {
        signed_in(&stack, session).get("/auth/me").await.refused(401, "unauthenticated");
        refresh(&stack, &session["refresh_token"]).await.refused(401, "refresh_refused");
    }
    ada.log_in().await.refused(401, "wrong_credentials");
    let again = with_password(&ada, OTHER_PASSWORD).log_in().await.expect(200);
    set(&stack, &link, THIRD_PASSWORD).await.refused(404, "link_unusable");
    stack.stranger().get(&link).await.refused(404, "link_unusable");
    with_password(&ada, OTHER_PASSWORD).log_in().await.expect(200);
    let mails = mails_to(&ada.email).await;
    assert!(mails.last().is_some_and(|mail| mail.contains("was changed just now")), "{mails:?}");
    let entered = entered(&stack, &again).await;
    for action in [Action::PasswordResetAsked, Action::PasswordReset] {
        assert_eq!(entered.iter().filter(|one| **one == action).count(), 1, "{action:?}");
    }
}

#[tokio::test]
async fn a_link_that_is_only_looked_at_is_not_used_up() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let link = ada.mailed_reset().await;
    let before = stack.items().await;
    for _ in 0..3 {
        let seen = stack.stranger().get(&link).await.expect(200);
        assert!(seen["expires_at"].is_string());
    }
    let page = stack.stranger().get(&link).header("Accept", "text/html,*/*;q=0.8").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    let text = page.expect(200);
    let text = text.as_str().expect("a page");
    let (_, script) = text.split_once("<script>").expect("a script");
    let (script, rest) = script.split_once("</script>").expect("its end");
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(policy.contains(&format!("script-src 'sha256-{hash}'")), "{policy}");
    assert!(policy.starts_with("default-src 'none'") && !rest.contains("<script"));
    assert_eq!(stack.items().await, before);
    set(&stack, &link, OTHER_PASSWORD).await.expect(204);
}

#[tokio::test]
async fn a_newer_link_takes_the_place_of_an_older_one_and_an_hour_ends_it() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let old = ada.mailed_reset().await;
    let new = ada.mailed_reset().await;
    set(&stack, &old, OTHER_PASSWORD).await.refused(404, "link_unusable");
    stack.clock().advance(LINK_LASTS);
    set(&stack, &new, OTHER_PASSWORD).await.refused(404, "link_unusable");
    stack.stranger().get(&new).await.refused(404, "link_unusable");
    let verify = ada.links().await[0].replace("/verify/", "/reset-password/");
    set(&stack, &verify, OTHER_PASSWORD).await.refused(404, "link_unusable");
    ada.log_in().await.expect(200);
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_link_as_it_was() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let session = ada.log_in().await.expect(200);
    let link = ada.mailed_reset().await;
    for weak in [WEAK, "Short-1", " Leading-space-is-bad-1"] {
        let problem = set(&stack, &link, weak).await.refused(422, "validation_failed");
        assert_eq!(problem["violations"][0]["pointer"], "/new_password");
    }
    signed_in(&stack, &session).get("/auth/me").await.expect(200);
    ada.log_in().await.expect(200);
    set(&stack, &link, OTHER_PASSWORD).await.expect(204);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_sets_the_password() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let link = ada.mailed_reset().await;
    let (one, other) =
        tokio::join!(set(&stack, &link, OTHER_PASSWORD), set(&stack, &link, THIRD_PASSWORD));
    let done = [one.status, other.status].iter().filter(|status| **status == 204).count();
    assert_eq!(done, 1, "{one:?} {other:?}");
    let [winner, loser] = match one.status {
        204 => [OTHER_PASSWORD, THIRD_PASSWORD],
        _ => [THIRD_PASSWORD, OTHER_PASSWORD],
    };
    let lost = if one.status == 204 { other } else { one };
    assert!(matches!(lost.status, 404 | 409), "{lost:?}");
    with_password(&ada, winner).log_in().await.expect(200);
    with_password(&ada, loser).log_in().await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_new_password_opens_a_locked_account_at_once() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let wrong = with_password(&ada, OTHER_PASSWORD);
    for _ in 0..LOCKING {
        stack.clock().advance(Duration::from_secs(60));
        wrong.log_in().await.refused(401, "wrong_credentials");
    }
    ada.log_in().await.refused(429, "too_many_attempts");
    let link = ada.mailed_reset().await;
    set(&stack, &link, THIRD_PASSWORD).await.expect(204);
    with_password(&ada, THIRD_PASSWORD).log_in().await.expect(200);
}

#[tokio::test]
async fn only_an_active_account_is_mailed_a_link_once_a_minute_and_ten_times_an_hour() {
    let stack = Stack::start().await;
    let (ada, nobody, waiting) =
        (settled(&stack).await, Newcomer::new(&stack), Newcomer::new(&stack));
    waiting.register().await.expect(202);
    let promise = nobody.ask_reset().await.expect(202);
    assert_eq!(waiting.ask_reset().await.expect(202), promise);
    // The first link is that of the registration, which is counted apart.
    for (seconds, links) in [(0, 2), (40, 2), (61, 3), (0, 3)] {
        stack.clock().advance(Duration::from_secs(seconds));
        assert_eq!(ada.ask_reset().await.expect(202), promise);
        assert_eq!(ada.links().await.len(), links, "after {seconds} s more");
    }
    for _ in 0..MAILS_AN_HOUR {
        stack.clock().advance(A_WHILE);
        ada.ask_reset().await.expect(202);
    }
    let most = 1 + usize::try_from(MAILS_AN_HOUR).expect("small");
    assert_eq!(ada.links().await.len(), most);
    assert_eq!((waiting.links().await.len(), mails_to(&nobody.email).await.len()), (1, 0));

    stack.clock().advance(Duration::from_secs(3600));
    let link = ada.mailed_reset().await;
    suspend(&stack, &ada).await;
    set(&stack, &link, OTHER_PASSWORD).await.refused(404, "link_unusable");
    stack.clock().advance(A_WHILE);
    ada.ask_reset().await.expect(202);
    assert_eq!(ada.links().await.len(), most + 1);
}

async fn suspend(stack: &Stack, newcomer: &Newcomer) {
    let name = stack.table().get(&accounts::username(&newcomer.username)).await.expect("a read");
    let id = name.expect("a name").user_id;
    let mut user = stack.table().get(&accounts::user(id)).await.expect("a read").expect("a user");
    user.status = Status::Suspended;
    stack.table().write([update(&user)]).await.expect("a suspension");
}

#[tokio::test]
async fn for_an_address_nobody_has_as_much_is_done_as_for_any_other() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (ada, nobody, waiting) =
        (settled(&stack).await, Newcomer::new(&stack), Newcomer::new(&stack));
    waiting.register().await.expect(202);
    stack.clock().advance(A_WHILE);
    let mut seen = Vec::new();
    // The last time the address has had its mail.
    for one in [&nobody, &waiting, &ada, &ada] {
        door.called();
        let answer = one.ask_reset().await;
        seen.push((answer.status, answer.body, door.called()));
    }
    let first = seen[0].clone();
    assert!(seen.iter().all(|one| *one == first), "{seen:#?}");
    assert_eq!(ada.links().await.len(), 2);
}

#[tokio::test]
async fn a_reset_that_is_cut_off_can_be_done_again_and_ends_sessions_then() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = settled(&stack).await;
    let session = ada.log_in().await.expect(200);
    let link = ada.mailed_reset().await;
    let following = door.hold("TransactWriteItems");
    let (cut, ()) = tokio::join!(set(&stack, &link, OTHER_PASSWORD), async {
        following.arrived().await.refuse("ValidationException");
    });
    cut.refused(500, "internal_error");
    set(&stack, &link, THIRD_PASSWORD).await.refused(409, "link_in_use");
    stack.clock().advance(Duration::from_secs(30));
    set(&stack, &link, THIRD_PASSWORD).await.expect(204);
    signed_in(&stack, &session).get("/auth/me").await.refused(401, "unauthenticated");
    with_password(&ada, OTHER_PASSWORD).log_in().await.refused(401, "wrong_credentials");
    with_password(&ada, THIRD_PASSWORD).log_in().await.expect(200);
}

#[tokio::test]
async fn while_nobody_knows_whether_the_pool_set_it_the_link_is_nobodys() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let link = ada.mailed_reset().await;
    let deaf = stack.with_identity_at("http://127.0.0.1:9");
    set(&deaf, &link, OTHER_PASSWORD).await.refused(500, "internal_error");
    set(&stack, &link, OTHER_PASSWORD).await.refused(409, "link_in_use");
    stack.clock().advance(Duration::from_secs(30));
    set(&stack, &link, OTHER_PASSWORD).await.expect(204);
}

#[tokio::test]
async fn a_login_under_way_with_the_old_password_begins_no_session() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = settled(&stack).await;
    let link = ada.mailed_reset().await;
    // The first write of a login counts the try, the second begins the session.
    let counted = door.hold("TransactWriteItems");
    let begun = door.hold("TransactWriteItems");
    let (late, ()) = tokio::join!(ada.log_in(), async {
        counted.arrived().await.pass();
        let begins = begun.arrived().await;
        set(&stack, &link, OTHER_PASSWORD).await.expect(204);
        begins.pass();
    });
    late.refused(401, "wrong_credentials");
    let sessions = stack.items().await;
    let sessions = sessions.iter().filter(|item| item.contains("\"type\":\"Session\""));
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn whoever_registers_with_an_address_over_and_over_keeps_no_reset_from_its_owner() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    for _ in 0..12 {
        ada.rival().register().await.expect(202);
    }
    let link = ada.mailed_reset().await;
    let body = json!({"new_password": OTHER_PASSWORD});
    stack.stranger().post(&link, body).without_key().await.expect(204);
}

#[tokio::test]
async fn a_user_whom_the_pool_has_lost_comes_back_by_a_mailed_link() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let session = ada.log_in().await.expect(200);
    let id = session["user"]["id"].as_str().expect("an id");
    // As whoever holds an access token can have the pool do.
    user_pool_at(&services().addresses().services).delete_user(id).await.expect("deleted");
    ada.log_in().await.refused(401, "wrong_credentials");
    let link = ada.mailed_reset().await;
    let body = json!({"new_password": OTHER_PASSWORD});
    stack.stranger().post(&link, body).without_key().await.expect(204);
    Newcomer { password: OTHER_PASSWORD, ..ada }.log_in().await.expect(200);
}
