//! How a batch of messages is worked through so that one bad record fails alone, and its last failure is known.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use domain::dead_letter::{Message, Reason, ReasonKind};
use futures_util::{FutureExt, future::join_all};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use store::{Table, dead_letters::note};
use telemetry::{Ended, Work, within};

use crate::{
    Failed,
    record::{Batch, Record},
};

/// What working on one message is called in the log.
const MESSAGE: &str = "message";
/// How often a queue of ours hands a message out before it gives it up.
pub const TRIES: u32 = 5;

/// Whoever works through a queue.
pub trait Consumer: Clone + Send + Sync + 'static {
    /// Where it notes why a message failed for the last time.
    fn table(&self) -> &Table;
}

/// Names the records to be delivered again; the others are done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    batch_item_failures: Vec<Unprocessed>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Unprocessed {
    item_identifier: String,
}

impl BatchAnswer {
    /// Whether every record is done.
    pub fn is_clean(&self) -> bool {
        self.batch_item_failures.is_empty()
    }
}

/// How the records of a queue are taken.
struct Way<A, M> {
    read: fn(&Record) -> Result<M, Reason>,
    /// None where nobody asks for failures.
    notes: Option<fn(&A) -> &Table>,
}

impl<A, M> Clone for Way<A, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, M> Copy for Way<A, M> {}

/// Each body is JSON, and failures are noted.
fn typed<A: Consumer, M: DeserializeOwned>() -> Way<A, M> {
    Way { read: parsed, notes: Some(A::table) }
}

/// Each message is taken as it is, and what fails stays in its queue.
fn whole<A>() -> Way<A, Message> {
    Way { read: |record| Ok(record.message()), notes: None }
}

fn parsed<M: DeserializeOwned>(record: &Record) -> Result<M, Reason> {
    serde_json::from_str(&record.body).map_err(|error| {
        // Its words may quote the message.
        let cause = format!("not a message of this queue: {:?}", error.classify());
        Reason::new(ReasonKind::Unreadable, &cause)
    })
}

/// Runs in Lambda: each message of each batch goes to `handle`.
pub async fn consume<A, M, F, Fut>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Consumer,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    run(app, typed(), handle).await
}

/// The same for messages of every kind.
pub async fn consume_whole<A, F, Fut>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    F: Fn(A, Message) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    run(app, whole(), handle).await
}

async fn run<A, M, F, Fut>(app: A, way: Way<A, M>, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    M: Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    const { assert!(!guards::SWITCHABLE, "a function keeps its guards") };
    telemetry::start();
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Batch>| async move {
        let request_id = event.context.request_id;
        let answer = work_through(app, event.payload, &request_id, way, handle).await;
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
}

/// Each record for itself, side by side: what fails or panics is delivered again, alone.
pub async fn process<A, M, F, Fut>(app: &A, batch: Batch, handle: F) -> BatchAnswer
where
    A: Consumer,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    work_through(app, batch, "", typed(), handle).await
}

/// The same for messages of every kind.
pub async fn process_whole<A, F, Fut>(app: &A, batch: Batch, handle: F) -> BatchAnswer
where
    A: Clone + Send + Sync + 'static,
    F: Fn(A, Message) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    work_through(app, batch, "", whole(), handle).await
}

async fn work_through<A, M, F, Fut>(
    app: &A,
    batch: Batch,
    request_id: &str,
    way: Way<A, M>,
    handle: F,
) -> BatchAnswer
where
    A: Clone + Send + Sync + 'static,
    M: Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    let records = batch.records.iter().map(|record| {
        let work = Work::begin(MESSAGE, request_id, record.trace());
        within(work.clone(), async move {
            let done = one(app, record, request_id, way, handle).await;
            work.end(if done { Ended::Done } else { Ended::Failed });
            (!done).then(|| Unprocessed { item_identifier: record.message_id.clone() })
        })
    });
    let batch_item_failures = join_all(records).await.into_iter().flatten().collect();
    BatchAnswer { batch_item_failures }
}

