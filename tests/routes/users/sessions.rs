//! A user's sessions: listed with where they are used, ended one by one or all others at once.

use serde_json::json;
use tests::Stack;

use super::{account, each};

#[tokio::test]
async fn sessions_tell_where_they_are_used_and_which_one_asks() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.user("eve").await);
    let (other, phone) = stack.another_session(&ada).await;
    stack.clock().advance(std::time::Duration::from_secs(61));
    let phone = phone.from_address("203.0.113.99");
    phone.get("/users/me").header("User-Agent", "Phone/1.0").await.expect(200);
    let page = ada.get("/users/me/sessions").await.expect(200);
    let items = page["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    for session in items {
        let is_phone = session["id"] == other;
        assert_eq!(session["is_current"], !is_phone);
        if is_phone {
            assert_eq!(session["device"], "Phone/1.0");
            assert_eq!(session["address"], "203.0.113.99");
            assert!(session["last_used_at"].as_str() > session["issued_at"].as_str());
        }
    }
    let text = page.to_string();
    assert!(!text.contains("refresh") && !text.contains("hash"), "{text}");
    eve.get(&format!("{}/sessions", account(&ada))).await.refused(404, "not_found");
    assert_eq!(eve.get("/users/me/sessions").await.expect(200)["items"][0]["id"], eve.id);
}

#[tokio::test]
async fn a_session_that_is_ended_opens_nothing_from_the_next_request_on() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.user("eve").await);
    let (other, phone) = stack.another_session(&ada).await;
    phone.get("/users/me").await.expect(200);
    let path = format!("{}/sessions/{other}", account(&ada));
    eve.delete(&path).await.refused(404, "not_found");
    eve.delete(&format!("/users/me/sessions/{other}")).await.refused(404, "not_found");
    phone.get("/users/me").await.expect(200);
    ada.delete(&path).await.expect(204);
    phone.get("/users/me").await.refused(401, "unauthenticated");
    ada.delete(&path).await.refused(404, "not_found");
    ada.get("/users/me").await.expect(200);
    let activity = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&activity, "action"), ["SESSION_ENDED"]);
}

#[tokio::test]
async fn all_others_end_and_the_one_that_asks_stays() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let others = [stack.another_session(&ada).await, stack.another_session(&ada).await];
    ada.delete("/users/me/sessions").await.expect(204);
    for (_, other) in others {
        other.get("/users/me").await.refused(401, "unauthenticated");
    }
    assert_eq!(each(&ada.get("/users/me/sessions").await.expect(200), "id"), [&ada.id]);
}

#[tokio::test]
async fn an_administrator_ends_all_sessions_of_somebody_and_both_trails_say_so() {
    let stack = Stack::start().await;
    let (ada, eve, grace) =
        (stack.user("ada").await, stack.user("eve").await, stack.admin("grace").await);
    let path = format!("{}/sessions", account(&ada));
    eve.delete(&path).await.refused(404, "not_found");
    let unknown = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";
    grace.delete(&format!("/users/{unknown}/sessions")).await.refused(404, "not_found");
    grace.delete(&path).await.expect(204);
    ada.get("/users/me").await.refused(401, "unauthenticated");
    grace.get("/users/me").await.expect(200);
    let done = grace.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&done, "action"), ["SESSIONS_ENDED"]);
    assert_eq!(
        (&done["items"][0]["by"], &done["items"][0]["to_user_id"]),
        (&json!("ME"), &json!(ada.id))
    );
    let trail = grace.get(&format!("{}/audit", account(&ada))).await.expect(200);
    assert_eq!(each(&trail, "action"), ["SESSIONS_ENDED"]);
    assert_eq!(trail["items"][0]["by_user_id"], grace.id);
}
