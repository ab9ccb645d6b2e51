//! Serves `/health` and `/openapi.json`: whether the hub answers, and to what.

use api::{Answer, Context, Problem};
use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every operation, as committed with the code.
const DOCUMENT: &str = include_str!("../../../infra/openapi.json");

/// Reaches nothing outside: it answers while all else fails.
#[derive(Clone)]
pub struct App;

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        None
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_health)).routes(routes!(get_openapi))
}

/// How the hub is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok", "version": "0.1.0"}))]
struct Health {
    #[schema(pattern = "^ok$", max_length = 2)]
    status: &'static str,
    #[schema(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$", max_length = 20)]
    version: &'static str,
}

/// Ask whether the hub answers
///
/// Nothing behind it is asked: it answers while all else fails.
#[utoipa::path(get, path = "/health", operation_id = "getHealth", tag = "Reference",
    security(()),
    extensions(("x-both-doors" = json!(true)), ("x-stands-alone" = json!(true))),
    responses((status = 200, description = "It does.", body = Health)))]
async fn get_health() -> Result<Answer, Problem> {
    Answer::ok(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Read this document
///
/// Every operation with what it takes and answers, as OpenAPI.
#[utoipa::path(get, path = "/openapi.json", operation_id = "getOpenapi", tag = "Reference",
    security(()),
    extensions(("x-both-doors" = json!(true)), ("x-stands-alone" = json!(true))),
    responses((status = 200, description = "The document.", body = Object,
        example = json!({"openapi": "3.1.0", "info": {"title": "Quantum Hub", "version": "0.1.0"}, "paths": {}}))))]
async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}
