//! What goes to the table of one test: each call is told, held where the test asks for it, and in trouble where the
//! test wants some.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_config::{
    SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

use crate::{
    held::{Awaited, Coming, Word, answer, awaited, failure},
    services::config,
    trouble::{Fate, Met, Trouble, Troubled},
};

/// As many as the embedded DynamoDB bears at once.
const CONNECTIONS: usize = 64;

/// Stands before a DynamoDB and passes everything on but what is held.
#[derive(Debug)]
pub struct TableDoor {
    pub config: SdkConfig,
    calls: Arc<Calls>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Calls {
    client: Client<HttpConnector, Body>,
    connections: Semaphore,
    table: Uri,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    operations: Vec<String>,
    awaited: Vec<(&'static str, Awaited)>,
    troubled: Option<Arc<Troubled>>,
}

impl Drop for TableDoor {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TableDoor {
    pub async fn before(table: &SdkConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let table = table.endpoint_url().expect("an endpoint").parse().expect("an address");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let calls = Arc::new(Calls {
            client,
            connections: Semaphore::new(CONNECTIONS),
            table,
            made: Mutex::default(),
        });
        let router = Router::new().fallback(pass).with_state(calls.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until the test ends");
        });
        // A crowd comes at once, the machine may be busy, and what is held has not failed.
        let patient = TimeoutConfig::builder().connect_timeout(Duration::from_secs(60)).build();
        let config = config(&format!("http://{address}"));
        let config = config.into_builder().timeout_config(patient);
        let config =
            config.stalled_stream_protection(StalledStreamProtectionConfig::disabled()).build();
        Self { config, calls, server }
    }

    /// Holds the next call of this operation, such as `PutItem`.
    pub fn hold(&self, operation: &'static str) -> Coming {
        let (awaited, coming) = awaited();
        self.calls.made().awaited.push((operation, awaited));
        coming
    }

    /// From now on calls meet this.
    pub fn trouble(&self, trouble: Trouble) {
        self.calls.made().troubled = Some(Troubled::new(trouble));
    }

    /// From now on they meet nothing; what they have met.
    pub fn calm(&self) -> Met {
        self.calls.made().troubled.take().map_or_else(Met::default, |troubled| troubled.met())
    }

    /// The operations that were called since this was last asked, in alphabetical order.
    pub fn called(&self) -> Vec<String> {
        let mut called = std::mem::take(&mut self.calls.made().operations);
        called.sort_unstable();
        called
    }
}

impl Calls {
    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the call; whether the test waits for it.
    fn note(&self, operation: &str) -> Option<Awaited> {
        let mut made = self.made();
        let at = made.awaited.iter().position(|(awaited, _)| *awaited == operation);
        made.operations.push(operation.to_owned());
        at.map(|at| made.awaited.remove(at).1)
    }

    /// Passes the call on, or not, as it is fated.
    async fn meet(&self, operation: &str, request: Request) -> Response {
        let Some(troubled) = self.made().troubled.clone() else { return self.pass(request).await };
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole request");
        let fate = troubled.fate(operation, &parts.headers, &body);
        let request = Request::from_parts(parts, Body::from(body));
        match fate {
            Fate::Done(work) => {
                let answer = self.pass(request).await;
                drop(work);
                answer
            }
            Fate::Lost(work) => {
                drop(self.pass(request).await);
                drop(work);
                failure()
            }
            Fate::Refused(answer) => answer,
        }
    }

    async fn pass(&self, mut request: Request) -> Response {
        *request.uri_mut() = self.table.clone();
        let _connection = self.connections.acquire().await.expect("it is never closed");
        self.client.request(request).await.expect("the table answers").into_response()
    }
}

async fn pass(State(calls): State<Arc<Calls>>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
    let Some(awaited) = calls.note(&operation) else {
        return calls.meet(&operation, request).await;
    };
    match awaited.word().await {
        Word::Pass => calls.pass(request).await,
        Word::LoseAnswer(done) => {
            drop(calls.pass(request).await);
            done.send(()).expect("the test waits");
            failure()
        }
        Word::Refuse(error) => answer(StatusCode::BAD_REQUEST, &error),
    }
}
