//! What tests and demonstrations may change from outside, under `/_local`, apart from Braket's own API.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Settings, fault::Fault, request, world::World};

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/_local/health", get(health))
        .route("/_local/settings", get(settings).put(change_settings))
        .route("/_local/faults", get(faults).post(inject).delete(clear))
}

/// A wrong answer to come: instead of the effect, or after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InjectedFault {
    operation: Operation,
    #[serde(flatten)]
    fault: Fault,
    /// The operation has its effect, only its answer is replaced.
    #[serde(default)]
    after_effect: bool,
    /// How often.
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Operation {
    CreateQuantumTask,
    GetQuantumTask,
    CancelQuantumTask,
    SearchQuantumTasks,
    SearchDevices,
    GetDevice,
}

/// Answers with the fault that is due, if one is.
pub(crate) async fn interfere(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let due = operation(request.method(), request.uri().path())
        .and_then(|operation| take(&world, operation));
    match due {
        None => next.run(request).await,
        Some(due) if due.after_effect => {
            next.run(request).await;
            due.fault.into_response()
        }
        Some(due) => due.fault.into_response(),
    }
}

fn operation(method: &Method, path: &str) -> Option<Operation> {
    match (method.as_str(), path) {
        ("POST", "/quantum-task") => Some(Operation::CreateQuantumTask),
        ("POST", "/quantum-tasks") => Some(Operation::SearchQuantumTasks),
        ("POST", "/devices") => Some(Operation::SearchDevices),
        ("GET", path) if path.starts_with("/quantum-task/") => Some(Operation::GetQuantumTask),
        ("PUT", path) if path.starts_with("/quantum-task/") => Some(Operation::CancelQuantumTask),
        ("GET", path) if path.starts_with("/device/") => Some(Operation::GetDevice),
        _ => None,
    }
}

fn take(world: &World, operation: Operation) -> Option<InjectedFault> {
    let mut faults = world.faults();
    let position = faults.iter().position(|fault| fault.operation == operation)?;
    let due = faults[position].clone();
    faults[position].times = due.times.saturating_sub(1);
    faults.retain(|fault| fault.times > 0);
    Some(due)
}

async fn health(State(world): State<Arc<World>>) -> Json<Value> {
    let unfinished = world.ledger.select(|task| (!task.state.is_terminal()).then_some(())).len();
    let untold: usize = world.ledger.select(|task| Some(task.untold.len())).into_iter().sum();
    Json(json!({ "status": "ok", "unfinished_tasks": unfinished, "untold_changes": untold }))
}

async fn settings(State(world): State<Arc<World>>) -> Json<Settings> {
    Json(world.settings())
}

/// Takes any of the settings and leaves the others as they are.
async fn change_settings(
    State(world): State<Arc<World>>,
    body: Bytes,
) -> Result<Json<Settings>, Fault> {
    let changes: serde_json::Map<String, Value> = request::body(&body)?;
    let mut merged = serde_json::to_value(world.settings())
        .map_err(|error| Fault::internal(error.to_string()))?;
    changes.into_iter().for_each(|(name, value)| merged[name] = value);
    let settings: Settings = request::body(merged.to_string().as_bytes())?;
    world.change_settings(settings.clone());
    Ok(Json(settings))
}

async fn faults(State(world): State<Arc<World>>) -> Json<Vec<InjectedFault>> {
    Json(world.faults().clone())
}

async fn inject(State(world): State<Arc<World>>, body: Bytes) -> Result<StatusCode, Fault> {
    let fault: InjectedFault = request::body(&body)?;
    world.faults().push(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear(State(world): State<Arc<World>>) -> StatusCode {
    world.faults().clear();
    StatusCode::NO_CONTENT
}
