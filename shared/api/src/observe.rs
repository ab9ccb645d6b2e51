//! What every request gets around its handler: an id, its place in a trace, and one line in the log.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use lambda_http::{RequestExt, request::RequestContext};
use telemetry::{Ended, Trace, Work, within};
use utoipa::openapi::OpenApi;

use crate::operations::operations;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What a request is called that fits no operation.
const NO_OPERATION: &str = "none";

/// The `operationId` of each operation, by method and path.
pub(crate) type Names = HashMap<(Method, String), String>;

pub(crate) fn names(openapi: &OpenApi) -> Names {
    operations(openapi)
        .filter_map(|(route, operation)| Some((route, operation.operation_id.clone()?)))
        .collect()
}

/// Runs the request as a piece of work of its own, and tells the caller what it is called in the log.
pub(crate) async fn observe(
    State(names): State<Arc<Names>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let operation = names.get(&(request.method().clone(), path.unwrap_or_default()));
    let operation = operation.map_or(NO_OPERATION, String::as_str);
    let request_id = request_id(request.extensions());
    let work = Work::begin(operation, &request_id, trace(request.headers()));
    let traceparent = work.trace().to_string();
    let mut response = within(work.clone(), async {
        let response = next.run(request).await;
        work.end(Ended::Answered(response.status().as_u16()));
        response
    })
    .await;
    for (name, value) in [(REQUEST_ID, request_id), (TRACEPARENT, traceparent)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The gateway's, by which its own log knows the request too; Lambda's where there is no gateway.
fn request_id(extensions: &Extensions) -> String {
    let of_gateway = match extensions.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    };
    let of_lambda = || Some(extensions.lambda_context_ref()?.request_id.clone());
    of_gateway.or_else(of_lambda).unwrap_or_default()
}

fn trace(headers: &HeaderMap) -> Trace {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let continued = header("traceparent").and_then(Trace::continued);
    let of_xray = || header("x-amzn-trace-id").and_then(Trace::of_xray);
    continued.or_else(of_xray).unwrap_or_else(Trace::begin)
}
