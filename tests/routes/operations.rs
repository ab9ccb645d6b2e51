//! `/dead-letters`: administrators see what was given up and send it again.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use tests::{Answer, Prepared, Stack, User, dead_letter};
use tokio::task::JoinSet;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A hub with its administrator.
async fn hub() -> (Stack, User) {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    (stack, grace)
}

/// A message is given up; the path of its letter.
async fn bury(stack: &Stack, grace: &User, mut event: Value) -> String {
    event["Records"][0]["attributes"]["SentTimestamp"] =
        stack.clock().now().unix_millis().to_string().into();
    stack.clock().advance(Duration::from_secs(1));
    let id = event["Records"][0]["messageId"].clone();
    assert!(stack.bury(event).await.is_clean());
    for state in ["OPEN", "NOTED"] {
        let letters = list(grace, &format!("state={state}&limit=100")).await;
        if let Some(letter) = letters.iter().find(|letter| letter["message_id"] == id) {
            return format!("/dead-letters/{}", letter["id"].as_str().expect("an id"));
        }
    }
    panic!("{id} is not listed");
}

/// All pages.
async fn list(grace: &User, query: &str) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), format!("/dead-letters?{query}"));
    loop {
        let page = grace.get(&path).await.expect(200);
        all.extend(page["items"].as_array().expect("items").iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("/dead-letters?{query}&cursor={cursor}");
    }
}

fn message_ids(letters: &[Value]) -> Vec<&str> {
    letters.iter().map(|letter| letter["message_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn letters_are_listed_newest_first_page_by_page() {
    let (stack, grace) = hub().await;
    for (source, id) in
        [("settlement", "m1"), ("inspection", "m2"), ("settlement", "m3"), ("schedule", "m4")]
    {
        bury(&stack, &grace, dead_letter(source, id, "{}")).await;
    }
    for limit in 1..4 {
        let all = list(&grace, &format!("limit={limit}")).await;
        assert_eq!(message_ids(&all), ["m3", "m2", "m1"]);
        let some = list(&grace, &format!("source=SETTLEMENT&limit={limit}")).await;
        assert_eq!(message_ids(&some), ["m3", "m1"]);
    }
    assert_eq!(message_ids(&list(&grace, "state=NOTED").await), ["m4"]);
    assert!(list(&grace, "state=REDRIVEN").await.is_empty());
}

#[tokio::test]
async fn a_letter_holds_the_message_whole() {
    let (stack, grace) = hub().await;
    let job = "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93";
    let body = format!("{{\"job_id\": \"{job}\"}}");
    let mut event = dead_letter("simulation-large", "m1", &body);
    event["Records"][0]["messageAttributes"] = json!({
        "traceparent": {"dataType": "String", "stringValue": "00-1-2-01"},
        "seal": {"dataType": "Binary", "binaryValue": "AAEC"}
    });
    let path = bury(&stack, &grace, event).await;
    let letter = grace.get(&path).await.expect(200);
    assert_eq!((&letter["body"], &letter["job_id"]), (&json!(body), &json!(job)));
    assert_eq!(
        letter["attributes"],
        json!([
            {"name": "seal", "data_type": "Binary", "value": "AAEC"},
            {"name": "traceparent", "data_type": "String", "value": "00-1-2-01"}
        ])
    );
    assert!(list(&grace, "").await[0].get("body").is_none(), "a list goes without");

    grace.post(&format!("{path}/redrive"), json!({})).await.expect(200);
    let [sent] = stack.take("large").await.try_into().expect("one message");
    assert_eq!(sent["body"], body);
    assert_eq!(sent["messageAttributes"]["traceparent"]["stringValue"], "00-1-2-01");
    assert_eq!(sent["messageAttributes"]["seal"]["binaryValue"], "AAEC");
}

#[tokio::test]
async fn the_largest_message_of_a_queue_is_kept_whole() {
    let (stack, grace) = hub().await;
    let body = "ä".repeat(128 * 1024);
    let path = bury(&stack, &grace, dead_letter("inspection", "m1", &body)).await;
    assert_eq!(grace.get(&path).await.expect(200)["body"], body);
    // two of them are too much for one call to a queue
    bury(&stack, &grace, dead_letter("inspection", "m2", &body)).await;
    let page = grace.post("/dead-letters/redrive", json!({"source": "INSPECTION"})).await;
    assert_eq!(page.expect(200)["redriven"], 2);
    let sent = stack.take("inspection").await;
    assert!(sent.len() == 2 && sent.iter().all(|sent| sent["body"] == body));
}

#[tokio::test]
async fn each_letter_goes_back_to_where_it_came_from() {
    let (stack, grace) = hub().await;
    for (source, queue) in [
        ("inspection", "inspection"),
        ("simulation-small", "small"),
        ("simulation-medium", "medium"),
        ("simulation-large", "large"),
        ("quantum-task", "quantum-task"),
        ("settlement", "settlement"),
    ] {
        let path = bury(&stack, &grace, dead_letter(source, source, source)).await;
        let letter = grace.post(&format!("{path}/redrive"), json!({})).await.expect(200);
        assert_eq!(letter["state"], "REDRIVEN");
        assert_eq!(letter["redriven_by"], grace.id);
        assert!(letter["redriven_at"].is_string());
        let [sent] = stack.take(queue).await.try_into().expect("one message");
        assert_eq!(sent["body"], source);
    }
    assert!(list(&grace, "").await.is_empty());
    assert_eq!(list(&grace, "state=REDRIVEN").await.len(), 6);
}

#[tokio::test]
async fn a_letter_is_redriven_once() {
    let (stack, grace) = hub().await;
    let path = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    let redrive = format!("{path}/redrive");
    let first = grace.post(&redrive, json!({})).key("k").await.expect(200);
    let again = grace.post(&redrive, json!({})).key("k").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200), first);
    grace.post(&redrive, json!({})).await.refused(409, "already_redriven");
    let page = grace.post("/dead-letters/redrive", json!({"source": "SETTLEMENT"})).await;
    assert_eq!(page.expect(200)["redriven"], 0);
    assert_eq!(stack.take("settlement").await.len(), 1);
}

