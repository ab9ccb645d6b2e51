//! How requests are sent and what is off when an answer is not the expected one.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// What was not as it should be, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Off {
    #[error("{0}")]
    Wrong(String),
    #[error("{request} was answered {status} where {expected} was expected: {body}")]
    Answer { request: String, status: u16, expected: u16, body: String },
    #[error("{request} got no answer; is the hub running (make run)? {cause}")]
    Silence { request: String, cause: String },
}

impl Off {
    pub fn wrong(what: impl Into<String>) -> Self {
        Self::Wrong(what.into())
    }
}

/// A hub behind its front address.
#[derive(Clone, Debug)]
pub struct Hub {
    pub(crate) client: Client,
    pub(crate) address: String,
}

/// The gateway ends a request after 29 seconds.
const TIMEOUT: Duration = Duration::from_secs(35);

impl Hub {
    /// `address` as in `http://127.0.0.1:8080`.
    pub fn at(address: &str) -> Self {
        let client = Client::builder().timeout(TIMEOUT).build().unwrap_or_default();
        Self { client, address: address.to_owned() }
    }

    /// HubApi with nobody signed in.
    pub fn public(&self) -> Door<'_> {
        Door { hub: self, base: "/v1", header: None }
    }

    pub fn signed_in(&self, access_token: &str) -> Door<'_> {
        Door {
            hub: self,
            base: "/v1",
            header: Some(("authorization", format!("Bearer {access_token}"))),
        }
    }

    /// ClientApi.
    pub fn with_key(&self, key: &str) -> Door<'_> {
        Door { hub: self, base: "/client/v1", header: Some(("x-api-key", key.to_owned())) }
    }

    /// What the front itself serves.
    pub(crate) async fn front(&self, path: &str) -> Result<Value, Off> {
        let url = format!("{}{path}", self.address);
        send(self.client.get(&url), format!("GET {path}"), 200).await
    }
}

/// One of the two doors, as one caller.
#[derive(Debug)]
pub struct Door<'a> {
    hub: &'a Hub,
    base: &'static str,
    header: Option<(&'static str, String)>,
}

impl Door<'_> {
    pub async fn get(&self, path: &str) -> Result<Value, Off> {
        self.call(Method::GET, path, None, 200).await
    }

    /// With a fresh Idempotency-Key.
    pub async fn post(&self, path: &str, body: &Value, expected: u16) -> Result<Value, Off> {
        self.call(Method::POST, path, Some((body, &random_hex())), expected).await
    }

    pub(crate) async fn post_again(
        &self,
        path: &str,
        body: &Value,
        key: &str,
        expected: u16,
    ) -> Result<Value, Off> {
        self.call(Method::POST, path, Some((body, key)), expected).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<(&Value, &str)>,
        expected: u16,
    ) -> Result<Value, Off> {
        let (request, name) = self.request(method, path, body);
        send(request, name, expected).await
    }

    /// Whatever is answered, with its status; `body` goes with an Idempotency-Key.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&Value, &str)>,
    ) -> Result<(u16, Value), Off> {
        let (request, name) = self.request(method, path, body);
        let (status, body) = answered(request, &name).await?;
        Ok((status, read(body)))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<(&Value, &str)>,
    ) -> (RequestBuilder, String) {
        let name = format!("{method} {}{path}", self.base);
        let mut request =
            self.hub.client.request(method, format!("{}{}{path}", self.hub.address, self.base));
        if let Some((header, value)) = &self.header {
            request = request.header(*header, value);
        }
        if let Some((body, key)) = body {
            request = request.header("idempotency-key", key).json(body);
        }
        (request, name)
    }
}

async fn send(request: RequestBuilder, name: String, expected: u16) -> Result<Value, Off> {
    let (status, body) = answered(request, &name).await?;
    if status != expected {
        return Err(Off::Answer { request: name, status, expected, body });
    }
    Ok(read(body))
}

async fn answered(request: RequestBuilder, name: &str) -> Result<(u16, String), Off> {
    let silence =
        |cause: reqwest::Error| Off::Silence { request: name.to_owned(), cause: cause.to_string() };
    let answer = request.send().await.map_err(silence)?;
    let status = answer.status().as_u16();
    Ok((status, answer.text().await.map_err(silence)?))
}

fn read(body: String) -> Value {
    serde_json::from_str(&body).unwrap_or(Value::String(body))
}

/// Another one each time.
pub fn random_seed() -> u64 {
    u64::from(u32::from_be_bytes(random()))
}

pub fn random_hex() -> String {
    hex::encode(random::<8>())
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A member that must be a text.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Off> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Off::wrong(format!("an answer lacks {pointer}: {value}")))
}

/// Refuses with `what` unless it holds.
pub fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Off> {
    if holds { Ok(()) } else { Err(Off::Wrong(what())) }
}
