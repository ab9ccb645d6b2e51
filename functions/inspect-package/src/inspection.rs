//! Whether a package may be released: bytes in, what a job needs or what is wrong out. Reads nothing else.

use domain::{
    package::{Finding, closed, schema_findings},
    schema,
    version::Upload,
};
use files::{Manifest, Object};
use serde_json::Value;

use crate::program::{self, Learned};

const MANIFEST: &str = "quantum-app.json";

/// A package that passed.
pub(crate) struct Passed {
    pub(crate) source: String,
    pub(crate) readme: String,
    pub(crate) manifest: Manifest,
    pub(crate) input_schema: Value,
    pub(crate) output_schema: Option<Value>,
    pub(crate) learned: Learned,
}

/// Never panics, and holds one package at a time: there is no await in it.
pub(crate) fn inspect(
    object: &Object,
    announced: &Upload,
    version_number: &str,
) -> Result<Passed, Vec<Finding>> {
    as_announced(object, announced)?;
    let package = files::Package::read(&object.bytes)
        .map_err(|refusal| vec![Finding::new(refusal.code(), refusal.to_string())])?;
    let learned = program::read(package.program(), &package.manifest.program);
    let manifest = package.manifest.clone();
    let input_schema = Value::Object(manifest.input_schema.clone());
    let output_schema = manifest.output_schema.clone().map(Value::Object);
    let mut findings = number_findings(&manifest, version_number);
    findings.extend(schema_finding("input_schema", Some(&input_schema)));
    findings.extend(schema_finding("output_schema", output_schema.as_ref()));
    if let Ok(learned) = &learned {
        let parting = schema_findings(&input_schema, &learned.inputs).into_iter();
        findings.extend(parting.map(|says| in_manifest("input_schema_differs", says)));
    }
    match learned {
        Ok(learned) if findings.is_empty() => Ok(Passed {
            source: package.program().to_owned(),
            readme: package.readme,
            manifest,
            input_schema: closed(input_schema),
            output_schema,
            learned,
        }),
        Ok(_) => Err(findings),
        Err(of_program) => Err([findings, of_program].concat()),
    }
}

fn as_announced(object: &Object, announced: &Upload) -> Result<(), Vec<Finding>> {
    if object.sha256.to_string() != announced.sha256 {
        return Err(vec![other_content()]);
    }
    if object.bytes.len() as u64 != announced.bytes {
        return Err(vec![Finding::new(
            "package_other_size",
            format!(
                "The uploaded file has {} bytes, {} were announced; ask for a new upload and announce its size.",
                object.bytes.len(),
                announced.bytes
            ),
        )]);
    }
    Ok(())
}

/// What was uploaded is not what was announced.
pub(crate) fn other_content() -> Finding {
    Finding::new("package_other_content", files::Refusal::OtherContent.to_string())
}

fn number_findings(manifest: &Manifest, version_number: &str) -> Vec<Finding> {
    let number = manifest.version.to_string();
    if number == version_number {
        return Vec::new();
    }
    vec![in_manifest(
        "version_differs",
        format!(
            "\"version\" is {number}, but the package was uploaded to the version {version_number}; write that number, or upload to another version."
        ),
    )]
}

fn schema_finding(name: &str, schema: Option<&Value>) -> Option<Finding> {
    let reason = schema::accept(schema?).err()?;
    Some(in_manifest(&format!("{name}_invalid"), format!("Correct \"{name}\": {reason}.")))
}

fn in_manifest(code: &str, detail: String) -> Finding {
    Finding::of_file(code, detail, MANIFEST)
}
