//! What does a device's capabilities document say that matters for a program?
//!
//! Fields the document does not have, or has as null, are open; fields not listed here are passed over.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::calibration::Calibration;
use crate::limits::MAX_DOCUMENT_BYTES;

/// Braket's `deviceCapabilities`, as far as it is used here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Capabilities {
    pub paradigm: Paradigm,
    /// What it takes of OpenQASM; `None` if it runs no such programs.
    pub openqasm: Option<Action>,
    /// Least and most shots of a task.
    pub shots_range: Option<(u64, u64)>,
    pub execution_windows: Vec<ExecutionWindow>,
    /// As the provider states it: one figure, without the fee for a task.
    pub calibration: Calibration,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(
        "the capabilities document has more than {MAX_DOCUMENT_BYTES} bytes: give the device's own, as GetDevice has it"
    )]
    TooLong,
    #[error(
        "the capabilities document is not as Braket's schema has it ({reason}): give the text of deviceCapabilities as GetDevice has it"
    )]
    Malformed { reason: String },
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Paradigm {
    pub qubit_count: Option<u32>,
    pub connectivity: Option<Connectivity>,
    #[serde(deserialize_with = "or_default")]
    pub native_gate_set: Vec<String>,
}

/// Which qubits a gate on two qubits reaches; a pair counts in both directions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Graph")]
pub struct Connectivity {
    pub fully_connected: bool,
    pub qubits: BTreeSet<u32>,
    /// The lower number first.
    pub pairs: BTreeSet<(u32, u32)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Graph {
    #[serde(deserialize_with = "or_default")]
    fully_connected: bool,
    #[serde(deserialize_with = "or_default")]
    connectivity_graph: BTreeMap<String, Vec<String>>,
}

impl From<Graph> for Connectivity {
    fn from(graph: Graph) -> Self {
        let mut connectivity = Self { fully_connected: graph.fully_connected, ..Self::default() };
        for (qubit, neighbours) in &graph.connectivity_graph {
            let Ok(qubit) = qubit.parse() else { continue };
            connectivity.qubits.insert(qubit);
            for neighbour in neighbours.iter().filter_map(|text| text.parse().ok()) {
                connectivity.qubits.insert(neighbour);
                connectivity.pairs.insert((qubit.min(neighbour), qubit.max(neighbour)));
            }
        }
        connectivity
    }
}

impl Connectivity {
    pub fn couples(&self, one: u32, other: u32) -> bool {
        self.fully_connected || self.pairs.contains(&(one.min(other), one.max(other)))
    }
}

/// What of OpenQASM a device takes; names as Braket has them.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Action {
    #[serde(deserialize_with = "or_default")]
    pub supported_operations: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub supported_modifiers: Vec<Modifier>,
    #[serde(deserialize_with = "or_default")]
    pub supported_pragmas: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub forbidden_pragmas: Vec<String>,
    pub maximum_qubit_arrays: Option<usize>,
    pub maximum_classical_arrays: Option<usize>,
    pub maximum_outputs: Option<usize>,
    #[serde(deserialize_with = "or_default")]
    pub requires_all_qubits_measurement: bool,
    #[serde(deserialize_with = "or_default")]
    pub support_physical_qubits: bool,
    #[serde(deserialize_with = "or_default")]
    pub requires_contiguous_qubit_indices: bool,
    pub supports_partial_verbatim_box: Option<bool>,
    pub supports_unassigned_measurements: Option<bool>,
    #[serde(deserialize_with = "or_default")]
    pub disabled_qubit_rewiring_supported: bool,
    #[serde(deserialize_with = "or_default")]
    pub supported_result_types: Vec<SupportedResult>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Modifier {
    /// `ctrl`, `negctrl`, `pow` or `inv`.
    pub name: String,
    /// Of `ctrl` and `negctrl`; open means any number.
    pub max_qubits: Option<usize>,
    /// Of `pow`: `int`, `float`.
    #[serde(deserialize_with = "or_default")]
    pub exponent_types: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SupportedResult {
    pub name: String,
    /// `None` if it takes none, or any.
    pub observables: Option<Vec<String>>,
    pub min_shots: Option<u64>,
    pub max_shots: Option<u64>,
}

/// Hours in UTC as text, `09:00` or `09:00:00`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecutionWindow {
    pub execution_day: String,
    pub window_start_hour: String,
    pub window_end_hour: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    #[serde(deserialize_with = "or_default")]
    service: Service,
    #[serde(deserialize_with = "or_default")]
    action: Actions,
    /// Analog devices have another shape here, and run no OpenQASM.
    paradigm: Value,
    provider: Value,
    standardized: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Service {
    #[serde(deserialize_with = "or_default")]
    execution_windows: Vec<ExecutionWindow>,
    shots_range: Option<(u64, u64)>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Actions {
    #[serde(rename = "braket.ir.openqasm.program")]
    openqasm: Option<Action>,
}

impl Capabilities {
    /// Reads a document in JSON.
    pub fn parse(document: &str) -> Result<Self, Unreadable> {
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(Unreadable::TooLong);
        }
        let malformed =
            |error: serde_json::Error| Unreadable::Malformed { reason: error.to_string() };
        let document: Document = serde_json::from_str(document).map_err(malformed)?;
        let paradigm = match document.action.openqasm {
            Some(_) => serde_json::from_value::<Option<Paradigm>>(document.paradigm)
                .map_err(malformed)?
                .unwrap_or_default(),
            None => Paradigm::default(),
        };
        Ok(Self {
            paradigm,
            openqasm: document.action.openqasm,
            shots_range: document.service.shots_range,
            execution_windows: document.service.execution_windows,
            calibration: Calibration::read(&document.standardized, &document.provider),
        })
    }
}

/// Null is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
