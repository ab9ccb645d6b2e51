//! How sessions end: by their owner, by a copied refresh token, and by being too many.

use std::time::Duration;

use domain::session::MAX_SESSIONS;
use serde_json::json;
use tests::{Stack, User, handed_on};

use super::{claims, refresh, settled, signed_in};

async fn log_out(user: &User, all: bool) {
    user.post("/auth/logout", json!({"all": all})).without_key().await.expect(204);
}

#[tokio::test]
async fn a_session_that_was_logged_out_opens_nothing_and_others_stay() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let (here, there) = (ada.log_in().await.expect(200), ada.log_in().await.expect(200));
    log_out(&signed_in(&stack, &here), false).await;
    signed_in(&stack, &here).get("/auth/me").await.refused(401, "unauthenticated");
    refresh(&stack, &here["refresh_token"]).await.refused(401, "refresh_refused");
    signed_in(&stack, &there).get("/auth/me").await.expect(200);
    refresh(&stack, &there["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn all_sessions_end_at_once() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let sessions = [ada.log_in().await.expect(200), ada.log_in().await.expect(200)];
    log_out(&signed_in(&stack, &sessions[0]), true).await;
    for session in &sessions {
        signed_in(&stack, session).get("/auth/me").await.refused(401, "unauthenticated");
        refresh(&stack, &session["refresh_token"]).await.refused(401, "refresh_refused");
    }
    ada.log_in().await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_that_was_used_before_ends_its_session() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let session = ada.log_in().await.expect(200);
    let first = &session["refresh_token"];
    let second = refresh(&stack, first).await.expect(200);
    let again = refresh(&stack, first).await.expect(200);
    refresh(&stack, &again["refresh_token"]).await.expect(200);
    stack.clock().advance(Duration::from_secs(61));
    let last = refresh(&stack, &second["refresh_token"]).await.expect(200);
    refresh(&stack, first).await.refused(401, "refresh_refused");
    refresh(&stack, &last["refresh_token"]).await.refused(401, "refresh_refused");
    signed_in(&stack, &last).get("/auth/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_made_up_refresh_token_harms_no_session() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let session = ada.log_in().await.expect(200);
    let token = session["refresh_token"].as_str().expect("a token");
    let (start, secret) = token.rsplit_once('.').expect("parts");
    let turned: String = secret.chars().rev().collect();
    for made_up in [turned, "0".repeat(64), format!("{}{}", &secret[..32], "0".repeat(32))] {
        let made_up = json!(format!("{start}.{made_up}"));
        refresh(&stack, &made_up).await.refused(401, "refresh_refused");
    }
    refresh(&stack, &json!(token)).await.expect(200);
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_used_longest_ago() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let oldest = ada.log_in().await.expect(200);
    for _ in 0..MAX_SESSIONS {
        stack.clock().advance(Duration::from_secs(1));
        ada.log_in().await.expect(200);
    }
    signed_in(&stack, &oldest).get("/auth/me").await.refused(401, "unauthenticated");
    let sessions = stack.items().await;
    let sessions = sessions.iter().filter(|item| item.contains("\"type\":\"Session\""));
    assert_eq!(sessions.count(), MAX_SESSIONS);
}

#[tokio::test]
async fn tokens_say_nothing_that_the_table_does_not() {
    let stack = Stack::start().await;
    let (ada, eve) = (settled(&stack).await, settled(&stack).await);
    let (of_ada, of_eve) = (ada.log_in().await.expect(200), eve.log_in().await.expect(200));
    let mut mixed = claims(&of_ada);
    mixed["origin_jti"] = claims(&of_eve)["origin_jti"].clone();
    stack.claiming(handed_on(&mixed)).get("/auth/me").await.refused(401, "unauthenticated");
}
