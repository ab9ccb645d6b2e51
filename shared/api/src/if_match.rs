//! Whether a caller changes what they have seen.

use axum::extract::FromRequestParts;
use domain::Kind;
use http::{header, request::Parts};

use crate::Problem;

/// Characters of what is sent as `If-Match`.
const MAX_TAGS: usize = 100;

/// The version a caller read, from `If-Match`.
pub struct IfMatch(String);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.headers.get(header::IF_MATCH).map(|value| value.to_str()) {
            Some(Ok(tag)) if tag.len() > MAX_TAGS => Err(mismatch()),
            Some(Ok(tag)) => Ok(Self(tag.trim().to_owned())),
            Some(Err(_)) => Err(mismatch()),
            None => Err(Problem::refused(
                Kind::PreconditionRequired,
                "if_match_missing",
                "Read the resource first and send its `ETag` as `If-Match`, so that no one else's change is lost.",
            )),
        }
    }
}

impl IfMatch {
    /// Refuses when the resource has another version by now.
    pub fn check(&self, version: u64) -> Result<(), Problem> {
        let current = format!("\"{version}\"");
        let named = self.0.split(',').any(|tag| tag.trim() == current || tag.trim() == "*");
        if named { Ok(()) } else { Err(mismatch()) }
    }
}

fn mismatch() -> Problem {
    Problem::refused(
        Kind::PreconditionFailed,
        "version_mismatch",
        "The resource was changed since you read it; read it again and repeat the change with its new `ETag`.",
    )
}

/// The header that [`IfMatch`] reads, for an operation's documentation.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "its fields are read by the derive alone")]
pub struct IfMatchHeader {
    /// The `ETag` of the resource as it was read.
    #[param(rename = "If-Match", max_length = 100, pattern = r"^[\t -~]*$", example = "\"3\"")]
    if_match: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_read_or_any_may_be_changed() {
        for (tag, matches) in [
            ("\"3\"", true),
            ("*", true),
            ("\"2\", \"3\"", true),
            ("\"2\"", false),
            ("3", false),
            ("W/\"3\"", false),
            ("", false),
        ] {
            assert_eq!(IfMatch(tag.to_owned()).check(3).is_ok(), matches, "{tag}");
        }
    }
}
