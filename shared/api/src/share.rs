//! Which pages may read an answer, and what no browser may make of it?

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

const READABLE: HeaderValue = HeaderValue::from_static(
    "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, Traceparent, X-Request-Id",
);
/// What every answer tells a browser, unless it says something else itself.
const PROTECTION: [(HeaderName, HeaderValue); 6] = [
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The origins whose pages may read answers.
#[derive(Clone, Debug)]
pub(crate) enum Origins {
    Any,
    These(Arc<[HeaderValue]>),
}

impl Origins {
    /// Separated by commas; `*` is any.
    pub(crate) fn parse(text: &str) -> Self {
        let named = || text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        if named().any(|origin| origin == "*") {
            return Self::Any;
        }
        Self::These(named().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect())
    }

    /// What a page of `origin` is told, if it may read the answer.
    fn told(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::These(allowed) => origin.filter(|origin| allowed.contains(origin)).cloned(),
        }
    }
}

/// The gateway answers preflight requests itself.
pub(crate) async fn share(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let told = origins.told(request.headers().get(header::ORIGIN));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if matches!(origins, Origins::These(_)) {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = told {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READABLE);
    }
    response
}

pub(crate) async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in PROTECTION {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_listed_origins_alone_may_read() {
        let listed = "https://app.example, https://beta.app.example";
        for (allowed, origin, told) in [
            ("*", Some("https://evil.example"), Some("*")),
            ("*", None, Some("*")),
            (listed, Some("https://app.example"), Some("https://app.example")),
            (listed, Some("https://beta.app.example"), Some("https://beta.app.example")),
            (listed, Some("https://evil.example"), None),
            (listed, Some("https://app.example.evil.example"), None),
            (listed, Some("http://app.example"), None),
            (listed, Some("null"), None),
            (listed, None, None),
            ("", Some("https://app.example"), None),
        ] {
            let origin = origin.map(HeaderValue::from_static);
            let told = told.map(HeaderValue::from_static);
            assert_eq!(Origins::parse(allowed).told(origin.as_ref()), told, "{allowed} {origin:?}");
        }
    }
}
