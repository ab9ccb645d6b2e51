//! What a program that submits jobs does: submits, submits again where it heard nothing, cancels, looks.

use std::{sync::Arc, time::Duration};

use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    fate::{Fault, named, place_of},
    hub::REQUEST_LIMIT,
    lambda::{Event, invoke},
    scene::{Buyer, PROVIDER_DEVICE},
    watch::{Wrong, is_end},
    world::World,
};

const START: u64 = 41;
const DEVICE: u64 = 42;
const CANCEL: u64 = 43;
const LOOK: u64 = 44;
/// Over which the jobs of a world are submitted.
const WINDOW_MILLIS: u64 = 15 * 60 * 1000;
/// Of a request that is never answered well.
const MOST_TRIES: u64 = 12;

/// A request that may be sent more than once, as its sender knows it.
pub(crate) struct Request {
    /// Also its Idempotency-Key.
    pub number: u32,
    pub buyer: Buyer,
    pub body: Value,
}

/// What came back, without what tells one sending from another.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    pub retry_after: Option<String>,
    pub body: Value,
}

/// One job's client, from its submission to its last look.
pub(crate) async fn live(world: Arc<World>, buyer: Buyer, number: u32) {
    let place = place_of(&[named("client"), u64::from(number)]);
    let drawn = |what, most| world.fate().number(place, what, 0, most);
    world.executor().sleep(Duration::from_millis(drawn(START, WINDOW_MILLIS))).await;
    let on_provider = !buyer.on_trial && drawn(DEVICE, 1) == 0;
    let device = if on_provider { PROVIDER_DEVICE } else { "hub-simulator" };
    let request = Arc::new(Request { number, buyer, body: job(device) });
    if world.fate().strikes(place, Fault::RequestDoubled) {
        let (world, request, busy) = (world.clone(), request.clone(), world.occupy());
        world.clone().executor().spawn(None, async move {
            submit(&world, &request, place_of(&[place, 1])).await;
            drop(busy);
        });
    }
    let Some(job) = submit(&world, &request, place_of(&[place, 2])).await else { return };
    if drawn(CANCEL, 4) == 0 {
        world.executor().sleep(Duration::from_millis(drawn(CANCEL + 100, 60_000))).await;
        let cancel = Sent {
            method: "DELETE",
            path: &format!("/jobs/{job}"),
            body: None,
            operation: "cancel",
        };
        until_answered(&world, &request, place_of(&[place, 3]), &cancel).await;
    }
    look(&world, &request, place, &job).await;
}

/// What is asked to be run.
pub(crate) fn job(device: &str) -> Value {
    json!({
        "device_id": device, "shots": 100, "input": {"theta": 1.25}, "seed": 7, "run_mode": "NON_BLOCKING"
    })
}

/// Submits it once, whatever comes back; `None` where nothing does.
pub(crate) async fn submit_once(
    world: &Arc<World>,
    request: &Request,
    place: u64,
) -> Option<Answer> {
    let sent =
        Sent { method: "POST", path: "/jobs", body: Some(&request.body), operation: "submit" };
    send(world, request, place, &sent).await
}

/// The job that was made, unless it was refused.
async fn submit(world: &Arc<World>, request: &Request, place: u64) -> Option<String> {
    let body = Some(&request.body);
    let sent = Sent { method: "POST", path: "/jobs", body, operation: "submit" };
    let answer = until_answered(world, request, place, &sent).await?;
    if answer.status == 402 {
        return None;
    }
    let job = answer.body["id"].as_str().unwrap_or_default().to_owned();
    let mut watch = world.watch();
    if answer.status != 202 || job.is_empty() {
        watch.wrong(Wrong::OtherAnswer, &job, format!("{} {}", answer.status, answer.body));
        return None;
    }
    let price = answer.body["estimated_cost"]["amount"].as_str().unwrap_or_default().to_owned();
    let told = watch.told.entry(request.number).or_default();
    told.insert((job.clone(), price));
    if told.len() > 1 {
        watch.wrong(
            Wrong::OtherAnswer,
            &job,
            format!("request {} made another job", request.number),
        );
    }
    Some(job)
}

