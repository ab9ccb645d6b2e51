//! How a refusal or a failure is told: an RFC 9457 problem document with a stable code.

use axum::response::{IntoResponse, Response};
use domain::{
    Kind, Refusal,
    field::{MAX_SENTENCE, plain},
    shape,
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::{PartialSchema, ToSchema, openapi::RefOr};

/// Seconds in which a throttled table has room again.
const SOON: u32 = 1;

/// Any answer that is not a success.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    violations: Vec<domain::Violation>,
    /// Seconds to wait before it is tried again.
    retry_after: Option<u32>,
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
            retry_after: None,
            contended: false,
            cause: Some(cause.to_string()),
        }
    }

    /// Ours, and nothing was done: the same request may be sent again.
    pub(crate) fn unavailable(cause: impl std::error::Error) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "unavailable",
            detail: "Nothing was done, for something on our side is too busy or does not answer; send the request again after the seconds in `Retry-After`.".to_owned(),
            retry_after: Some(SOON),
            ..Self::failed(cause)
        }
    }

    /// Where others wrote to the end: a request that may be repeated is no worse for it.
    pub fn or_later(self) -> Self {
        if self.contended { Self::unavailable(store::Error::Contended) } else { self }
    }

    pub fn refused(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Refusal::new(kind, code, detail).into()
    }

    pub fn code(&self) -> &'static str {
        self.code
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
            retry_after: match refusal.kind {
                Kind::TooManyRequests { retry_after } => Some(retry_after.max(1)),
                _ => None,
            },
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
        Kind::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
    }
}

const TYPE: &str = "about:blank";
/// What is wrong beyond these is told once they are mended.
const MAX_VIOLATIONS: usize = 100;
/// Characters of a pointer: names in it may be the caller's own.
const MAX_POINTER: usize = 400;

/// A problem document, RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, title = "Problem", example = json!({
    "type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
    "detail": "There is no such job for you; check the id and who is signed in."
}))]
struct Document {
    /// Always `about:blank`: the code says more.
    #[schema(pattern = "^about:blank$", max_length = 11)]
    r#type: &'static str,
    /// The status in words.
    #[schema(pattern = "^[A-Z][A-Za-z ]+$", max_length = 50)]
    title: &'static str,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 400, maximum = 599)]
    status: u16,
    /// Stable, for programs.
    #[schema(value_type = shape::Code)]
    code: &'static str,
    /// One sentence that says what to do.
    #[schema(value_type = shape::Sentence)]
    detail: String,
    /// The members that do not fit or break a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    violations: Vec<Violation>,
}

/// One member that does not fit or breaks a rule.
#[derive(Serialize, ToSchema)]
struct Violation {
    /// JSON pointer into the request; empty for the whole.
    #[schema(format = "json-pointer", max_length = 400)]
    pointer: String,
    /// What the member should be.
    #[schema(value_type = shape::Sentence)]
    detail: String,
}

impl From<&domain::Violation> for Violation {
    fn from(violation: &domain::Violation) -> Self {
        let pointer = plain(&violation.pointer, MAX_POINTER);
        Self { pointer, detail: plain(&violation.detail, MAX_SENTENCE) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(code = self.code, cause, "failed");
        }
        let document = Document {
            r#type: TYPE,
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: plain(&self.detail, MAX_SENTENCE),
            violations: self.violations.iter().take(MAX_VIOLATIONS).map(Violation::from).collect(),
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
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An example of a refusal, as it is written.
pub(crate) fn example(status: u16, code: &'static str, detail: &str) -> serde_json::Value {
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let violations = match code {
        "validation_failed" => {
            vec![Violation { pointer: "/name".into(), detail: "write 1 to 100 characters".into() }]
        }
        "wrong_shape" => {
            vec![Violation { pointer: "/name".into(), detail: "`name` is missing; add it".into() }]
        }
        _ => Vec::new(),
    };
    let document = Document {
        r#type: TYPE,
        title: title.unwrap_or("Error"),
        status,
        code,
        detail: detail.to_owned(),
        violations,
    };
    serde_json::to_value(document).unwrap_or_default()
}

/// The schemas that every answer with a problem refers to.
pub(crate) fn schemas() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    let mut schemas = vec![("Problem".to_owned(), Document::schema())];
    Document::schemas(&mut schemas);
    schemas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_to_wait_is_told_for_how_long() {
        let refused =
            |retry_after| Problem::refused(Kind::TooManyRequests { retry_after }, "slow", "Wait.");
        for (problem, status, seconds) in [
            (refused(7), 429, Some("7")),
            (refused(0), 429, Some("1")),
            (Problem::unavailable(std::fmt::Error), 503, Some("1")),
            (Problem::failed(std::fmt::Error), 500, None),
            (Problem::no_such_operation(), 404, None),
        ] {
            let response = problem.into_response();
            let said = response.headers().get(header::RETRY_AFTER);
            let said = said.map(|value| value.to_str().expect("ASCII"));
            assert_eq!((response.status().as_u16(), said), (status, seconds));
        }
    }
}
