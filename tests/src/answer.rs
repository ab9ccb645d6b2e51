//! What a request was answered, with the assertions tests make of it.

use http::HeaderMap;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Received {
    pub request: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Received {
    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {:#}", self.request, self.body);
        self.body
    }

    /// The problem document, if it is one, complete and of this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}: {:#}",
            self.request,
            self.body
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.request
        );
        let detail = self.body["detail"].as_str().unwrap_or_default();
        assert!(
            detail.len() > 20 && detail.ends_with('.'),
            "{}: says what to do: {detail:?}",
            self.request
        );
        assert_eq!(self.body["status"], status, "{}", self.request);
        self.body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
