//! What does a developer upload?

use std::io::{Cursor, Write};

use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::Failure;

/// Three qubits that are all 0 or all 1; `theta` says how often.
pub(crate) const PROGRAM: &str = "OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] b;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
";

const README: &str = "# GHZ\n\nThree qubits that are all 0 or all 1; `theta` says how often.\n";

/// A package of this version.
pub(super) fn zip(version: &str) -> Result<Vec<u8>, Failure> {
    let manifest = json!({
        "name": "GHZ", "version": version, "program": "ghz.qasm",
        "input_schema": {
            "type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"]
        },
        "defaults": {"device": "hub-simulator", "shots": 1000}
    });
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("quantum-app.json", manifest.to_string().as_str()),
        ("ghz.qasm", PROGRAM),
        ("README.md", README),
    ] {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(content.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}
