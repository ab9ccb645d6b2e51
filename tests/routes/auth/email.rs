//! An account comes to another address by a link mailed there, and nobody learns whether the address is known.

use std::time::Duration;

use domain::{account::LINK_LASTS, attempts::LOCKING, audit::Action};
use serde_json::{Value, json};
use tests::{Received, Stack, User};

use super::{
    A_WHILE, Newcomer, OTHER_PASSWORD, PASSWORD, entered, link, mails_to, settled, signed_in,
};

async fn change(user: &User, address: &str, password: &str) -> Received {
    let body = json!({"new_email": address, "password": password});
    user.post("/auth/email", body).without_key().await
}

/// Someone with a session.
async fn member(stack: &Stack) -> (Newcomer, User, Value) {
    let newcomer = settled(stack).await;
    let session = newcomer.log_in().await.expect(200);
    (newcomer, signed_in(stack, &session), session)
}

/// An address of nobody's.
fn fresh(stack: &Stack) -> String {
    Newcomer::new(stack).email
}

async fn links_at(address: &str) -> Vec<String> {
    mails_to(address).await.iter().filter_map(|mail| link(mail)).collect()
}

/// Asks for the change, and answers the mailed link.
pub(super) async fn mailed(user: &User, address: &str) -> String {
    let before = links_at(&address.to_lowercase()).await.len();
    change(user, address, PASSWORD).await.expect(200);
    let links = links_at(&address.to_lowercase()).await;
    assert_eq!(links.len(), before + 1, "one mail");
    links.last().expect("a link").clone()
}

#[tokio::test]
async fn the_link_mailed_to_the_new_address_makes_the_change_and_may_be_opened_twice() {
    let stack = Stack::start().await;
    let (ada, here, session) = member(&stack).await;
    let address = fresh(&stack);
    let link = mailed(&here, &address.to_uppercase()).await;
    assert_eq!(here.get("/auth/me").await.expect(200)["email"], json!(ada.email));
    ada.log_in_as(&address).await.refused(401, "wrong_credentials");

    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], false);
    let before = stack.items().await;
    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], true);
    let page = stack.stranger().get(&link).header("Accept", "text/html").await.expect(200);
    assert!(page.as_str().is_some_and(|page| page.contains("this e-mail address already")));
    assert_eq!(stack.items().await, before);

    assert_eq!(here.get("/auth/me").await.expect(200)["email"], json!(address));
    ada.log_in_as(&address).await.expect(200);
    ada.log_in_as(&ada.email).await.refused(401, "wrong_credentials");
    let told = mails_to(&ada.email).await;
    let told = told.iter().filter(|mail| mail.contains("another e-mail address from now on"));
    assert_eq!(told.count(), 1);
    let entered = entered(&stack, &session).await;
    for action in [Action::EmailChangeAsked, Action::EmailChanged] {
        assert_eq!(entered.iter().filter(|one| **one == action).count(), 1, "{action:?}");
    }
}

#[tokio::test]
async fn the_old_address_is_free_for_others_and_no_way_back_in() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let reset = ada.mailed_reset().await;
    let link = mailed(&here, &fresh(&stack)).await;
    ada.open(&link).await.expect(200);
    let body = json!({"new_password": OTHER_PASSWORD});
    stack.stranger().post(&reset, body).await.refused(404, "link_unusable");
    stack.clock().advance(A_WHILE);
    let before = ada.links().await.len();
    ada.ask_reset().await.expect(202);
    assert_eq!(ada.links().await.len(), before);
    let heir = ada.rival();
    heir.settle().await;
    heir.log_in_as(&ada.email).await.expect(200);
}

#[tokio::test]
async fn a_new_password_makes_a_mailed_change_void() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let link = mailed(&here, &fresh(&stack)).await;
    let body = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
    here.post("/auth/password", body).without_key().await.expect(204);
    ada.open(&link).await.refused(404, "link_unusable");
    assert_eq!(here.get("/auth/me").await.expect(200)["email"], json!(ada.email));
}

#[tokio::test]
async fn a_newer_link_takes_the_place_of_an_older_one_and_an_hour_ends_it() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let (one, other) = (fresh(&stack), fresh(&stack));
    let old = mailed(&here, &one).await;
    let new = mailed(&here, &other).await;
    ada.open(&old).await.refused(404, "link_unusable");
    stack.clock().advance(LINK_LASTS);
    ada.open(&new).await.refused(404, "link_unusable");
    assert_eq!(ada.log_in().await.expect(200)["user"]["email"], json!(ada.email));
}

