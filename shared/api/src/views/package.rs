//! How an inspected package is shown: what it takes, what it costs a device, and what it is.

use domain::{
    package::{self, InputKind, IrType},
    shape,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An inspected package.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = VersionPackage, example = json!({
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 2048,
    "program_file": "bell.qasm", "ir_type": "OPENQASM_3",
    "inputs": [{"name": "theta", "type": "ANGLE"}],
    "input_schema": {"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"], "additionalProperties": false},
    "preferred_device_id": "hub-simulator", "preferred_shots": 1000,
    "resource_estimate": {"number_of_qubits": 2, "depth": 2, "gates": 2, "two_qubit_gates": 1, "measured_qubits": 2,
        "gate_names": ["cnot", "ry"], "uses_mid_circuit_measurement": false, "in_braket_dialect": true}
}))]
pub struct Package {
    /// SHA-256 of the zip, in hex.
    #[schema(value_type = shape::Sha256)]
    pub sha256: String,
    /// Size of the zip.
    #[schema(value_type = shape::PackageBytes)]
    pub bytes: u64,
    /// The program that runs.
    #[schema(value_type = shape::FilePath)]
    pub program_file: String,
    pub ir_type: IrType,
    /// The program's `input` parameters, in the order of their declaration.
    #[schema(max_items = 1000)]
    pub inputs: Vec<ProgramInput>,
    /// JSON Schema (2020-12) that a job's `input` has to fit.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    /// JSON Schema of a result, as the developer describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Value>,
    /// The device the developer suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::DeviceId>)]
    pub preferred_device_id: Option<String>,
    /// The number of shots the developer suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Shots>)]
    pub preferred_shots: Option<u32>,
    pub resource_estimate: ResourceEstimate,
}

impl From<&package::Package> for Package {
    fn from(package: &package::Package) -> Self {
        Self {
            sha256: package.sha256.clone(),
            bytes: package.bytes,
            program_file: package.program_file.clone(),
            ir_type: package.ir_type,
            inputs: package.inputs.iter().map(ProgramInput::from).collect(),
            input_schema: package.input_schema.clone(),
            output_schema: package.output_schema.clone(),
            preferred_device_id: package.default_device_id.clone(),
            preferred_shots: package.default_shots,
            resource_estimate: ResourceEstimate::from(&package.estimate),
        }
    }
}

/// A parameter of the program that each job gives a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProgramInput {
    #[schema(value_type = shape::Identifier)]
    pub name: String,
    pub r#type: InputType,
    /// Bits of a whole number, or characters of a bit string.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Position>)]
    pub size: Option<u32>,
}

/// What a parameter takes; an angle is in radians.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InputType {
    Float,
    Angle,
    Int,
    Uint,
    Bool,
    Bits,
}

impl From<&package::ProgramInput> for ProgramInput {
    fn from(input: &package::ProgramInput) -> Self {
        let (r#type, size) = match input.kind {
            InputKind::Float => (InputType::Float, None),
            InputKind::Angle => (InputType::Angle, None),
            InputKind::Int { bits } => (InputType::Int, Some(bits)),
            InputKind::Uint { bits } => (InputType::Uint, Some(bits)),
            InputKind::Bool => (InputType::Bool, None),
            InputKind::Bits { width } => (InputType::Bits, Some(width)),
        };
        Self { name: input.name.clone(), r#type, size }
    }
}

/// What running the program takes, whatever its inputs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResourceEstimate {
    #[schema(value_type = shape::Qubits)]
    pub number_of_qubits: u32,
    /// Gates and resets on the longest path.
    #[schema(value_type = shape::Count)]
    pub depth: u64,
    #[schema(value_type = shape::Count)]
    pub gates: u64,
    #[schema(value_type = shape::Count)]
    pub two_qubit_gates: u64,
    #[schema(value_type = shape::Qubits)]
    pub measured_qubits: u32,
    /// Gates the program uses, what it defines written out, and the modifiers; in Amazon Braket's names where it can be written in those.
    #[schema(value_type = Vec<shape::Identifier>, max_items = 200)]
    pub gate_names: Vec<String>,
    /// Such programs run on the hub-simulator only.
    pub uses_mid_circuit_measurement: bool,
    /// Whether it can be written in Amazon Braket's own gates; others run on the hub-simulator only.
    pub in_braket_dialect: bool,
}

impl From<&package::ResourceEstimate> for ResourceEstimate {
    fn from(estimate: &package::ResourceEstimate) -> Self {
        Self {
            number_of_qubits: estimate.qubits,
            depth: estimate.depth,
            gates: estimate.gates,
            two_qubit_gates: estimate.two_qubit_gates,
            measured_qubits: estimate.measured_qubits,
            gate_names: estimate.gate_names.clone(),
            uses_mid_circuit_measurement: estimate.uses_mid_circuit_measurement,
            in_braket_dialect: estimate.in_braket_dialect,
        }
    }
}
