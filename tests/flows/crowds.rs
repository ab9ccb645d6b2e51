//! One request sent by many at once under one `Idempotency-Key`: one effect, and one answer for all.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tests::{GHZ, Met, Received, Stack, Trouble, User};
use tokio::task::JoinSet;

use crate::refusals::{
    document::{Operation, operations},
    scene::Scene as Everything,
};

/// How many do the same at once, of each operation.
const CROWD: usize = 8;
/// An answer that has this is not the first.
const REPLAYED: &str = "idempotency-replayed";

/// What repeats of a request must not differ in.
fn told(answer: &Received) -> (u16, [Option<&str>; 4], &Value) {
    let headers = ["location", "etag", "retry-after", "content-type"];
    (answer.status, headers.map(|name| answer.header(name)), &answer.body)
}

fn is_first(answer: &Received) -> bool {
    answer.header(REPLAYED).is_none()
}

/// How many items of each type there are.
async fn kinds(stack: &Stack) -> BTreeMap<String, i64> {
    let mut kinds = BTreeMap::new();
    for item in stack.items().await {
        let item: Value = serde_json::from_str(&item).expect("JSON");
        let kind = item["type"].as_str().expect("every item has a type").to_owned();
        *kinds.entry(kind).or_default() += 1;
    }
    kinds
}

/// What became of a crowd, or of one alone.
async fn change(
    stack: &Stack,
    answers: impl Future<Output = Vec<Received>>,
) -> (Vec<Received>, BTreeMap<String, i64>) {
    let before = kinds(stack).await;
    let answers = answers.await;
    let mut after = kinds(stack).await;
    for (kind, many) in before {
        *after.entry(kind).or_default() -= many;
    }
    after.retain(|_, more| *more != 0);
    (answers, after)
}

/// Operations that answer a form.
const UPLOADS: [&str; 2] = ["uploadPackage", "uploadAvatar"];

/// The form of an upload is signed anew each time; that it leads to the same place is what can be compared.
fn without_signature(operation: &Operation<'_>, mut answer: Received) -> Received {
    if UPLOADS.contains(&operation.id()) {
        answer.body = answer.body["fields"]["key"].take();
        assert!(answer.body.is_string());
    }
    answer
}

/// What the first answer says that no repeat does.
fn secrets(first: &Received, repeat: &Received) -> Vec<String> {
    let members = |answer: &Received| answer.body.as_object().cloned().unwrap_or_else(Map::new);
    let repeated = members(repeat);
    let kept = members(first).into_iter().filter(|(name, value)| repeated.get(name) != Some(value));
    kept.map(|(name, _)| name).collect()
}

/// What is wrong with the answers of a crowd, if anything.
fn fault(operation: &Operation<'_>, answers: &[Received]) -> Option<String> {
    let (first, repeats): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| is_first(answer));
    // An upload's repeat does not say that it is one.
    let of_upload = UPLOADS.contains(&operation.id());
    if !(200..300).contains(&answers[0].status) || (!of_upload && first.len() != 1) {
        return Some(format!("{} first answers, such as {:?}", first.len(), told(&answers[0])));
    }
    let some = repeats.first().unwrap_or(&first[0]);
    if let Some(other) = repeats.iter().find(|repeat| told(repeat) != told(some)) {
        return Some(format!("{:?} and {:?}", told(other), told(some)));
    }
    let mut said = first[0].clone();
    let secrets = secrets(&said, some);
    for name in &secrets {
        let kept = some.body.get(name).cloned();
        let members = said.body.as_object_mut().expect("an object");
        match kept {
            Some(kept) => drop(members.insert(name.clone(), kept)),
            None => drop(members.remove(name)),
        }
    }
    let makes_a_key =
        ["createApiKey", "createSubscriptionKey", "rotateApiKey", "rotateSubscriptionKey"]
            .contains(&operation.id());
    let secret: &[&str] = if makes_a_key { &["key", "notice"] } else { &[] };
    (secrets != secret || told(&said) != told(some))
        .then(|| format!("{:?}, then {:?}", told(first[0]), told(some)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_made_by_many_at_once_with_one_key_is_made_once() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (crowded, alone) = tokio::join!(Everything::on(stack), Everything::begin());
    let document = alone.document.clone();

    let (mut faults, mut met, mut many) = (Vec::new(), Met::default(), 0);
    for operation in operations(&document) {
        if !operation.requires_header("Idempotency-Key") {
            continue;
        }
        let (good, one) = (crowded.good(&operation).expect("known"), alone.good(&operation));
        let one = one.expect("known");
        let caller = &alone.callers(&operation)[0];
        let (_, made) = change(&alone.stack, async { vec![one.send(caller).await] }).await;

        let callers: User = crowded.callers(&operation)[0].clone();
        let crowd = async {
            door.trouble(Trouble { seed: many, conflicts: 30, throttles: 2, lost_answers: 3 });
            let send = || {
                let (good, caller) = (good.clone(), callers.clone());
                async move { good.send(&caller).await }
            };
            let answers = (0..CROWD).map(|_| send()).collect::<JoinSet<_>>().join_all().await;
            met += door.calm();
            answers
        };
        let (answers, made_of_many) = change(&crowded.stack, crowd).await;
        let answers: Vec<_> =
            answers.into_iter().map(|answer| without_signature(&operation, answer)).collect();
        faults.extend(
            fault(&operation, &answers).map(|fault| format!("{}: {fault}", operation.name())),
        );
        if made_of_many != made {
            faults.push(format!("{}: {made_of_many:?}, not {made:?}", operation.name()));
        }
        many += 1;
    }
    println!("{many} operations, {met:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(many >= 10 && met.overlaps + met.conflicts > 10, "{many} operations, {met:?}");
}

#[tokio::test]
async fn a_key_is_told_once_and_is_nowhere_in_the_table() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let keys = format!("/subscriptions/{}/keys", stack.subscribe(&bob, published, false).await);
    for round in 0..3 {
        door.trouble(Trouble { seed: round, conflicts: 30, throttles: 0, lost_answers: 5 });
        let ask = || {
            let (bob, keys) = (bob.clone(), keys.clone());
            async move { bob.post(&keys, json!({"name": "ci"})).key(&format!("{round}")).await }
        };
        let crowd = (0..CROWD).map(|_| ask()).collect::<JoinSet<_>>().join_all().await;
        door.calm();
        let told = crowd.iter().filter_map(|answer| answer.body["key"].as_str());
        let [secret] = told.collect::<Vec<_>>()[..] else { panic!("{crowd:#?}") };
        stack.program(secret).get("/jobs").await.expect(200);
        let again = ask().await;
        assert_eq!(again.header(REPLAYED), Some("true"));
        assert_eq!(again.expect(201)["key"], Value::Null);
        let items = stack.items().await;
        let written = items.iter().find(|item| item.contains(secret));
        assert_eq!(written, None);
    }
    let listed = bob.get(&keys).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(3));
}
