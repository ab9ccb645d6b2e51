//! What a person sees who opens a mailed link in a browser.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};

/// Whether the request comes from a browser rather than a program.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().to_ascii_lowercase().contains("text/html")
}

/// A page of one sentence of ours; it loads nothing and tells no other site its address, which holds a token.
pub(crate) fn page(sentence: &'static str) -> Response {
    let mut response = Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Quantum Hub</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\n\
         <body><h1>Quantum Hub</h1>\n<p>{sentence}</p></body>\n</html>\n"
    ))
    .into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
