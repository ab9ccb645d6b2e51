//! What a "Braket Task State Change" event says; it only ever means *look*.

use serde::{Deserialize, Deserializer};

use crate::TaskState;

const MAX_EVENT_BYTES: usize = 256 * 1024;

/// Delivered at least once and possibly out of order: a hint which task to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskEvent {
    pub task_arn: String,
    pub state: TaskState,
    pub device_arn: String,
    pub shots: Option<u64>,
    pub output_bucket: String,
    /// `{prefix}/{task id}`.
    pub output_directory: String,
}

/// The message is not such an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Braket task event: {0}")]
pub struct BadEvent(String);

impl TaskEvent {
    /// Reads the whole EventBridge event.
    pub fn parse(json: &[u8]) -> Result<Self, BadEvent> {
        if json.len() > MAX_EVENT_BYTES {
            return Err(BadEvent(format!("larger than {MAX_EVENT_BYTES} bytes")));
        }
        // The error's own words may quote the event, and end in a log.
        let event: Envelope = serde_json::from_slice(json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            BadEvent(format!("{:?} error in line {line}, column {column}", error.classify()))
        })?;
        if event.detail_type != "Braket Task State Change" {
            return Err(BadEvent("its detail-type is another".to_owned()));
        }
        let detail = event.detail;
        Ok(Self {
            state: detail
                .status
                .parse()
                .map_err(|unknown: crate::task::UnknownState| BadEvent(unknown.to_string()))?,
            task_arn: detail.quantum_task_arn,
            device_arn: detail.device_arn,
            shots: detail.shots,
            output_bucket: detail.output_s3_bucket,
            output_directory: detail.output_s3_directory,
        })
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    quantum_task_arn: String,
    status: String,
    device_arn: String,
    #[serde(default, deserialize_with = "text_or_number")]
    shots: Option<u64>,
    #[serde(default)]
    output_s3_bucket: String,
    #[serde(default)]
    output_s3_directory: String,
}

/// AWS's example writes the number as a string.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Number(shots) => Some(shots),
        Either::Text(text) => text.parse().ok(),
        Either::Other(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(shots: Value) -> Value {
        json!({
            "version": "0", "source": "aws.braket", "detail-type": "Braket Task State Change",
            "resources": ["arn:aws:braket:eu-north-1:210987654321:quantum-task/0b7c"],
            "detail": {
                "quantumTaskArn": "arn:aws:braket:eu-north-1:210987654321:quantum-task/0b7c",
                "status": "FAILED", "deviceArn": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet",
                "shots": shots, "outputS3Bucket": "amazon-braket-r", "outputS3Directory": "tasks/j/0b7c",
                "createdAt": "2026-11-20T10:00:00.000Z", "eventName": "MODIFY",
            },
        })
    }

    fn parse(event: &Value) -> Result<TaskEvent, BadEvent> {
        TaskEvent::parse(event.to_string().as_bytes())
    }

    #[test]
    fn shots_may_be_a_string_or_a_number_or_missing() {
        for (shots, expected) in
            [(json!("250"), Some(250)), (json!(250), Some(250)), (json!(null), None)]
        {
            let event = parse(&event(shots)).expect("an event");
            assert_eq!((event.shots, event.state), (expected, TaskState::Failed));
            assert_eq!(event.output_directory, "tasks/j/0b7c");
        }
    }

    #[test]
    fn other_messages_are_refused() {
        let mut other = event(json!("1"));
        other["detail-type"] = json!("Braket Job State Change");
        let mut unknown = event(json!("1"));
        unknown["detail"]["status"] = json!("VANISHED");
        for bad in [other, unknown, json!({}), json!([]), json!("x")] {
            assert!(parse(&bad).is_err(), "{bad}");
        }
        assert!(TaskEvent::parse(b"{").is_err());
        assert!(TaskEvent::parse(&vec![b' '; MAX_EVENT_BYTES + 1]).is_err());
    }
}
