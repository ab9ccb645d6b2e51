//! What is published: a package with a program whose outcome theory knows.

use std::{
    fmt::Display,
    io::{Cursor, Write},
};

use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::Off;

/// Three qubits, all 0 or all 1: `theta` says how often.
pub const SHORT: &str = "OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] b;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
";

/// The same outcome on `qubits` qubits after `layers` of turning every qubit forth and back.
pub fn long(qubits: usize, layers: usize) -> String {
    let turn = "rx(0.3) q;\nry(0.2) q;\nry(-0.2) q;\nrx(-0.3) q;\n";
    let chain: String = (1..qubits).map(|to| format!("cnot q[{}], q[{to}];\n", to - 1)).collect();
    format!(
        "OPENQASM 3.0;\ninput float theta;\nqubit[{qubits}] q;\nbit[{qubits}] b;\n{}ry(theta) q[0];\n{chain}b = measure q;\n",
        turn.repeat(layers)
    )
}

/// An app as it is brought to market: what is said of it, and the files of its package.
pub struct Offer {
    pub(crate) name: String,
    pub(crate) description: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) tags: &'static [&'static str],
    /// Dollars a job, beside the device.
    pub(crate) rate: &'static str,
    pub(crate) files: Vec<(&'static str, String)>,
}

/// An app with this program, which takes a `theta`.
pub fn offer(name: &str, program: &str) -> Offer {
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
    let readme =
        "# GHZ\n\nEntangles its qubits: they are all 0 or all 1, and `theta` says how often.\n";
    Offer {
        name: name.to_owned(),
        description: "",
        kind: "EDUCATION",
        tags: &[],
        rate: "0.05",
        files: vec![
            ("quantum-app.json", manifest.to_string()),
            ("ghz.qasm", program.to_owned()),
            ("README.md", readme.to_owned()),
        ],
    }
}

impl Offer {
    pub(crate) fn zip(&self) -> Result<Vec<u8>, Off> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (file, content) in &self.files {
            archive.start_file(*file, SimpleFileOptions::default()).map_err(failed)?;
            archive.write_all(content.as_bytes()).map_err(failed)?;
        }
        Ok(archive.finish().map_err(failed)?.into_inner())
    }
}

fn failed(error: impl Display) -> Off {
    Off::wrong(error.to_string())
}
