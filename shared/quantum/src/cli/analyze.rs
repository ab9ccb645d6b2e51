//! How large is a program, and does a device run it?

use std::collections::BTreeMap;
use std::io::Write;

use quantum::analysis::{
    Analysis, Capabilities, Form, Misfit, Precision, Request, Success, analyze as count,
    analyze_circuit, expected_success, misfits, table,
};
use serde_json::json;

use super::Stopped;
use super::arguments::Analyze;
use super::source::{bind, parse, read};

/// What a device makes of a program.
struct Verdict {
    misfits: Vec<Misfit>,
    success: Option<Success>,
}

pub(super) fn analyze(asked: &Analyze) -> Result<(), Stopped> {
    let parsed = parse(&asked.file)?;
    let circuit = match &asked.inputs {
        Some(inputs) => Some(bind(&asked.file, &parsed, inputs)?),
        None => None,
    };
    let analysis = match &circuit {
        Some(circuit) => analyze_circuit(circuit),
        None => count(parsed.program()),
    };
    let verdict = match &asked.device {
        None => None,
        Some(file) => {
            let device = Capabilities::parse(&read(file)?)
                .map_err(|error| Stopped::Refused(format!("error: {}: {error}", file.display())))?;
            let request = Request { shots: asked.shots, form: Form::BraketDialect };
            let program = circuit.as_ref().map_or(parsed.program(), |circuit| circuit.program());
            let found = match &circuit {
                Some(circuit) => device.misfits(circuit, request),
                None => misfits(program, &BTreeMap::new(), &device, request),
            };
            Some(Verdict { misfits: found, success: expected_success(program, &device) })
        }
    };
    match asked.json {
        true => as_json(asked, &analysis, verdict.as_ref()),
        false => as_text(asked, &analysis, verdict.as_ref()),
    }
}

fn precision(asked: &Analyze) -> Precision {
    if asked.shots == 0 { Precision::Double } else { Precision::Single }
}

fn as_json(
    asked: &Analyze,
    analysis: &Analysis,
    verdict: Option<&Verdict>,
) -> Result<(), Stopped> {
    let simulation = analysis.simulation(asked.shots, precision(asked));
    let mut told = json!({
        "analysis": analysis,
        "clifford": analysis.clifford(),
        "simulation": simulation,
    });
    if let Some(verdict) = verdict {
        let reasons: Vec<String> = verdict.misfits.iter().map(Misfit::to_string).collect();
        told["device"] = json!({
            "fits": reasons.is_empty(),
            "reasons": reasons,
            "expected_success": verdict.success,
        });
    }
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn as_text(
    asked: &Analyze,
    analysis: &Analysis,
    verdict: Option<&Verdict>,
) -> Result<(), Stopped> {
    let mut out = std::io::stdout().lock();
    let simulation = analysis.simulation(asked.shots, precision(asked));
    write!(out, "{}", table(analysis, &simulation))?;
    let Some(verdict) = verdict else {
        return Ok(());
    };
    if verdict.misfits.is_empty() {
        writeln!(out, "\nThe device runs this program.")?;
    } else {
        writeln!(out, "\nThe device does not run this program:")?;
    }
    for misfit in &verdict.misfits {
        writeln!(out, "  {misfit}")?;
    }
    if let Some(success) = &verdict.success {
        writeln!(out, "Expected share of shots without an error: {:.4}", success.probability)?;
    }
    Ok(())
}
