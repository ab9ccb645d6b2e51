//! Who sends requests in a test: a signed-in user, a program with a key, or a stranger.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use serde_json::Value;

use crate::{
    Received, Stack, described,
    event::{Door, Sent},
};

/// Anyone who sends requests. `ada.post("/projects", body).await.expect(201)`.
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) stack: Stack,
    pub(crate) door: Door,
    /// That of the sample events where none is said.
    pub(crate) address: Option<String>,
    /// Empty for a stranger.
    pub id: String,
    pub username: String,
}

impl User {
    /// The same user at the same hub in another state.
    pub fn at(&self, stack: &Stack) -> Self {
        Self { stack: stack.clone(), ..self.clone() }
    }

    /// The same, from another address.
    pub fn from_address(&self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Request<'_> {
        Request::new(self, "GET", path)
    }

    /// With a fresh Idempotency-Key; replace or remove it with `.key(…)` and `.without_key()`.
    pub fn post(&self, path: &str, body: Value) -> Request<'_> {
        Request::new(self, "POST", path).json(&body).key(&uuid::Uuid::new_v4().to_string())
    }

    pub fn put(&self, path: &str, body: Value) -> Request<'_> {
        Request::new(self, "PUT", path).json(&body)
    }

    pub fn delete(&self, path: &str) -> Request<'_> {
        Request::new(self, "DELETE", path)
    }

    /// A bare request of any method.
    pub fn request(&self, method: &'static str, path: &str) -> Request<'_> {
        Request::new(self, method, path)
    }
}

/// A request being put together; awaiting sends it.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    user: &'a User,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl<'a> Request<'a> {
    fn new(user: &'a User, method: &'static str, path: &str) -> Self {
        Self { user, method, path: path.to_owned(), headers: Vec::new(), body: None }
    }

    fn json(self, body: &Value) -> Self {
        self.raw("application/json", &body.to_string())
    }

    /// A body as it is, of any kind.
    pub fn raw(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("Content-Type", content_type)
    }

    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub fn without_key(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "Idempotency-Key");
        self
    }

    pub fn if_match(self, etag: &str) -> Self {
        self.header("If-Match", etag)
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Received;
    type IntoFuture = Pin<Box<dyn Future<Output = Received> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let sent = Sent {
                method: self.method,
                path: &self.path,
                address: self.user.address.as_deref(),
                headers: self.headers,
                body: self.body,
            };
            let received = self.user.stack.send(&self.user.door, &sent).await;
            if self.user.stack.describes(&self.path) {
                described::check(self.method, &self.path, &received);
            }
            received
        })
    }
}