/// Whether the message is done.
async fn one<A, M, F, Fut>(
    app: &A,
    record: &Record,
    request_id: &str,
    way: Way<A, M>,
    handle: F,
) -> bool
where
    A: Clone + Send + Sync + 'static,
    M: Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    let worked = match (way.read)(record) {
        Ok(message) => {
            // So that a panic leaves somebody to tell of it.
            told(
                AssertUnwindSafe(async { handle(app.clone(), message).await }).catch_unwind().await,
            )
        }
        Err(reason) => Err(reason),
    };
    let Err(reason) = worked else { return true };
    tracing::error!(message_id = record.message_id, cause = reason.cause, "message failed");
    let table = way.notes.filter(|_| record.receive_count() >= TRIES);
    if let Some(table) = table.map(|table| table(app)) {
        let failure = record.failure(reason, request_id, table.clock().now());
        if let Err(error) = note(table, failure).await {
            tracing::error!(message_id = record.message_id, cause = %error, "no reason was noted");
        }
    }
    false
}

fn told(worked: Result<Result<(), Failed>, Box<dyn Any + Send>>) -> Result<(), Reason> {
    match worked {
        Ok(done) => done.map_err(|failed| Reason::new(ReasonKind::Failed, &failed.to_string())),
        Err(panic) => {
            // Words that were put together may quote what was sent.
            let words = panic.downcast_ref::<&'static str>().copied();
            let words = words.unwrap_or("its log tells where");
            Err(Reason::new(ReasonKind::Panicked, &format!("the function panicked: {words}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Number {
        n: u32,
    }

    async fn handle(limit: u32, message: Number) -> Result<(), Failed> {
        assert_ne!(message.n, 13, "a defect");
        if message.n < limit { Ok(()) } else { Err(Failed::new("too large")) }
    }

    fn batch(bodies: &[&str]) -> Batch {
        let records = bodies.iter().enumerate();
        let records: Vec<_> = records
            .map(|(at, body)| serde_json::json!({"messageId": format!("m{at}"), "body": body}))
            .collect();
        serde_json::from_value(serde_json::json!({"Records": records})).expect("a batch")
    }

    /// Nobody asks for failures.
    async fn work(batch: Batch) -> BatchAnswer {
        let way = Way { read: parsed::<Number>, notes: None };
        work_through(&50, batch, "", way, handle).await
    }

    #[tokio::test]
    async fn a_poison_record_a_failure_and_a_panic_each_fail_alone() {
        let bodies = [r#"{"n":1}"#, "poison", r#"{"n":13}"#, r#"{"n":99}"#, r#"{"n":2}"#];
        let answer = work(batch(&bodies)).await;
        let failed: Vec<_> =
            answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["m1", "m2", "m3"]);
        assert!(work(batch(&bodies[..1])).await.is_clean());
    }

    #[tokio::test]
    async fn a_panic_is_told_in_words_of_the_code_alone() {
        async fn cause<F>(work: F) -> String
        where
            F: Future<Output = Result<(), Failed>> + Send + 'static,
        {
            told(AssertUnwindSafe(work).catch_unwind().await).expect_err("it fails").cause
        }
        let sent = "a secret".to_owned();
        assert_eq!(cause(async { panic!("a defect") }).await, "the function panicked: a defect");
        let quoting = cause(async move { panic!("a defect with {sent}") }).await;
        assert_eq!(quoting, "the function panicked: its log tells where");
        assert_eq!(cause(async { Err(Failed::new("too large")) }).await, "too large");
    }

    #[test]
    fn the_answer_is_spelled_as_lambda_reads_it() {
        let answer =
            BatchAnswer { batch_item_failures: vec![Unprocessed { item_identifier: "m1".into() }] };
        let text = serde_json::to_string(&answer).expect("json");
        assert_eq!(text, r#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#);
    }
}
