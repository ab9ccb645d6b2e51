//! How many requests a caller may send: told on every answer, held to exactly, and refused without any effect.

mod plans;
mod spread;

use std::{future::IntoFuture, time::Duration};

use domain::rate_limit::{Allowance, Counted, Limit, Limits, Requester};
use serde_json::{Value, json};
use store::rate_limit::{Known, bucket};
use tests::{GHZ, Received, Stack, TableDoor, User};
use tokio::task::JoinSet;

use crate::routes::auth::Newcomer;

const HOUR: Duration = Duration::from_secs(3600);
const MANY: usize = 200;
/// Before what never comes is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many, and none that refills while a test runs.
fn only(burst: u64) -> Limit {
    Limit::every(HOUR, burst).expect("within bounds")
}

fn limits(user: u64, address: u64) -> Limits {
    Limits::new(only(user), only(address))
}

async fn start(limits: Limits) -> (Stack, TableDoor) {
    Stack::start_limited(limits).await
}

/// The free plan with another limit.
fn free(limit: Limit, others: Limits) -> Limits {
    Limits { free: Allowance { limit, ..others.free }, ..others }
}

/// Without a month to be used up.
fn at_once(limit: Limit) -> Allowance {
    Allowance { limit, quota: None }
}

/// Bob's, with a key of the free plan.
async fn program(stack: &Stack, ada: &User, bob: &User) -> User {
    let published = stack.publish(ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(bob, published, false).await;
    stack.program(&stack.key(bob, subscription, None).await)
}

/// `q` and `w` of the policy.
fn policy(answer: &Received) -> (u64, u64) {
    parameters(answer, "ratelimit-policy", ["q", "w"])
}

/// `r` and `t`: what is left and when it changes.
fn left(answer: &Received) -> (u64, u64) {
    parameters(answer, "ratelimit", ["r", "t"])
}

fn parameters(answer: &Received, header: &str, names: [&str; 2]) -> (u64, u64) {
    let value = answer.header(header).unwrap_or_else(|| panic!("{}: {header}", answer.request));
    let parts: Vec<&str> = value.split(';').collect();
    assert_eq!((parts.len(), parts[0]), (3, "\"requests\""), "{value}");
    let number = |at: usize| {
        let (name, number) = parts[at].split_once('=').expect("a parameter");
        assert_eq!(name, names[at - 1], "{value}");
        number.parse().expect("a number")
    };
    (number(1), number(2))
}

/// Refused as it should be; answers the seconds to wait.
#[track_caller]
fn too_many(answer: Received) -> u64 {
    let retry_after = answer.header("retry-after").and_then(|value| value.parse().ok());
    let retry_after: u64 = retry_after.expect("seconds to wait");
    assert_eq!(left(&answer), (0, retry_after), "{}", answer.request);
    assert!(retry_after >= 1);
    answer.refused(429, "too_many_requests");
    retry_after
}

/// Sends `MANY` at once; how many were let through, the others being refused as they should be.
async fn admitted_at_once(user: &User, path: &'static str) -> usize {
    let mut requests = JoinSet::new();
    for _ in 0..MANY {
        let user = user.clone();
        requests.spawn(async move { user.get(path).await });
    }
    let answers = requests.join_all().await;
    let (served, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    let mut remaining: Vec<u64> = served.iter().map(|answer| left(answer).0).collect();
    remaining.sort_unstable();
    assert_eq!(remaining, (0..served.len() as u64).collect::<Vec<_>>(), "each is told its place");
    assert_eq!(served.len() + refused.len(), MANY);
    for answer in refused {
        too_many(answer);
    }
    served.len()
}

#[tokio::test]
async fn every_answer_tells_how_many_requests_are_left() {
    let (stack, _door) = start(limits(8, 3)).await;
    let ada = stack.user("ada").await;
    let mut expected = (0..8_u64).rev();
    for answer in [
        ada.get("/projects").await,
        ada.post("/projects", json!({"name": "Bell pairs"})).await,
        ada.get("/projects/nonsense").await,
        ada.get("/projects?limit=0").await,
        ada.post("/projects", json!({})).without_key().await,
        ada.get("/projects/a/b/c").await,
        ada.request("DELETE", "/projects").await,
    ] {
        assert_eq!(policy(&answer), (8, 8 * 3600), "{}", answer.request);
        let (remaining, seconds) = left(&answer);
        assert_eq!(Some(remaining), expected.next(), "{}", answer.request);
        let until_full = (8 - remaining) * 3600;
        assert!((until_full - 600..=until_full).contains(&seconds), "{seconds}");
    }
    for (answer, status, remaining) in [
        (stack.stranger().get("/hardware").await, 200, 2),
        (stack.stranger().get("/projects").await, 401, 1),
        (stack.stranger().get("/projects/a/b/c").await, 404, 0),
    ] {
        assert_eq!((answer.status, policy(&answer).0), (status, 3), "{}", answer.request);
        assert_eq!(left(&answer).0, remaining, "{}", answer.request);
    }
    assert!((3000..=3600).contains(&too_many(stack.stranger().get("/hardware").await)));
    // nobody counts where there is no table, so nothing is said
    let health = stack.stranger().get("/health").await;
    assert_eq!((health.status, health.header("ratelimit-policy")), (200, None));
}

#[tokio::test]
async fn of_many_requests_at_once_as_many_are_let_through_as_fit() {
    let (stack, _door) = start(limits(50, 30)).await;
    let ada = stack.user("ada").await;
    assert_eq!(admitted_at_once(&ada, "/projects").await, 50);
    assert_eq!(admitted_at_once(&stack.stranger(), "/hardware").await, 30);
}

#[tokio::test]
async fn processes_that_know_nothing_of_each_other_let_no_more_through() {
    let (stack, _door) = start(limits(1, 1)).await;
    let (allowance, who) = (at_once(only(50)), Requester::Address("a".to_owned()));
    for round in 0..2 {
        let mut requests = JoinSet::new();
        for _ in 0..MANY {
            let (table, who) = (stack.table().clone(), who.clone());
            let count =
                async move { table.count_request(&who, allowance, &mut Known::default()).await };
            requests.spawn(count);
        }
        let counted =
            requests.join_all().await.into_iter().map(|counted| counted.expect("counted"));
        let admitted = counted.filter(|counted| matches!(counted, Counted::Admitted(_))).count();
        assert_eq!(admitted, if round == 0 { 50 } else { 7 });
        stack.clock().advance(7 * HOUR);
    }
}

#[tokio::test]
async fn time_refills_what_was_used_up_and_no_more_than_fits() {
    let (stack, _door) = start(limits(4, 1)).await;
    let ada = stack.user("ada").await;
    for (pause, admitted) in [(0, 4), (2, 2), (1, 1), (100, 4)] {
        stack.clock().advance(HOUR * pause);
        for remaining in (0..admitted).rev() {
            assert_eq!(left(&ada.get("/projects").await).0, remaining, "after {pause} hours");
        }
        let wait = too_many(ada.get("/projects").await);
        assert!((3000..=3600).contains(&wait), "{wait}");
    }
    let wait = too_many(ada.get("/projects").await);
    stack.clock().advance(Duration::from_secs(wait));
    ada.get("/projects").await.expect(200);
}

#[tokio::test]
async fn nobody_uses_up_what_is_anothers() {
    let all = free(only(2), limits(2, 2));
    let (stack, _door) = start(all).await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let one = program(&stack, &ada, &bob).await;
    let other = program(&stack, &ada, &bob).await;
    for caller in [&ada, &bob, &one, &other] {
        for _ in 0..2 {
            caller.get("/jobs").await.expect(200);
        }
        too_many(caller.get("/jobs").await);
        // where the requests of someone known come from makes no difference
        too_many(caller.from_address("198.51.100.1").get("/jobs").await);
    }
    stack.stranger().get("/hardware").await.expect(200);
    assert_eq!(stack.buckets().await.len(), 5);
}

#[tokio::test]
async fn a_key_has_the_limit_of_its_plan() {
    let all = free(only(3), limits(10, 10));
    let (stack, _door) = start(all).await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let program = program(&stack, &ada, &bob).await;
    for remaining in [2, 1, 0] {
        let answer = program.get("/jobs").await;
        assert_eq!((answer.status, policy(&answer).0, left(&answer).0), (200, 3, remaining));
    }
    too_many(program.get("/jobs").await);
}

#[tokio::test]
async fn an_address_counts_by_the_network_it_must_belong_to() {
    let (stack, _door) = start(limits(1, 1)).await;
    let from = |address| stack.stranger().from_address(address);
    for (first, same) in [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"),
        ("2001:db8:0:2::1", "2001:0db8:0000:0002::2"),
        ("nonsense", ""),
    ] {
        from(first).get("/hardware").await.expect(200);
        too_many(from(same).get("/hardware").await);
    }
    // what a caller says of itself changes nothing
    for header in ["X-Forwarded-For", "X-Real-Ip", "Forwarded"] {
        let claim = "for=192.0.2.99";
        too_many(from("192.0.2.1").get("/hardware").header(header, claim).await);
    }
    from("192.0.2.2").get("/hardware").await.expect(200);
}

#[tokio::test]
async fn credentials_that_open_nothing_are_counted_where_they_come_from() {
    let (stack, _door) = start(limits(20, 8)).await;
    let (ada, sue) = (stack.user("ada").await, stack.suspended("sue").await);
    let made_up = |random: u8| {
        let owner = ada.id.parse().expect("an id");
        domain::access_key::Secret::new(owner, [random; 20]).expose().to_owned()
    };
    for key in [made_up(1), made_up(2), made_up(3), "qhk_nonsense".to_owned(), String::new()] {
        stack.program(&key).get("/jobs").await.refused(401, "unauthenticated");
    }
    stack.program(&made_up(4)).get("/projects").await.refused(401, "unauthenticated");
    stack.program(&made_up(5)).get("/jobs/a/b/c").await.refused(404, "no_such_operation");
    stack.claiming(json!({"token_use": "id"})).get("/jobs").await.refused(401, "unauthenticated");
    too_many(stack.program(&made_up(6)).get("/jobs").await);
    assert_eq!(stack.buckets().await.len(), 1, "one address, whatever it sends");
    // the gateway vouches for these two
    sue.get("/jobs").await.refused(403, "account_suspended");
    ada.get("/jobs/a/b/c").await.refused(404, "no_such_operation");
    assert_eq!(stack.buckets().await.len(), 3);
}

#[tokio::test]
async fn what_is_kept_of_an_address_is_a_keyed_hash_that_expires() {
    let (stack, _door) = start(limits(1, 1)).await;
    let shown = "203.0.113.77";
    stack.stranger().from_address(shown).get("/hardware").await.expect(200);
    let buckets = stack.buckets().await;
    assert_eq!(buckets.len(), 1);
    assert!(!buckets[0].contains(shown), "{buckets:?}");
    let whose = address([203, 0, 113, 77]);
    let Requester::Address(hash) = &whose else { unreachable!("an address") };
    assert!(buckets[0].contains(&format!("\"requests#address#{hash}#0\"")), "{buckets:?}");
    let item: Value = serde_json::from_str(&buckets[0]).expect("JSON");
    let now = stack.clock().now().unix_seconds();
    let expires_at = item["expires_at"].as_i64().expect("a time");
    // full again after an hour, and some minutes
    assert!((now + 3600..now + 2 * 3600).contains(&expires_at), "{item}");
    let kept = stack.table().get(&bucket(&whose, 0)).await.expect("read");
    assert_eq!(kept.map(|bucket| bucket.full_at), item["full_at"].as_i64());
}

#[tokio::test]
async fn what_is_refused_has_no_effect() {
    let (stack, door) = start(limits(1, 3)).await;
    let ada = stack.user("ada").await;
    ada.get("/projects").await.expect(200);
    let newcomer = Newcomer::new(&stack);
    newcomer.register().await.expect(202);
    let link = newcomer.last_link().await;
    stack.stranger().get("/hardware").await.expect(200);
    stack.stranger().get("/hardware").await.expect(200);
    let before = stack.items().await;
    door.called();
    too_many(ada.post("/projects", json!({"name": "Bell pairs"})).await);
    too_many(stack.stranger().get(&link).await);
    too_many(newcomer.register().await);
    assert_eq!(stack.items().await, before);
    assert!(door.called().is_empty(), "what this process knows to be refused costs nothing");
    stack.clock().advance(HOUR);
    stack.stranger().get(&link).await.expect(200);
    assert_ne!(stack.items().await, before);
}

#[tokio::test]
async fn a_link_that_is_refused_by_another_process_has_no_effect_either() {
    let (stack, door) = start(limits(1, 2)).await;
    let newcomer = Newcomer::new(&stack);
    newcomer.register().await.expect(202);
    let link = newcomer.last_link().await;
    let before = stack.items().await;
    // used up where this process does not see it
    let whose = address([203, 0, 113, 7]);
    stack
        .table()
        .count_request(&whose, at_once(only(2)), &mut Known::default())
        .await
        .expect("counted");
    door.called();
    too_many(stack.stranger().get(&link).await);
    assert_eq!(door.called(), ["UpdateItem"]);
    assert_eq!(stack.items().await, before);
}

/// As the hub under test knows an address.
fn address(octets: [u8; 4]) -> Requester {
    let keyed = secrets::HashKey::new(&[42; 32]).expect("long enough").derive("address");
    Requester::Address(keyed.hex(&octets))
}

/// The answer to a request that could not be counted.
async fn uncounted(door: &TableDoor, request: impl IntoFuture<Output = Received>) -> Received {
    let coming = door.hold("UpdateItem");
    let refuse = async { coming.arrived().await.refuse("AccessDeniedException") };
    tokio::join!(request.into_future(), refuse).0
}

#[tokio::test]
async fn while_nobody_can_count_reads_are_answered_and_nothing_else_is() {
    let (stack, door) = start(free(only(9), limits(9, 9))).await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let (program, anyone) = (program(&stack, &ada, &bob).await, stack.stranger());
    let newcomer = Newcomer::new(&stack);
    newcomer.register().await.expect(202);
    let link = newcomer.last_link().await;
    let before = stack.items().await;
    for request in [ada.get("/projects"), program.get("/jobs"), anyone.get("/hardware")] {
        let answer = uncounted(&door, request).await;
        assert_eq!((answer.status, policy(&answer).0), (200, 9), "{}", answer.request);
        assert_eq!(answer.header("ratelimit"), None, "what is not known is not told");
    }
    let answer = uncounted(&door, anyone.get("/projects")).await;
    answer.refused(401, "unauthenticated");
    for request in [
        ada.post("/projects", json!({"name": "Bell pairs"})),
        program.post("/jobs", json!({})),
        anyone.post("/auth/login", json!({"login": "ada", "password": "x"})),
        anyone.get(&link),
    ] {
        let answer = uncounted(&door, request).await;
        assert_eq!(answer.header("retry-after"), Some("1"), "{}", answer.request);
        assert_eq!((policy(&answer).0, answer.header("ratelimit")), (9, None));
        answer.refused(503, "unavailable");
    }
    assert_eq!(stack.items().await, before);
    ada.post("/projects", json!({"name": "Bell pairs"})).await.expect(201);
    assert_eq!(left(&ada.get("/projects").await).0, 7, "what was not counted is not remembered");
}

/// Neither is answered before both were asked for: one after the other would wait for ever.
#[tokio::test]
async fn counting_takes_no_time_of_its_own() {
    let (stack, door) = start(free(only(9), limits(9, 9))).await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let (program, anyone) = (program(&stack, &ada, &bob).await, stack.stranger());
    program.get("/jobs").await.expect(200);
    door.called();
    for (request, beside, calls) in [
        (ada.get("/projects"), "BatchGetItem", vec!["BatchGetItem", "Query", "UpdateItem"]),
        (program.get("/jobs"), "BatchGetItem", vec!["BatchGetItem", "Query", "UpdateItem"]),
        (anyone.get("/hardware"), "Query", vec!["Query", "UpdateItem"]),
    ] {
        let (one, other) = (door.hold(beside), door.hold("UpdateItem"));
        let both = async {
            let (one, other) = tokio::join!(one.arrived(), other.arrived());
            one.pass();
            other.pass();
        };
        let answer = async { tokio::join!(request.into_future(), both).0 };
        let answer = tokio::time::timeout(PATIENCE, answer).await.expect("both at once");
        assert_eq!(
            (answer.status, door.called()),
            (200, calls.into_iter().map(str::to_owned).collect())
        );
    }
}

#[tokio::test]
async fn a_busy_caller_costs_one_write_a_request() {
    let (stack, door) = start(limits(9, 9)).await;
    let ada = stack.user("ada").await;
    // After a pause there is one more, which notes that the session is used.
    for (pause, writes) in [(0, 1), (0, 1), (0, 1), (100, 2), (0, 1)] {
        stack.clock().advance(HOUR * pause);
        door.called();
        ada.get("/projects").await.expect(200);
        let passed = door.called();
        let counted = passed.iter().filter(|operation| *operation == "UpdateItem").count();
        assert_eq!(counted, writes, "after {pause} hours: {passed:?}");
    }
}
