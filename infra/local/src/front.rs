//! How does one address serve both doors, the API reference and the mailbox?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::{self, Caller};
use crate::mailbox::Mailbox;
use crate::ports::Ports;
use crate::{Options, Stack, StartError, reference_page};

const STOP: Duration = Duration::from_secs(2);
const HOP_BY_HOP: [HeaderName; 4] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];
const CORS: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,PUT,DELETE,OPTIONS"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization,Content-Type,Idempotency-Key,If-Match,Prefer,X-Api-Key",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

pub(crate) struct Front {
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

struct Served {
    caller: Caller,
    hub: String,
    client: String,
    openapi: PathBuf,
    mailbox: Arc<Mailbox>,
}

impl Front {
    pub(crate) async fn start(
        options: &Options,
        ports: &Ports,
        stack: &Stack,
        mailbox: Arc<Mailbox>,
    ) -> Result<Self, StartError> {
        let served = Served {
            caller: http::caller(),
            hub: door(ports, stack, "HubApi")?,
            client: door(ports, stack, "ClientApi")?,
            openapi: options.root.join("infra/openapi.json"),
            mailbox,
        };
        let listener = TcpListener::bind(("127.0.0.1", ports.front)).await?;
        let (stop, stopping) = oneshot::channel::<()>();
        let server = axum::serve(listener, router(served)).with_graceful_shutdown(async {
            let _word = stopping.await;
        });
        Ok(Self { stop, server: tokio::spawn(server.into_future()) })
    }

    /// Waits a moment for what is being answered.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let _ended = tokio::time::timeout(STOP, self.server).await;
    }
}

/// The gateway's own address of one API, without the stage: the public path begins with it.
fn door(ports: &Ports, stack: &Stack, api: &str) -> Result<String, StartError> {
    match stack.resources.get(api) {
        Some(id) => Ok(format!("{}/_aws/execute-api/{id}", ports.services_url())),
        None => Err(StartError::Deploy(format!("the template has no API named {api}"))),
    }
}

fn router(served: Served) -> Router {
    reference_page::pages()
        .route("/openapi.json", get(openapi))
        .route("/mail.json", get(mails))
        .route("/health", get(health))
        .route("/v1/{*path}", any(hub))
        .route("/client/v1/{*path}", any(client))
        .fallback(|| async {
            problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "Nothing is here. The doors are /v1 and /client/v1, the API reference is /, the mailbox /mail.",
            )
        })
        .with_state(Arc::new(served))
}

async fn hub(State(served): State<Arc<Served>>, request: Request) -> Response {
    let address = format!("{}{}", served.hub, path_and_query(request.uri()));
    through_door(&served.caller, address, request).await
}

async fn client(State(served): State<Arc<Served>>, request: Request) -> Response {
    let public = path_and_query(request.uri());
    let address = format!("{}{}", served.client, public.strip_prefix("/client").unwrap_or(public));
    through_door(&served.caller, address, request).await
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

/// Hands a request on as it came and the answer as it comes, bodies streaming both ways.
async fn through_door(caller: &Caller, address: String, request: Request) -> Response {
    if is_preflight(&request) {
        return (
            StatusCode::NO_CONTENT,
            CORS.map(|(name, value)| (name, HeaderValue::from_static(value))),
        )
            .into_response();
    }
    let (mut parts, body) = request.into_parts();
    let Ok(uri) = address.parse() else {
        return problem(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "The path or the query cannot be read.",
        );
    };
    parts.uri = uri;
    parts.version = axum::http::Version::HTTP_11;
    remove_hop_by_hop(&mut parts.headers);
    parts.headers.remove(header::HOST);
    let mut response = match caller.request(Request::from_parts(parts, body)).await {
        // the gateway's own words about a function that broke would show its insides
        Ok(answer) if answer.status() == StatusCode::BAD_GATEWAY => failed(),
        Ok(answer) => answer.map(Body::new),
        Err(_) => failed(),
    };
    remove_hop_by_hop(response.headers_mut());
    response
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

async fn openapi(State(served): State<Arc<Served>>) -> Response {
    match tokio::fs::read(&served.openapi).await {
        Ok(document) => ([(header::CONTENT_TYPE, "application/json")], document).into_response(),
        Err(_) => problem(
            StatusCode::NOT_FOUND,
            "not_found",
            "infra/openapi.json is missing; make golden writes it.",
        ),
    }
}

#[derive(Deserialize)]
struct MailsQuery {
    to: Option<String>,
}

async fn mails(State(served): State<Arc<Served>>, Query(query): Query<MailsQuery>) -> Response {
    match served.mailbox.list(query.to.as_deref()).await {
        Ok(mails) => axum::Json(mails).into_response(),
        Err(_) => failed(),
    }
}

async fn health() -> Response {
    axum::Json(serde_json::json!({"status": "ok"})).into_response()
}

fn failed() -> Response {
    // As the template's DEFAULT_5XX.
    let problem = problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something failed on our side. Try again later, with the same Idempotency-Key if you sent one.",
    );
    ([(header::RETRY_AFTER, "1")], problem).into_response()
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let document = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "code": code, "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], document.to_string())
        .into_response()
}
