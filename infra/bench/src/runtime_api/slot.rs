//! What one environment and its Runtime API say to each other.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use bytes::Bytes;
use http::StatusCode;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
};
use uuid::Uuid;

use super::Answer;

/// A function's answer, or the error it reported.
type Outcome = Result<Answer, String>;
type Started = Result<(), String>;

/// The one place of an environment: at most one invocation is in it.
pub(super) struct Slot {
    timeout: Duration,
    sender: mpsc::UnboundedSender<Invocation>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    running: Mutex<Option<Running>>,
    starting: Mutex<Option<oneshot::Sender<Started>>>,
    ended: watch::Sender<bool>,
}

struct Invocation {
    payload: Bytes,
    reply: oneshot::Sender<Outcome>,
}

struct Running {
    id: String,
    since: Instant,
    reply: oneshot::Sender<Outcome>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

impl Slot {
    /// The receiver hears when the function asks for its first invocation, or says why it cannot.
    pub(super) fn new(timeout: Duration) -> (Arc<Self>, oneshot::Receiver<Started>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let (starting, started) = oneshot::channel();
        let slot = Self {
            timeout,
            sender,
            waiting: tokio::sync::Mutex::new(receiver),
            running: Mutex::new(None),
            starting: Mutex::new(Some(starting)),
            ended: watch::Sender::new(false),
        };
        (Arc::new(slot), started)
    }

    /// `None` where the function ended before it answered.
    pub(super) async fn invoke(&self, payload: Bytes) -> Option<Outcome> {
        let (reply, outcome) = oneshot::channel();
        self.sender.send(Invocation { payload, reply }).ok()?;
        let mut ended = self.ended.subscribe();
        tokio::select! {
            biased;
            outcome = outcome => outcome.ok(),
            _ = ended.wait_for(|ended| *ended) => None,
        }
    }

    /// The function is gone.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }

    fn started(&self, started: Started) {
        if let Some(starting) = held(&self.starting).take() {
            drop(starting.send(started));
        }
    }

    fn finish(&self, id: &str, outcome: impl FnOnce(Instant) -> Outcome) -> StatusCode {
        let mut running = held(&self.running);
        match running.take() {
            Some(now) if now.id == id => {
                drop(now.reply.send(outcome(now.since)));
                StatusCode::ACCEPTED
            }
            other => {
                *running = other;
                StatusCode::FORBIDDEN
            }
        }
    }

    fn headers(&self, id: &str) -> [(&'static str, String); 4] {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        [
            ("lambda-runtime-aws-request-id", id.to_owned()),
            ("lambda-runtime-deadline-ms", (now + self.timeout).as_millis().to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned(),
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
                    .to_owned(),
            ),
        ]
    }
}

/// Answers the function until the task is aborted.
pub(super) async fn serve(listener: TcpListener, slot: Arc<Slot>) {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(slot);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    // it ends only by being aborted
    drop(axum::serve(listener, router).await);
}

async fn next(State(slot): State<Arc<Slot>>) -> Response {
    slot.started(Ok(()));
    // who asked before and did not answer has given that invocation up
    drop(held(&slot.running).take());
    let Some(invocation) = slot.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = Uuid::new_v4().to_string();
    let answer = (slot.headers(&id), invocation.payload).into_response();
    let running = Running { id, since: Instant::now(), reply: invocation.reply };
    *held(&slot.running) = Some(running);
    answer
}

async fn response(
    State(slot): State<Arc<Slot>>,
    Path(id): Path<String>,
    payload: Bytes,
) -> StatusCode {
    let now = Instant::now();
    slot.finish(&id, |since| Ok(Answer { payload, elapsed: now - since }))
}

async fn error(State(slot): State<Arc<Slot>>, Path(id): Path<String>, report: Bytes) -> StatusCode {
    slot.finish(&id, |_| Err(String::from_utf8_lossy(&report).into_owned()))
}

async fn init_error(State(slot): State<Arc<Slot>>, report: Bytes) -> StatusCode {
    slot.started(Err(String::from_utf8_lossy(&report).into_owned()));
    StatusCode::ACCEPTED
}

/// No one panics while holding one of these.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
