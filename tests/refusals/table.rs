//! Every kind of bad input × every operation that takes it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    bodies,
    call::{Call, Case, Expected},
    callers,
    document::{Operation, operations},
    headers, paths, queries,
    scene::Scene,
};

const REUSED: Expected = &[(422, "idempotency_key_reused")];

type Kind = fn(&Scene, &Operation<'_>, &Call) -> Vec<Case>;
const KINDS: [Kind; 5] =
    [callers::cases, paths::cases, queries::cases, headers::cases, bodies::cases];

#[tokio::test]
async fn whatever_is_wrong_with_a_request_is_told_and_leaves_nothing_behind() {
    let scene = Scene::begin().await;
    let operations = operations(&scene.document);
    let mut cases = Vec::new();
    let mut faults = Vec::new();
    for operation in &operations {
        match scene.good(operation) {
            Err(unknown) => faults.push(format!("{}: {unknown}", operation.name())),
            Ok(good) => {
                let all = KINDS.iter().flat_map(|kind| kind(&scene, operation, &good));
                cases.extend(all.map(|case| (operation.name(), case)));
            }
        }
    }
    cases.extend(paths::strays(&scene, &operations));
    assert!(scene.cursors.len() >= 6, "lists of more than a page: {:?}", scene.cursors.keys());
    let covered: BTreeSet<&str> = cases.iter().map(|(_, case)| case.call.path.as_str()).collect();
    let missed = operations.iter().filter(|operation| !covered.contains(operation.path));
    faults.extend(
        missed.map(|operation| format!("{}: nothing bad was sent to it", operation.name())),
    );

    let mut before = scene.stack.items().await;
    // All items are read once for each function: a change is as plain then as after each request.
    for batch in cases.chunk_by(|(_, one), (_, next)| function(one) == function(next)) {
        for (operation, case) in batch {
            faults.extend(case.fault().await.map(|fault| format!("{operation} {fault}")));
        }
        let after = scene.stack.items().await;
        let of = function(&batch[0].1);
        faults.extend(
            changes(&before, &after).map(|change| format!("/{of}: what is refused {change}")),
        );
        before = after;
    }
    faults.extend(what_is_right_is_granted(&scene, &operations).await);
    println!("{} bad requests to {} operations", cases.len(), operations.len());
    assert!(
        faults.is_empty(),
        "{} of {} cases:\n{}\n",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

/// The first segment of the path.
fn function(case: &Case) -> &str {
    case.call.path.split('/').nth(1).unwrap_or_default()
}

/// What became of the table, if anything.
fn changes(before: &[String], after: &[String]) -> Option<String> {
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        let alone = one.iter().filter(|item| !other.contains(item));
        alone.map(|item| item.chars().take(300).collect()).collect()
    };
    (before != after)
        .then(|| format!("turns {:?} into {:?}", only(before, after), only(after, before)))
}

/// Else a refusal above may be about something else than what was meant to be wrong.
async fn what_is_right_is_granted(scene: &Scene, operations: &[Operation<'_>]) -> Vec<String> {
    let mut faults = Vec::new();
    for operation in operations {
        let Ok(good) = scene.good(operation) else { continue };
        let caller = &scene.callers(operation)[0];
        let answer = good.send(caller).await;
        // To lead a browser on is what some operations are for.
        if !(200..=303).contains(&answer.status) {
            faults.push(format!(
                "{} as it should be is answered {} {}",
                operation.name(),
                answer.status,
                answer.body
            ));
            continue;
        }
        if !operation.requires_header("Idempotency-Key") {
            continue;
        }
        let before = scene.stack.items().await;
        let again = good.send(caller).await;
        if again.status != answer.status {
            faults.push(format!(
                "{} repeated is answered {} {}",
                operation.name(),
                again.status,
                again.body
            ));
        }
        let other = good.clone().saying(&another(operation, &good.json()));
        let case = Case::new("with another payload under the same key", caller, other, REUSED);
        faults.extend(case.fault().await.map(|fault| format!("{} {fault}", operation.name())));
        if scene.stack.items().await != before {
            faults.push(format!("{} repeated changes the table", operation.name()));
        }
    }
    faults
}

/// Another body that can be read; of an empty object there is only another way to write it.
fn another(operation: &Operation<'_>, body: &Value) -> String {
    let properties = operation.body().map(|schema| schema.properties()).unwrap_or_default();
    for (name, schema) in properties {
        let is_word = schema.says["enum"].is_array() || schema.says["format"].is_string();
        let mut other = body.clone();
        match &body[name] {
            Value::Number(number) => other[name] = json!(number.as_u64().map(|number| number + 1)),
            Value::String(text) if !is_word => other[name] = json!(format!("{text}1")),
            _ => continue,
        }
        return other.to_string();
    }
    format!("{body} ")
}
