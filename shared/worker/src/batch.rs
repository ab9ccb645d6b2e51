//! How a batch of messages is worked through so that one bad record fails alone.

use std::{future::Future, panic::AssertUnwindSafe};

use futures_util::{FutureExt, future::join_all};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use telemetry::{Ended, Trace, Work, within};

use crate::Failed;

/// What working on one message is called in the log.
const MESSAGE: &str = "message";

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
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    message_attributes: MessageAttributes,
}

/// What SQS itself says of a message.
#[derive(Clone, Debug, Default, Deserialize)]
struct Attributes {
    #[serde(rename = "AWSTraceHeader")]
    xray: Option<String>,
}

/// What the sender says of a message.
#[derive(Clone, Debug, Default, Deserialize)]
struct MessageAttributes {
    traceparent: Option<Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    string_value: Option<String>,
}

impl Record {
    fn trace(&self) -> Trace {
        let sent = self.message_attributes.traceparent.as_ref();
        let continued = sent.and_then(|sent| Trace::continued(sent.string_value.as_deref()?));
        let of_xray = || Trace::of_xray(self.attributes.xray.as_deref()?);
        continued.or_else(of_xray).unwrap_or_else(Trace::begin)
    }
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
    const { assert!(!guards::SWITCHABLE, "a function keeps its guards") };
    telemetry::start();
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Batch>| async move {
        let request_id = event.context.request_id;
        Ok::<_, lambda_runtime::Error>(work_through(app, event.payload, &request_id, handle).await)
    }))
    .await
}

/// Each record for itself, side by side: what fails or panics is delivered again, alone.
pub async fn process<A, M, F, Fut>(app: &A, batch: Batch, handle: F) -> BatchAnswer
where
    A: Clone + Send + 'static,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    work_through(app, batch, "", handle).await
}

async fn work_through<A, M, F, Fut>(
    app: &A,
    batch: Batch,
    request_id: &str,
    handle: F,
) -> BatchAnswer
where
    A: Clone + Send + 'static,
    M: DeserializeOwned + Send + 'static,
    F: Fn(A, M) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    let records = batch.records.into_iter().map(|record| {
        let work = Work::begin(MESSAGE, request_id, record.trace());
        let id = record.message_id.clone();
        let done = within(work.clone(), one(app.clone(), record, handle));
        async move {
            let outcome = AssertUnwindSafe(done).catch_unwind().await;
            // What failed or panicked has been told where it happened.
            let is_done = matches!(outcome, Ok(Ok(())));
            within(work.clone(), async {
                work.end(if is_done { Ended::Done } else { Ended::Failed })
            })
            .await;
            (!is_done).then_some(Unprocessed { item_identifier: id })
        }
    });
    let batch_item_failures = join_all(records).await.into_iter().flatten().collect();
    BatchAnswer { batch_item_failures }
}

async fn one<A, M, F, Fut>(app: A, record: Record, handle: F) -> Result<(), Failed>
where
    M: DeserializeOwned,
    F: Fn(A, M) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    let outcome = match serde_json::from_str::<M>(&record.body) {
        Ok(message) => handle(app, message).await,
        // Its words may quote the message.
        Err(error) => {
            Err(Failed::new(format!("not a message of this queue: {:?}", error.classify())))
        }
    };
    if let Err(failed) = &outcome {
        tracing::error!(message_id = record.message_id, cause = %failed, "message failed");
    }
    outcome
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
            .map(|(at, body)| Record {
                message_id: format!("m{at}"),
                body: (*body).to_owned(),
                attributes: Attributes::default(),
                message_attributes: MessageAttributes::default(),
            })
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
    fn a_message_goes_on_in_the_trace_it_was_sent_with() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let of = |more: serde_json::Value| {
            let mut record = serde_json::json!({"messageId": "m", "body": "{}"});
            record
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().cloned().unwrap_or_default());
            serde_json::from_value::<Record>(record).expect("a record").trace().id()
        };
        let traceparent = format!("00-{id}-00f067aa0ba902b7-01");
        let sent = serde_json::json!({"messageAttributes": {"traceparent": {"stringValue": traceparent, "dataType": "String"}}});
        let by_sqs = serde_json::json!({"attributes": {"AWSTraceHeader": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736"}});
        assert_eq!([of(sent), of(by_sqs)], [id, id]);
        assert_ne!(of(serde_json::json!({})), id);
    }

    #[test]
    fn the_answer_is_spelled_as_lambda_reads_it() {
        let answer =
            BatchAnswer { batch_item_failures: vec![Unprocessed { item_identifier: "m1".into() }] };
        let text = serde_json::to_string(&answer).expect("json");
        assert_eq!(text, r#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#);
    }
}
