//! How a task is taken in: every check before anything is kept.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Builder;

use crate::{
    devices::Device,
    fault::Fault,
    lifecycle,
    record::Record,
    request::{self, Action, CreateRequest, SignedFor},
    world::World,
};

pub(crate) async fn create_quantum_task(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    body: Bytes,
) -> Result<Response, Fault> {
    let request: CreateRequest = request::body(&body)?;
    request.check()?;
    let forgetful = world.settings().ignore_client_tokens;
    let same_token =
        |task: &Record| !forgetful && task.request.client_token == request.client_token;
    let mut earlier = world.ledger.select(|task| same_token(task).then(|| task.clone()));
    if let Some(earlier) = earlier.pop() {
        return answer(&earlier, &request);
    }
    check_device(&world, &region, &request)?;
    Action::read(&request.action)?;
    world.outside.check_bucket(&request.output_s3_bucket).await?;
    let id = Builder::from_random_bytes(world.clock.random()).into_uuid();
    let record = Record::new(id, &region, &world.account, request.clone(), world.clock.now());
    let (standing, made) = world
        .ledger
        .create(record, same_token)
        .map_err(|error| Fault::internal(format!("The task could not be kept: {error}")))?;
    if made {
        lifecycle::follow(&world, standing.id);
    }
    answer(&standing, &request)
}

/// The same token names the same task, as long as it is the same request.
fn answer(standing: &Record, request: &CreateRequest) -> Result<Response, Fault> {
    if standing.request != *request {
        return Err(Fault::validation("The clientToken was used with other parameters before"));
    }
    Ok((StatusCode::CREATED, Json(json!({ "quantumTaskArn": standing.arn() }))).into_response())
}

fn check_device(world: &World, region: &str, request: &CreateRequest) -> Result<(), Fault> {
    let arn = &request.device_arn;
    let device: &Device = world
        .device(arn)
        .filter(|device| device.is_in(region))
        .ok_or_else(|| Fault::validation(format!("There is no device {arn} in {region}")))?;
    match world.status(device).as_str() {
        "RETIRED" => {
            return Err(Fault::new(
                410,
                "DeviceRetiredException",
                format!("Device {arn} is retired"),
            ));
        }
        "OFFLINE" => {
            return Err(Fault::new(
                424,
                "DeviceOfflineException",
                format!("Device {arn} is offline"),
            ));
        }
        _ => (),
    }
    let (least, most) = device.shots_range();
    if !(least..=most).contains(&request.shots) {
        return Err(Fault::validation(format!("Device {arn} takes {least} to {most} shots")));
    }
    Ok(())
}
