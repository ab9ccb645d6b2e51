//! A call to a test's table that waits until the test says what comes of it.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// For a call that ought to come at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A call that is yet to come.
#[derive(Debug)]
pub struct Coming(oneshot::Receiver<Held>);

/// A call that has arrived and not been passed on.
#[derive(Debug)]
pub struct Held(oneshot::Sender<Word>);

/// What the test says.
#[derive(Debug)]
pub(crate) enum Word {
    Pass,
    /// To be told when the call had its effect.
    LoseAnswer(oneshot::Sender<()>),
    Refuse(Value),
}

/// Where the arrival is told.
#[derive(Debug)]
pub(crate) struct Awaited(oneshot::Sender<Held>);

pub(crate) fn awaited() -> (Awaited, Coming) {
    let (arrival, coming) = oneshot::channel();
    (Awaited(arrival), Coming(coming))
}

impl Awaited {
    pub(crate) async fn word(self) -> Word {
        let (word, said) = oneshot::channel();
        self.0.send(Held(word)).expect("the test waits");
        said.await.expect("the test decides")
    }
}

impl Coming {
    pub async fn arrived(self) -> Held {
        let held = tokio::time::timeout(PATIENCE, self.0).await.expect("the call never came");
        held.expect("the door is open as long as the test waits")
    }
}

impl Held {
    /// Lets the call through.
    pub fn pass(self) {
        self.0.send(Word::Pass).expect("the caller waits");
    }

    /// Lets the call through and answers that the table failed; returns when the call had its effect.
    pub async fn lose_answer(self) {
        let (done, effect) = oneshot::channel();
        self.0.send(Word::LoseAnswer(done)).expect("the caller waits");
        effect.await.expect("the table answers");
    }

    /// Answers in the table's place.
    pub fn refuse(self, code: &str) {
        let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
        self.0.send(Word::Refuse(json!({"__type": code}))).expect("the caller waits");
    }
}

/// As DynamoDB tells that it failed.
pub(crate) fn failure() -> Response {
    let error = json!({"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"});
    answer(StatusCode::INTERNAL_SERVER_ERROR, &error)
}

pub(crate) fn answer(status: StatusCode, error: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.0")], error.to_string()).into_response()
}
