//! What the programs' door is told of a request: whom to let through, and on which of its own keys to meter them.

use std::{collections::BTreeSet, time::Duration};

use api::KeyedRequest;
use domain::access_key::{Plan, Secret};
use serde_json::{Value, json};
use tests::{Stack, User};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn sample() -> Value {
    serde_json::from_str(include_str!("../../events/authorize-key.json")).expect("a sample")
}

fn request(event: Value) -> KeyedRequest {
    serde_json::from_value(event).expect("a gateway event")
}

fn with_key(key: &str) -> KeyedRequest {
    let mut event = sample();
    event["headers"]["x-api-key"] = key.into();
    request(event)
}

/// What the gateway reads.
async fn told(stack: &Stack, key: &str) -> Value {
    let verdict = stack.authorize(with_key(key)).await.expect("a verdict");
    serde_json::to_value(verdict).expect("JSON")
}

async fn lets_through(stack: &Stack, key: &str) -> bool {
    stack.authorize(with_key(key)).await.expect("a verdict").is_allowed()
}

async fn make(user: &User, body: Value) -> (String, String) {
    let made = user.post("/api-keys", body).await.expect(201);
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("key"), format!("/api-keys/{}", text("id")))
}

#[tokio::test]
async fn a_live_key_opens_the_stage_and_is_metered_on_a_key_of_its_plan() {
    let stack = Stack::start().await;
    let bob = stack.user("bob").await;
    for (plan, name) in
        [(Plan::Free, "FREE"), (Plan::Standard, "STANDARD"), (Plan::Premium, "PREMIUM")]
    {
        let (key, path) = make(&bob, json!({"name": "ci", "plan": name})).await;
        let told = told(&stack, &key).await;
        let statement = json!([{
            "Action": "execute-api:Invoke", "Effect": "Allow",
            "Resource": "arn:aws:execute-api:us-west-2:123456789012:client1234/v1/*"
        }]);
        assert_eq!(
            told["policyDocument"],
            json!({"Version": "2012-10-17", "Statement": statement})
        );
        assert!(path.ends_with(told["principalId"].as_str().expect("a principal")));
        let metered = told["usageIdentifierKey"].as_str().expect("a key of the gateway");
        assert!(plan.gateway_keys("hub-gateway-key").iter().any(|key| key == metered), "{metered}");
        assert!(!told.to_string().contains(&key), "the key itself stays here");
    }
}

#[tokio::test]
async fn many_keys_are_spread_over_the_few_of_the_gateway() {
    let stack = Stack::start().await;
    let bob = stack.user("bob").await;
    let mut metered = BTreeSet::new();
    for n in 0..20 {
        let (key, _) = make(&bob, json!({"name": format!("k{n}")})).await;
        let told = told(&stack, &key).await;
        metered.insert(told["usageIdentifierKey"].as_str().expect("a key").to_owned());
    }
    assert!(metered.len() > 1, "all on one");
    let own = BTreeSet::from_iter(Plan::Free.gateway_keys("hub-gateway-key"));
    assert!(metered.is_subset(&own), "{metered:?}");
}

#[tokio::test]
async fn what_opens_nothing_is_refused_at_the_door_from_the_next_request_on() {
    let stack = Stack::start().await;
    let bob = stack.user("bob").await;
    let soon = stack.clock().now().plus(DAY).to_string();
    let (revoked, path) = make(&bob, json!({"name": "a"})).await;
    let (expired, _) = make(&bob, json!({"name": "b", "expire_at": soon})).await;
    let (replaced, to_replace) = make(&bob, json!({"name": "c"})).await;
    for key in [&revoked, &expired, &replaced] {
        assert!(lets_through(&stack, key).await);
    }
    bob.delete(&path).await.expect(204);
    assert!(!lets_through(&stack, &revoked).await);
    let grace = json!({"grace_seconds": 3600});
    bob.post(&format!("{to_replace}/rotate"), grace).await.expect(201);
    assert!(lets_through(&stack, &replaced).await, "for its grace");
    stack.clock().advance(DAY);
    assert!(!lets_through(&stack, &expired).await);
    assert!(!lets_through(&stack, &replaced).await);
    let told = told(&stack, &revoked).await;
    assert_eq!(told["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(
        (&told["principalId"], &told["usageIdentifierKey"]),
        (&json!("nobody"), &Value::Null)
    );
}

#[tokio::test]
async fn a_mistyped_key_is_refused_without_a_look_and_an_unknown_one_with_one() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let bob = stack.user("bob").await;
    let (key, _) = make(&bob, json!({"name": "ci"})).await;
    let (start, last) = key.split_at(key.len() - 1);
    let mistyped = format!("{start}{}", if last == "0" { "1" } else { "0" });
    door.called();
    for bad in
        [mistyped.as_str(), "", "qhk_", "nonsense", "hub-gateway-key-free-0", &key.to_uppercase()]
    {
        assert!(!lets_through(&stack, bad).await, "{bad}");
    }
    let mut keyless = sample();
    keyless["headers"] = json!({"Accept": "*/*"});
    let mut headless = sample();
    headless["headers"] = Value::Null;
    for event in [keyless, headless] {
        assert!(!stack.authorize(request(event)).await.expect("a verdict").is_allowed());
    }
    assert!(door.called().is_empty());
    let unknown = Secret::new(bob.id.parse().expect("an id"), [7; 20]);
    assert!(!lets_through(&stack, unknown.expose()).await);
    assert_eq!(door.called(), ["GetItem"]);
    assert!(lets_through(&stack, &key).await);
    assert_eq!(door.called(), ["GetItem"], "one read for each request");
}

#[tokio::test]
async fn the_header_is_found_in_whatever_case() {
    let stack = Stack::start().await;
    let (key, _) = make(&stack.user("bob").await, json!({"name": "ci"})).await;
    let mut event = sample();
    event["headers"] = json!({"X-API-Key": key});
    assert!(stack.authorize(request(event)).await.expect("a verdict").is_allowed());
}

#[tokio::test]
async fn while_the_table_does_not_answer_nobody_is_let_through() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (key, _) = make(&stack.user("bob").await, json!({"name": "ci"})).await;
    let coming = door.hold("GetItem");
    let refuse = async { coming.arrived().await.refuse("AccessDeniedException") };
    let (failed, ()) = tokio::join!(stack.authorize(with_key(&key)), refuse);
    failed.expect_err("no verdict, which the gateway answers with 500");
}
