//! Which function answers a request, and as whom is it asked: API Gateway's part, thin and in this process.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, StatusCode, header};

use super::{
    event::{Door, STAGE, Signed, answer, authorization, event, is_allowed},
    http::{Answer, Asked, text},
    pool::{Pool, Refused},
    seed::SESSION,
};
use crate::functions::{AUTHORIZER, serving};

/// Where ClientApi is, on the same address as HubApi: `/client/v1/…` beside `/v1/…`.
pub(crate) const CLIENT: &str = "/client";

/// Both doors.
pub(crate) struct Doors {
    functions: BTreeMap<&'static str, Arc<Pool>>,
    /// The user of each access token that was issued.
    tokens: HashMap<String, String>,
    issuer: String,
    client: String,
    failures: AtomicU64,
}

impl Doors {
    pub(crate) fn new(
        functions: BTreeMap<&'static str, Arc<Pool>>,
        tokens: HashMap<String, String>,
        (issuer, client): (String, String),
    ) -> Self {
        Self { functions, tokens, issuer, client, failures: AtomicU64::new(0) }
    }

    /// Invocations that ended without a usable answer.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(crate) async fn answer(self: Arc<Self>, asked: Asked) -> Answer {
        let (parts, body) = asked.into_parts();
        let Some((client, path)) = route(parts.uri.path()) else {
            return text(StatusCode::NOT_FOUND, "neither /v1 nor /client/v1");
        };
        let function = serving(path).and_then(|function| self.functions.get(function.name));
        let Some(function) = function.cloned() else {
            return text(StatusCode::NOT_FOUND, "no function serves this path");
        };
        let headers = &parts.headers;
        let door = if client { with_key(headers) } else { self.with_token(headers) };
        let Some(door) = door else {
            return text(StatusCode::UNAUTHORIZED, "no such key or token");
        };
        if let Door::Key(key) = &door {
            match self.opens(key, parts.method.as_str(), path).await {
                Ok(true) => {}
                Ok(false) => return text(StatusCode::UNAUTHORIZED, "no such key"),
                Err(refused) => return self.refused(refused),
            }
        }
        let event = event(&door, &parts, path, &body, now_millis()).to_string();
        // a caller that hangs up does not take the environment with it
        let invoked = tokio::spawn(async move { function.invoke(event.into()).await }).await;
        match invoked {
            Ok(Ok(payload)) => {
                answer(&payload).unwrap_or_else(|| self.failed("a malformed answer"))
            }
            Ok(Err(refused)) => self.refused(refused),
            Err(error) => self.failed(&error.to_string()),
        }
    }

    /// As ClientApi asks its authorizer, once for each request.
    async fn opens(&self, key: &str, method: &str, path: &str) -> Result<bool, Refused> {
        let Some(authorizer) = self.functions.get(AUTHORIZER) else { return Ok(false) };
        let event = authorization(key, method, path).to_string();
        Ok(is_allowed(&authorizer.invoke(event.into()).await?))
    }

    fn refused(&self, refused: Refused) -> Answer {
        match refused {
            Refused::Throttled => {
                text(StatusCode::SERVICE_UNAVAILABLE, "every environment is busy")
            }
            Refused::Failed(error) => self.failed(&error.to_string()),
        }
    }

    /// A wrong token is refused here; where there is none, the function's guard has the word.
    fn with_token(&self, headers: &HeaderMap) -> Option<Door> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return Some(Door::Public) };
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        let user = self.tokens.get(token)?.clone();
        let (issuer, client) = (self.issuer.clone(), self.client.clone());
        Some(Door::SignedIn(Signed { user, session: SESSION.to_owned(), issuer, client }))
    }

    fn failed(&self, why: &str) -> Answer {
        if self.failures.fetch_add(1, Ordering::Relaxed) == 0 {
            eprintln!("the first failed invocation: {why}");
        }
        text(StatusCode::BAD_GATEWAY, "the function failed")
    }
}

/// Whether it is ClientApi, and the path without door and stage.
pub(crate) fn route(path: &str) -> Option<(bool, &str)> {
    let (client, path) = match path.strip_prefix(CLIENT) {
        Some(path) => (true, path),
        None => (false, path),
    };
    let path = path.strip_prefix('/')?.strip_prefix(STAGE)?;
    path.starts_with('/').then_some((client, path))
}

fn with_key(headers: &HeaderMap) -> Option<Door> {
    Some(Door::Key(headers.get("x-api-key")?.to_str().ok()?.to_owned()))
}

fn now_millis() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_path_names_its_door() {
        assert_eq!(route("/v1/jobs/1"), Some((false, "/jobs/1")));
        assert_eq!(route("/client/v1/jobs"), Some((true, "/jobs")));
        for path in ["/", "/v1", "/jobs", "/v2/jobs", "/v1jobs", "/client/jobs"] {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn a_token_is_a_user_and_a_wrong_one_nobody() {
        let tokens = HashMap::from([("t".to_owned(), "ada".to_owned())]);
        let doors = Doors::new(BTreeMap::new(), tokens, ("i".to_owned(), "c".to_owned()));
        let with = |value: &'static str| {
            let headers =
                HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            doors.with_token(&headers)
        };
        let [user, session, issuer, client] = ["ada", SESSION, "i", "c"].map(str::to_owned);
        let ada = Signed { user, session, issuer, client };
        assert_eq!(with("Bearer t"), Some(Door::SignedIn(ada)));
        assert_eq!(with("Bearer x"), None);
        assert_eq!(with("t"), None);
        assert_eq!(doors.with_token(&HeaderMap::new()), Some(Door::Public));
    }
}
