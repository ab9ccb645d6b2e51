//! A password is changed by who knows the one in force, and whoever was logged in elsewhere no longer is.

use std::time::Duration;

use domain::{attempts::LOCKING, audit::Action};
use serde_json::json;
use tests::{Received, Stack, User};

use super::{Newcomer, OTHER_PASSWORD, PASSWORD, entered, mails_to, refresh, settled, signed_in};

async fn change(user: &User, current: &str, new: &str) -> Received {
    let body = json!({"current_password": current, "new_password": new});
    user.post("/auth/password", body).without_key().await
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let (here, there) = (ada.log_in().await.expect(200), ada.log_in().await.expect(200));
    change(&signed_in(&stack, &here), PASSWORD, OTHER_PASSWORD).await.expect(204);
    signed_in(&stack, &there).get("/auth/me").await.refused(401, "unauthenticated");
    refresh(&stack, &there["refresh_token"]).await.refused(401, "refresh_refused");
    signed_in(&stack, &here).get("/auth/me").await.expect(200);
    refresh(&stack, &here["refresh_token"]).await.expect(200);
    ada.log_in().await.refused(401, "wrong_credentials");
    let changed = Newcomer { password: OTHER_PASSWORD, ..ada.clone() };
    let session = changed.log_in().await.expect(200);
    let entered = entered(&stack, &session).await;
    assert_eq!(entered.iter().filter(|one| **one == Action::PasswordChanged).count(), 1);
    let mails = mails_to(&ada.email).await;
    assert!(mails.last().is_some_and(|mail| mail.contains("was changed just now")), "{mails:?}");
}

#[tokio::test]
async fn a_wrong_password_changes_nothing_and_counts_as_a_wrong_login() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let here = signed_in(&stack, &ada.log_in().await.expect(200));
    let before = stack.items().await;
    for impossible in ["", "x", &"x".repeat(129)] {
        change(&here, impossible, OTHER_PASSWORD).await.refused(403, "wrong_password");
    }
    for _ in 0..LOCKING - 1 {
        stack.clock().advance(Duration::from_secs(60));
        change(&here, OTHER_PASSWORD, OTHER_PASSWORD).await.refused(403, "wrong_password");
    }
    assert_eq!(stack.items().await.len(), before.len());
    stack.clock().advance(Duration::from_secs(60));
    change(&here, OTHER_PASSWORD, OTHER_PASSWORD).await.refused(403, "wrong_password");
    change(&here, PASSWORD, OTHER_PASSWORD).await.refused(429, "too_many_attempts");
    ada.log_in().await.refused(429, "too_many_attempts");
    let mails = mails_to(&ada.email).await;
    assert!(mails.last().is_some_and(|mail| mail.contains("nobody can log in")), "{mails:?}");
}

#[tokio::test]
async fn a_new_password_that_is_refused_changes_nothing() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let (here, there) = (ada.log_in().await.expect(200), ada.log_in().await.expect(200));
    let before = stack.items().await;
    for weak in ["all of it in lower case", "Short-1", "Trailing-space-is-bad-1 "] {
        let problem = change(&signed_in(&stack, &here), PASSWORD, weak).await;
        let problem = problem.refused(422, "validation_failed");
        assert_eq!(problem["violations"][0]["pointer"], "/new_password");
    }
    assert_eq!(stack.items().await, before);
    signed_in(&stack, &there).get("/auth/me").await.expect(200);
    ada.log_in().await.expect(200);
}

#[tokio::test]
async fn of_two_new_passwords_at_once_one_is_in_force() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let (here, there) = (ada.log_in().await.expect(200), ada.log_in().await.expect(200));
    let (here, there) = (signed_in(&stack, &here), signed_in(&stack, &there));
    let third = "Third-horse-9-paddock";
    let (one, other) =
        tokio::join!(change(&here, PASSWORD, OTHER_PASSWORD), change(&there, PASSWORD, third));
    for received in [&one, &other] {
        assert!(matches!(received.status, 204 | 401 | 403), "{received:?}");
    }
    let mut works = 0;
    for password in [PASSWORD, OTHER_PASSWORD, third] {
        let login = Newcomer { password, ..ada.clone() }.log_in().await;
        works += usize::from(login.status == 200);
    }
    assert_eq!(works, 1);
    let mut alive = 0;
    for session in [&here, &there] {
        alive += usize::from(session.get("/auth/me").await.status == 200);
    }
    assert!(alive <= 1, "each ends the other");
}
