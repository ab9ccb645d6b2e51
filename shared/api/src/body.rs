//! What a request's body may be: JSON, bounded, of a known shape.

use axum::extract::{FromRequest, Request};
use domain::{Kind, field::sentence};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::Problem;

/// The largest body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// A JSON body of type `T`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        parse(&bytes(request).await?).map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub(crate) async fn bytes(request: Request) -> Result<Vec<u8>, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::refused(
            Kind::UnsupportedMediaType,
            "not_json",
            "Send the body as JSON with the header `Content-Type: application/json`.",
        ));
    }
    match Limited::new(request.into_body(), MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::refused(
            Kind::TooLarge,
            "body_too_large",
            format!("Send a body of at most {MAX_BODY} bytes."),
        )),
        Err(_) => Err(Problem::refused(
            Kind::Malformed,
            "body_unreadable",
            "The body ended early; send it again.",
        )),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take the list of its values for an object.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::refused(Kind::Malformed, "wrong_shape", "Send a JSON object, not a list."));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let code = if error.is_data() { "wrong_shape" } else { "malformed_json" };
        Problem::refused(Kind::Malformed, code, sentence(&format!("correct the body: {error}")))
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
