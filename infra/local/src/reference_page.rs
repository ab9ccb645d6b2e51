//! Where does a person read what the API offers, and the mails it sent?

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::get;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The pages, each self-contained: nothing is loaded from elsewhere, and text is never taken for markup.
pub(crate) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(|| async { Html(include_str!("../pages/reference.html")) }))
        .route("/mail", get(|| async { Html(include_str!("../pages/mail.html")) }))
        .route(
            "/reference.css",
            get(|| async {
                ([(CONTENT_TYPE, "text/css")], include_str!("../pages/reference.css"))
            }),
        )
        .route(
            "/reference.js",
            get(|| async { ([(CONTENT_TYPE, SCRIPT)], include_str!("../pages/reference.js")) }),
        )
        .route(
            "/schema.js",
            get(|| async { ([(CONTENT_TYPE, SCRIPT)], include_str!("../pages/schema.js")) }),
        )
}
