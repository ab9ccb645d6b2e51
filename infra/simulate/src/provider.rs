//! Braket in this process: tasks that go their way in virtual time, searches that lag, tokens that are forgotten.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::Moment;
use serde_json::{Value, json};

use crate::{
    executor::lock,
    fate::{Fault, place_of},
    network::{By, Call, Reply},
    queues::tell_event,
    world::World,
};

const ACCOUNT: &str = "arn:aws:braket:us-east-1:123456789012:quantum-task/";
/// The SDK gives an attempt up before.
const NEVER: Duration = Duration::from_secs(60);
const PHASE: u64 = 31;
const END: u64 = 32;
const LATE: u64 = 33;
const SILENT: u64 = 34;

#[derive(Default)]
pub(crate) struct Provider(Mutex<BTreeMap<String, Task>>);

#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub arn: String,
    pub job: String,
    pub state: &'static str,
    pub successful_shots: u64,
    request: Value,
    token: String,
    place: u64,
    created: Moment,
    visible: Moment,
    ended: Option<Moment>,
    cancelled: bool,
    forgotten: bool,
}

impl Task {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, "COMPLETED" | "FAILED" | "CANCELLED")
    }

    fn directory(&self) -> String {
        let id = self.arn.rsplit('/').next().unwrap_or_default();
        format!("{}/{id}", self.request["outputS3KeyPrefix"].as_str().unwrap_or_default())
    }

    fn summary(&self) -> Value {
        let mut summary = json!({
            "quantumTaskArn": self.arn, "status": self.state, "deviceArn": self.request["deviceArn"],
            "shots": self.request["shots"], "outputS3Bucket": self.request["outputS3Bucket"],
            "outputS3Directory": self.directory(), "createdAt": self.created.to_string(),
            "tags": self.request["tags"],
        });
        if let Some(ended) = self.ended {
            summary["endedAt"] = ended.to_string().into();
        }
        summary
    }

    fn document(&self) -> Value {
        let mut document = self.summary();
        document["deviceParameters"] = "{}".into();
        document["numSuccessfulShots"] = self.successful_shots.into();
        document["queueInfo"] = json!({"queue": "QUANTUM_TASKS_QUEUE", "position": "None"});
        if self.state == "FAILED" {
            document["failureReason"] = "Simulated.".into();
        }
        document
    }
}

impl Provider {
    pub(crate) fn tasks(&self) -> Vec<Task> {
        lock(&self.0).values().cloned().collect()
    }

    fn get(&self, arn: &str) -> Option<Task> {
        lock(&self.0).get(arn).cloned()
    }

    fn change<R>(&self, arn: &str, change: impl FnOnce(&mut Task) -> R) -> Option<R> {
        lock(&self.0).get_mut(arn).map(change)
    }
}

pub(crate) async fn serve(world: &Arc<World>, call: &Call, by: By<'_>) -> Reply {
    let place = by.map_or(0, |(_, point)| point.place);
    let strikes = |fault| world.strikes(by, fault);
    if call.operation == "CreateQuantumTask" {
        return create(world, call, place).await;
    }
    if strikes(Fault::Throttled) {
        return Reply::error(429, "ThrottlingException");
    }
    if strikes(Fault::FailedBeforeCommit) {
        return Reply::error(500, "InternalServiceException");
    }
    let path = percent_encoding::percent_decode_str(&call.path).decode_utf8_lossy();
    let arn = path.trim_start_matches("/quantum-task/").trim_end_matches("/cancel");
    match call.operation.as_str() {
        "SearchQuantumTasks" => search(world, &call.body),
        "CancelQuantumTask" => cancel(world, arn),
        _ => match world.provider.get(arn) {
            Some(task) => Reply::json(200, task.document().to_string()),
            None => Reply::error(404, "ResourceNotFoundException"),
        },
    }
}

async fn create(world: &Arc<World>, call: &Call, place: u64) -> Reply {
    let strikes = |fault| world.fate().strikes(place, fault);
    world.watch().asked_for_task(&call.body);
    if strikes(Fault::RefusedForNow) {
        return Reply::error(429, "ThrottlingException");
    }
    if strikes(Fault::AmbiguousWithoutTask) {
        return no_answer(world, place).await;
    }
    let arn = make(world, call, place);
    if strikes(Fault::AmbiguousWithTask) {
        return no_answer(world, place).await;
    }
    Reply::json(201, json!({ "quantumTaskArn": arn }).to_string())
}

/// An error that says nothing, or silence until the caller gives up.
async fn no_answer(world: &World, place: u64) -> Reply {
    if world.fate().number(place, SILENT, 0, 1) == 1 {
        world.executor().sleep(NEVER).await;
    }
    Reply::error(500, "InternalServiceException")
}

fn make(world: &Arc<World>, call: &Call, place: u64) -> String {
    let token = call.body["clientToken"].as_str().unwrap_or_default();
    let known =
        world.provider.tasks().into_iter().find(|task| task.token == token && !task.forgotten);
    if let Some(known) = known {
        return known.arn;
    }
    let fate = world.fate();
    let now = world.executor().now();
    let id = uuid::Builder::from_random_bytes(id(world, place)).into_uuid();
    let late =
        if fate.strikes(place, Fault::SearchLate) { fate.number(place, LATE, 1, 60) } else { 0 };
    let task = Task {
        arn: format!("{ACCOUNT}{id}"),
        job: call.body["tags"]["job"].as_str().unwrap_or_default().to_owned(),
        state: "CREATED",
        successful_shots: 0,
        request: call.body.clone(),
        token: token.to_owned(),
        place,
        created: now,
        visible: now.plus(Duration::from_secs(late)),
        ended: None,
        cancelled: false,
        forgotten: fate.strikes(place, Fault::TokenForgotten),
    };
    let arn = task.arn.clone();
    world.tell(|| format!("Braket makes {arn} for {}", task.job));
    lock(&world.provider.0).insert(arn.clone(), task);
    let (living, known) = (world.clone(), arn.clone());
    let busy = world.occupy();
    world.executor().spawn(None, async move {
        live(&living, &known).await;
        drop(busy);
    });
    arn
}

