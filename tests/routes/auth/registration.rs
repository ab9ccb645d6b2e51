//! From a registration to a proved address, with everything that can come in between.

use std::time::Duration;

use domain::account::MAILS_AN_HOUR;
use serde_json::Value;
use tests::Stack;

use super::{Newcomer, OTHER_PASSWORD, mails_to};

#[tokio::test]
async fn a_mailed_link_may_be_opened_twice() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.register().await.expect(202);
    let link = ada.last_link().await;
    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], false);
    let before = stack.items().await;
    assert_eq!(ada.open(&link).await.expect(200)["already_verified"], true);
    assert_eq!(stack.items().await, before);

    let page = stack.stranger().get(&link).header("Accept", "text/html,*/*;q=0.8").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert!(page.expect(200).as_str().is_some_and(|page| page.contains("verified already")));

    stack.clock().advance(Duration::from_secs(25 * 3600));
    ada.open(&link).await.refused(404, "link_unusable");
    ada.log_in().await.expect(200);
}

#[tokio::test]
async fn a_link_nobody_was_mailed_is_unusable() {
    let stack = Stack::start().await;
    let before = stack.items().await;
    for token in ["x", &"0".repeat(64), &"f".repeat(65), &"g".repeat(5000), "%00", "..%2F"] {
        let link = format!("/auth/verify/{token}");
        stack.stranger().get(&link).await.refused(404, "link_unusable");
    }
    stack.stranger().get("/auth/verify/%FF").await.refused(400, "bad_path");
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn a_taken_user_name_is_told_whatever_the_address() {
    let stack = Stack::start().await;
    let (ada, bob) = (Newcomer::new(&stack), Newcomer::new(&stack));
    ada.settle().await;
    bob.register().await.expect(202);
    let before = stack.items().await;
    for taken in [&ada, &bob] {
        let other = Newcomer { username: taken.username.to_uppercase(), ..Newcomer::new(&stack) };
        other.register().await.refused(409, "username_taken");
    }
    Newcomer { password: OTHER_PASSWORD, ..ada.clone() }
        .register()
        .await
        .refused(409, "username_taken");
    assert_eq!(stack.items().await, before);
    assert_eq!(mails_to(&ada.email).await.len(), 1);
}

#[tokio::test]
async fn the_latest_registration_takes_over_an_address_nobody_proved() {
    let stack = Stack::start().await;
    let eve = Newcomer::new(&stack);
    let ada = eve.rival();
    eve.register().await.expect(202);
    let old_link = eve.last_link().await;
    ada.register().await.expect(202);
    eve.open(&old_link).await.refused(404, "link_unusable");
    eve.log_in().await.refused(401, "wrong_credentials");
    eve.log_in_as(&eve.email).await.refused(401, "wrong_credentials");

    let link = ada.last_link().await;
    ada.open(&link).await.expect(200);
    ada.log_in_as(&ada.email).await.expect(200);
    eve.log_in_as(&eve.email).await.refused(401, "wrong_credentials");
    let carol = Newcomer { username: eve.username.clone(), ..Newcomer::new(&stack) };
    carol.register().await.expect(202);
}

#[tokio::test]
async fn a_registration_may_be_sent_again_by_the_same_person() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.register().await.expect(202);
    let old_link = ada.last_link().await;
    let again = Newcomer { password: OTHER_PASSWORD, ..ada.clone() };
    again.register().await.expect(202);
    ada.log_in().await.refused(401, "wrong_credentials");
    again.log_in().await.refused(403, "email_not_verified");
    ada.open(&old_link).await.refused(404, "link_unusable");
    let link = ada.last_link().await;
    ada.open(&link).await.expect(200);
    again.log_in().await.expect(200);
}

