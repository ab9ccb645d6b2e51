//! How much is a key told to have been used, and what becomes of it when its month is used up?

use domain::{
    Moment,
    rate_limit::{Allowance, Limit, Limits},
};
use serde_json::{Value, json};
use tests::Stack;

use super::{DAY, Scene};

fn day(at: Moment) -> String {
    at.date()
}

#[tokio::test]
async fn requests_are_told_by_day_and_by_month() {
    for s in Scene::both().await {
        // in the middle of a month
        let now = s.stack.clock().now();
        s.stack.clock().advance(now.period().ends_at().plus(10 * DAY).since(now));
        let made = s.make(json!({"name": "ci"})).await;
        let (usage, program) = (format!("{}/usage", s.path(&made)), s.program(&made));
        let unused = s.bob.get(&usage).await.expect(200);
        assert_eq!(unused["days"], json!([]));
        assert_eq!((&unused["today"], &unused["last_used_at"]), (&json!(0), &Value::Null));
        assert_eq!(unused["monthly_quota"], 10_000);

        let first = day(s.stack.clock().now());
        for _ in 0..3 {
            program.get("/jobs").await.expect(200);
        }
        program.get("/jobs/a/b/c").await.refused(404, "no_such_operation");
        s.stack.clock().advance(2 * DAY);
        let second = day(s.stack.clock().now());
        program.get("/jobs").await.expect(200);
        let told = s.bob.get(&usage).await.expect(200);
        let days = json!([{"date": first, "requests": 3}, {"date": second, "requests": 1}]);
        assert_eq!((&told["days"], &told["key_id"]), (&days, &made["id"]));
        assert_eq!((&told["today"], &told["this_month"]), (&json!(1), &json!(4)));
        let used = told["last_used_at"].as_str().expect("a time");
        assert_eq!(used[..10], second);
        assert_eq!(s.listed().await[0]["last_used_at"], used);

        let own = program.get("/usage").await.expect(200);
        assert_eq!((&own["key_id"], &own["monthly_quota"]), (&made["id"], &json!(10_000)));

        // the first day is forgotten before the second
        s.stack.clock().advance(34 * DAY);
        program.get("/jobs").await.expect(200);
        let told = s.bob.get(&usage).await.expect(200);
        let days = told["days"].as_array().expect("days");
        assert_eq!((days.len(), &days[0]["date"]), (2, &json!(second)));
        assert_eq!(told["this_month"], 1, "another month has begun");
        s.stack.clock().advance(99 * DAY);
        assert!(s.listed().await[0]["last_used_at"].is_string());
        s.stack.clock().advance(DAY);
        assert_eq!(s.listed().await[0]["last_used_at"], Value::Null);
    }
}

#[tokio::test]
async fn a_key_reads_its_usage_with_the_scope_for_it_alone() {
    let s = Scene::on(Stack::start().await, false).await;
    let made = s.make(json!({"name": "ci", "scopes": ["jobs:read"]})).await;
    s.program(&made).get("/usage").await.refused(403, "scope_required");
    s.bob.get("/usage").await.refused(401, "unauthenticated");
    let made = s.make(json!({"name": "ci", "scopes": ["usage:read"]})).await;
    assert_eq!(s.program(&made).get("/usage").await.expect(200)["key_id"], made["id"]);
    s.program(&made).get("/jobs").await.refused(403, "scope_required");
}

#[tokio::test]
async fn a_month_that_is_used_up_ends_with_the_month() {
    let plenty = Limit::new(100, 500).expect("within bounds");
    let all = Limits::all(plenty);
    let (stack, door) =
        Stack::start_limited(Limits { free: Allowance { limit: plenty, quota: Some(5) }, ..all })
            .await;
    let s = Scene::on(stack, false).await;
    let now = s.stack.clock().now();
    s.stack.clock().advance(now.period().ends_at().plus(10 * DAY).since(now));
    let (one, other) = (s.make(json!({"name": "one"})).await, s.make(json!({"name": "two"})).await);
    let program = s.program(&one);
    for _ in 0..5 {
        let answer = program.get("/jobs").await;
        assert_eq!(answer.header("ratelimit-policy"), Some("\"requests\";q=500;w=5"));
        answer.expect(200);
    }
    let until_the_end = |now: Moment| now.period().ends_at().since(now).as_secs();
    for round in 0..2 {
        door.called();
        let now = s.stack.clock().now();
        let refused = program.get("/jobs").await;
        let wait: u64 =
            refused.header("retry-after").and_then(|it| it.parse().ok()).expect("seconds");
        assert!((until_the_end(now) - 60..=until_the_end(now) + 1).contains(&wait), "{wait}");
        assert_eq!(refused.header("ratelimit"), Some(format!("\"month\";r=0;t={wait}").as_str()));
        let policy = refused.header("ratelimit-policy").expect("a policy").to_owned();
        assert!(policy.starts_with("\"month\";q=5;w="), "{policy}");
        refused.refused(429, "quota_exceeded");
        let writes = door.called().into_iter().filter(|called| called == "UpdateItem").count();
        assert_eq!(writes, usize::from(round == 0), "what this process knows costs nothing");
    }
    s.program(&other).get("/jobs").await.expect(200);
    let usage = s.bob.get(&format!("{}/usage", s.path(&one))).await.expect(200);
    assert_eq!((&usage["this_month"], &usage["monthly_quota"]), (&json!(5), &json!(5)));
    let now = s.stack.clock().now();
    s.stack.clock().advance(now.period().ends_at().since(now));
    program.get("/jobs").await.expect(200);
}
