//! What inspection learns of a program: its inputs, its size, and what it asks of a device.

use std::collections::BTreeSet;

use domain::package::{
    AskedResults, Finding, InputKind, IrType, ProgramInput, ResourceEstimate, SimulationEstimate,
};
use quantum::{
    Diagnostics, Language, NeededShots, Program, Style,
    analysis::{Analysis, Precision, analyze},
};

pub(crate) struct Learned {
    pub(crate) ir_type: IrType,
    pub(crate) inputs: Vec<ProgramInput>,
    pub(crate) estimate: ResourceEstimate,
    /// The program as Braket's devices are given it, where it can be written so.
    pub(crate) in_braket_dialect: Option<String>,
}

/// Reads the program in `file`.
pub(crate) fn read(source: &str, file: &str) -> Result<Learned, Vec<Finding>> {
    let parsed = quantum::parse(source).map_err(|found| diagnosed(found, file))?;
    let program = parsed.program();
    let ir_type = match program.language() {
        Language::OpenQasm2 => IrType::Openqasm2,
        Language::OpenQasm3 => IrType::Openqasm3,
    };
    let in_braket_dialect = quantum::print(program, Style::Braket)
        .ok()
        .filter(|printed| printed.len() as u64 <= files::limits::PROGRAM_BYTES);
    let estimate = estimate(program, in_braket_dialect.as_deref());
    let inputs = program.inputs().iter().map(input).collect();
    Ok(Learned { ir_type, inputs, estimate, in_braket_dialect })
}

fn diagnosed(found: Diagnostics, file: &str) -> Vec<Finding> {
    let place = |number: usize| u32::try_from(number).ok();
    found
        .into_iter()
        .map(|diagnostic| Finding {
            line: place(diagnostic.line),
            column: place(diagnostic.column),
            ..Finding::of_file("program_invalid", said(&diagnostic.message, &diagnostic.help), file)
        })
        .collect()
}

fn said(message: &str, help: &str) -> String {
    if help.is_empty() { message.to_owned() } else { format!("{message}: {help}") }
}

fn input(input: &quantum::Input) -> ProgramInput {
    let kind = match input.kind {
        quantum::InputKind::Float => InputKind::Float,
        quantum::InputKind::Angle => InputKind::Angle,
        quantum::InputKind::Int { bits } => InputKind::Int { bits },
        quantum::InputKind::Uint { bits } => InputKind::Uint { bits },
        quantum::InputKind::Bool => InputKind::Bool,
        quantum::InputKind::Bits { width } => InputKind::Bits { width },
    };
    ProgramInput { name: input.name.clone(), kind }
}

fn estimate(program: &Program, in_braket_dialect: Option<&str>) -> ResourceEstimate {
    let analysis = &analyze(program);
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    ResourceEstimate {
        qubits: narrow(analysis.qubits),
        depth: wide(analysis.depth),
        gates: wide(analysis.gates),
        two_qubit_gates: wide(analysis.two_qubit_gates),
        measured_qubits: narrow(analysis.measured_qubits),
        gate_names: gate_names(in_braket_dialect, analysis),
        uses_mid_circuit_measurement: analysis.uses_mid_circuit_measurement,
        in_braket_dialect: in_braket_dialect.is_some(),
        results: results(program),
        simulation: simulation(analysis),
    }
}

/// What a run without shots takes is learnt of one exact run, and what each shot takes of a second one.
fn simulation(analysis: &Analysis) -> SimulationEstimate {
    let exact = analysis.simulation(0, Precision::Double);
    let once = analysis.simulation(1, Precision::Single);
    let twice = analysis.simulation(2, Precision::Single);
    let updates_a_shot = twice.updates.saturating_sub(once.updates);
    SimulationEstimate {
        sampled_bytes: once.memory_bytes,
        exact_bytes: exact.memory_bytes,
        updates: once.updates.saturating_sub(updates_a_shot),
        updates_a_shot,
    }
}

fn results(program: &Program) -> AskedResults {
    match quantum::needed_shots(program) {
        None => AskedResults::None,
        Some(NeededShots::Any) => AskedResults::Any,
        Some(NeededShots::None) => AskedResults::Exact,
        Some(NeededShots::Some) => AskedResults::Sampled,
    }
}

/// Each gate and each modifier by itself, for there is no end of their combinations: `ctrl(2) @ x` names `ctrl` and `x`.
fn gate_names(in_braket_dialect: Option<&str>, as_written: &Analysis) -> Vec<String> {
    let printed = in_braket_dialect.and_then(|source| quantum::parse(source).ok());
    let printed = printed.map(|parsed| analyze(parsed.program()));
    let counts = &printed.as_ref().unwrap_or(as_written).gate_counts;
    let parts = counts.keys().flat_map(|name| name.split('@'));
    let bare = parts.map(|part| part.split('(').next().unwrap_or_default().trim().to_owned());
    bare.collect::<BTreeSet<_>>().into_iter().collect()
}
