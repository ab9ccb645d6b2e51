//! Messages that are tried for the last time, and messages that were given up, as Lambda hands them over.

use serde_json::{Value, json};
use worker::TRIES;

use crate::Stack;

/// When they were first sent, unless a test says otherwise.
const SENT_MILLIS: u64 = 1_795_168_801_000;

/// The event of a queue, of one message that was handed out so often.
pub fn delivery(queue: &str, message_id: &str, body: &str, receives: u32) -> Value {
    json!({"Records": [{
        "messageId": message_id,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": receives.to_string(), "SentTimestamp": SENT_MILLIS.to_string()
        },
        "messageAttributes": {},
        "eventSourceARN": format!("arn:aws:sqs:us-west-2:123456789012:quantum-hub-{queue}")
    }]})
}

/// The event of the dead-letter queue of `source`, which is named as its queue's name ends.
pub fn dead_letter(source: &str, message_id: &str, body: &str) -> Value {
    delivery(&format!("{source}-dead"), message_id, body, TRIES + 1)
}

impl Stack {
    /// A function is handed the message of its queue for the last time, and fails.
    pub async fn fail(&self, step: &str, message_id: &str, body: &str) {
        let answer = self.hand(step, delivery(step, message_id, body, TRIES)).await;
        assert!(!answer.is_clean(), "{step} takes {body}");
    }
}
