//! How is a call to AWS recognised, recorded and answered?

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    serve::{Listener, ListenerExt},
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{Call, Desk, Units, table, tls::TlsListener};

pub(super) async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    serve_on(listener.tap_io(|stream| drop(stream.set_nodelay(true))), desk).await;
}

pub(super) async fn serve_tls(listener: TlsListener, desk: Arc<Desk>) {
    serve_on(listener, desk).await;
}

async fn serve_on<L>(listener: L, desk: Arc<Desk>)
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(desk);
    // it ends only by being aborted
    drop(axum::serve(listener, router).await);
}

async fn answer(
    State(desk): State<Arc<Desk>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let start = Instant::now();
    let handling = desk.handling();
    let service = service(&headers);
    let operation = operation(&method, &uri, &headers);
    let (response, units) = match (service.as_str(), operation.as_str()) {
        ("dynamodb", operation) => {
            let answered = table::answer(&desk.database(), operation, &body, handling.units);
            let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::BAD_REQUEST);
            let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
            ((status, kind, answered.body).into_response(), answered.units)
        }
        ("sqs", "SendMessage") => (sent(), Units::default()),
        _ => (forward(&desk, &service, method, uri, headers, body).await, Units::default()),
    };
    if !handling.latency.is_zero() {
        tokio::time::sleep(handling.latency).await;
    }
    desk.calls().push(Call { service, operation, start, end: Instant::now(), units });
    response
}

/// Messages are delivered by the scenes themselves, so they go nowhere.
fn sent() -> Response {
    let body = json!({"MessageId": Uuid::new_v4().to_string()}).to_string();
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// Some calls to Cognito are not signed.
const USERS: &str = "AWSCognitoIdentityProviderService.";

/// As the signature names it: `…/us-east-1/dynamodb/aws4_request`.
fn service(headers: &HeaderMap) -> String {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scope = signed.and_then(|value| value.split("Credential=").nth(1));
    let named = scope.and_then(|scope| scope.split('/').nth(3));
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let of_users = target.is_some_and(|target| target.starts_with(USERS));
    named.unwrap_or(if of_users { "cognito-idp" } else { "unsigned" }).to_owned()
}

/// As the target names it, or the method with the first segment of the path.
fn operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    if let Some((_, operation)) = target.and_then(|target| target.split_once('.')) {
        return operation.to_owned();
    }
    format!("{method} /{}", uri.path().split('/').nth(1).unwrap_or_default())
}

async fn forward(
    desk: &Desk,
    service: &str,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let to = if service == "braket" { &desk.backend.braket } else { &desk.backend.services };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    let Ok(uri) = format!("{to}{path}").parse() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    match client.request(request).await {
        Ok(answer) => whole(answer).await,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn whole(answer: http::Response<hyper::body::Incoming>) -> Response {
    let (http::response::Parts { status, mut headers, .. }, body) = answer.into_parts();
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONNECTION);
    match body.collect().await {
        Ok(body) => (status, headers, body.to_bytes()).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use http::request::Parts;

    use super::*;

    #[test]
    fn a_call_is_told_by_its_signature_and_target() {
        let parts = |uri: &str, target: Option<&str>| -> Parts {
            let mut request = Request::post(uri).header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            );
            if let Some(target) = target {
                request = request.header("x-amz-target", target);
            }
            request.body(()).expect("a request").into_parts().0
        };
        let get = parts("/", Some("DynamoDB_20120810.GetItem"));
        assert_eq!(service(&get.headers), "dynamodb");
        assert_eq!(operation(&get.method, &get.uri, &get.headers), "GetItem");
        let rest = parts("/apikeys?mode=x", None);
        assert_eq!(operation(&rest.method, &rest.uri, &rest.headers), "POST /apikeys");
        assert_eq!(service(&HeaderMap::new()), "unsigned");
    }
}
