//! Does every message that is given up reach the table whole, with its reason, and know its way back?

use domain::dead_letter::{MAX_MESSAGE_BYTES, Source};
use serde_json::Value;
use worker::TRIES;

use super::document::{Function, Template, referred, text};

/// The function that brings them there.
const RECORDER: &str = "record-dead-letter";

pub(super) fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let (recorders, others): (Vec<_>, Vec<_>) =
        template.functions().partition(|function| function.folder() == RECORDER);
    let recorded: Vec<&str> = recorders.iter().flat_map(consumed).collect();
    for function in &others {
        for id in consumed(function) {
            let queue = template.properties(id);
            let policy = &queue["RedrivePolicy"];
            if policy["maxReceiveCount"] != TRIES {
                faults.push(format!(
                    "{id} does not give up after {TRIES} tries, the last of which is noted"
                ));
            }
            let dead = referred(&policy["deadLetterTargetArn"]).unwrap_or_default();
            faults.extend(given_up(template, &recorded, id, dead));
            let known = source(template, dead).filter(|source| {
                name(queue).is_some_and(|name| name.ends_with(&format!("-{}", source.name())))
            });
            if known.is_none() {
                faults.push(format!("{id} is not where letters of {dead} are sent again"));
            }
        }
        if let Some(dead) = referred(&function.on_failure()["Destination"]) {
            faults.extend(given_up(template, &recorded, function.id, dead));
            if source(template, dead) != Some(Source::Schedule) {
                faults.push(format!("{dead} is not known to hold the ticks of {}", function.id));
            }
        }
    }
    faults
}

/// What ends in `dead` is recorded, and fits into an item.
fn given_up(template: &Template, recorded: &[&str], from: &str, dead: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !recorded.contains(&dead) {
        faults
            .push(format!("{from} gives messages up to {dead}, which {RECORDER} does not consume"));
    }
    let size = |id: &str| template.properties(id)["MaximumMessageSize"].as_u64();
    let fits = |size: u64| usize::try_from(size).is_ok_and(|size| size <= MAX_MESSAGE_BYTES);
    if ![from, dead].iter().filter_map(|id| size(id)).any(fits) {
        faults.push(format!("{from} lets messages through that fit into no item"));
    }
    faults
}

fn consumed<'t>(function: &Function<'t>) -> Vec<&'t str> {
    let queues = function.events().filter(|event| event.kind == "SQS");
    queues.filter_map(|event| referred(&event.properties["Queue"])).collect()
}

fn source(template: &Template, dead: &str) -> Option<Source> {
    Source::of_dead_letters(name(template.properties(dead))?)
}

fn name(queue: &Value) -> Option<&str> {
    Some(text(&queue["QueueName"]["Fn::Sub"])).filter(|name| !name.is_empty())
}
