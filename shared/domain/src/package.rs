//! What inspection learns of a package, and whether its schema offers what its program takes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Refusal, field::Checks, version::MAX_PACKAGE_BYTES};

/// Of a finding's text: names in it are the author's, and may be as long as a program.
const MAX_DETAIL: usize = 500;

/// What a developer announces before a package is uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Object key, made by us.
    pub key: String,
    /// SHA-256 of the package, 64 lower-case hexadecimal digits.
    pub sha256: String,
    pub bytes: u64,
}

impl Upload {
    pub fn announced(key: String, sha256: &str, bytes: u64) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        checks.require(
            sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()),
            "/sha256",
            "write the SHA-256 of the package as 64 hexadecimal digits",
        );
        checks.require(
            (1..=MAX_PACKAGE_BYTES).contains(&bytes),
            "/bytes",
            format!("upload a package of 1 to {MAX_PACKAGE_BYTES} bytes"),
        );
        checks.finish()?;
        Ok(Self { key, sha256: sha256.to_ascii_lowercase(), bytes })
    }
}

/// One thing wrong with a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub detail: String,
    pub file: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

impl Finding {
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(MAX_DETAIL) {
            detail.replace_range(end.., "…");
        }
        Self { code: code.to_owned(), detail, file: None, line: None, column: None }
    }

    pub fn of_file(code: &str, detail: impl Into<String>, file: &str) -> Self {
        Self { file: Some(file.to_owned()), ..Self::new(code, detail) }
    }
}

/// What inspection learned of an accepted package: all that a job needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    pub key: String,
    pub sha256: String,
    pub bytes: u64,
    pub program_key: String,
    /// The same in Braket's own gates, where it can be written so.
    pub braket_program_key: Option<String>,
    pub program_file: String,
    pub ir_type: IrType,
    /// In the order of their declaration.
    pub inputs: Vec<ProgramInput>,
    #[serde(with = "crate::json_text")]
    pub input_schema: Value,
    #[serde(with = "crate::json_text")]
    pub output_schema: Option<Value>,
    pub default_device_id: Option<String>,
    pub default_shots: Option<u32>,
    pub estimate: ResourceEstimate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum IrType {
    #[serde(rename = "OPENQASM_2")]
    Openqasm2,
    #[serde(rename = "OPENQASM_3")]
    Openqasm3,
}

/// What running the program takes, from its analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEstimate {
    pub qubits: u32,
    pub depth: u64,
    pub gates: u64,
    pub two_qubit_gates: u64,
    pub measured_qubits: u32,
    /// Names the program uses, as Braket knows them where it can be written in Braket's own gates.
    pub gate_names: Vec<String>,
    pub uses_mid_circuit_measurement: bool,
    /// Whether it can be written in Braket's own gates, with what it includes and defines written out.
    pub in_braket_dialect: bool,
    pub results: AskedResults,
    pub simulation: SimulationEstimate,
}

/// What a program asks for besides counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AskedResults {
    None,
    /// Result types that are exact with 0 shots and sampled with more.
    Any,
    /// A state or what follows from it, which takes 0 shots.
    Exact,
    /// A sample, which takes shots.
    Sampled,
}

/// What simulating the program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulationEstimate {
    /// Memory of the states, where shots are drawn.
    pub sampled_bytes: u64,
    /// Memory of the states, where answers are exact.
    pub exact_bytes: u64,
    /// Numbers of the state that are passed over once.
    pub updates: u64,
    /// The same again for each shot.
    pub updates_a_shot: u64,
}

impl SimulationEstimate {
    /// Of a state vector that every gate passes over once.
    pub fn of_state_vector(qubits: u32, gates: u64) -> Self {
        let amplitudes = 1_u64.checked_shl(qubits).unwrap_or(u64::MAX);
        Self {
            sampled_bytes: amplitudes.saturating_mul(8),
            exact_bytes: amplitudes.saturating_mul(16),
            updates: amplitudes.saturating_mul(gates.max(1)),
            updates_a_shot: 0,
        }
    }
}

impl ResourceEstimate {
    /// Numbers of the state that a simulation of ours passes over.
    pub fn updates(&self, shots: u32) -> u128 {
        let each_shot = u128::from(self.simulation.updates_a_shot) * u128::from(shots);
        u128::from(self.simulation.updates) + each_shot
    }

