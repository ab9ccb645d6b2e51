//! How are an analysis and a preflight shown to a person in a terminal?

use std::fmt::Write;

use crate::analysis::{Analysis, Clifford, Noisiness};
use crate::preflight::Preflight;
use crate::report::Report;
use crate::simulation::{Method, Simulation};
use crate::windows::Window;

/// Gates named in the table; the others are summed up.
const MAX_NAMES: usize = 12;

/// Two columns of text, with a line end after each row.
pub fn table(report: &Report) -> String {
    aligned(rows(&report.analysis, &report.simulation))
}

/// The same for what is to be known before a run on a device.
pub fn preflight_table(preflight: &Preflight) -> String {
    let mut rows = vec![("runs", if preflight.fits { "yes" } else { "no" }.to_owned())];
    rows.extend(preflight.reasons.iter().map(|reason| ("", reason.sentence.clone())));
    if let Some(success) = &preflight.success {
        rows.push((
            "success",
            format!("{:.1} % of the shots expected", success.probability * 100.0),
        ));
        rows.extend(success.assumptions.iter().map(|said| ("", said.clone())));
    }
    if let Some(price) = &preflight.price {
        rows.push(("price", dollars(price.micros)));
        rows.extend(price.assumptions.iter().map(|said| ("", said.clone())));
    }
    if let Some(window) = preflight.window {
        rows.push(("open", opening(window, preflight.now)));
    }
    aligned(rows)
}

fn opening(window: Window, now: u64) -> String {
    let hours = |at: u64| duration(at.saturating_sub(now) as f64);
    match window {
        Window::Open { until: None } => "all week".to_owned(),
        Window::Open { until: Some(until) } => format!("now, for {} more", hours(until)),
        Window::Opens { at } => format!("in {}", hours(at)),
    }
}

/// Two decimals, and more where there are more.
fn dollars(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    let digits = format!("{rest:06}");
    let decimals = digits.trim_end_matches('0');
    format!("${whole}.{decimals:0<2}")
}

fn aligned(rows: Vec<(&'static str, String)>) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (label, value) in rows {
        // writing to a string does not fail
        let _ = writeln!(text, "{label:<width$}  {value}");
    }
    text
}

fn rows(analysis: &Analysis, simulation: &Simulation) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("qubits", qubits(analysis)),
        ("depth", format!("{}, of two-qubit gates {}", analysis.depth, analysis.two_qubit_depth)),
        ("gates", widths(analysis)),
    ];
    if analysis.gates > 0 {
        rows.push(("", names(analysis)));
    }
    rows.push(("T gates", t_gates(analysis)));
    rows.push(("Clifford", clifford(analysis).to_owned()));
    rows.push(("measured", measured(analysis)));
    for (label, count) in
        [("resets", analysis.resets), ("barriers", analysis.barriers), ("delays", analysis.delays)]
    {
        if count > 0 {
            rows.push((label, count.to_string()));
        }
    }
    if analysis.noise != Noisiness::None {
        let listed: Vec<_> =
            analysis.noise_counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        rows.push(("noise", listed.join(", ")));
    }
    if !analysis.result_types.is_empty() {
        rows.push(("results", summed_up(&analysis.result_types)));
    }
    if analysis.open_inputs > 0 {
        rows.push(("inputs", format!("{} without a value", analysis.open_inputs)));
    }
    rows.push(("simulation", simulated(simulation)));
    if analysis.has_run_time_blocks {
        rows.push(("note", "blocks that only a run decides are counted once".to_owned()));
    }
    rows
}

fn qubits(analysis: &Analysis) -> String {
    if analysis.qubits == analysis.active_qubits {
        return analysis.qubits.to_string();
    }
    format!("{}, of which {} are acted on", analysis.qubits, analysis.active_qubits)
}

fn widths(analysis: &Analysis) -> String {
    format!(
        "{}: {} on one qubit, {} on two, {} on more",
        analysis.gates,
        analysis.one_qubit_gates,
        analysis.two_qubit_gates,
        analysis.multi_qubit_gates
    )
}

fn names(analysis: &Analysis) -> String {
    let mut counted: Vec<_> = analysis.gate_counts.iter().collect();
    counted.sort_by(|(one, few), (other, many)| many.cmp(few).then(one.cmp(other)));
    let rest: usize = counted.iter().skip(MAX_NAMES).map(|(_, count)| **count).sum();
    let mut parts: Vec<_> =
        counted.iter().take(MAX_NAMES).map(|(name, count)| format!("{name} {count}")).collect();
    if rest > 0 {
        parts.push(format!("others {rest}"));
    }
    parts.join(", ")
}

fn t_gates(analysis: &Analysis) -> String {
    let mut text = analysis.t_gates.to_string();
    if analysis.other_gates > 0 {
        let _ = write!(text, ", and {} neither T nor Clifford", analysis.other_gates);
    }
    if analysis.undetermined_gates > 0 {
        let _ = write!(text, ", and {} not known yet", analysis.undetermined_gates);
    }
    text
}

fn clifford(analysis: &Analysis) -> &'static str {
    match analysis.clifford() {
        Clifford::Yes => "yes",
        Clifford::No => "no",
        Clifford::Undetermined => "depends on inputs or on the run",
    }
}

fn measured(analysis: &Analysis) -> String {
    let mut text = format!("{} qubits", analysis.measured_qubits);
    if analysis.has_feedback {
        text.push_str(", which decide what follows");
    } else if analysis.uses_mid_circuit_measurement {
        text.push_str(", some before the end");
    }
    text
}

fn summed_up(names: &[String]) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let parts: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    parts.join(", ")
}

fn simulated(simulation: &Simulation) -> String {
    let method = match simulation.method {
        Method::StateVector => "state vector",
        Method::Tableau => "tableau",
        Method::DensityMatrix => "density matrix",
        Method::Trajectories => "trajectories",
    };
    let memory = bytes(simulation.memory_bytes);
    let time = duration(simulation.core_seconds);
    format!("{method}, {memory}, about {time} of one core")
}

/// With a binary unit.
fn bytes(count: u64) -> String {
    if count == u64::MAX {
        return "more memory than there is".to_owned();
    }
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (count.max(1).ilog2() / 10) as usize;
    let value = count as f64 / 1024_f64.powi(i32::try_from(unit).unwrap_or(0));
    match unit {
        0 => format!("{count} B"),
        _ => format!("{value:.1} {}", units[unit]),
    }
}

fn duration(seconds: f64) -> String {
    const YEAR: f64 = 3.156e7;
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", (s * 1e6).max(1.0)),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < YEAR => format!("{:.0} h", s / 3600.0),
        s if s < 1e6 * YEAR => format!("{:.0} years", s / YEAR),
        _ => "more than a million years".to_owned(),
    }
}