fn id(world: &World, place: u64) -> [u8; 16] {
    let half = |which| place_of(&[world.fate().seed(), place, which]).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half(1));
    bytes[8..].copy_from_slice(&half(2));
    bytes
}

/// From created to its end; a wish to cancel is heard between two states.
async fn live(world: &Arc<World>, arn: &str) {
    let Some(place) = world.provider.get(arn).map(|task| task.place) else { return };
    let number = |what, least, most| world.fate().number(place, what, least, most);
    let wait = |millis| world.executor().sleep(Duration::from_millis(millis));
    let is_cancelled = || world.provider.get(arn).is_some_and(|task| task.cancelled);
    enter(world, arn, "CREATED", 0);
    wait(number(PHASE, 50, 2_000)).await;
    if !is_cancelled() {
        enter(world, arn, "QUEUED", 0);
        wait(number(PHASE + 100, 100, 40_000)).await;
    }
    let shots =
        world.provider.get(arn).and_then(|task| task.request["shots"].as_u64()).unwrap_or(0);
    let mut ran = 0;
    if !is_cancelled() {
        enter(world, arn, "RUNNING", 0);
        wait(number(PHASE + 200, 200, 60_000)).await;
        ran = shots;
    }
    // Half of those that are cancelled while they run complete all the same.
    if is_cancelled() && (ran == 0 || number(END, 0, 1) == 0) {
        enter(world, arn, "CANCELLING", 0);
        wait(number(PHASE + 300, 100, 5_000)).await;
        return enter(world, arn, "CANCELLED", ran / 2);
    }
    if number(END + 1, 0, 19) == 0 {
        return enter(world, arn, "FAILED", if number(END + 2, 0, 1) == 0 { 0 } else { ran / 2 });
    }
    let late = world.fate().strikes(place, Fault::ResultLate);
    if !late {
        write_result(world, arn);
    }
    enter(world, arn, "COMPLETED", ran);
    if late {
        wait(number(LATE + 1, 1_000, 120_000)).await;
        write_result(world, arn);
    }
}

fn enter(world: &Arc<World>, arn: &str, state: &'static str, successful_shots: u64) {
    let now = world.executor().now();
    let entered = world.provider.change(arn, |task| {
        task.state = state;
        task.successful_shots = successful_shots;
        task.ended = task.is_over().then_some(now);
        task.clone()
    });
    let Some(task) = entered else { return };
    world.tell(|| format!("task of {} is {state}", task.job));
    let mut detail = task.summary();
    detail["shots"] = task.request["shots"].to_string().into();
    detail["eventName"] = "MODIFY".into();
    let event = json!({
        "version": "0", "id": "00000000-0000-0000-0000-000000000001",
        "detail-type": "Braket Task State Change", "source": "aws.braket", "account": "123456789012",
        "time": now.to_string(), "region": "us-east-1", "resources": [task.arn], "detail": detail,
    });
    tell_event(world, task.place, event);
}

fn write_result(world: &World, arn: &str) {
    let Some(task) = world.provider.get(arn) else { return };
    let result = json!({
        "braketSchemaHeader": {"name": "braket.task_result.gate_model_task_result", "version": "1"},
        "measurementProbabilities": {"000": 0.5, "111": 0.5}, "measuredQubits": [0, 1, 2],
        "taskMetadata": {"id": task.arn, "shots": task.request["shots"], "deviceId": task.request["deviceArn"]},
    });
    let bucket = task.request["outputS3Bucket"].as_str().unwrap_or_default();
    let key = format!("{}/results.json", task.directory());
    world.objects.put(bucket, &key, result.to_string().into_bytes());
}

fn search(world: &World, body: &Value) -> Reply {
    let now = world.executor().now();
    let value = |name: &str| {
        let filters = body["filters"].as_array()?;
        let filter = filters.iter().find(|filter| filter["name"] == name)?;
        filter["values"][0].as_str()
    };
    let since = value("createdAt").and_then(|at| at.parse::<Moment>().ok());
    let found: Vec<Value> = world
        .provider
        .tasks()
        .iter()
        .filter(|task| task.visible <= now && since.is_none_or(|since| task.created >= since))
        .filter(|task| value("deviceArn").is_none_or(|arn| task.request["deviceArn"] == arn))
        .map(Task::summary)
        .collect();
    Reply::json(200, json!({ "quantumTasks": found }).to_string())
}

fn cancel(world: &World, arn: &str) -> Reply {
    let cancelled = world.provider.change(arn, |task| {
        task.cancelled |= !task.is_over();
        !task.is_over()
    });
    match cancelled {
        Some(true) => {
            let answer = json!({"quantumTaskArn": arn, "cancellationStatus": "CANCELLING"});
            Reply::json(200, answer.to_string())
        }
        Some(false) => Reply::error(409, "ConflictException"),
        None => Reply::error(404, "ResourceNotFoundException"),
    }
}
