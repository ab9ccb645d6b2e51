//! Messages that cannot be worked on: the others of their batch pass, and they end in the table with a reason.

use std::collections::BTreeSet;

use domain::dead_letter::Source;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Table;
use tests::{Folder, GHZ, Stack, User, dead_letter, delivery};
use worker::{BatchAnswer, Consumer, Failed, TRIES, process};

use crate::flows::scene::{Scene, at_once, beside_braket, event, until};

/// What no function takes.
const POISON: &str = "poison";
/// Where in a batch of ten it lies.
const AT: usize = 4;

/// Ten messages, one of them poison; each is tried for the last time.
fn batch(queue: &str, good: &[String]) -> Value {
    assert_eq!(good.len(), 9);
    let mut bodies: Vec<&str> = good.iter().map(String::as_str).collect();
    bodies.insert(AT, POISON);
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| delivery(queue, &format!("m{at}"), body, TRIES)["Records"][0].take())
        .collect();
    json!({"Records": records})
}

fn failed_alone(answer: &BatchAnswer) {
    let answer = serde_json::to_value(answer).expect("JSON");
    let alone = json!({"batchItemFailures": [{"itemIdentifier": format!("m{AT}")}]});
    assert_eq!(answer, alone);
}

fn names(jobs: &[Value]) -> Vec<String> {
    jobs.iter().map(|job| json!({"job_id": job["id"]}).to_string()).collect()
}

