//! What stands in the variable parts of a path.

use axum::extract::FromRequestParts;
use domain::Kind;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::Problem;

/// The variable parts of the path, in order.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(values)) => Ok(Self(values)),
            Err(_) => Err(Problem::refused(
                Kind::Malformed,
                "bad_path",
                "The path is not valid UTF-8; check the ids in it.",
            )),
        }
    }
}
