//! How does a message get from its queue to the function that works on it?

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, mpsc};

use super::{pool::Pool, stand_ins::Message};

/// Batches in flight at once for all queues, of one message each as the template has it.
const CONCURRENCY: usize = 4;
/// After this many attempts a message is a dead letter.
const MAX_RECEIVES: u32 = 5;

/// What became of the messages.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    done: AtomicU64,
    dead: AtomicU64,
    unserved: AtomicU64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub done: u64,
    /// Given up after some attempts.
    pub dead: u64,
    /// In queues that nobody works on here.
    pub unserved: u64,
}

impl Deliveries {
    pub(crate) fn so_far(&self) -> Delivered {
        Delivered {
            done: self.done.load(Ordering::Relaxed),
            dead: self.dead.load(Ordering::Relaxed),
            unserved: self.unserved.load(Ordering::Relaxed),
        }
    }

    /// Hands each message to the function of its queue, known by the end of its name, until nothing is sent any more.
    pub(crate) async fn run(
        self: Arc<Self>,
        mut messages: mpsc::UnboundedReceiver<Message>,
        functions: HashMap<&'static str, Arc<Pool>>,
    ) {
        let places = Arc::new(Semaphore::new(CONCURRENCY));
        while let Some(message) = messages.recv().await {
            let worker = functions.iter().find(|(queue, _)| message.queue.ends_with(*queue));
            let Some(function) = worker.map(|(_, function)| function.clone()) else {
                self.unserved.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let deliveries = self.clone();
            tokio::spawn(async move {
                deliveries.deliver(message, &function).await;
                drop(place);
            });
        }
    }

    async fn deliver(&self, mut message: Message, function: &Pool) {
        while message.receives < MAX_RECEIVES {
            message.receives += 1;
            let answer = function.invoke(batch(&message).to_string().into()).await;
            if answer.is_ok_and(|answer| is_clean(&answer)) {
                self.done.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        self.dead.fetch_add(1, Ordering::Relaxed);
    }
}

/// A batch of one, as the event source mapping makes it.
pub(crate) fn batch(message: &Message) -> Value {
    json!({"Records": [{
        "messageId": message.id,
        "receiptHandle": "AQEB-bench",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receives.to_string(),
            "SentTimestamp": "1795168801000",
            "SenderId": "AROAEXAMPLE:bench",
            "ApproximateFirstReceiveTimestamp": "1795168801040",
        },
        "messageAttributes": attributes(&message.attributes),
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-west-2:123456789012:{}", message.queue),
        "awsRegion": "us-west-2",
    }]})
}

/// SQS and Lambda write the same attributes in different cases.
fn attributes(sent: &Value) -> Map<String, Value> {
    let attribute = |value: &Value| {
        json!({"stringValue": value["StringValue"], "dataType": value["DataType"],
            "stringListValues": [], "binaryListValues": []})
    };
    let sent = sent.as_object().into_iter().flatten();
    sent.map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn is_clean(answer: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        batch_item_failures: Vec<Value>,
    }
    serde_json::from_slice(answer).is_ok_and(|answer: Answer| answer.batch_item_failures.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_the_shape_of_the_sample() {
        let sample: Value =
            serde_json::from_str(include_str!("../../../../events/run-simulation.json"))
                .expect("JSON");
        let message = Message {
            queue: "q".into(),
            id: "i".into(),
            body: "b".into(),
            attributes: json!({"t": {"DataType": "String", "StringValue": "v"}}),
            receives: 2,
        };
        let batch = batch(&message);
        let names = |value: &Value| {
            value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(names(&batch["Records"][0]), names(&sample["Records"][0]));
        assert_eq!(batch["Records"][0]["messageAttributes"]["t"]["stringValue"], "v");
        assert_eq!(batch["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
    }

    #[test]
    fn only_a_batch_without_failures_is_done() {
        assert!(is_clean(br#"{"batchItemFailures":[]}"#));
        assert!(!is_clean(br#"{"batchItemFailures":[{"itemIdentifier":"i"}]}"#));
        assert!(!is_clean(b"null"));
    }
}