#[tokio::test]
async fn of_many_who_redrive_at_once_one_sends() {
    let (stack, grace) = hub().await;
    let path = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    let redrive = format!("{path}/redrive");
    let mut all = JoinSet::new();
    for number in 0..12 {
        let (grace, redrive) = (grace.clone(), redrive.clone());
        let key = if number < 6 { "the same".to_owned() } else { number.to_string() };
        all.spawn(async move { grace.post(&redrive, json!({})).key(&key).await });
    }
    let answers = all.join_all().await;
    let (granted, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    let sent = granted.iter().filter(|one| one.header("idempotency-replayed").is_none()).count();
    assert_eq!(sent, 1, "{granted:?}");
    for answer in refused {
        let code = answer.body["code"].as_str().expect("a code").to_owned();
        assert!(["redrive_in_flight", "already_redriven"].contains(&code.as_str()), "{code}");
    }
    assert_eq!(stack.take("settlement").await.len(), 1);
}

#[tokio::test]
async fn who_stopped_while_sending_keeps_nobody_from_it_for_long() {
    let (stack, grace) = hub().await;
    let path = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    let id = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let letter = stack.table().get(&store::dead_letters::dead_letter(id)).await.expect("read");
    let mut letter = letter.expect("recorded");
    letter.begin_redrive(stack.clock().now()).expect("open");
    stack.table().save(letter).await.expect("written");
    let redrive = format!("{path}/redrive");
    grace.post(&redrive, json!({})).await.refused(409, "redrive_in_flight");
    let page = json!({"source": "SETTLEMENT"});
    grace.post("/dead-letters/redrive", page).await.refused(409, "redrive_in_flight");
    stack.clock().advance(Duration::from_secs(61));
    grace.post(&redrive, json!({})).await.expect(200);
    assert_eq!(stack.take("settlement").await.len(), 1);
}

#[tokio::test]
async fn what_no_queue_took_stays_open() {
    let (stack, grace) = hub().await;
    let path = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    bury(&stack, &grace, dead_letter("settlement", "m2", "{}")).await;
    let gone = Answer::error(400, "QueueDoesNotExist", "The specified queue does not exist.");
    let refused = json!({"Id": "1", "SenderFault": false, "Code": "InternalError"});
    let none = json!({"Successful": [], "Failed": [refused]});
    let taken = json!({"Id": "0", "MessageId": "m", "MD5OfMessageBody": "0"});
    let some = json!({"Successful": [taken], "Failed": [refused]});

    let sqs = Prepared::answering([gone]).await;
    let at = grace.at(&stack.with_queues_at(sqs.address()));
    at.post(&format!("{path}/redrive"), json!({})).await.refused(500, "internal_error");
    let sqs = Prepared::answering([Answer::ok(&none)]).await;
    let at = grace.at(&stack.with_queues_at(sqs.address()));
    at.post(&format!("{path}/redrive"), json!({})).await.refused(500, "internal_error");
    assert_eq!(list(&grace, "").await.len(), 2);

    let sqs = Prepared::answering([Answer::ok(&some)]).await;
    let at = grace.at(&stack.with_queues_at(sqs.address()));
    let page = at.post("/dead-letters/redrive", json!({"source": "SETTLEMENT"})).await.expect(200);
    assert_eq!((&page["redriven"], &page["left"]), (&json!(1), &json!(1)));
    assert_eq!(message_ids(&list(&grace, "").await), ["m1"], "the newest went first");
}

#[tokio::test]
async fn a_missed_tick_is_only_noted() {
    let (stack, grace) = hub().await;
    let sample: Value =
        serde_json::from_str(include_str!("../../events/record-dead-letter.tick.json"))
            .expect("the sample is JSON");
    let path = bury(&stack, &grace, sample).await;
    let letter = grace.get(&path).await.expect(200);
    let cause = letter["reason"]["cause"].as_str().expect("a cause");
    assert!(cause.starts_with("quantum-hub-reconcile-jobs: RetriesExhausted: "), "{cause}");
    let refused = grace.post(&format!("{path}/redrive"), json!({})).await;
    refused.refused(409, "nothing_to_redrive");
    let page = grace.post("/dead-letters/redrive", json!({"source": "SCHEDULE"})).await;
    assert_eq!(page.expect(200)["redriven"], 0);
}

#[tokio::test]
async fn what_is_done_with_is_kept_for_ninety_days_and_what_is_open_stays() {
    let (stack, grace) = hub().await;
    let redriven = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    let noted = bury(&stack, &grace, dead_letter("schedule", "m2", "{}")).await;
    let open = bury(&stack, &grace, dead_letter("settlement", "m3", "{}")).await;
    grace.post(&format!("{redriven}/redrive"), json!({})).await.expect(200);
    stack.clock().advance(89 * DAY);
    for path in [&redriven, &noted, &open] {
        grace.get(path).await.expect(200);
    }
    stack.clock().advance(DAY);
    grace.get(&open).await.expect(200);
    for path in [&redriven, &noted] {
        grace.get(path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn only_administrators_see_and_redrive() {
    let (stack, grace) = hub().await;
    let path = bury(&stack, &grace, dead_letter("settlement", "m1", "{}")).await;
    let redrive = format!("{path}/redrive");
    for other in [stack.user("bob").await, stack.provider("ada").await] {
        for answer in [
            other.get("/dead-letters").await,
            other.get(&path).await,
            other.post(&redrive, json!({})).await,
            other.post("/dead-letters/redrive", json!({"source": "SETTLEMENT"})).await,
        ] {
            answer.refused(403, "role_required");
        }
    }
    stack.stranger().get("/dead-letters").await.refused(401, "unauthenticated");
    assert!(stack.take("settlement").await.is_empty());
    assert_eq!(list(&grace, "").await.len(), 1);
}

#[tokio::test]
async fn pages_of_a_redrive_do_not_overlap() {
    let (stack, grace) = hub().await;
    for batch in 0..12 {
        let records: Vec<Value> = (0..10)
            .map(|at| {
                let id = format!("m{batch}-{at}");
                dead_letter("settlement", &id, &id)["Records"][0].take()
            })
            .collect();
        assert!(stack.bury(json!({"Records": records})).await.is_clean());
    }
    let mut request = json!({"source": "SETTLEMENT"});
    let mut sizes = Vec::new();
    loop {
        let page = grace.post("/dead-letters/redrive", request.clone()).await.expect(200);
        sizes.push(page["redriven"].as_u64().expect("a number"));
        let Some(cursor) = page["cursor"].as_str() else { break };
        request["cursor"] = cursor.into();
    }
    assert_eq!(sizes, [50, 50, 20]);
    let sent = stack.take("settlement").await;
    let bodies: BTreeSet<&str> = sent.iter().filter_map(|sent| sent["body"].as_str()).collect();
    assert_eq!((sent.len(), bodies.len()), (120, 120), "each once");
}
