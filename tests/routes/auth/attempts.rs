//! Who is wrong too often waits, whether or not there is such an account; its owner is told.

use std::time::Duration;

use domain::attempts::{LOCKED, LOCKING};
use futures_util::future::join_all;
use serde_json::json;
use tests::{Received, Stack};

use super::{Newcomer, OTHER_PASSWORD, mails_to, settled};

/// Logs in wrongly until it would have to wait long, waiting each time as told; answers what was seen.
async fn wrong_until_locked(stack: &Stack, newcomer: &Newcomer) -> Vec<(u16, Option<u64>)> {
    let wrong = Newcomer { password: OTHER_PASSWORD, ..newcomer.clone() };
    let mut seen = Vec::new();
    loop {
        let received = wrong.log_in().await;
        let wait = retry_after(&received);
        seen.push((received.status, wait));
        match wait {
            Some(wait) if wait > 100 => return seen,
            Some(wait) => stack.clock().advance(Duration::from_secs(wait)),
            None => {}
        }
    }
}

fn retry_after(received: &Received) -> Option<u64> {
    received.headers.get("Retry-After")?.to_str().ok()?.parse().ok()
}

#[tokio::test]
async fn wrong_logins_slow_down_and_lock_alike_for_known_and_unknown_names() {
    let stack = Stack::start().await;
    let (ada, nobody) = (settled(&stack).await, Newcomer::new(&stack));
    let known = wrong_until_locked(&stack, &ada).await;
    assert_eq!(wrong_until_locked(&stack, &nobody).await, known);
    let refused = known.iter().filter(|(status, _)| *status == 401).count();
    assert_eq!(refused, usize::try_from(LOCKING).expect("small"));
    let waits: Vec<u64> = known.iter().filter_map(|(_, wait)| *wait).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, LOCKED.as_secs()]);
}

#[tokio::test]
async fn a_locked_account_is_closed_to_its_owner_too_who_is_told_and_waits() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    wrong_until_locked(&stack, &ada).await;
    ada.log_in().await.refused(429, "too_many_attempts");
    ada.log_in_as(&ada.email).await.refused(429, "too_many_attempts");
    let mails = mails_to(&ada.email).await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("nobody can log in")).count(), 1);
    stack.clock().advance(LOCKED);
    ada.log_in().await.expect(200);
    let wrong = Newcomer { password: OTHER_PASSWORD, ..ada.clone() };
    for _ in 0..3 {
        wrong.log_in().await.refused(401, "wrong_credentials");
    }
}

#[tokio::test]
async fn many_guesses_at_once_count_as_many() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let wrong = Newcomer { password: OTHER_PASSWORD, ..ada.clone() };
    let received = join_all((0..40).map(|_| wrong.log_in())).await;
    let tried = received.iter().filter(|received| received.status == 401).count();
    // Four, and one more for each pause that goes by while they are under way.
    assert!(tried <= 7, "{tried} guesses were answered");
    assert!(received.iter().all(|received| matches!(received.status, 401 | 429)));
}

#[tokio::test]
async fn an_address_that_is_wrong_about_many_names_waits_and_another_does_not() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let log_in = |from: &str, login: &str| {
        let body = json!({"login": login, "password": OTHER_PASSWORD});
        let stranger = stack.stranger().from_address(from);
        async move { stranger.post("/auth/login", body).without_key().await }
    };
    for number in 0..40 {
        let received = log_in("198.51.100.7", &format!("nobody-{number}")).await;
        received.refused(401, "wrong_credentials");
    }
    log_in("198.51.100.7", "somebody-else").await.refused(429, "too_many_attempts");
    log_in("198.51.100.8", "somebody-else").await.refused(401, "wrong_credentials");
    ada.log_in().await.expect(200);
}
