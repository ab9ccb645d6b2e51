//! What callers may read of tasks and devices, and how they cancel a task.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, header::USER_AGENT},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    devices::Device,
    documents,
    fault::Fault,
    record::{Record, State as TaskState},
    request::{self, SignedFor},
    world::World,
};

pub(crate) async fn get_quantum_task(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    Path(arn): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    let mut wanted = query.iter().filter(|(name, _)| name == "additionalAttributeNames").peekable();
    let with_queue = wanted.peek().is_some();
    if let Some((_, unknown)) = wanted.find(|(_, value)| value != "QueueInfo") {
        return Err(Fault::validation(format!("There is no additional attribute {unknown}")));
    }
    let record = find(&world, &region, &arn)?;
    let queue = with_queue.then(|| documents::queue_info(&record, ahead_of(&world, &record)));
    Ok(Json(documents::task(&record, queue)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelRequest {
    client_token: String,
}

pub(crate) async fn cancel_quantum_task(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    Path(arn): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let request: CancelRequest = request::body(&body)?;
    if !(1..=64).contains(&request.client_token.chars().count()) {
        return Err(Fault::validation("'clientToken' must be of 1 to 64 characters"));
    }
    let record = find(&world, &region, &arn)?;
    let now = world.clock.now();
    let updated = world.ledger.update(record.id, |task| {
        task.enter(TaskState::Cancelling, now);
    });
    let record = updated
        .map_err(|error| Fault::internal(format!("The task could not be kept: {error}")))?
        .unwrap_or(record);
    if record.state != TaskState::Cancelling {
        let status = record.state.name();
        return Err(Fault::new(
            409,
            "ConflictException",
            format!("Task {arn} is in {status} status and cannot be cancelled"),
        ));
    }
    world.cancel(record.id);
    world.untold.notify_one();
    Ok(Json(json!({ "quantumTaskArn": arn, "cancellationStatus": "CANCELLING" })))
}

pub(crate) async fn get_device(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    Path(arn): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Fault> {
    let device = world.device(&arn).filter(|device| device.is_in(&region));
    let device =
        device.ok_or_else(|| Fault::not_found(format!("There is no device {arn} in {region}")))?;
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Ok(Json(documents::device(device, &world.status(device), agent, waiting_for(&world, device))))
}

fn find(world: &World, region: &str, arn: &str) -> Result<Record, Fault> {
    let missing = || Fault::not_found(format!("There is no quantum task {arn} in {region}"));
    let id = arn.rsplit('/').next().and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(missing)?;
    world
        .ledger
        .get(id)
        .filter(|task| task.arn() == arn && task.region == region)
        .ok_or_else(missing)
}

fn ahead_of(world: &World, record: &Record) -> usize {
    let place = (record.created_at, record.id);
    let ahead = |task: &Record| {
        let same = task.request.device_arn == record.request.device_arn && task.state.is_waiting();
        (same && (task.created_at, task.id) < place).then_some(())
    };
    world.ledger.select(ahead).len()
}

fn waiting_for(world: &World, device: &Device) -> usize {
    let waits = |task: &Record| {
        (task.request.device_arn == device.device_arn && task.state.is_waiting()).then_some(())
    };
    world.ledger.select(waits).len()
}
