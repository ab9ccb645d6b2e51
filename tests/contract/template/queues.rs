//! Does a message that cannot be handled end where somebody sees it, and is none handled twice at once?

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Function, Template, one_or_many, references, referred, text, texts};

const QUEUE: &str = "AWS::SQS::Queue";

pub(super) fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for function in template.functions() {
        for event in function.events() {
            match event.kind {
                "Api" => {}
                "SQS" => {
                    let id = referred(&event.properties["Queue"]).unwrap_or_default();
                    used.insert(id);
                    faults.extend(consumed(template, function, id, event.properties));
                }
                _ => faults.extend(unattended(template, function, event.name)),
            }
        }
        used.extend(referred(&function.on_failure()["Destination"]));
    }
    used.extend(template.of_type(QUEUE).filter_map(|(_, queue)| dead_letters(queue)));
    let queues: Vec<&str> = template.of_type(QUEUE).map(|(id, _)| id).collect();
    let idle = queues.iter().filter(|id| !used.contains(*id));
    faults.extend(idle.map(|id| format!("{id} is consumed by nothing and gives up no messages")));
    let given_up = queues.iter().filter(|id| used.contains(*id) && !is_consumed(template, id));
    let silent = given_up.filter(|id| !has_alarm(template, id));
    faults.extend(silent.map(|id| format!("{id} fills and no alarm tells")));
    faults.extend(senders(template));
    faults
}

/// A queue that triggers a function.
fn consumed(template: &Template, function: Function<'_>, id: &str, source: &Value) -> Vec<String> {
    let queue = template.properties(id);
    let mut faults = Vec::new();
    match dead_letters(queue).filter(|dead| template.kind(dead) == QUEUE && *dead != id) {
        Some(dead) => {
            let given_up = template.properties(dead);
            let kept = |queue: &Value| queue["MessageRetentionPeriod"].as_u64().unwrap_or(345_600);
            if kept(given_up) <= kept(queue) {
                faults.push(format!(
                    "{dead} keeps messages no longer than {id}: their age counts on"
                ));
            }
        }
        None => faults.push(format!("{id} has no dead-letter queue")),
    }
    let tries = queue["RedrivePolicy"]["maxReceiveCount"].as_u64();
    if !tries.is_some_and(|tries| (2..=1000).contains(&tries)) {
        faults.push(format!("{id} does not say after how many tries (2 to 1000) it gives up"));
    }
    if !texts(&source["FunctionResponseTypes"]).any(|kind| kind == "ReportBatchItemFailures") {
        faults.push(format!(
            "{} fails whole batches of {id}: no ReportBatchItemFailures",
            function.id
        ));
    }
    let timeout = function.property("Timeout").as_u64().unwrap_or(3);
    let window = source["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
    let (least, hidden) = (6 * timeout + window, queue["VisibilityTimeout"].as_u64().unwrap_or(30));
    if hidden < least {
        let what = format!("six times the {timeout} s of {}", function.id);
        faults.push(format!("{id} hides messages for {hidden} s, less than {least} s: {what}"));
    }
    faults
}

/// An event that nobody waits for: what fails must be told somewhere.
fn unattended(template: &Template, function: Function<'_>, event: &str) -> Option<String> {
    let destination = referred(&function.on_failure()["Destination"]).unwrap_or_default();
    let told = [QUEUE, "AWS::SNS::Topic"].contains(&template.kind(destination));
    (!told).then(|| format!("{}'s event {event} fails and nobody is told", function.id))
}

/// Whatever sends into a queue of ours must be let in.
fn senders(template: &Template) -> Vec<String> {
    let rules = template.of_type("AWS::Events::Rule").flat_map(|(id, rule)| {
        one_or_many(&rule["Targets"])
            .filter_map(move |target| Some((id, "events.amazonaws.com", referred(&target["Arn"])?)))
    });
    let buckets = template.of_type("AWS::S3::Bucket").flat_map(|(id, bucket)| {
        let told = one_or_many(&bucket["NotificationConfiguration"]["QueueConfigurations"]);
        told.filter_map(move |one| Some((id, "s3.amazonaws.com", referred(&one["Queue"])?)))
    });
    let shut_out = rules.chain(buckets).filter(|(id, service, queue)| {
        template.kind(queue) == QUEUE && !lets_in(template, queue, id, service)
    });
    shut_out
        .map(|(id, _, queue)| format!("{id} sends to {queue} and no policy lets it in"))
        .collect()
}

fn lets_in(template: &Template, queue: &str, sender: &str, service: &str) -> bool {
    // a bucket is made after the policy, which therefore spells its name
    let name = template.properties(sender)["BucketName"]["Fn::Sub"].clone();
    template.of_type("AWS::SQS::QueuePolicy").any(|(_, policy)| {
        let about = one_or_many(&policy["Queues"]).any(|one| referred(one) == Some(queue));
        about
            && one_or_many(&policy["PolicyDocument"]["Statement"]).any(|statement| {
                let from = &statement["Condition"];
                let named = references(from).iter().any(|id| id == sender)
                    || name.as_str().is_some_and(|name| from.to_string().contains(name));
                statement["Effect"] == "Allow"
                    && text(&statement["Principal"]["Service"]) == service
                    && texts(&statement["Action"]).any(|action| action == "sqs:SendMessage")
                    && named
            })
    })
}

fn dead_letters(queue: &Value) -> Option<&str> {
    referred(&queue["RedrivePolicy"]["deadLetterTargetArn"])
}

fn is_consumed(template: &Template, id: &str) -> bool {
    let mut events = template.functions().flat_map(|function| function.events());
    events.any(|event| event.kind == "SQS" && referred(&event.properties["Queue"]) == Some(id))
}

fn has_alarm(template: &Template, id: &str) -> bool {
    template.of_type("AWS::CloudWatch::Alarm").any(|(_, alarm)| {
        alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
            && !alarm["AlarmActions"].is_null()
            && references(&alarm["Dimensions"]).iter().any(|named| named == id)
    })
}