async fn nine(s: &Scene, device: &str) -> Vec<Value> {
    let program = s.unlimited().await;
    let mut jobs = Vec::new();
    for _ in 0..9 {
        let request =
            json!({"device_id": device, "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
        jobs.push(program.post("/jobs", request).await.expect(202));
    }
    s.stack.lose_messages().await;
    jobs
}

async fn have_completed(s: &Scene, jobs: &[Value]) {
    for job in jobs {
        assert_eq!(s.state(job).await.0, "COMPLETED");
    }
    s.nothing_is_open().await;
}

#[tokio::test]
async fn one_poison_record_in_ten_lets_nine_simulations_pass() {
    let s = Scene::on(Stack::start().await, GHZ).await;
    let jobs = nine(&s, "hub-simulator").await;
    failed_alone(&s.stack.hand("small", batch("simulation-small", &names(&jobs))).await);
    have_completed(&s, &jobs).await;
}

#[tokio::test]
async fn one_poison_record_in_ten_lets_nine_tasks_be_made_and_nine_events_pass() {
    let (braket, s) = beside_braket(at_once()).await;
    let jobs = nine(&s, "amazon-sv1").await;
    failed_alone(&s.stack.hand("quantum-task", batch("quantum-task", &names(&jobs))).await);
    until("the end of nine tasks", || async {
        let tasks = braket.tasks().await;
        let ended = tasks.iter().filter(|task| task["status"] == "COMPLETED").count();
        (ended == 9).then_some(())
    })
    .await;
    let mut events = Vec::new();
    for job in &jobs {
        let event = event(&s.arn(job).await, "COMPLETED");
        events.push(event["Records"][0]["body"].as_str().expect("a body").to_owned());
    }
    failed_alone(&s.stack.hand("settlement", batch("settlement", &events)).await);
    have_completed(&s, &jobs).await;
}

#[tokio::test]
async fn one_poison_record_in_ten_lets_nine_packages_be_inspected() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let (mut versions, mut uploads) = (Vec::new(), Vec::new());
    for patch in 0..9 {
        let number = format!("1.0.{patch}");
        let version = stack.draft(&ada, &app, &number).await;
        let bytes = Folder::bell(&number).zip();
        let form = stack.form(&ada, &version, &bytes).await;
        assert_eq!(stack.send_form(&form, &bytes).await, 204);
        uploads.push(tests::notification(form["fields"]["key"].as_str().expect("a key")));
        versions.push(version);
    }
    let batch = serde_json::from_value(batch("inspection", &uploads)).expect("an SQS event");
    failed_alone(&stack.consume("inspect-package", batch).await.expect("it consumes a queue"));
    for version in versions {
        assert_eq!(ada.get(&version).await.expect(200)["status"], "DRAFT");
    }
}

/// A function with a defect that some messages meet.
#[derive(Clone)]
struct Defective(Table);

impl Consumer for Defective {
    fn table(&self) -> &Table {
        &self.0
    }
}

#[derive(Deserialize)]
struct Number {
    n: usize,
}

async fn divide(_: Defective, message: Number) -> Result<(), Failed> {
    assert_ne!(message.n, AT, "a defect");
    Ok(())
}

#[tokio::test]
async fn a_panic_fails_one_record_and_is_its_reason() {
    let stack = Stack::start().await;
    let numbers = (0..10).map(|n| json!({ "n": n }).to_string());
    let records: Vec<Value> = numbers
        .enumerate()
        .map(|(n, body)| {
            delivery("settlement", &format!("m{n}"), &body, TRIES)["Records"][0].take()
        })
        .collect();
    let batch = serde_json::from_value(json!({"Records": records})).expect("an SQS event");
    failed_alone(&process(&Defective(stack.table().clone()), batch, divide).await);
    let grace = stack.admin("grace").await;
    let reason = bury(&stack, &grace, "settlement", &format!("m{AT}"), "{}").await;
    assert_eq!(reason["kind"], "PANICKED", "{reason:#}");
    assert!(reason["failed_at"].is_string(), "{reason:#}");
}

/// The message is given up; the reason that its letter shows.
async fn bury(stack: &Stack, admin: &User, source: &str, id: &str, body: &str) -> Value {
    assert!(stack.bury(dead_letter(source, id, body)).await.is_clean());
    let letters = admin.get("/dead-letters?limit=100").await.expect(200);
    let letters = letters["items"].as_array().expect("items");
    let found = letters.iter().find(|letter| letter["message_id"] == id);
    found.expect("it is listed")["reason"].clone()
}

#[tokio::test]
async fn a_letter_says_why_its_message_failed_for_the_last_time() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    stack.fail("settlement", "m1", POISON).await;
    let reason = bury(&stack, &grace, "settlement", "m1", POISON).await;
    assert_eq!(reason["kind"], "UNREADABLE", "{reason:#}");
    // the words of the reason are ours alone
    assert!(!reason.to_string().contains(POISON), "{reason:#}");

    stack.fail("settlement", "m2", r#"{"detail-type":"Braket Task State Change"}"#).await;
    let reason = bury(&stack, &grace, "settlement", "m2", "{}").await;
    assert_eq!(reason["kind"], "FAILED", "{reason:#}");
    assert!(reason["cause"].as_str().is_some_and(|cause| cause.len() > 10), "{reason:#}");

    // the last time counts, not the one before it
    stack.fail("settlement", "m2", POISON).await;
    let reason = bury(&stack, &grace, "settlement", "m3", "{}").await;
    assert_eq!(reason["kind"], "UNTOLD", "{reason:#}");
}

#[tokio::test]
async fn a_failure_that_is_tried_again_is_not_noted() {
    let stack = Stack::start().await;
    let early = delivery("settlement", "m1", POISON, TRIES - 1);
    assert!(!stack.hand("settlement", early).await.is_clean());
    assert!(stack.items().await.is_empty(), "it costs nothing");
    stack.fail("settlement", "m1", POISON).await;
    assert_eq!(stack.items().await.len(), 1);
}

#[tokio::test]
async fn every_dead_letter_queue_ends_in_the_table_and_twice_is_once() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    for source in Source::ALL {
        // the same id from another queue is another message
        for _ in 0..2 {
            assert!(stack.bury(dead_letter(source.name(), "m1", POISON)).await.is_clean());
        }
    }
    let mut found = BTreeSet::new();
    for state in ["OPEN", "NOTED"] {
        let letters = grace.get(&format!("/dead-letters?state={state}")).await.expect(200);
        for letter in letters["items"].as_array().expect("items") {
            let source = letter["source"].as_str().expect("a source").to_owned();
            assert_eq!(source == "SCHEDULE", state == "NOTED", "{letter:#}");
            assert!(found.insert(source), "twice: {letter:#}");
        }
    }
    assert_eq!(found.len(), Source::ALL.len(), "{found:?}");
}

#[tokio::test]
async fn at_once_is_once_too() {
    let stack = Stack::start().await;
    let event = dead_letter("settlement", "m1", POISON);
    let (one, two) = tokio::join!(stack.bury(event.clone()), stack.bury(event));
    assert!(one.is_clean() && two.is_clean());
    assert_eq!(stack.items().await.len(), 1);
}

#[tokio::test]
async fn what_comes_from_an_unknown_queue_stays_there() {
    let stack = Stack::start().await;
    let (mixed, other) = (dead_letter("settlement", "m1", POISON), dead_letter("mail", "m2", "{}"));
    let event = json!({"Records": [mixed["Records"][0], other["Records"][0]]});
    let answer = serde_json::to_value(stack.bury(event).await).expect("JSON");
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "m2"}]}));
    assert_eq!(stack.items().await.len(), 1);
}
