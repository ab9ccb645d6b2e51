//! What is known of a program's size, and of what running it asks for?

use std::collections::BTreeMap;

use quantum_program::{Circuit, Program};
use serde::Serialize;

use crate::counting::count;
use crate::knowledge::Knowledge;

/// Counts over a program with its custom gates, loops and subroutines written out. Global phases are left out.
///
/// A block that only a run decides is counted once: both branches of an `if`, one after another, and one pass of a
/// `while`. [`Analysis::has_run_time_blocks`] says that there are such.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Qubits declared, or distinct physical qubits named.
    pub qubits: usize,
    /// Qubits that a gate, a noise channel or a reset acts on: a simulation holds at most these in memory.
    pub active_qubits: usize,
    /// Distinct qubits whose measurement is recorded; all of them if the program measures none.
    pub measured_qubits: usize,
    /// Gates and resets on the longest path from first to last; a barrier lines its qubits up, and what depends on a
    /// measurement comes after it.
    pub depth: usize,
    /// Of those on that path through gates of two qubits or more, only these.
    pub two_qubit_depth: usize,
    /// All gates, written-out matrices included.
    pub gates: usize,
    pub one_qubit_gates: usize,
    pub two_qubit_gates: usize,
    pub multi_qubit_gates: usize,
    /// By the name in the program, with its modifiers; written-out matrices under `unitary`.
    pub gate_counts: BTreeMap<String, usize>,
    /// With the next three, these are all gates.
    pub clifford_gates: usize,
    /// Gates that are a T gate up to Clifford gates: `t`, `p(pi/4)`, `ry(-3*pi/4)`.
    pub t_gates: usize,
    /// Gates that are more than one T gate, such as `ccx`, or none exactly, such as `rx(0.1)`.
    pub other_gates: usize,
    /// Gates whose angles only the inputs or a run tell, and matrices too wide to look at.
    pub undetermined_gates: usize,
    pub measurements: usize,
    pub resets: usize,
    pub barriers: usize,
    pub delays: usize,
    /// Noise channels by the name in their pragma.
    pub noise_counts: BTreeMap<String, usize>,
    pub noise: Noisiness,
    /// Result types asked for, as Braket writes them, in order.
    pub result_types: Vec<String>,
    /// A measured qubit is acted on again, or a used one is reset, or a measurement decides what follows.
    pub uses_mid_circuit_measurement: bool,
    /// A measurement decides which instructions follow, or with which angles.
    pub has_feedback: bool,
    /// Classical values are reckoned during the run.
    pub has_classical_steps: bool,
    /// Some counts are those of blocks that only a run decides.
    pub has_run_time_blocks: bool,
    /// Some result asks for amplitudes, which a tableau does not have.
    pub needs_amplitudes: bool,
    /// Ways the program may go where a measurement or a reset decides before the end; 1 if none does, and the largest
    /// number where a loop repeats it.
    pub ways: u64,
    /// Ways on which noise channels may lead, saturating.
    pub noise_ways: u64,
    /// Gates before the first of those choices.
    pub shared_gates: usize,
    /// Inputs that have no value yet.
    pub open_inputs: usize,
}

/// What noise a program asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Noisiness {
    None,
    /// Pauli operators at random: a tableau can follow them.
    Pauli,
    /// Damping, or operators written out.
    General,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clifford {
    /// Every gate is: a tableau simulates the program at any width.
    Yes,
    No,
    /// The inputs, or a run, decide.
    Undetermined,
}

impl Analysis {
    pub fn clifford(&self) -> Clifford {
        if self.t_gates + self.other_gates > 0 {
            Clifford::No
        } else if self.undetermined_gates > 0 {
            Clifford::Undetermined
        } else {
            Clifford::Yes
        }
    }
}

/// Counts with the inputs open: gates that depend on them are undetermined.
pub fn analyze(program: &Program) -> Analysis {
    count(Knowledge::Program(program))
}

/// Counts with the inputs given: blocks that they decide are counted as they run.
pub fn analyze_circuit(circuit: &Circuit) -> Analysis {
    count(Knowledge::Circuit(circuit))
}
