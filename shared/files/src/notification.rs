//! What S3 tells of new objects, as far as it is read.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// Sent once, when the notification was configured.
const TEST: &str = "s3:TestEvent";

/// A notification of S3 about objects, or its test of the connection.
#[derive(Clone, Debug, Deserialize)]
pub struct Notification {
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event_name: String,
    s3: Place,
}

#[derive(Clone, Debug, Deserialize)]
struct Place {
    object: Object,
}

#[derive(Clone, Debug, Deserialize)]
struct Object {
    /// Encoded as in a query string.
    key: String,
}

impl Notification {
    /// The uploads that arrived; `None` where it is no notification at all. Keys that are none of ours are left out:
    /// nobody is given a form for one.
    pub fn uploads<K: FromStr>(&self) -> Option<Vec<K>> {
        match (&self.records, self.event.as_deref()) {
            (Some(records), _) => Some(records.iter().filter_map(Record::upload).collect()),
            (None, Some(TEST)) => Some(Vec::new()),
            (None, _) => None,
        }
    }
}

impl Record {
    fn upload<K: FromStr>(&self) -> Option<K> {
        if !self.event_name.starts_with("ObjectCreated:") {
            return None;
        }
        let spaced = self.s3.object.key.replace('+', " ");
        let key = percent_decode_str(&spaced).decode_utf8().ok()?.parse().ok();
        if key.is_none() {
            tracing::warn!("an object that is no upload of ours");
        }
        key
    }
}
