//! What is left of an account that is closed, and of one that is opened again.

use std::time::Duration;

use serde_json::{Value, json};
use store::{accounts, people::moved, update};
use tests::{GHZ, Published, Received, Stack, User};

use super::{account, each, read};

async fn close(by: &User, user: &User) -> Received {
    let (_, etag) = read(by, &account(user)).await;
    by.delete(&account(user)).if_match(&etag).await
}

async fn restore(admin: &User, user: &User) -> Value {
    let why = json!({"reason": "asked for it"});
    admin.post(&format!("{}/restore", account(user)), why).without_key().await.expect(200)
}

/// Closes an account, and dies before anything of it is ended.
async fn close_and_die(stack: &Stack, user: &User) {
    let (table, id) = (stack.table(), user.id.parse().expect("a user"));
    let found = table.read((accounts::user(id), accounts::subject(id))).await.expect("a read");
    let (mut found, mut subject) = (found.0.expect("a user"), found.1.expect("a subject"));
    let before = found.clone();
    found.deactivate(stack.clock().now()).expect("in use");
    *subject = found.subject();
    let lists = moved(Some(&before), Some(&found));
    table.write([update(&found), update(&subject)].into_iter().chain(lists)).await.expect("closed");
}

/// The id of the subscription.
async fn subscribe_monthly(stack: &Stack, user: &User, published: Published) -> String {
    let table = stack.table();
    let found = table.get(&store::listings::listing(published.app)).await.expect("a read");
    let mut listing = found.expect("a listing");
    listing.terms.monthly_rate = Some("9".parse().expect("money"));
    table.save(listing).await.expect("written");
    let path = format!("/marketplace/{}/subscribe", published.app);
    let begun = user.post(&path, json!({"subscription_type": "MONTHLY"})).await.expect(201);
    begun["id"].as_str().expect("an id").to_owned()
}

/// A hub with an app for sale and a buyer by the month, who has a key.
struct Shop {
    stack: Stack,
    grace: User,
    bob: User,
    program: User,
    published: Published,
}

async fn shop() -> Shop {
    let stack = Stack::start().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let program = stack.program(&stack.key(&bob, subscription, None).await);
    let grace = stack.admin("grace").await;
    Shop { stack, grace, bob, program, published }
}

#[tokio::test]
async fn an_account_that_its_owner_closes_is_shut_with_its_sessions_keys_and_subscriptions() {
    let Shop { stack, grace, bob, program, .. } = shop().await;
    program.get("/jobs").await.expect(200);
    bob.delete("/users/me").if_match("\"99\"").await.refused(412, "version_mismatch");
    bob.delete("/users/me").await.refused(428, "if_match_missing");
    close(&bob, &bob).await.expect(204);
    bob.get("/users/me").await.refused(401, "unauthenticated");
    program.get("/jobs").await.refused(401, "key_revoked");
    assert_eq!(read(&grace, &account(&bob)).await.0["status"], "DEACTIVATED");
    let trail = grace.get(&format!("{}/audit", account(&bob))).await.expect(200);
    assert_eq!(each(&trail, "action"), ["SESSIONS_ENDED", "DEACTIVATED"]);
    assert_eq!(
        each(&grace.get("/users?status=DEACTIVATED").await.expect(200), "username"),
        ["bob"]
    );
    let items = stack.items().await;
    let open = |kind: &str| {
        items.iter().any(|item| {
            item.contains(&format!("\"type\":\"{kind}\""))
                && item.contains(&bob.id)
                && item.contains("\"ACTIVE\"")
        })
    };
    assert!(!open("Subscription") && !open("SubscriptionKey"));
    assert!(
        !items.iter().any(|item| item.contains("\"type\":\"Session\"") && item.contains(&bob.id))
    );
}

#[tokio::test]
async fn an_account_is_closed_once_however_often_it_is_asked() {
    let Shop { stack, grace, bob, .. } = shop().await;
    let (first, second) = tokio::join!(close(&grace, &bob), close(&grace, &bob));
    for answer in [first, second] {
        assert!(answer.status == 204 || answer.status == 412, "{answer:?}");
    }
    let before = stack.items().await;
    grace.delete(&account(&bob)).if_match("\"1\"").await.expect(204);
    assert_eq!(stack.items().await, before, "a repeat changes nothing");
    let trail = grace.get(&format!("{}/audit", account(&bob))).await.expect(200);
    let closed = each(&trail, "action").into_iter().filter(|action| *action == "DEACTIVATED");
    assert_eq!(closed.count(), 1);
    let eve = stack.user("eve").await;
    eve.delete(&account(&bob)).if_match("*").await.refused(404, "not_found");
}

