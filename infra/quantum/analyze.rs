//! How large is a program, and does a device run it?

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use quantum::Program;
use quantum::analysis::{
    Capabilities, Conditions, Form, Precision, Preflight, Report, Request, Tariff,
    analyze as count, analyze_circuit, preflight, preflight_table, table,
};
use serde_json::json;

use super::Stopped;
use super::arguments::Analyze;
use super::source::{bind, parse, read};

pub(super) fn analyze(asked: &Analyze) -> Result<(), Stopped> {
    let parsed = parse(&asked.file)?;
    let circuit = match &asked.inputs {
        Some(inputs) => Some(bind(&asked.file, &parsed, inputs)?),
        None => None,
    };
    let (program, analysis): (&Program, _) = match &circuit {
        Some(circuit) => (circuit.program(), analyze_circuit(circuit)),
        None => (parsed.program(), count(parsed.program())),
    };
    let precision = if asked.shots == 0 { Precision::Double } else { Precision::Single };
    let report = Report::new(analysis, asked.shots, precision);
    let before_a_run = match &asked.device {
        Some(device) => Some(on_device(asked, program, device)?),
        None => None,
    };
    let mut out = std::io::stdout().lock();
    if asked.json {
        writeln!(out, "{}", json!({ "program": report, "device": before_a_run }))?;
        return Ok(());
    }
    write!(out, "{}", table(&report))?;
    if let Some(told) = &before_a_run {
        write!(out, "\n{}", preflight_table(told))?;
    }
    match before_a_run.is_none_or(|told| told.fits) {
        true => Ok(()),
        false => Err(Stopped::Refused("the device does not run this program".to_owned())),
    }
}

/// Of a whole answer of GetDevice the part that counts, which is a text there.
fn capabilities(document: String) -> String {
    let answer: Option<serde_json::Value> = serde_json::from_str(&document).ok();
    match answer.as_ref().map(|answer| &answer["deviceCapabilities"]) {
        Some(serde_json::Value::String(inner)) => inner.clone(),
        Some(inner @ serde_json::Value::Object(_)) => inner.to_string(),
        _ => document,
    }
}

fn on_device(asked: &Analyze, program: &Program, file: &Path) -> Result<Preflight, Stopped> {
    let wrong = |error: String| Stopped::Refused(format!("error: {}: {error}", file.display()));
    let document = capabilities(read(file)?);
    let device = Capabilities::parse(&document).map_err(|error| wrong(error.to_string()))?;
    let tariff: Option<Tariff> =
        match &asked.tariff {
            None => None,
            Some(tariff) => Some(serde_json::from_str(&read(tariff)?).map_err(|error| {
                Stopped::Refused(format!("error: {}: {error}", tariff.display()))
            })?),
        };
    let none = BTreeMap::new();
    let conditions = Conditions {
        request: Request { shots: asked.shots, form: Form::BraketDialect },
        tariff: tariff.as_ref(),
        now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    };
    Ok(preflight(program, asked.inputs.as_ref().unwrap_or(&none), &device, conditions))
}
