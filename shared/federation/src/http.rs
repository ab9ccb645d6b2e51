//! How are the few requests sent that are no AWS call?

use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::HttpRequest,
    },
    http::Request,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};

use crate::Error;

const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(8);
/// Far above any answer of a token endpoint.
const MAX_ANSWER: usize = 64 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct Web(SharedHttpConnector);

pub(crate) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Web {
    pub(crate) fn new() -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(READ).build();
        let connector = Connector::builder()
            .connector_settings(settings)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Self(SharedHttpConnector::new(connector))
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Answer, Error> {
        self.send("GET", url, SdkBody::empty()).await
    }

    pub(crate) async fn post_form(&self, url: &str, form: String) -> Result<Answer, Error> {
        self.send("POST", url, SdkBody::from(form)).await
    }

    async fn send(&self, method: &str, url: &str, body: SdkBody) -> Result<Answer, Error> {
        let bad = |_| Error::Failed(format!("{method}: not an address to send to"));
        let mut request: HttpRequest = Request::new(body);
        request.set_uri(url).map_err(bad)?;
        request.set_method(method).map_err(bad)?;
        request.headers_mut().insert("accept", "application/json");
        if method == "POST" {
            request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
        }
        // What went wrong may quote the address, which has no secrets, and never the body.
        let lost = |what: String| Error::Failed(format!("{method}: {what}"));
        let answer = self.0.call(request).await.map_err(|error| lost(error.to_string()))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        let body =
            body.map_err(|_| lost("an answer that ended early or is too long".to_owned()))?;
        Ok(Answer { status, body: body.to_bytes().to_vec() })
    }
}
