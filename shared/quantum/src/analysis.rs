//! How large is a program, and what does it ask of a device?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::memory_bytes;
use crate::program::{Body, Step};

/// Counts over a program with its custom gates written out. Global phases are left out of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// Qubits declared, or distinct physical qubits named.
    pub qubits: usize,
    /// Qubits that a gate or a reset acts on: a simulation holds at most these in memory.
    pub active_qubits: usize,
    /// Gates and resets on the longest path from first to last; a barrier lines its qubits up.
    pub depth: usize,
    pub gates: usize,
    pub one_qubit_gates: usize,
    pub two_qubit_gates: usize,
    pub multi_qubit_gates: usize,
    /// Distinct qubits measured; all of them if the program measures none.
    pub measured_qubits: usize,
    /// By the name in the program, with its modifiers.
    pub gate_counts: BTreeMap<String, usize>,
    /// A measured qubit is acted on again, or a used one is reset: a run simulates every shot.
    pub uses_mid_circuit_measurement: bool,
}

impl Analysis {
    /// Bytes a simulation takes at most: what [`crate::Run::memory_limit_bytes`] must allow.
    pub fn memory_bytes(&self) -> u64 {
        // a run shot by shot keeps the state before the first measurement
        let states = if self.uses_mid_circuit_measurement { 2 } else { 1 };
        memory_bytes(self.active_qubits).saturating_mul(states)
    }
}

pub(crate) fn analyse(body: &Body) -> Analysis {
    let mut counts = Counts::new(body);
    for step in &body.steps {
        counts.add(step);
    }
    counts.finish()
}

struct Counts<'a> {
    body: &'a Body,
    levels: Vec<usize>,
    measured: Vec<bool>,
    by_name: Vec<usize>,
    by_width: [usize; 3],
    uses_mid_circuit_measurement: bool,
}

impl<'a> Counts<'a> {
    fn new(body: &'a Body) -> Self {
        Self {
            body,
            levels: vec![0; body.qubits.len()],
            measured: vec![false; body.qubits.len()],
            by_name: vec![0; body.gate_names.len()],
            by_width: [0; 3],
            uses_mid_circuit_measurement: false,
        }
    }

    fn add(&mut self, step: &Step) {
        match *step {
            Step::Gate(gate) => {
                let operands = self.body.operands(&gate);
                let Some(width) = operands.len().checked_sub(1) else {
                    return;
                };
                self.by_width[width.min(2)] += 1;
                self.by_name[gate.name as usize] += 1;
                self.act(operands.iter().map(|wire| wire.qubit() as usize), 1);
            }
            Step::Reset { qubit } => {
                self.uses_mid_circuit_measurement = true;
                self.act(std::iter::once(qubit as usize), 1);
            }
            Step::Barrier { first, count } => {
                let operands = self.body.barrier(first, count);
                self.line_up(operands.iter().map(|wire| wire.qubit() as usize), 0);
            }
            Step::Measure { qubit, .. } => self.measured[qubit as usize] = true,
        }
    }

    fn act(&mut self, qubits: impl Iterator<Item = usize> + Clone, levels: usize) {
        let acts_on_measured = qubits.clone().any(|qubit| self.measured[qubit]);
        self.uses_mid_circuit_measurement |= acts_on_measured;
        self.line_up(qubits, levels);
    }

    fn line_up(&mut self, qubits: impl Iterator<Item = usize> + Clone, levels: usize) {
        let deepest = qubits.clone().map(|qubit| self.levels[qubit]).max();
        for qubit in qubits {
            self.levels[qubit] = deepest.unwrap_or(0) + levels;
        }
    }

    fn finish(self) -> Analysis {
        let names = self.body.gate_names.iter().cloned().zip(self.by_name);
        let mut measured = self.body.measured.clone();
        measured.sort_unstable();
        measured.dedup();
        let [one_qubit_gates, two_qubit_gates, multi_qubit_gates] = self.by_width;
        Analysis {
            qubits: self.body.qubits.len(),
            active_qubits: active_qubits(self.body).len(),
            depth: self.levels.into_iter().max().unwrap_or(0),
            gates: one_qubit_gates + two_qubit_gates + multi_qubit_gates,
            one_qubit_gates,
            two_qubit_gates,
            multi_qubit_gates,
            measured_qubits: measured.len(),
            gate_counts: names.filter(|(_, count)| *count > 0).collect(),
            uses_mid_circuit_measurement: self.uses_mid_circuit_measurement,
        }
    }
}

/// The qubits something acts on, ascending; the others stay 0.
pub(crate) fn active_qubits(body: &Body) -> Vec<u32> {
    let mut active = vec![false; body.qubits.len()];
    for step in &body.steps {
        match step {
            Step::Gate(gate) => {
                for wire in body.operands(gate) {
                    active[wire.qubit() as usize] = true;
                }
            }
            Step::Reset { qubit } => active[*qubit as usize] = true,
            Step::Measure { .. } | Step::Barrier { .. } => {}
        }
    }
    (0..).zip(active).filter(|(_, active)| *active).map(|(qubit, _)| qubit).collect()
}
