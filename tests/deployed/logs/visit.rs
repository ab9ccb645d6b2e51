//! Who calls the hub in this test, what is kept of each call, and what must not be found of it in any line?

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::search::Marker;

/// How a request shows who sends it.
#[derive(Clone)]
pub(super) enum Who {
    Nobody,
    /// With this access token.
    SignedIn(String),
    /// With this API key, at the programs' door.
    Program(String),
}

/// One request to the hub and what its caller saw of the answer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub what: String,
    pub status: u16,
    /// From the answer's `X-Request-Id`.
    pub request_id: String,
    /// The trace that was sent, where that was one.
    pub trace: Option<String>,
    /// The trace of the answer; the gateway's own answers have none.
    pub answered_trace: Option<String>,
    pub elapsed: Duration,
}

pub(super) struct Answer {
    pub asked: Asked,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Value {
        assert_eq!(self.asked.status, status, "{}: {:#}", self.asked.what, self.body);
        self.body
    }

    /// A refusal of whatever kind.
    #[track_caller]
    pub(super) fn refused(self) {
        let status = self.asked.status;
        assert!((400..500).contains(&status), "{}: {status} {:#}", self.asked.what, self.body);
    }
}

/// All requests of the test, and all that was planted in them.
pub(super) struct Visit {
    address: String,
    client: Client,
    /// Sent with each request, as programs and proxies do.
    agent: String,
    asked: Mutex<Vec<Asked>>,
    markers: Mutex<Vec<Marker>>,
}

impl Visit {
    pub(super) fn to(address: &str) -> Self {
        let agent = format!("Agent-{}", fresh());
        let markers = vec![Marker::name("a user agent", &agent)];
        Self {
            address: address.to_owned(),
            client: Client::new(),
            agent,
            asked: Mutex::default(),
            markers: Mutex::new(markers),
        }
    }

    /// Something that nobody else says.
    pub(super) fn plant(&self, what: &'static str) -> String {
        self.known(what, &format!("Planted-{}", fresh()))
    }

    /// What may be found nowhere.
    pub(super) fn known(&self, what: &'static str, value: &str) -> String {
        held(&self.markers).push(Marker::name(what, value));
        value.to_owned()
    }

    /// What may not even be found in part.
    pub(super) fn secret(&self, what: &'static str, value: &str) -> String {
        held(&self.markers).push(Marker::secret(what, value));
        value.to_owned()
    }

    pub(super) fn markers(&self) -> Vec<Marker> {
        held(&self.markers).clone()
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        held(&self.asked).clone()
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn get(&self, who: &Who, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    pub(super) async fn post(&self, who: &Who, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    pub(super) async fn delete(&self, who: &Who, path: &str) -> Answer {
        self.ask(who, Method::DELETE, path, None).await
    }

    /// With an Idempotency-Key of its own.
    async fn ask(&self, who: &Who, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(who, method, path);
        if let Some(body) = body {
            request = request.header("idempotency-key", fresh()).json(&body);
        }
        self.send(request).await
    }

    /// A request that can be added to.
    pub(super) fn request(&self, who: &Who, method: Method, path: &str) -> RequestBuilder {
        let door = match who {
            Who::Program(_) => "/client/v1",
            Who::Nobody | Who::SignedIn(_) => "/v1",
        };
        let request = self.client.request(method, format!("{}{door}{path}", self.address));
        let request = request.header("user-agent", &self.agent).header("cookie", &self.agent);
        match who {
            Who::Nobody => request,
            Who::SignedIn(token) => request.bearer_auth(token),
            Who::Program(key) => request.header("x-api-key", key),
        }
    }

    /// In a trace of its own, unless the request names one.
    pub(super) async fn send(&self, request: RequestBuilder) -> Answer {
        let mut request = request.build().expect("a request");
        let trace = (!request.headers().contains_key("traceparent")).then(fresh);
        if let Some(trace) = &trace {
            let traceparent = format!("00-{trace}-00f067aa0ba902b7-01");
            request.headers_mut().insert("traceparent", traceparent.parse().expect("a header"));
        }
        let what = format!("{} {}", request.method(), request.url().path());
        let started = Instant::now();
        let answer = self.client.execute(request).await.expect("an answer");
        let header = |name: &str| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
        let request_id = header("x-request-id").unwrap_or_else(|| panic!("{what}: no request id"));
        let answered_trace = header("traceparent").map(|value| value[3..35].to_owned());
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a body");
        let elapsed = started.elapsed();
        let asked = Asked { what, status, request_id, trace, answered_trace, elapsed };
        held(&self.asked).push(asked.clone());
        Answer { asked, body: serde_json::from_str(&body).unwrap_or(Value::String(body)) }
    }
}

/// Someone to be registered; nothing of it may be found.
pub(super) struct Account {
    pub username: String,
    pub email: String,
    pub password: String,
    pub full_name: String,
}

impl Account {
    pub(super) fn new(visit: &Visit, role: &str) -> Self {
        let mark = &fresh()[..12];
        Self {
            username: visit.known("a user name", &format!("{role}-{mark}")),
            email: visit.known("an e-mail address", &format!("{role}.{mark}@Mail.Example.com")),
            password: visit.secret("a password", &format!("Pass+{}/aA1!", fresh())),
            full_name: visit.known("a full name", &format!("Zoë Märker {mark}")),
        }
    }

    pub(super) fn registration(&self) -> Value {
        json!({
            "username": self.username, "email": self.email, "password": self.password,
            "full_name": self.full_name
        })
    }
}

pub(super) fn fresh() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
