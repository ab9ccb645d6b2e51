//! What does a quantum program say, how large is it, and what does a run of it give?
//!
//! Text becomes tokens and a syntax tree (`syntax`), the tree a flat checked [`Program`] (`lowering`);
//! a program is counted ([`Program::analysis`]) or bound to its inputs ([`Program::bind`]) and simulated
//! ([`Circuit::simulate`]). Pure compute: nothing here reads a file, a clock or the network.

mod analysis;
mod circuit;
mod complex;
mod diagnostics;
mod gates;
mod limits;
mod lowering;
mod matrices;
mod outcome;
mod program;
mod random;
mod scalar;
mod simulation;
mod syntax;
#[cfg(test)]
mod tests;

pub use analysis::Analysis;
pub use circuit::{BindError, Circuit, Value};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use limits::{
    MAX_BITS, MAX_DIAGNOSTICS, MAX_EXACT_OUTCOMES, MAX_EXPANDED_GATES, MAX_EXPANDED_OPERANDS,
    MAX_INPUTS, MAX_NESTING, MAX_QUBITS, MAX_RECORDED_BITS, MAX_SHOTS, MAX_SIMULATED_QUBITS,
    MAX_SOURCE_BYTES, MAX_STATEMENTS, memory_bytes,
};
pub use outcome::{Measurements, Outcome};
pub use program::{Input, InputKind, Program, parse};
pub use simulation::{Progress, Run, SimulationError};