#[tokio::test]
async fn who_is_opened_again_has_no_sessions_keys_or_subscriptions_and_may_subscribe() {
    let Shop { stack, grace, bob, program, published } = shop().await;
    close(&bob, &bob).await.expect(204);
    assert_eq!(restore(&grace, &bob).await["status"], "ACTIVE");
    bob.get("/users/me").await.refused(401, "unauthenticated");
    program.get("/jobs").await.refused(401, "key_revoked");
    let again = stack.another_session(&bob).await.1;
    let listed = again.get("/subscriptions").await.expect(200);
    assert_eq!(each(&listed, "status"), ["CANCELLED"]);
    let path = format!("/marketplace/{}/subscribe", published.app);
    again.post(&path, json!({"subscription_type": "PAY_PER_USE"})).await.expect(201);
}

#[tokio::test]
async fn what_a_crash_left_open_is_closed_before_the_account_is_opened_again() {
    let Shop { stack, grace, bob, program, .. } = shop().await;
    close_and_die(&stack, &bob).await;
    program.get("/jobs").await.refused(403, "account_deactivated");
    bob.get("/users/me").await.refused(403, "account_deactivated");
    restore(&grace, &bob).await;
    program.get("/jobs").await.refused(401, "key_revoked");
    bob.get("/users/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_subscription_of_a_closed_account_is_not_renewed_whatever_died_in_between() {
    let Shop { stack, grace, published, .. } = shop().await;
    let bob = stack.user("carol").await;
    let monthly = subscribe_monthly(&stack, &bob, published).await;
    assert_eq!(stack.tick("renew-subscriptions").await, Some(true));
    let fees = |items: Vec<String>| {
        items
            .iter()
            .filter(|item| item.contains("\"type\":\"BillingItem\"") && item.contains(&monthly))
            .count()
    };
    assert_eq!(fees(stack.items().await), 1, "its first term was charged");
    close_and_die(&stack, &bob).await;
    stack.clock().advance(Duration::from_secs(40 * 24 * 3600));
    assert_eq!(stack.tick("renew-subscriptions").await, Some(true));
    assert_eq!(fees(stack.items().await), 1, "and no other");
    let (_, grace) = stack.another_session(&grace).await;
    restore(&grace, &bob).await;
    stack.clock().advance(Duration::from_secs(40 * 24 * 3600));
    assert_eq!(stack.tick("renew-subscriptions").await, Some(true));
    assert_eq!(fees(stack.items().await), 1, "and none after it was opened again");
}

#[tokio::test]
async fn a_term_that_began_before_the_account_was_closed_is_charged() {
    let Shop { stack, published, .. } = shop().await;
    let bob = stack.user("carol").await;
    let monthly = subscribe_monthly(&stack, &bob, published).await;
    stack.clock().advance(Duration::from_secs(1));
    close(&bob, &bob).await.expect(204);
    let items = stack.items().await;
    let fee = items
        .iter()
        .filter(|item| item.contains("\"type\":\"BillingItem\"") && item.contains(&monthly));
    assert_eq!(fee.count(), 1);
}

#[tokio::test]
async fn a_pool_that_does_not_answer_keeps_no_account_open() {
    let Shop { stack, grace, bob, program, .. } = shop().await;
    let own = bob.post("/api-keys", json!({"name": "mine"})).await.expect(201);
    let mine = stack.program(own["key"].as_str().expect("a key"));
    let trouble = stack.with_users_beside("http://127.0.0.1:9");
    close(&bob.at(&trouble), &bob.at(&trouble)).await.expect(204);
    for key in [&program, &mine] {
        key.get("/jobs").await.refused(401, "key_revoked");
    }
    assert_eq!(read(&grace, &account(&bob)).await.0["status"], "DEACTIVATED");
}
