//! What lies between a function and AWS: every call passes here, is late, is lost, or is the caller's last.

use std::{fmt, sync::Arc, time::Duration};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::{
    fate::Fault,
    hub::LEASE,
    lambda::{Invocation, Point},
    world::World,
};

const THERE: u64 = 11;
const BACK: u64 = 12;
const PAUSE: u64 = 13;

/// The SDK's way out of a function.
#[derive(Clone)]
pub(crate) struct Network(pub Arc<World>);

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl HttpClient for Network {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let world = self.0.clone();
        HttpConnectorFuture::new(async move { carry(&world, &Call::read(&request)).await })
    }
}

/// Who calls, and where in what they do; `None` where it is no function.
pub(crate) type By<'a> = Option<(&'a Arc<Invocation>, &'a Point)>;

/// A request as a service reads it.
#[derive(Debug)]
pub(crate) struct Call {
    pub service: Service,
    pub operation: String,
    /// With the kind of item where there is one: `PutItem Job`.
    pub label: String,
    pub path: String,
    pub bytes: Vec<u8>,
    /// `Null` where it is not JSON.
    pub body: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    S3,
    Braket,
}

/// What a service answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// An error as services that speak JSON name it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": "Simulated."}).to_string();
        Self { headers: vec![("x-amzn-errortype", code.to_owned())], ..Self::json(status, body) }
    }

    fn sent(self) -> Result<HttpResponse, ConnectorError> {
        let status = StatusCode::try_from(self.status)
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        let mut response = HttpResponse::new(status, SdkBody::from(self.body));
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

impl Call {
    fn read(request: &HttpRequest) -> Self {
        let uri: http::Uri = request.uri().parse().unwrap_or_default();
        let bytes = request.body().bytes().unwrap_or_default().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let path = uri.path().to_owned();
        let (service, operation) = match target.split_once('.') {
            Some((name, operation)) if name.starts_with("DynamoDB") => {
                (Service::DynamoDb, operation.to_owned())
            }
            Some((_, operation)) => (Service::Sqs, operation.to_owned()),
            None if path.starts_with("/quantum-task") => {
                (Service::Braket, braket_operation(request.method(), &path).to_owned())
            }
            None => (
                Service::S3,
                if request.method() == "GET" { "GetObject" } else { "PutObject" }.to_owned(),
            ),
        };
        let label = label(&operation, &body, &path);
        Self { service, operation, label, path, bytes, body }
    }
}

fn braket_operation(method: &str, path: &str) -> &'static str {
    match (method, path) {
        ("POST", "/quantum-task") => "CreateQuantumTask",
        ("POST", _) => "SearchQuantumTasks",
        ("PUT", _) => "CancelQuantumTask",
        _ => "GetQuantumTask",
    }
}

fn label(operation: &str, body: &Value, path: &str) -> String {
    let kind = match operation {
        "PutItem" => body["Item"]["type"]["S"].as_str(),
        "GetItem" => body["Key"]["sk"]["S"].as_str().and_then(|sk| sk.split('#').next()),
        "Query" => body["IndexName"].as_str(),
        "GetObject" => path.rsplit('.').next(),
        _ => None,
    };
    kind.map_or_else(|| operation.to_owned(), |kind| format!("{operation} {kind}"))
}

async fn carry(world: &Arc<World>, call: &Call) -> Result<HttpResponse, ConnectorError> {
    // Who builds the world is no function, and nothing happens to it.
    let Some(invocation) = world.executor().invocation() else {
        return serve(world, call, None).await.sent();
    };
    let point = invocation.visit(&call.label, world.fate());
    let strikes = |fault| world.fate().strikes(point.place, fault);
    if strikes(Fault::CrashBeforeCall) {
        invocation.crash(&point, Fault::CrashBeforeCall).await;
    }
    world.executor().sleep(latency(world, &point, THERE)).await;
    let reply = serve(world, call, Some((&invocation, &point))).await;
    world.tell(|| format!("{invocation} {} → {}", call.label, reply.status));
    if strikes(Fault::CrashAfterCall) {
        invocation.crash(&point, Fault::CrashAfterCall).await;
    }
    if strikes(Fault::PausePastLease) {
        let most = u64::try_from(LEASE.as_millis() * 2).unwrap_or(u64::MAX);
        let pause = world.fate().number(point.place, PAUSE, most / 2 + 1, most);
        invocation.pause(Duration::from_millis(pause)).await;
    }
    world.executor().sleep(latency(world, &point, BACK)).await;
    reply.sent()
}

fn latency(world: &World, point: &Point, way: u64) -> Duration {
    Duration::from_micros(world.fate().number(point.place, way, 300, 9_000))
}

async fn serve(world: &Arc<World>, call: &Call, by: By<'_>) -> Reply {
    match call.service {
        Service::DynamoDb => world.table.serve(world, call, by),
        Service::Sqs => crate::queues::serve(world, call, by),
        Service::S3 => world.objects.serve(world, call, by),
        Service::Braket => crate::provider::serve(world, call, by).await,
    }
}
