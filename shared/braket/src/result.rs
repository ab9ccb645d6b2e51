//! What a `results.json` of a gate-model task holds: counts, probabilities, measured qubits.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::Value;

/// A larger document is refused unread.
pub const MAX_RESULT_BYTES: usize = 64 * 1024 * 1024;
const MAX_QUBITS: usize = 1_000;
const MAX_SHOTS: u64 = 10_000_000;
const MAX_RESULT_TYPES: usize = 1_000;
const SCHEMA: &str = "braket.task_result.gate_model_task_result";

/// The outcome of a task, whichever of its two forms the device wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct GateModelResult {
    pub task_arn: String,
    pub device_arn: String,
    /// Requested; the counts may add up to less.
    pub shots: u64,
    /// The qubit behind each character of a bit string, first to last.
    pub measured_qubits: Vec<u32>,
    /// Bit string → how often; empty when the task asked for no shots.
    pub counts: BTreeMap<String, u64>,
    /// Bit string → as told by the device, else the share of the counts.
    pub probabilities: BTreeMap<String, f64>,
    /// `type` and `value` of each result type asked for.
    pub result_types: Vec<Value>,
}

/// The document is not a gate-model result this version can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a readable gate-model result: {0}")]
pub struct BadResult(String);

impl GateModelResult {
    pub fn parse(json: &[u8]) -> Result<Self, BadResult> {
        if json.len() > MAX_RESULT_BYTES {
            return Err(BadResult(format!("larger than {MAX_RESULT_BYTES} bytes")));
        }
        let document: Document =
            serde_json::from_slice(json).map_err(|error| BadResult(error.to_string()))?;
        document.check()?;
        let shots = document.task_metadata.shots;
        let (counts, probabilities) =
            match (document.measurements, document.measurement_probabilities) {
                (Some(Measurements(counts)), told) => {
                    let shares = told.unwrap_or_else(|| shares(&counts));
                    (counts, shares)
                }
                (None, Some(told)) => (counts_from(&told, shots), told),
                (None, None) => (BTreeMap::new(), BTreeMap::new()),
            };
        Ok(Self {
            task_arn: document.task_metadata.id,
            device_arn: document.task_metadata.device_id,
            shots,
            measured_qubits: document.measured_qubits,
            counts,
            probabilities,
            result_types: document.result_types,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    braket_schema_header: Header,
    /// Absent, not empty, when there were no shots.
    #[serde(default)]
    measurements: Option<Measurements>,
    #[serde(default)]
    measurement_probabilities: Option<BTreeMap<String, f64>>,
    #[serde(default)]
    measured_qubits: Vec<u32>,
    #[serde(default)]
    result_types: Vec<Value>,
    task_metadata: Metadata,
}

#[derive(Deserialize)]
struct Header {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    id: String,
    shots: u64,
    device_id: String,
}

impl Document {
    fn check(&self) -> Result<(), BadResult> {
        if self.braket_schema_header.name != SCHEMA {
            return Err(BadResult("it is of another schema".to_owned()));
        }
        if self.task_metadata.shots > MAX_SHOTS {
            return Err(BadResult("it claims too many shots".to_owned()));
        }
        if self.result_types.len() > MAX_RESULT_TYPES {
            return Err(BadResult("it has too many result types".to_owned()));
        }
        let width = self.measured_qubits.len();
        let measured = self.measurements.as_ref().map(|counted| counted.0.keys());
        let told = self.measurement_probabilities.as_ref();
        let mut keys =
            measured.into_iter().flatten().chain(told.into_iter().flat_map(BTreeMap::keys));
        if !keys.all(|key| key.len() == width && key.bytes().all(|b| matches!(b, b'0' | b'1'))) {
            return Err(BadResult("a bit string does not fit the measured qubits".to_owned()));
        }
        let mut shares = told.into_iter().flat_map(BTreeMap::values);
        if !shares.all(|share| (0.0..=1.000_001).contains(share)) {
            return Err(BadResult("a probability is not between 0 and 1".to_owned()));
        }
        Ok(())
    }
}

/// Rows of bits, counted while read: the rows themselves are never all held.
struct Measurements(BTreeMap<String, u64>);

impl<'de> Deserialize<'de> for Measurements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = Measurements;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("rows of measured bits")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Measurements, A::Error> {
                let mut counts = BTreeMap::new();
                let mut read = 0;
                while let Some(Row(bits)) = rows.next_element()? {
                    *counts.entry(bits).or_insert(0) += 1;
                    read += 1;
                    if read > MAX_SHOTS {
                        return Err(A::Error::custom("too many measurements"));
                    }
                }
                Ok(Measurements(counts))
            }
        }
        deserializer.deserialize_seq(Rows)
    }
}