/// What it says of itself never goes back.
async fn look(world: &Arc<World>, request: &Request, place: u64, job: &str) {
    let path = format!("/jobs/{job}");
    let sent = Sent { method: "GET", path: &path, body: None, operation: "look" };
    let mut last: Option<String> = None;
    for nth in 0..2 {
        let pause = world.fate().number(place, LOOK + nth, 100, 90_000);
        world.executor().sleep(Duration::from_millis(pause)).await;
        let place = place_of(&[place, 10 + nth]);
        let Some(answer) = until_answered(world, request, place, &sent).await else { continue };
        let status = answer.body["status"].as_str().unwrap_or_default().to_owned();
        if answer.status != 200 {
            world.watch().wrong(Wrong::Lost, job, format!("reading it gives {}", answer.status));
        } else if last.as_deref().is_some_and(|last| is_end(last) && last != status) {
            world.watch().wrong(Wrong::MovedBack, job, format!("{last:?} to {status}, as told"));
        }
        last = Some(status);
    }
}

struct Sent<'a> {
    method: &'static str,
    path: &'a str,
    body: Option<&'a Value>,
    operation: &'static str,
}

/// Sends it again, as the same request, until something definite comes back.
async fn until_answered(
    world: &Arc<World>,
    request: &Request,
    place: u64,
    sent: &Sent<'_>,
) -> Option<Answer> {
    for tried in 0..MOST_TRIES {
        let place = place_of(&[place, named(sent.operation), tried]);
        let answer = send(world, request, place, sent).await;
        // Nothing came back, or nothing definite: for a client that is the same.
        let heard = answer.filter(|answer| answer.status < 500 && answer.status != 429);
        let conflict = heard.as_ref().is_some_and(|answer| {
            answer.status == 409
                && matches!(answer.body["code"].as_str(), Some("conflict" | "in_flight"))
        });
        match heard {
            Some(answer) if !conflict && !world.fate().strikes(place, Fault::AnswerLost) => {
                return Some(answer);
            }
            _ => world.executor().sleep(Duration::from_millis(500 << tried.min(6))).await,
        }
    }
    None
}

async fn send(
    world: &Arc<World>,
    request: &Request,
    place: u64,
    sent: &Sent<'_>,
) -> Option<Answer> {
    let hub = world.hub()?;
    let event = event(request, sent);
    let run =
        Event { function: "jobs", place, limit: REQUEST_LIMIT, request: Some(request.number) };
    let answered = invoke(world, run, async move {
        let request = lambda_http::request::from_str(&event).expect("a gateway event");
        let response = hub.jobs.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let header = |name| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
        Answer {
            status: parts.status.as_u16(),
            location: header("location"),
            etag: header("etag"),
            retry_after: header("retry-after"),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    });
    let answer = answered.await;
    world.tell(|| {
        let status =
            answer.as_ref().map_or("nothing".to_owned(), |answer| answer.status.to_string());
        format!("client {} {} {} ← {status}", request.number, sent.method, sent.path)
    });
    answer
}

/// As ClientApi hands it over, from the sample in `events/`.
fn event(request: &Request, sent: &Sent<'_>) -> String {
    let sample = include_str!("../../../events/jobs.client.json");
    let mut event: Value = serde_json::from_str(sample).expect("the sample is JSON");
    let key = format!("request-{}", request.number);
    let headers = [
        ("x-api-key", request.buyer.key.as_str()),
        ("Idempotency-Key", &key),
        ("Content-Type", "application/json"),
    ];
    event["path"] = sent.path.into();
    event["httpMethod"] = sent.method.into();
    event["headers"] = Value::Object(
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect(),
    );
    event["multiValueHeaders"] = Value::Object(
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect(),
    );
    event["body"] = sent.body.map_or(Value::Null, |body| body.to_string().into());
    event.to_string()
}
