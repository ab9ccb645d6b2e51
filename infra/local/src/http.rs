//! How does the driver itself call the services it started?

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Request, Uri};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Keeps connections open; nothing is buffered.
pub(crate) type Caller = Client<HttpConnector, Body>;

static CALLER: LazyLock<Caller> = LazyLock::new(caller);

pub(crate) fn caller() -> Caller {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The whole answer, whatever its status.
pub(crate) async fn get(address: &str) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let uri: Uri = address.parse()?;
    let response = CALLER.request(Request::get(uri).body(Body::empty())?).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}