struct Row(String);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bits;
        impl<'de> Visitor<'de> for Bits {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("measured bits, 0 or 1")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bits: A) -> Result<Row, A::Error> {
                let mut row = String::new();
                while let Some(bit) = bits.next_element::<u8>()? {
                    match bit {
                        0 => row.push('0'),
                        1 => row.push('1'),
                        _ => return Err(A::Error::custom("a measured bit is 0 or 1")),
                    }
                    if row.len() > MAX_QUBITS {
                        return Err(A::Error::custom("too many measured qubits"));
                    }
                }
                Ok(Row(row))
            }
        }
        deserializer.deserialize_seq(Bits)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn shares(counts: &BTreeMap<String, u64>) -> BTreeMap<String, f64> {
    let total = counts.values().sum::<u64>() as f64;
    counts.iter().map(|(bits, count)| (bits.clone(), *count as f64 / total)).collect()
}

/// Some devices tell probabilities only; the counts behind them add up to the shots (largest remainders).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shots are bounded and probabilities are between 0 and 1"
)]
fn counts_from(probabilities: &BTreeMap<String, f64>, shots: u64) -> BTreeMap<String, u64> {
    let total: f64 = probabilities.values().sum();
    let exact = |share: f64| if total > 0.0 { share / total * shots as f64 } else { 0.0 };
    let mut parts: Vec<(&String, u64, f64)> = probabilities
        .iter()
        .map(|(bits, share)| (bits, exact(*share).floor() as u64, exact(*share).fract()))
        .collect();
    let missing = shots.saturating_sub(parts.iter().map(|part| part.1).sum()) as usize;
    parts.sort_by(|a, b| b.2.total_cmp(&a.2));
    parts.iter_mut().take(missing).for_each(|part| part.1 += 1);
    parts
        .into_iter()
        .filter(|part| part.1 > 0)
        .map(|(bits, count, _)| (bits.clone(), count))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "braketSchemaHeader": { "name": SCHEMA, "version": "1" },
            "measurements": [[1, 0], [0, 0], [1, 0], [1, 1]],
            "resultTypes": [],
            "measuredQubits": [4, 2],
            "taskMetadata": {
                "braketSchemaHeader": { "name": "braket.task_result.task_metadata", "version": "1" },
                "id": "arn:aws:braket:eu-north-1:210987654321:quantum-task/0b7c", "shots": 4,
                "deviceId": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet", "status": "COMPLETED",
            },
            "additionalMetadata": { "action": { "source": "OPENQASM 3.0;" } },
        })
    }

    fn changed(change: impl FnOnce(&mut Value)) -> Result<GateModelResult, BadResult> {
        let mut document = document();
        change(&mut document);
        GateModelResult::parse(document.to_string().as_bytes())
    }

    fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|(bits, count)| ((*bits).to_owned(), *count)).collect()
    }

    #[test]
    fn measurements_become_counts() {
        let result = changed(|_| ()).expect("a result");
        assert_eq!(result.counts, counts(&[("00", 1), ("10", 2), ("11", 1)]));
        assert_eq!(result.measured_qubits, [4, 2]);
        assert_eq!(result.probabilities.get("10"), Some(&0.5));
        assert_eq!(result.shots, 4);
    }

    #[test]
    fn result_types_are_taken_as_they_are_told() {
        let told = json!([{ "type": { "type": "probability" }, "value": [0.25, 0.75] }]);
        let result = changed(|document| document["resultTypes"] = told.clone()).expect("a result");
        assert_eq!(json!(result.result_types), told);
    }

    #[test]
    fn probabilities_alone_become_counts_that_add_up() {
        let result = changed(|document| {
            document["measurements"] = Value::Null;
            document["measurementProbabilities"] = json!({ "00": 0.333, "01": 0.333, "11": 0.334 });
            document["taskMetadata"]["shots"] = json!(100);
        })
        .expect("a result");
        assert_eq!(result.counts.values().sum::<u64>(), 100);
        assert_eq!(result.probabilities.get("11"), Some(&0.334));
    }

    #[test]
    fn without_shots_there_are_no_counts() {
        let result = changed(|document| {
            document.as_object_mut().expect("an object").remove("measurements");
            document["taskMetadata"]["shots"] = json!(0);
        })
        .expect("a result");
        assert!(result.counts.is_empty() && result.probabilities.is_empty());
    }

    #[test]
    fn hostile_documents_are_refused() {
        type Change = fn(&mut Value);
        let changes: [Change; 11] = [
            |d| d["resultTypes"] = json!(vec![0; MAX_RESULT_TYPES + 1]),
            |d| d["measurements"] = json!([[1, 0], [1]]),
            |d| d["measurements"] = json!([[1, 2]]),
            |d| d["measurements"] = json!([[1, -1]]),
            |d| d["measurements"] = json!([vec![0; MAX_QUBITS + 1]]),
            |d| d["measurements"] = json!([[]]),
            |d| d["measurementProbabilities"] = json!({ "xy": 0.5 }),
            |d| d["measurementProbabilities"] = json!({ "00": 7.0 }),
            |d| d["taskMetadata"]["shots"] = json!(u64::MAX),
            |d| d["braketSchemaHeader"]["name"] = json!("braket.task_result.annealing_task_result"),
            |d| d["taskMetadata"] = Value::Null,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(changed(change).is_err(), "{number}");
        }
        assert!(GateModelResult::parse(b"[[[[").is_err());
        assert!(GateModelResult::parse(&vec![b' '; MAX_RESULT_BYTES + 1]).is_err());
    }
}
