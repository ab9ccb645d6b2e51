//! Does a device measure, reset and go on as a program wants it?

use quantum_program::Instruction;

use super::Check;
use crate::misfit::Misfit;

impl Check<'_> {
    pub(super) fn measurements(&mut self) {
        let analysis = self.analysis;
        if analysis.has_feedback || analysis.has_classical_steps {
            self.report(Misfit::Feedback);
        }
        if analysis.resets > 0 && !self.has_operation("reset") {
            self.report(Misfit::Reset);
        }
        if self.goes_on_after_measuring() && !self.has_operation("measure") {
            self.report(Misfit::MidCircuit);
        }
        if self.action.requires_all_qubits_measurement {
            self.all_or_none();
        }
        if self.action.requires_contiguous_qubit_indices {
            self.without_gaps();
        }
        if self.action.supports_unassigned_measurements == Some(false) {
            self.assigned();
        }
    }

    /// Resets are another matter.
    fn goes_on_after_measuring(&self) -> bool {
        let program = self.program;
        let mut measured = vec![false; program.qubit_count()];
        program.instructions().iter().any(|instruction| match instruction {
            Instruction::Measure { qubit, .. } => {
                measured[*qubit as usize] = true;
                false
            }
            Instruction::Gate(gate) => {
                program.operands(gate).iter().any(|wire| measured[wire.qubit() as usize])
            }
            Instruction::Unitary { targets, .. } => {
                program.qubits(*targets).any(|qubit| measured[qubit as usize])
            }
            _ => false,
        })
    }

    fn all_or_none(&mut self) {
        let mut measured = vec![false; self.program.qubit_count()];
        for instruction in self.program.instructions() {
            if let Instruction::Measure { qubit, .. } = instruction {
                measured[*qubit as usize] = true;
            }
        }
        let missing = measured.iter().position(|measured| !measured);
        if let (Some(unmeasured), true) = (missing, measured.contains(&true)) {
            let unmeasured = self.program.known_as(narrow(unmeasured));
            self.report(Misfit::NotAllMeasured { unmeasured });
        }
    }

    fn without_gaps(&mut self) {
        let program = self.program;
        if program.physical_qubits().is_some() {
            return;
        }
        let mut used = vec![false; program.qubit_count()];
        for instruction in program.instructions() {
            match instruction {
                Instruction::Gate(gate) => {
                    for wire in program.operands(gate) {
                        used[wire.qubit() as usize] = true;
                    }
                }
                Instruction::Unitary { targets, .. } => {
                    program.qubits(*targets).for_each(|qubit| used[qubit as usize] = true);
                }
                Instruction::Measure { qubit, .. } | Instruction::Reset { qubit } => {
                    used[*qubit as usize] = true;
                }
                _ => {}
            }
        }
        let last = used.iter().rposition(|used| *used).unwrap_or(0);
        if let Some(unused) = used[..last.min(used.len())].iter().position(|used| !used) {
            self.report(Misfit::Gap { unused });
        }
    }

    fn assigned(&mut self) {
        let unnamed = self.program.bit_registers().iter().filter(|one| one.name.is_none());
        let ranges: Vec<_> = unnamed.map(|one| one.first..one.first + one.width).collect();
        let is_open = |instruction: &Instruction| match instruction {
            // registers stand in the order of their bits
            Instruction::Measure { bit, .. } => {
                let at = ranges.partition_point(|range| range.end <= *bit);
                ranges.get(at).is_some_and(|range| range.contains(bit))
            }
            _ => false,
        };
        if self.program.instructions().iter().any(is_open) {
            self.report(Misfit::UnassignedMeasurement);
        }
    }
}

fn narrow(qubit: usize) -> u32 {
    u32::try_from(qubit).unwrap_or(u32::MAX)
}
