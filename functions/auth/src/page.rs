//! What a person sees who opens a mailed link in a browser.

use std::sync::LazyLock;

use api::{Answer, Problem};
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::views;

/// A form whose script sends what is typed to the page's own address, as JSON.
const NEW_PASSWORD: &str = include_str!("page/new-password.html");
const SCRIPT: &str = include_str!("page/new-password.js");

/// The page, and a policy under which it runs that script and sends to its own site, and nothing else.
static FORM: LazyLock<(String, String)> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}'; connect-src 'self'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    (NEW_PASSWORD.replace("{script}", SCRIPT), policy)
});

/// Whether the request comes from a browser rather than a program.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().to_ascii_lowercase().contains("text/html")
}

/// What a link did: a page for a person, JSON for a program.
pub(crate) fn or_json(headers: &HeaderMap, done: &views::Verified) -> Result<Response, Problem> {
    if wanted(headers) {
        return Ok(page(done.message));
    }
    Ok(Answer::ok(done)?.into_response())
}

/// A page of one sentence of ours; it loads nothing and tells no other site its address, which holds a token.
fn page(sentence: &'static str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Quantum Hub</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\n\
         <body><h1>Quantum Hub</h1>\n<p>{sentence}</p></body>\n</html>\n"
    );
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    response(html, policy)
}

/// A page that asks for a new password and sets it by the link that it was opened with.
pub(crate) fn new_password() -> Response {
    let (html, policy) = &*FORM;
    let policy = HeaderValue::try_from(policy).expect("a hash in base 64 may stand in a header");
    response(html.clone(), policy)
}

fn response(html: String, policy: HeaderValue) -> Response {
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
