//! Does what was written lie where the chart says, and change only as it says?

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::{Changes, Row, rows};
use crate::refusals::{document::operations, scene::Scene};

/// How each of the chart's lines begins, and the attributes it is about.
const LINES: [(&str, &str, &str); 3] =
    [("", "pk", "sk"), ("gsi1 ", "gsi1pk", "gsi1sk"), ("due ", "due_pk", "due_sk")];

fn faults(rows: &[Row], item: &Value) -> Vec<String> {
    let kind = item["type"].as_str().unwrap_or("something without a type");
    let Some(row) = rows.iter().find(|row| row.kind == kind) else {
        return vec![format!("{kind} is written and not charted")];
    };
    let mut faults = Vec::new();
    for (start, partition, sort) in LINES {
        if let (Some(partition), Some(sort)) = (item[partition].as_str(), item[sort].as_str()) {
            let place = format!("{start}{partition} · {sort}");
            if !row.places.iter().any(|charted| fits(charted, &place)) {
                faults.push(format!("{kind} lies at {place}, where none is charted"));
            }
        }
    }
    let ends = row.places.iter().any(|place| place.starts_with("ends "));
    if !item["expires_at"].is_null() && !ends {
        faults.push(format!("{kind} ends, and is charted as staying"));
    }
    let version = item["version"].as_u64();
    if row.changes == Changes::Never && version != Some(1) {
        faults.push(format!("{kind} was changed, and is charted as unchanging"));
    }
    if row.changes == Changes::Versioned && version.is_none() {
        faults.push(format!("{kind} has no version, and is charted as changing by it"));
    }
    faults
}

/// A name in braces stands for any text without a `#`.
fn fits(charted: &str, place: &str) -> bool {
    let parts = |text: &str| text.replace(" · ", "#·#").split('#').map(str::to_owned).collect();
    let (charted, place): (Vec<String>, Vec<String>) = (parts(charted), parts(place));
    let alike = |(charted, part): (&String, &String)| {
        charted == part || (charted.starts_with('{') && !part.is_empty())
    };
    charted.len() == place.len() && charted.iter().zip(&place).all(alike)
}

#[tokio::test]
async fn what_is_written_lies_where_the_chart_says() {
    let scene = Scene::begin().await;
    let mut items = scene.stack.items().await;
    for operation in operations(&scene.document) {
        let good = scene.good(&operation).expect("a request that is granted");
        good.send(&scene.callers(&operation)[0]).await;
    }
    let wrong = json!({"login": "nobody", "password": "Wrong-horse-7-battery"});
    scene.stack.stranger().post("/auth/login", wrong).await.refused(401, "wrong_credentials");
    items.extend(scene.stack.attempts().await);
    // A month and more later bills are closed.
    scene.stack.clock().advance(Duration::from_secs(40 * 24 * 3600));
    assert_eq!(scene.stack.tick("close-bills").await, Some(true));
    items.extend(scene.stack.items().await);
    let items: Vec<Value> =
        items.iter().map(|item| serde_json::from_str(item).expect("an item is JSON")).collect();
    let rows = rows();
    let faults: BTreeSet<String> = items.iter().flat_map(|item| faults(&rows, item)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    // Requests are counted too, in items that the stack does not show.
    let met: BTreeSet<&str> =
        items.iter().filter_map(|item| item["type"].as_str()).chain(["Bucket"]).collect();
    let charted: BTreeSet<&str> = rows.iter().map(|row| row.kind).collect();
    assert_eq!(met, charted, "every operation was called, and each kind of item written");
}

#[test]
fn what_is_written_elsewhere_or_changed_against_the_chart_is_told() {
    let wrong = json!([
        {"type": "Job", "pk": "job#1", "sk": "jobs", "version": 2, "due_pk": "due#1", "due_sk": "2026#1"},
        {"type": "Job", "pk": "job#1", "sk": "job", "gsi1pk": "user#1", "gsi1sk": "1"},
        {"type": "Charge", "pk": "job#1", "sk": "charge", "version": 2},
        {"type": "Hold", "pk": "job#", "sk": "hold", "version": 1, "expires_at": 1},
        {"type": "Note", "pk": "note#1", "sk": "note", "version": 1},
        {"pk": "job#1", "sk": "job"}
    ]);
    let (rows, items) = (rows(), wrong.as_array().expect("items"));
    assert_eq!(
        items.iter().flat_map(|item| faults(&rows, item)).collect::<Vec<_>>(),
        [
            "Job lies at job#1 · jobs, where none is charted",
            "Job lies at gsi1 user#1 · 1, where none is charted",
            "Job has no version, and is charted as changing by it",
            "Charge was changed, and is charted as unchanging",
            "Hold lies at job# · hold, where none is charted",
            "Hold ends, and is charted as staying",
            "Note is written and not charted",
            "something without a type is written and not charted",
        ]
    );
}
