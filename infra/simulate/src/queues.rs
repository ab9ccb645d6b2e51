//! SQS and its Lambda triggers in this process: messages come late, twice, in another order, or never.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    executor::lock,
    fate::{Fault, named, place_of},
    hub::Step,
    lambda::{Event, invoke},
    network::{By, Call, Reply},
    world::{Busy, World},
};

const TRAVEL: u64 = 21;
const DELAY: u64 = 22;
/// Deliveries of a message before it is a dead letter, as the template has it.
const MOST_RECEIVED: u32 = 5;

#[derive(Default)]
pub(crate) struct Queues(Mutex<BTreeMap<Step, Queue>>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Message>,
    /// Purges so far: what was sent before the last one arrives no more.
    purged: u64,
    sent: u64,
    latest: u64,
    /// Messages so far about the same thing, so that each has a place of its own.
    alike: HashMap<u64, u64>,
    dead: u64,
}

struct Message {
    number: u64,
    place: u64,
    body: Value,
    traceparent: Option<String>,
    received: u32,
    purged: u64,
    _busy: Busy,
}

pub(crate) fn serve(world: &Arc<World>, call: &Call, by: By<'_>) -> Reply {
    let strikes = |fault| world.strikes(by, fault);
    if strikes(Fault::SendFailed) {
        return Reply::error(500, "InternalFailure");
    }
    let batch = call.body["Entries"].as_array();
    let entries = batch.cloned().unwrap_or_else(|| vec![call.body.clone()]);
    let step = Step::of_url(call.body["QueueUrl"].as_str().unwrap_or_default());
    for entry in &entries {
        let Some(body) =
            entry["MessageBody"].as_str().and_then(|body| serde_json::from_str(body).ok())
        else {
            return Reply::error(400, "InvalidMessageContents");
        };
        let trace = entry["MessageAttributes"]["traceparent"]["StringValue"].as_str();
        send(world, step, body, trace.map(str::to_owned));
    }
    if strikes(Fault::FailedAfterCommit) {
        return Reply::error(500, "InternalFailure");
    }
    let taken: Vec<Value> = entries
        .iter()
        .map(|entry| json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": ""}))
        .collect();
    let answer = match batch {
        Some(_) => json!({"Successful": taken, "Failed": []}),
        None => json!({"MessageId": "m", "MD5OfMessageBody": ""}),
    };
    Reply::json(200, answer.to_string())
}

/// Whatever the network does to it, a message is only ever *look at this job*.
fn send(world: &Arc<World>, step: Step, body: Value, trace: Option<String>) {
    let about = world.watch().place_of_job(body["job_id"].as_str().unwrap_or_default());
    post(
        world,
        step,
        about,
        body,
        trace,
        [Fault::MessageLost, Fault::MessageDoubled, Fault::MessageDelayed],
    );
}

/// A change of a task, from Braket by way of EventBridge.
pub(crate) fn tell_event(world: &Arc<World>, about: u64, body: Value) {
    let faults = [Fault::EventLost, Fault::EventDoubled, Fault::EventDelayed];
    post(world, Step::Settlement, about, body, None, faults);
}

fn post(
    world: &Arc<World>,
    step: Step,
    about: u64,
    body: Value,
    traceparent: Option<String>,
    [lost, doubled, delayed]: [Fault; 3],
) {
    let (number, place, purged) = {
        let mut queues = lock(&world.queues.0);
        let queue = queues.entry(step).or_default();
        queue.sent += 1;
        let alike = queue.alike.entry(about).or_default();
        *alike += 1;
        (queue.sent, place_of(&[named(step.name()), about, *alike]), queue.purged)
    };
    let fate = world.fate();
    if fate.strikes(place, lost) {
        return world.tell(|| format!("a message to {} is lost: {body}", step.name()));
    }
    let copies = 1 + u64::from(fate.strikes(place, doubled));
    for copy in 0..copies {
        let place = place_of(&[place, copy]);
        let late = fate.strikes(place, delayed);
        let millis = match late {
            true => fate.number(place, DELAY, 10_000, 600_000),
            false => fate.number(place, TRAVEL, 2, 80),
        };
        let message = Message {
            number,
            place,
            body: body.clone(),
            traceparent: traceparent.clone(),
            received: 0,
            purged,
            _busy: world.occupy(),
        };
        arrive(world, step, message, Duration::from_millis(millis));
    }
}

fn arrive(world: &Arc<World>, step: Step, message: Message, after: Duration) {
    let waits = world.clone();
    world.executor().spawn(None, async move {
        waits.executor().sleep(after).await;
        {
            let mut queues = lock(&waits.queues.0);
            let queue = queues.entry(step).or_default();
            if message.purged != queue.purged {
                return;
            }
            if message.number < queue.latest {
                waits.fate().happened(Fault::MessageReordered);
            }
            queue.latest = queue.latest.max(message.number);
            queue.waiting.push_back(message);
        }
        // Whoever comes within a moment comes in the same batch.
        waits.executor().sleep(Duration::from_millis(5)).await;
        deliver(&waits, step).await;
    });
}

async fn deliver(world: &Arc<World>, step: Step) {
    let batch: Vec<Message> = {
        let mut queues = lock(&world.queues.0);
        let waiting = &mut queues.entry(step).or_default().waiting;
        let size = waiting.len().min(step.batch());
        waiting.drain(..size).collect()
    };
    let Some(first) = batch.first() else { return };
    let records: Vec<Value> = batch.iter().enumerate().map(|(at, one)| record(at, one)).collect();
    let event = json!({ "Records": records });
    let place = place_of(&[first.place, u64::from(first.received)]);
    let Some(hub) = world.hub() else { return };
    let run = Event { function: step.function(), place, limit: step.limit(), request: None };
    let answer = invoke(world, run, async move { hub.work(step, event).await }).await;
    let failed = |at: usize| match &answer {
        Some(answer) => answer.contains(&at.to_string()),
        None => true,
    };
    for (at, mut message) in batch.into_iter().enumerate() {
        message.received += 1;
        if !failed(at) {
            continue;
        }
        if message.received >= MOST_RECEIVED {
            lock(&world.queues.0).entry(step).or_default().dead += 1;
            continue;
        }
        arrive(world, step, message, step.visibility());
    }
}

fn record(at: usize, message: &Message) -> Value {
    let received = (message.received + 1).to_string();
    let mut record = json!({
        "messageId": at.to_string(), "body": message.body.to_string(),
        "attributes": {"ApproximateReceiveCount": received},
    });
    if let Some(traceparent) = &message.traceparent {
        record["messageAttributes"]["traceparent"]["stringValue"] = traceparent.as_str().into();
    }
    record
}

/// Throws away all that lies in one queue or is on its way to it.
pub(crate) fn purge(world: &World, step: Step) {
    let mut queues = lock(&world.queues.0);
    let queue = queues.entry(step).or_default();
    queue.purged += 1;
    queue.waiting.clear();
    world.tell(|| format!("the queue {} is purged", step.name()));
}

/// Messages that were given up, of all queues.
pub(crate) fn dead_letters(world: &World) -> u64 {
    lock(&world.queues.0).values().map(|queue| queue.dead).sum()
}
