//! The job queues of one test: real ones, emptied by hand, so that each delivery is the test's own doing.

use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::services::{config, services};

/// One queue for each step of a job.
pub(crate) const STEPS: [&str; 5] = ["small", "medium", "large", "quantum-task", "settlement"];

/// Where S3 tells of uploads.
const UPLOADS: [&str; 2] = ["inspection", "avatar"];

pub(crate) struct Queues {
    client: Client,
    urls: Vec<String>,
}

/// Messages as Lambda would hand them over.
pub(crate) struct Delivery {
    pub event: Value,
    receipts: Vec<String>,
}

impl Delivery {
    pub(crate) fn messages(&self) -> usize {
        self.receipts.len()
    }
}

impl Queues {
    pub(crate) async fn create() -> Self {
        let client = Client::new(&config(&services().addresses().services));
        let run = uuid::Uuid::new_v4();
        let create = |step| client.create_queue().queue_name(format!("test-{run}-{step}")).send();
        let mut urls = Vec::new();
        for step in STEPS.into_iter().chain(UPLOADS) {
            urls.push(create(step).await.expect("a queue").queue_url.expect("its address"));
        }
        Self { client, urls }
    }

    pub(crate) fn url(&self, step: &str) -> String {
        let mut names = STEPS.into_iter().chain(UPLOADS);
        let at = names.position(|name| name == step).expect("a queue of that name");
        self.urls[at].clone()
    }

    /// What lies in a queue now, at most ten messages; `None` where it is empty.
    pub(crate) async fn receive(&self, step: &str) -> Option<Delivery> {
        let request = self.client.receive_message().queue_url(self.url(step));
        let request = request.max_number_of_messages(10).message_attribute_names("All");
        let messages = request.send().await.expect("an answer").messages.unwrap_or_default();
        let text = |value: &Option<String>| value.clone().expect("every message has one");
        let records: Vec<Value> = messages
            .iter()
            .map(|message| {
                let sent = message.message_attributes.iter().flatten();
                let attributes: Map<String, Value> =
                    sent.map(|(name, value)| (name.clone(), attribute(value))).collect();
                json!({
                    "messageId": text(&message.message_id), "body": text(&message.body),
                    "messageAttributes": attributes
                })
            })
            .collect();
        let receipts = messages.iter().map(|message| text(&message.receipt_handle)).collect();
        (!records.is_empty()).then(|| Delivery { event: json!({"Records": records}), receipts })
    }

    /// They were worked through.
    pub(crate) async fn delete(&self, step: &str, delivery: &Delivery) {
        for receipt in &delivery.receipts {
            let request =
                self.client.delete_message().queue_url(self.url(step)).receipt_handle(receipt);
            request.send().await.expect("deleted");
        }
    }
}

fn attribute(value: &MessageAttributeValue) -> Value {
    let binary = value.binary_value().map(|bytes| STANDARD.encode(bytes));
    json!({"dataType": value.data_type(), "stringValue": value.string_value(), "binaryValue": binary})
}
