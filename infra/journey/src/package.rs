//! What is published: a package with a program whose outcome theory knows.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::Off;

/// Three qubits, all 0 or all 1: `theta` says how often.
pub(crate) const SHORT: &str = "OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] b;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
";

/// The same outcome on `qubits` qubits after `layers` of turning every qubit forth and back.
pub(crate) fn long(qubits: usize, layers: usize) -> String {
    let turn = format!("  rx(0.3) q;\n  ry(0.2) q;\n  ry(-0.2) q;\n  rx(-0.3) q;\n").replace("  ", "");
    let chain: String = (1..qubits).map(|to| format!("cnot q[{}], q[{to}];\n", to - 1)).collect();
    format!(
        "OPENQASM 3.0;\ninput float theta;\nqubit[{qubits}] q;\nbit[{qubits}] b;\n{}ry(theta) q[0];\n{chain}b = measure q;\n",
        turn.repeat(layers)
    )
}

/// The zip of an app with this program.
pub(crate) fn zip(name: &str, program: &str) -> Result<Vec<u8>, Off> {
    let manifest = json!({
        "name": name,
        "version": "1.0.0",
        "program": "ghz.qasm",
        "input_schema": {
            "type": "object",
            "properties": {"theta": {"type": "number", "minimum": 0, "maximum": 3.2}},
            "required": ["theta"],
            "additionalProperties": false
        },
        "defaults": {"device": "hub-simulator", "shots": 1000}
    });
    let readme = "# GHZ\n\nEntangles its qubits: they are all 0 or all 1, and `theta` says how often.\n";
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (file, content) in [("quantum-app.json", manifest.to_string().as_str()), ("ghz.qasm", program), ("README.md", readme)] {
        archive.start_file(file, SimpleFileOptions::default()).map_err(|error| Off::wrong(error.to_string()))?;
        archive.write_all(content.as_bytes()).map_err(|error| Off::wrong(error.to_string()))?;
    }
    Ok(archive.finish().map_err(|error| Off::wrong(error.to_string()))?.into_inner())
}
