//! How a batch of messages is worked through so that one bad record fails alone.

use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::task::JoinSet;

use crate::Failed;

/// An SQS event, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
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

/// Runs in Lambda: each message of each batch goes to `handle`.
pub async fn consume<A, M, F, Fut>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    lambda_runtime::tracing::init_default_subscriber();
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Batch>| async move {
        Ok::<_, lambda_runtime::Error>(process(app, event.payload, handle).await)
    }))
    .await
}

/// Each record in a task of its own: what fails or panics is delivered again, alone.
pub async fn process<A, M, F, Fut>(app: &A, batch: Batch, handle: F) -> BatchAnswer
where
    A: Clone + Send + 'static,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    let mut open: Vec<String> =
        batch.records.iter().map(|record| record.message_id.clone()).collect();
    let mut tasks = JoinSet::new();
    for record in batch.records {
        let app = app.clone();
        tasks.spawn(async move {
            let outcome = match serde_json::from_str::<M>(&record.body) {
                Ok(message) => handle(app, message).await,
                Err(error) => Err(Failed::new(format!("not a message of this queue: {error}"))),
            };
            (record.message_id, outcome)
        });
    }
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((id, Ok(()))) => open.retain(|message| *message != id),
            Ok((id, Err(error))) => {
                tracing::error!(message_id = id, cause = %error, "message failed")
            }
            Err(panic) => tracing::error!(cause = %panic, "message panicked"),
        }
    }
    let batch_item_failures =
        open.into_iter().map(|item_identifier| Unprocessed { item_identifier }).collect();
    BatchAnswer { batch_item_failures }
}

#[cfg(test)]
mod tests {
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
        let records = bodies
            .iter()
            .enumerate()
            .map(|(at, body)| Record { message_id: format!("m{at}"), body: (*body).to_owned() })
            .collect();
        Batch { records }
    }

    #[tokio::test]
    async fn a_poison_record_a_failure_and_a_panic_each_fail_alone() {
        let bodies = [r#"{"n":1}"#, "poison", r#"{"n":13}"#, r#"{"n":99}"#, r#"{"n":2}"#];
        let answer = process(&50, batch(&bodies), handle).await;
        let failed: Vec<_> =
            answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["m1", "m2", "m3"]);
        assert!(process(&50, batch(&bodies[..1]), handle).await.is_clean());
    }

    #[test]
    fn the_answer_is_spelled_as_lambda_reads_it() {
        let answer =
            BatchAnswer { batch_item_failures: vec![Unprocessed { item_identifier: "m1".into() }] };
        let text = serde_json::to_string(&answer).expect("json");
        assert_eq!(text, r#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#);
    }
}
