//! What is sent, and what of the answer makes it a refusal?

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Received, User};

use super::document::Operation;

/// Statuses and codes of which one is right.
pub(crate) type Expected = &'static [(u16, &'static str)];

/// In bytes: what is said must not grow with what was sent.
const LONGEST: usize = 1_500;

/// A request that can be sent by anyone, and changed in one respect.
#[derive(Clone)]
pub(crate) struct Call {
    pub method: &'static str,
    /// With `{name}` where `places` has what stands there.
    pub path: String,
    pub places: BTreeMap<String, String>,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
}

/// Something wrong that someone sends.
pub(crate) struct Case {
    /// Goes on from the operation's name: `with an unknown id`.
    pub what: String,
    pub by: User,
    pub call: Call,
    pub expected: Expected,
    /// The member of the body that a broken rule is about.
    pub about: Option<String>,
}

impl Case {
    pub(crate) fn new(what: impl Into<String>, by: &User, call: Call, expected: Expected) -> Self {
        Self { what: what.into(), by: by.clone(), call, expected, about: None }
    }

    /// Sends it; what is wrong with the refusal, if anything.
    pub(crate) async fn fault(&self) -> Option<String> {
        let answer = self.call.send(&self.by).await;
        let fault = fault(&answer, self.expected, self.about.as_deref())?;
        Some(format!("{} {fault}", self.what))
    }
}

impl Call {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        let (places, headers) = (BTreeMap::new(), BTreeMap::new());
        Self { method, path: path.to_owned(), places, query: String::new(), headers, body: None }
    }

    pub(crate) fn at(mut self, name: &str, value: &str) -> Self {
        self.places.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn asking(mut self, query: &str) -> Self {
        self.query = query.to_owned();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn saying(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    /// The body as it was meant.
    pub(crate) fn json(&self) -> Value {
        self.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
    }

    /// Whether its body says an id.
    pub(crate) fn names_ids(&self, operation: &Operation<'_>) -> bool {
        let said = self.json();
        let properties = operation.body().map(|body| body.properties()).unwrap_or_default();
        properties.iter().any(|(name, schema)| schema.is_id() && said[name].is_string())
    }

    pub(crate) async fn send(&self, by: &User) -> Received {
        let mut path = self.path.clone();
        for (name, value) in &self.places {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        if !self.query.is_empty() {
            path = format!("{path}?{}", self.query);
        }
        let mut request = by.request(self.method, &path);
        if let Some(body) = &self.body {
            request = request.raw("application/json", body);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.await
    }
}

/// What is wrong with a refusal, if it is not a complete problem document of an expected kind.
///
/// `about` is the place in the body that a broken rule must be told of.
pub(crate) fn fault(answer: &Received, expected: Expected, about: Option<&str>) -> Option<String> {
    let code = answer.body["code"].as_str().unwrap_or_default();
    if !expected.contains(&(answer.status, code)) {
        return Some(format!(
            "is answered {} {}, not one of {expected:?}",
            answer.status, answer.body
        ));
    }
    if answer.header("content-type") != Some("application/problem+json") {
        return Some("is refused in no problem document".to_owned());
    }
    let told = ["type", "title", "status", "code", "detail"]
        .iter()
        .all(|name| !answer.body[name].is_null());
    if !told || answer.body["status"] != json!(answer.status) {
        return Some(format!("is refused incompletely: {}", answer.body));
    }
    if !is_advice(&answer.body["detail"]) {
        return Some(format!("is not told what to do: {}", answer.body["detail"]));
    }
    wrong_pointer(&answer.body, about)
}

/// A sentence of some words.
fn is_advice(detail: &Value) -> bool {
    let detail = detail.as_str().unwrap_or_default();
    let says = detail.starts_with(char::is_uppercase)
        && detail.ends_with('.')
        && detail.split(' ').count() > 3;
    says && detail.len() < LONGEST
}

fn wrong_pointer(problem: &Value, about: Option<&str>) -> Option<String> {
    if problem["code"] != "validation_failed" {
        return None;
    }
    let violations = problem["violations"].as_array().map_or(&[][..], Vec::as_slice);
    if problem.to_string().len() > LONGEST * (1 + violations.len()) {
        return Some("is told at too great length".to_owned());
    }
    let named = |pointer: &str| {
        violations.iter().any(|one| {
            let says = one["detail"].as_str().unwrap_or_default();
            one["pointer"].as_str().is_some_and(|at| at.starts_with(pointer)) && !says.is_empty()
        })
    };
    (!named(about.unwrap_or_default()))
        .then(|| format!("is not told that it is about {about:?}: {problem}"))
}
