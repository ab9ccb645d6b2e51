//! What receives results and events in these tests: the few calls of S3 and EventBridge that arrive.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{head, post, put},
};
use braket::TaskEvent;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(crate) const BUCKET: &str = "amazon-braket-wire";

#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    received: Arc<Received>,
}

#[derive(Default)]
struct Received {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Task ARN and state.
    events: Mutex<Vec<(String, String)>>,
    away: AtomicBool,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Received::default());
        let router = Router::new()
            .route("/", post(put_events))
            .route("/{bucket}", head(head_bucket))
            .route("/{bucket}/", head(head_bucket))
            .route("/{bucket}/{*key}", put(put_object))
            .with_state(Arc::clone(&received));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.received.objects.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(crate) fn states_of(&self, arn: &str) -> Vec<String> {
        let events = self.received.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().filter(|event| event.0 == arn).map(|event| event.1.clone()).collect()
    }

    pub(crate) fn refuse_events(&self, away: bool) {
        self.received.away.store(away, Ordering::Relaxed);
    }
}

async fn head_bucket(Path(bucket): Path<String>) -> StatusCode {
    if bucket == BUCKET { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

async fn put_object(
    State(received): State<Arc<Received>>,
    Path((_, key)): Path<(String, String)>,
    body: Bytes,
) {
    received.objects.lock().unwrap_or_else(PoisonError::into_inner).insert(key, body.to_vec());
}

async fn put_events(State(received): State<Arc<Received>>, body: Bytes) -> Response {
    if received.away.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let request: Value = serde_json::from_slice(&body).expect("JSON");
    let entries = request["Entries"].as_array().expect("entries");
    for entry in entries {
        assert_eq!(entry["Source"], "local.braket");
        let detail: Value =
            serde_json::from_str(entry["Detail"].as_str().expect("a detail")).expect("JSON");
        let event =
            json!({ "detail-type": entry["DetailType"], "source": "aws.braket", "detail": detail });
        let event =
            TaskEvent::parse(event.to_string().as_bytes()).expect("an event the edge reads");
        let state = detail["status"].as_str().expect("a state").to_owned();
        received
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((event.task_arn, state));
    }
    let accepted: Vec<Value> = entries.iter().map(|_| json!({ "EventId": "e" })).collect();
    let answer = json!({ "FailedEntryCount": 0, "Entries": accepted });
    ([("content-type", "application/x-amz-json-1.1")], answer.to_string()).into_response()
}

/// One plain HTTP call, signed for a region in shape only; the whole answer as text.
pub(crate) async fn call(
    to: SocketAddr,
    method: &str,
    path: &str,
    region: Option<&str>,
    body: &str,
) -> (u16, String) {
    let signed = region.map_or(String::new(), |region| {
        format!("authorization: AWS4-HMAC-SHA256 Credential=k/20261120/{region}/braket/aws4_request, Signature=0\r\n")
    });
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n{signed}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}
