//! What a success is answered with, in a form that can be kept for a repeat of the request.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::Problem;

/// A JSON answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: StatusCode,
    /// Path of what was made, from the stage's root.
    pub(crate) location: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) retry_after: Option<u32>,
    pub(crate) replayed: bool,
    pub(crate) body: String,
}

impl Answer {
    fn new(status: StatusCode, view: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(view).map_err(Problem::failed)?;
        Ok(Self { status, location: None, etag: None, retry_after: None, replayed: false, body })
    }

    pub fn ok(view: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::OK, view)
    }

    /// `location` is the path of what was made, such as `/projects/{id}`.
    pub fn created(location: String, view: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self { location: Some(location), ..Self::new(StatusCode::CREATED, view)? })
    }

    /// Work goes on; `location` is where to look, in `retry_after` seconds.
    pub fn accepted(
        location: Option<String>,
        retry_after: Option<u32>,
        view: &impl Serialize,
    ) -> Result<Self, Problem> {
        Ok(Self { location, retry_after, ..Self::new(StatusCode::ACCEPTED, view)? })
    }

    /// Path of what was made, from the stage's root.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            location: None,
            etag: None,
            retry_after: None,
            replayed: false,
            body: String::new(),
        }
    }

    /// Says of a repeat that it is one, whatever it is answered now.
    pub fn in_place_of(self, stored: &Self) -> Self {
        Self { replayed: stored.replayed, ..self }
    }

    /// The version to show in `If-Match` when changing what was read.
    pub fn etag(mut self, version: u64) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::NO_CONTENT {
            headers.remove(header::CONTENT_TYPE);
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut set = |name: HeaderName, value: Option<String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        };
        set(header::LOCATION, self.location);
        set(header::ETAG, self.etag);
        set(header::RETRY_AFTER, self.retry_after.map(|seconds| seconds.to_string()));
        set(
            HeaderName::from_static("idempotency-replayed"),
            self.replayed.then(|| "true".to_owned()),
        );
        response
    }
}