#[tokio::test]
async fn a_password_the_pool_refuses_leaves_everything_as_it_was() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    let weak = Newcomer { password: "all of it in lower case", ..ada.clone() };
    let check = |problem: Value| assert_eq!(problem["violations"][0]["pointer"], "/password");
    let before = stack.items().await;
    check(weak.register().await.refused(422, "validation_failed"));
    assert_eq!(stack.items().await, before);

    ada.register().await.expect(202);
    let link = ada.last_link().await;
    let without_versions = |items: Vec<String>| -> Vec<Value> {
        let mut items: Vec<Value> =
            items.iter().map(|item| serde_json::from_str(item).expect("an item")).collect();
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.retain(|name, _| name != "version" && name != "write_id");
        }
        items
    };
    let before = without_versions(stack.items().await);
    let rival = Newcomer { password: "all of it in lower case", ..ada.rival() };
    for refused in [weak, rival] {
        check(refused.register().await.refused(422, "validation_failed"));
        assert_eq!(without_versions(stack.items().await), before);
    }
    ada.open(&link).await.expect(200);
    ada.log_in().await.expect(200);
    assert_eq!(mails_to(&ada.email).await.len(), 1);
}

#[tokio::test]
async fn a_link_is_mailed_again_once_a_minute_and_only_to_who_waits_for_it() {
    let stack = Stack::start().await;
    let (ada, nobody) = (Newcomer::new(&stack), Newcomer::new(&stack));
    ada.register().await.expect(202);
    let answer = nobody.resend().await.expect(202);
    for (seconds, mails) in [(0, 1), (40, 1), (20, 2), (1, 2), (60, 3)] {
        stack.clock().advance(Duration::from_secs(seconds));
        assert_eq!(ada.resend().await.expect(202), answer);
        assert_eq!(mails_to(&ada.email).await.len(), mails, "after {seconds} s more");
    }
    let links = ada.links().await;
    assert_eq!(ada.open(&links[1]).await.expect(200)["already_verified"], false);
    assert_eq!(ada.open(&links[2]).await.expect(200)["already_verified"], true);
    stack.clock().advance(Duration::from_secs(60));
    assert_eq!(ada.resend().await.expect(202), answer);
    assert_eq!((mails_to(&ada.email).await.len(), mails_to(&nobody.email).await.len()), (3, 0));
}

#[tokio::test]
async fn an_address_is_not_flooded_with_mails() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    for _ in 0..=MAILS_AN_HOUR {
        ada.register().await.expect(202);
    }
    assert_eq!(mails_to(&ada.email).await.len(), usize::try_from(MAILS_AN_HOUR).expect("small"));
    stack.clock().advance(Duration::from_secs(3600));
    ada.resend().await.expect(202);
    let link = ada.last_link().await;
    ada.open(&link).await.expect(200);
    ada.log_in().await.expect(200);
}

#[tokio::test]
async fn a_registration_nobody_proved_is_gone_after_a_day() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    ada.register().await.expect(202);
    let link = ada.last_link().await;
    stack.clock().advance(Duration::from_secs(24 * 3600 + 1));
    ada.open(&link).await.refused(404, "link_unusable");
    ada.log_in().await.refused(401, "wrong_credentials");
    ada.resend().await.expect(202);
    assert_eq!(mails_to(&ada.email).await.len(), 1);
    let bob = Newcomer { username: ada.username.clone(), ..Newcomer::new(&stack) };
    bob.settle().await;
    bob.log_in().await.expect(200);
    ada.register().await.refused(409, "username_taken");
}

#[tokio::test]
async fn of_registrations_at_the_same_time_one_stands() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    let (eve, mallory) = (ada.rival(), ada.rival());
    let (first, second, third) = tokio::join!(ada.register(), eve.register(), mallory.register());
    for received in [first, second, third] {
        assert!(matches!(received.status, 202 | 409), "{received:?}");
    }
    let items = stack.items().await;
    for kind in ["User", "Subject", "Username", "Email"] {
        let count = items.iter().filter(|item| item.contains(&format!("\"type\":\"{kind}\"")));
        assert_eq!(count.count(), 1, "{kind}");
    }
    let mut opened = 0;
    for link in ada.links().await {
        opened += usize::from(ada.open(&link).await.status == 200);
    }
    assert_eq!(opened, 1);
    let mut logins = Vec::new();
    for newcomer in [&ada, &eve, &mallory] {
        logins.push(newcomer.log_in().await.status);
    }
    logins.sort_unstable();
    assert_eq!(logins, [200, 401, 401]);
}
