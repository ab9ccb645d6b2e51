//! What do the two doors answer by themselves, before any function is asked?

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use super::place::Place;

const NO_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl";

/// What every answer tells a browser, whoever made it.
const PROTECTION: [(&str, &str); 5] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];

pub(super) async fn refuse_in_problem_documents(place: &Place) {
    let bearing = |token: &str| place.get("/v1/projects").bearer_auth(token);
    let with_key = |key: &str| place.get("/client/v1/jobs").header("x-api-key", key);
    let unknown = "a-key-that-nobody-was-ever-given-0123456789";
    for (request, status, code) in [
        (place.get("/v1/projects"), 401, "unauthenticated"),
        (bearing("nonsense"), 401, "unauthenticated"),
        (bearing(NO_TOKEN), 401, "unauthenticated"),
        (place.request(Method::POST, "/v1/jobs").body("{}"), 401, "unauthenticated"),
        (place.get("/client/v1/jobs"), 401, "invalid_api_key"),
        (with_key(unknown), 401, "invalid_api_key"),
        (place.get("/client/v1/jobs").bearer_auth(NO_TOKEN), 401, "invalid_api_key"),
        (place.get("/v1/nowhere"), 404, "not_found"),
        (place.request(Method::PUT, "/v1/health"), 404, "not_found"),
        (place.get("/client/v1/nowhere"), 404, "not_found"),
        (place.get("/client/v1/projects"), 404, "not_found"),
    ] {
        refused(request, status, code).await;
    }
}

/// The answer is a problem document with this status and code, readable from any page.
pub(super) async fn refused(request: RequestBuilder, status: u16, code: &str) {
    let answer = request.send().await.expect("an answer");
    is_problem(answer, status, code).await;
}

pub(super) async fn is_problem(answer: Response, status: u16, code: &str) {
    let (url, given) = (answer.url().clone(), answer.status().as_u16());
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header("content-type").unwrap_or_default().to_owned();
    let origin = header("access-control-allow-origin").map(str::to_owned);
    for (name, value) in PROTECTION {
        assert_eq!(header(name), Some(value), "{url}: {name}");
    }
    let is_named = header("x-request-id").is_some_and(|id| !id.is_empty());
    let body = answer.text().await.expect("a body");
    assert_eq!(given, status, "{url}: {body}");
    assert_eq!(content_type, "application/problem+json", "{url}: {body}");
    assert_eq!(origin.as_deref(), Some("*"), "{url}: a page must be able to read why");
    assert!(is_named, "{url}: an answer names its request");
    let document: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(document["code"], code, "{url}: {body}");
    assert_eq!(document["status"], status, "{url}: {body}");
    assert!(
        document["detail"].as_str().is_some_and(|detail| detail.ends_with('.')),
        "{url}: {body}"
    );
}

/// What a page of another origin asks before it sends a token or a key.
pub(super) async fn let_a_browser_in(place: &Place) {
    for (path, needed) in [("/v1/projects", "authorization"), ("/client/v1/jobs", "x-api-key")] {
        let asked = place
            .request(Method::OPTIONS, path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                format!("{needed},content-type,idempotency-key"),
            );
        let answer = asked.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let header = |name: &str| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_ascii_lowercase()
        };
        assert_eq!(header("access-control-allow-origin"), "*", "{path}");
        assert!(header("access-control-allow-methods").contains("post"), "{path}");
        for name in [needed, "content-type", "idempotency-key"] {
            assert!(header("access-control-allow-headers").contains(name), "{path}: {name}");
        }
    }
}

/// To anyone who asks the hub's door; the programs' door has every operation take a key.
pub(super) async fn say_that_the_hub_is_well(place: &Place) {
    let answer = place.get("/v1/health").send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let health: Value = answer.json().await.expect("JSON");
    assert_eq!(health["status"], "ok");
    refused(place.get("/client/v1/health"), 401, "invalid_api_key").await;
}