#[tokio::test]
async fn no_answer_tells_whether_the_address_is_somebodys() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (ada, here, _) = member(&stack).await;
    let (eve, waiting) = (settled(&stack).await, Newcomer::new(&stack));
    waiting.register().await.expect(202);
    let mut seen = Vec::new();
    for address in [&fresh(&stack), &eve.email, &waiting.email] {
        stack.clock().advance(A_WHILE);
        // What asks first after a while notes that the session is used.
        here.get("/auth/me").await.expect(200);
        door.called();
        let answer = change(&here, address, PASSWORD).await;
        let first = (answer.status, answer.body, door.called());
        let answer = change(&here, address, PASSWORD).await;
        seen.push((first, (answer.status, answer.body, door.called())));
    }
    let first = seen[0].clone();
    assert!(seen.iter().all(|one| *one == first), "{seen:#?}");
    let mails = mails_to(&eve.email).await;
    assert!(mails.last().is_some_and(|mail| mail.contains("It belongs to yours")), "{mails:?}");
    assert_eq!((mails.len(), links_at(&eve.email).await.len()), (2, 1));
    assert!(!mails[1].contains(&ada.username) && mails[1].contains(&eve.username));
    eve.log_in_as(&eve.email).await.expect(200);
}

#[tokio::test]
async fn a_registration_that_nobody_proved_gives_way() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let waiting = Newcomer::new(&stack);
    waiting.register().await.expect(202);
    let registration = waiting.last_link().await;
    let link = mailed(&here, &waiting.email).await;
    ada.open(&link).await.expect(200);
    waiting.open(&registration).await.refused(404, "link_unusable");
    waiting.log_in().await.refused(401, "wrong_credentials");
    ada.log_in_as(&waiting.email).await.expect(200);
    let heir = Newcomer { username: waiting.username.clone(), ..Newcomer::new(&stack) };
    heir.register().await.expect(202);
}

#[tokio::test]
async fn of_two_who_want_an_address_at_once_one_has_it() {
    let stack = Stack::start().await;
    let ((ada, one, _), (eve, other, _)) = (member(&stack).await, member(&stack).await);
    let address = fresh(&stack);
    let first = mailed(&one, &address).await;
    stack.clock().advance(A_WHILE);
    let second = mailed(&other, &address).await;
    let (first, second) = tokio::join!(ada.open(&first), eve.open(&second));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{first:?} {second:?}");
    let (winner, loser) = if first.status == 200 { (&ada, &eve) } else { (&eve, &ada) };
    winner.log_in_as(&address).await.expect(200);
    loser.log_in_as(&loser.email).await.expect(200);
    winner.log_in_as(&winner.email).await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn an_address_is_mailed_once_a_minute_whoever_asks() {
    let stack = Stack::start().await;
    let ((_, one, _), (_, other, _)) = (member(&stack).await, member(&stack).await);
    let address = fresh(&stack);
    for (user, seconds, mails) in [(&one, 0, 1), (&other, 0, 1), (&one, 40, 1), (&other, 60, 2)] {
        stack.clock().advance(Duration::from_secs(seconds));
        change(user, &address, PASSWORD).await.expect(200);
        assert_eq!(links_at(&address).await.len(), mails, "after {seconds} s more");
    }
}

#[tokio::test]
async fn a_wrong_password_or_ones_own_address_changes_nothing() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let address = fresh(&stack);
    let before = stack.items().await;
    for bad in [ada.email.to_uppercase(), "ada".to_owned(), "ada@example.com\r\nx".to_owned()] {
        let problem = change(&here, &bad, PASSWORD).await.refused(422, "validation_failed");
        assert_eq!(problem["violations"][0]["pointer"], "/new_email");
    }
    for _ in 0..LOCKING - 1 {
        stack.clock().advance(Duration::from_secs(60));
        change(&here, &address, OTHER_PASSWORD).await.refused(403, "wrong_password");
    }
    assert_eq!(stack.items().await, before);
    stack.clock().advance(Duration::from_secs(60));
    change(&here, &address, OTHER_PASSWORD).await.refused(403, "wrong_password");
    change(&here, &address, PASSWORD).await.refused(429, "too_many_attempts");
    assert!(links_at(&address).await.is_empty());
}

#[tokio::test]
async fn what_the_pool_did_not_hear_is_told_by_opening_the_link_again() {
    let stack = Stack::start().await;
    let (ada, here, _) = member(&stack).await;
    let address = fresh(&stack);
    let link = mailed(&here, &address).await;
    let deaf = stack.with_identity_at("http://127.0.0.1:9");
    deaf.stranger().get(&link).await.refused(500, "internal_error");
    ada.log_in_as(&address).await.expect(200);
    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], true);
}
