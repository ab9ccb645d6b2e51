//! How a refusal or a failure is told: an RFC 9457 problem document with a stable code.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use domain::{Kind, Refusal};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response::Response as Documented},
};

/// Any answer that is not a success.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    violations: Vec<domain::Violation>,
    /// Someone else wrote meanwhile: deciding again may help.
    contended: bool,
    /// Ours: logged, never shown.
    cause: Option<String>,
}

impl Problem {
    /// Ours: the caller learns only that it was not their doing.
    pub fn failed(cause: impl std::error::Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "internal_error",
            detail:
                "Something failed on our side; try again, and tell us the request id if it goes on."
                    .to_owned(),
            violations: Vec::new(),
            contended: false,
            cause: Some(cause.to_string()),
        }
    }

    pub fn refused(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Refusal::new(kind, code, detail).into()
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn no_such_operation() -> Self {
        Self::refused(
            Kind::NotFound,
            "no_such_operation",
            "There is no such operation; GET /openapi.json lists them all.",
        )
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::refused(
            Kind::Unauthenticated,
            "unauthenticated",
            "Sign in and send the access token as `Authorization: Bearer …`, or send a valid API key as `x-api-key`.",
        )
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: status(refusal.kind),
            code: refusal.code,
            detail: refusal.detail,
            violations: refusal.violations,
            contended: false,
            cause: None,
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal) => refusal.into(),
            store::Error::Contended => Self {
                contended: true,
                ..Self::refused(
                    Kind::Conflict,
                    "conflict",
                    "Someone else changed this at the same time; read it again and repeat the request.",
                )
            },
            failed @ store::Error::Failed(_) => Self::failed(failed),
        }
    }
}

impl store::Attempted for Problem {
    fn contended(&self) -> bool {
        self.contended
    }
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// A problem document, RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, title = "Problem", example = json!({
    "type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
    "detail": "There is no such job for you; check the id and who is signed in."
}))]
pub struct Document {
    /// Always `about:blank`: the code says more.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable, for programs.
    code: &'static str,
    /// One sentence that says what to do.
    detail: String,
    /// The fields that break a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
}

/// One field that breaks a rule.
#[derive(Serialize, ToSchema)]
struct Violation {
    /// JSON pointer into the request.
    pointer: String,
    /// What the field should be.
    detail: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(code = self.code, cause, "failed");
        }
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            violations: self
                .violations
                .into_iter()
                .map(|violation| Violation { pointer: violation.pointer, detail: violation.detail })
                .collect(),
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The problems any operation may answer with, for its documentation.
pub struct Problems;

const DOCUMENTED: [(&str, &str); 9] = [
    ("400", "The request cannot be read."),
    ("401", "No valid credentials."),
    ("403", "The caller's role or scope does not allow it."),
    ("404", "No such thing for this caller."),
    ("409", "The state of things does not allow it."),
    ("413", "The request is too large."),
    ("422", "The request breaks a rule."),
    ("429", "Too many requests; wait as long as `Retry-After` says."),
    ("500", "Our failure; it may be tried again."),
];

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        let response = |text: &str| {
            ResponseBuilder::new()
                .description(text)
                .content(
                    "application/problem+json",
                    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
                )
                .build()
        };
        DOCUMENTED
            .iter()
            .map(|(status, text)| ((*status).to_owned(), response(text).into()))
            .collect()
    }
}

/// The schemas that [`Problems`] refers to.
pub(crate) fn schemas() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    let mut schemas = vec![("Problem".to_owned(), Document::schema())];
    Document::schemas(&mut schemas);
    schemas
}