    /// Amplitudes that a simulator of a provider passes over, which does not look for a shorter way: gates × 2^qubits.
    pub fn amplitude_updates(&self) -> u128 {
        u128::from(self.gates.max(1)) << self.qubits.min(60)
    }

    /// Memory that a simulation's states take.
    pub fn simulation_bytes(&self, shots: u32) -> u64 {
        if shots == 0 { self.simulation.exact_bytes } else { self.simulation.sampled_bytes }
    }
}

/// A parameter of the program that each job gives a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramInput {
    pub name: String,
    #[serde(flatten)]
    pub kind: InputKind,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InputKind {
    Float,
    /// In radians.
    Angle,
    /// Sign included.
    Int {
        bits: u32,
    },
    Uint {
        bits: u32,
    },
    Bool,
    Bits {
        width: u32,
    },
}

impl InputKind {
    /// Says what a property for it must look like, where `property` does not.
    fn misfit(self, property: &Value) -> Option<String> {
        let is = |wanted: &[&str]| {
            property.get("type").and_then(Value::as_str).is_some_and(|kind| wanted.contains(&kind))
        };
        let (fits, wanted) = match self {
            Self::Float | Self::Angle => {
                (is(&["number", "integer"]), "\"type\": \"number\"".to_owned())
            }
            Self::Int { .. } | Self::Uint { .. } => {
                (is(&["integer"]), "\"type\": \"integer\"".to_owned())
            }
            Self::Bool => (is(&["boolean"]), "\"type\": \"boolean\"".to_owned()),
            Self::Bits { width } => {
                let pattern = format!("^[01]{{{width}}}$");
                let has_pattern = property.get("pattern").and_then(Value::as_str) == Some(&pattern);
                let wanted = format!("\"type\": \"string\" and \"pattern\": \"{pattern}\"");
                (is(&["string"]) && has_pattern, wanted)
            }
        };
        (!fits).then_some(wanted)
    }
}

/// Says where an input schema and the inputs of the program part: what fits the schema must fit the program.
pub fn schema_findings(schema: &Value, inputs: &[ProgramInput]) -> Vec<String> {
    let none = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut findings = Vec::new();
    for ProgramInput { name, kind } in inputs {
        match properties.get(name).map(|property| kind.misfit(property)) {
            None => findings.push(format!(
                "The program takes the input '{name}', which input_schema lacks; add it to \"properties\"."
            )),
            Some(Some(wanted)) => findings.push(format!(
                "The property '{name}' of input_schema does not fit the program's input; give it {wanted}."
            )),
            Some(None) => {}
        }
        if !required.contains(&json!(name)) {
            findings.push(format!(
                "The program cannot run without the input '{name}'; add it to \"required\" in input_schema."
            ));
        }
    }
    let unknown = properties.keys().filter(|name| inputs.iter().all(|input| input.name != **name));
    findings.extend(unknown.map(|name| {
        format!("The program has no input '{name}'; remove it from input_schema, or declare it with `input`.")
    }));
    findings
}

