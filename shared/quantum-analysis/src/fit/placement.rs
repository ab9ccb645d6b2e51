//! Are the qubits of the device that a program names there, and coupled where a gate joins them?

use std::collections::BTreeSet;

use quantum_program::{Instruction, Operands};

use super::Check;
use crate::misfit::Misfit;

impl Check<'_> {
    pub(super) fn placement(&mut self) {
        let has_box = self.has_verbatim_box();
        if has_box {
            self.verbatim();
        }
        let Some(qubits) = self.program.physical_qubits() else {
            if has_box {
                self.report(Misfit::VerbatimOnRegister);
            }
            return;
        };
        if !self.action.support_physical_qubits {
            self.report(Misfit::PhysicalQubits);
            return;
        }
        for qubit in qubits {
            if !self.has_qubit(*qubit) {
                self.report(Misfit::NoSuchQubit { qubit: *qubit });
            }
        }
        self.couplings();
    }

    fn verbatim(&mut self) {
        let names = ["verbatim".to_owned(), "braket_verbatim".to_owned()];
        let lists = |list: &[String]| names.iter().any(|name| list.contains(name));
        if !lists(&self.action.supported_pragmas) || lists(&self.action.forbidden_pragmas) {
            self.report(Misfit::Pragma { pragma: "verbatim".to_owned() });
            return;
        }
        if self.action.supports_partial_verbatim_box == Some(false) && self.has_gate_outside() {
            self.report(Misfit::PartlyVerbatim);
        }
    }

    fn has_gate_outside(&self) -> bool {
        let mut boxes = Vec::new();
        self.program.instructions().iter().any(|instruction| match instruction {
            Instruction::BeginBox { verbatim } => {
                boxes.push(*verbatim);
                false
            }
            Instruction::EndBox => {
                boxes.pop();
                false
            }
            Instruction::Gate(_) | Instruction::Unitary { .. } => !boxes.contains(&true),
            _ => false,
        })
    }

    fn has_qubit(&self, qubit: u32) -> bool {
        let paradigm = &self.device.paradigm;
        match &paradigm.connectivity {
            Some(known) if !known.qubits.is_empty() => known.qubits.contains(&qubit),
            _ => paradigm.qubit_count.is_none_or(|count| qubit < count),
        }
    }

    fn couplings(&mut self) {
        let Some(connectivity) = &self.device.paradigm.connectivity else {
            return;
        };
        let program = self.program;
        let mut seen = BTreeSet::new();
        for instruction in program.instructions() {
            if self.is_full() {
                return;
            }
            let (name, pair) = match instruction {
                Instruction::Gate(gate) => {
                    let wires = program.operands(gate);
                    let [one, other] = wires else { continue };
                    (program.gate_name(gate), [one.qubit(), other.qubit()])
                }
                Instruction::Unitary { targets, .. } => match self.pair(*targets) {
                    Some(pair) => ("unitary", pair),
                    None => continue,
                },
                _ => continue,
            };
            let [one, other] = pair.map(|qubit| device_number(program.known_as(qubit)));
            if !connectivity.couples(one, other) && seen.insert((name, one, other)) {
                self.report(Misfit::NotCoupled { gate: name.to_owned(), one, other });
            }
        }
    }

    fn pair(&self, targets: Operands) -> Option<[u32; 2]> {
        let qubits: Vec<u32> = self.program.qubits(targets).collect();
        qubits.try_into().ok()
    }
}

fn device_number(known_as: usize) -> u32 {
    u32::try_from(known_as).unwrap_or(u32::MAX)
}
