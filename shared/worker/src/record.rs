//! What an SQS event says of its messages.

use std::collections::BTreeMap;

use domain::{
    Moment,
    dead_letter::{Attribute, Failure, Message, Reason},
};
use serde::Deserialize;
use telemetry::Trace;

/// The attribute that carries a trace on.
pub(crate) const TRACEPARENT: &str = "traceparent";

/// An SQS event, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<Record>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub message_id: String,
    pub body: String,
    #[serde(default)]
    attributes: SystemAttributes,
    #[serde(default)]
    message_attributes: BTreeMap<String, Sent>,
    #[serde(default, rename = "eventSourceARN")]
    queue: String,
}

/// What SQS itself says of a message.
#[derive(Clone, Debug, Default, Deserialize)]
struct SystemAttributes {
    #[serde(rename = "AWSTraceHeader")]
    xray: Option<String>,
    #[serde(rename = "ApproximateReceiveCount")]
    receive_count: Option<String>,
    #[serde(rename = "SentTimestamp")]
    sent_millis: Option<String>,
}

/// What the sender says of a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    #[serde(default)]
    data_type: String,
    string_value: Option<String>,
    binary_value: Option<String>,
}

impl Record {
    pub(crate) fn trace(&self) -> Trace {
        let sent = self.message_attributes.get(TRACEPARENT);
        let continued = sent.and_then(|sent| Trace::continued(sent.string_value.as_deref()?));
        let of_xray = || Trace::of_xray(self.attributes.xray.as_deref()?);
        continued.or_else(of_xray).unwrap_or_else(Trace::begin)
    }

    /// How often it was handed out, this time included.
    pub(crate) fn receive_count(&self) -> u32 {
        number(self.attributes.receive_count.as_deref()).unwrap_or(1)
    }

    pub(crate) fn failure(&self, reason: Reason, request_id: &str, at: Moment) -> Failure {
        let request_id = (!request_id.is_empty()).then(|| request_id.to_owned());
        let reason = Reason { request_id, at: Some(at), ..reason };
        Failure { message_id: self.message_id.clone(), reason }
    }

    pub(crate) fn message(&self) -> Message {
        let attribute = |(name, sent): (&String, &Sent)| {
            let value = sent.string_value.as_ref().or(sent.binary_value.as_ref())?.clone();
            Some((name.clone(), Attribute { data_type: sent.data_type.clone(), value }))
        };
        let sent_at = number(self.attributes.sent_millis.as_deref()).unwrap_or_default();
        Message {
            queue: self.queue.clone(),
            id: self.message_id.clone(),
            body: self.body.clone(),
            attributes: self.message_attributes.iter().filter_map(attribute).collect(),
            sent_at: Moment::from_unix_millis(sent_at),
            receive_count: self.receive_count(),
        }
    }
}

fn number<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(more: serde_json::Value) -> Record {
        let mut record = json!({"messageId": "m", "body": "{}"});
        let members = record.as_object_mut().expect("an object");
        members.extend(more.as_object().cloned().unwrap_or_default());
        serde_json::from_value(record).expect("a record")
    }

    #[test]
    fn a_message_goes_on_in_the_trace_it_was_sent_with() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let of = |more| record(more).trace().id();
        let traceparent = format!("00-{id}-00f067aa0ba902b7-01");
        let sent = json!({"messageAttributes": {"traceparent": {"stringValue": traceparent, "dataType": "String"}}});
        let by_sqs =
            json!({"attributes": {"AWSTraceHeader": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736"}});
        assert_eq!([of(sent), of(by_sqs)], [id, id]);
        assert_ne!(of(json!({})), id);
    }

    #[test]
    fn a_message_is_taken_whole() {
        let told = record(json!({
            "attributes": {"ApproximateReceiveCount": "6", "SentTimestamp": "1795168801000"},
            "messageAttributes": {
                "traceparent": {"stringValue": "00-1", "dataType": "String"},
                "seal": {"binaryValue": "AAEC", "dataType": "Binary"}
            },
            "eventSourceARN": "arn:aws:sqs:eu-west-1:1:hub-settlement-dead"
        }))
        .message();
        let of = |name: &str| told.attributes[name].value.as_str();
        assert_eq!((of("traceparent"), of("seal")), ("00-1", "AAEC"));
        assert_eq!((told.receive_count, told.sent_at.unix_millis()), (6, 1_795_168_801_000));
        assert!(told.queue.ends_with("hub-settlement-dead"));
    }
}