/// The schema, closed: what the program does not take is refused when a job is submitted, not when it runs.
pub fn closed(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn an_announced_upload_has_a_hash_and_a_bounded_size() {
        for (sha256, bytes, wrong) in [
            (SHA256, 1, vec![]),
            (SHA256, MAX_PACKAGE_BYTES, vec![]),
            (SHA256, 0, vec!["/bytes"]),
            (SHA256, MAX_PACKAGE_BYTES + 1, vec!["/bytes"]),
            (&SHA256[1..], 1, vec!["/sha256"]),
            ("é", 0, vec!["/sha256", "/bytes"]),
        ] {
            let pointers: Vec<String> = match Upload::announced(String::new(), sha256, bytes) {
                Ok(upload) => {
                    assert_eq!(upload.sha256, SHA256.to_lowercase());
                    Vec::new()
                }
                Err(refusal) => refusal.violations.into_iter().map(|v| v.pointer).collect(),
            };
            assert_eq!(pointers, wrong, "{sha256} {bytes}");
        }
    }

    fn check(kind: InputKind, property: Value, fits: bool) {
        let schema = json!({"type": "object", "properties": {"a": property}, "required": ["a"]});
        let inputs = [ProgramInput { name: "a".into(), kind }];
        assert_eq!(schema_findings(&schema, &inputs).is_empty(), fits, "{kind:?} {property}");
    }

    #[test]
    fn a_property_must_be_of_its_inputs_type() {
        check(InputKind::Float, json!({"type": "number"}), true);
        check(InputKind::Angle, json!({"type": "integer", "minimum": 0}), true);
        check(InputKind::Angle, json!({"type": "string"}), false);
        check(InputKind::Angle, json!({"type": ["number", "null"]}), false);
        check(InputKind::Angle, json!(true), false);
        check(InputKind::Int { bits: 8 }, json!({"type": "integer"}), true);
        check(InputKind::Uint { bits: 8 }, json!({"type": "number"}), false);
        check(InputKind::Bool, json!({"type": "boolean"}), true);
        check(InputKind::Bool, json!({"type": "integer"}), false);
        check(InputKind::Bits { width: 2 }, json!({"type": "string"}), false);
        check(
            InputKind::Bits { width: 2 },
            json!({"type": "string", "pattern": "^[01]{2}$"}),
            true,
        );
        check(
            InputKind::Bits { width: 2 },
            json!({"type": "string", "pattern": "^[01]{3}$"}),
            false,
        );
    }

    #[test]
    fn schema_and_program_take_the_same_inputs() {
        let inputs = [ProgramInput { name: "theta".into(), kind: InputKind::Angle }];
        let says = |schema: Value, words: &str| {
            let findings = schema_findings(&schema, &inputs).join(" ");
            assert!(findings.contains(words), "{findings} lacks {words}");
        };
        let number = json!({"type": "number"});
        says(json!({"type": "object"}), "add it to \"properties\"");
        says(json!({"properties": {"theta": number}}), "add it to \"required\"");
        says(json!({"properties": {"theta": number, "phi": number}}), "no input 'phi'");
        says(json!({"properties": 5, "required": {"theta": 1}}), "lacks");
        assert!(schema_findings(&json!({"type": "object"}), &[]).is_empty());
    }

    #[test]
    fn a_finding_stays_short_whatever_the_author_wrote() {
        let finding = Finding::new("x", "é".repeat(100_000));
        assert_eq!(finding.detail.chars().count(), MAX_DETAIL + 1);
        assert_eq!(Finding::new("x", "short").detail, "short");
    }

    #[test]
    fn a_closed_schema_takes_nothing_else() {
        let closed = closed(json!({"type": "object", "additionalProperties": true}));
        assert_eq!(closed, json!({"type": "object", "additionalProperties": false}));
    }

    #[test]
    fn schemas_are_stored_as_text() {
        let estimate = ResourceEstimate {
            qubits: 1,
            depth: 1,
            gates: 1,
            two_qubit_gates: 0,
            measured_qubits: 1,
            gate_names: vec![],
            uses_mid_circuit_measurement: false,
            in_braket_dialect: true,
            results: AskedResults::None,
            simulation: SimulationEstimate::of_state_vector(1, 1),
        };
        let package = Package {
            key: String::new(),
            sha256: String::new(),
            bytes: 1,
            program_key: String::new(),
            braket_program_key: None,
            program_file: String::new(),
            ir_type: IrType::Openqasm3,
            inputs: vec![],
            input_schema: json!({"": {"maximum": 1e300}}),
            output_schema: None,
            default_device_id: None,
            default_shots: None,
            estimate,
        };
        let stored = serde_json::to_value(&package).expect("json");
        assert_eq!(stored["input_schema"], json!(r#"{"":{"maximum":1e+300}}"#));
        assert_eq!(serde_json::from_value::<Package>(stored).expect("a package"), package);
    }

    #[test]
    fn inputs_survive_the_table() {
        for kind in [InputKind::Angle, InputKind::Uint { bits: 4 }, InputKind::Bits { width: 3 }] {
            let input = ProgramInput { name: "a".into(), kind };
            let stored = serde_json::to_value(&input).expect("json");
            assert_eq!(serde_json::from_value::<ProgramInput>(stored).expect("an input"), input);
        }
    }
}
