//! What goes to the table of one test: each call is told, and held where the test asks for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::SdkConfig;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    held::{Awaited, Coming, Word, answer, awaited, failure},
    services::config,
};

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
    table: Uri,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    operations: Vec<String>,
    awaited: Vec<(&'static str, Awaited)>,
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
        let calls = Arc::new(Calls { client, table, made: Mutex::default() });
        let router = Router::new().fallback(pass).with_state(calls.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until the test ends");
        });
        Self { config: config(&format!("http://{address}")), calls, server }
    }

    /// Holds the next call of this operation, such as `PutItem`.
    pub fn hold(&self, operation: &'static str) -> Coming {
        let (awaited, coming) = awaited();
        self.calls.made().awaited.push((operation, awaited));
        coming
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
    fn note(&self, operation: String) -> Option<Awaited> {
        let mut made = self.made();
        let at = made.awaited.iter().position(|(awaited, _)| *awaited == operation);
        made.operations.push(operation);
        at.map(|at| made.awaited.remove(at).1)
    }

    async fn pass(&self, mut request: Request) -> Response {
        *request.uri_mut() = self.table.clone();
        self.client.request(request).await.expect("the table answers").into_response()
    }
}

async fn pass(State(calls): State<Arc<Calls>>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
    let Some(awaited) = calls.note(operation) else { return calls.pass(request).await };
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
