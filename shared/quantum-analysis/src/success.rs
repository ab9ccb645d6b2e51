//! How likely is it that a shot on a device runs without an error?

use quantum_program::{Base, Gate, Instruction, Program};
use serde::Serialize;

use crate::calibration::Figures;
use crate::capabilities::Capabilities;

/// Gates on two qubits that a gate on three takes: a Toffoli gate.
const PER_TOFFOLI: usize = 6;

/// A product of fidelities: the share of shots in which nothing goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Success {
    /// From 0 to 1.
    pub probability: f64,
    pub basis: Basis,
    /// Uses of a native gate on two qubits that were reckoned with.
    pub two_qubit_gates: usize,
    /// Sentences.
    pub assumptions: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The figures of the very qubits the program names.
    PhysicalQubits,
    /// What the device states of itself, or the median of its qubits and pairs: the program leaves open which it gets.
    Typical,
}

/// `None` if the device states no fidelities.
pub fn expected_success(program: &Program, device: &Capabilities) -> Option<Success> {
    let typical = device.calibration.typical();
    let nothing = Figures::default();
    if typical == nothing {
        return None;
    }
    let mut product = Product { program, device, typical, logarithm: 0.0, two_qubit_gates: 0 };
    product.gates();
    product.readout();
    let is_placed = program.physical_qubits().is_some()
        && !(device.calibration.one_qubit_gates.is_empty()
            && device.calibration.two_qubit_gates.is_empty());
    let basis = if is_placed { Basis::PhysicalQubits } else { Basis::Typical };
    Some(Success {
        probability: product.logarithm.exp(),
        basis,
        two_qubit_gates: product.two_qubit_gates,
        assumptions: assumptions(basis, device, typical),
    })
}

struct Product<'a> {
    program: &'a Program,
    device: &'a Capabilities,
    typical: Figures,
    logarithm: f64,
    two_qubit_gates: usize,
}

impl Product<'_> {
    fn gates(&mut self) {
        let program = self.program;
        for instruction in program.instructions() {
            match instruction {
                Instruction::Gate(gate) => {
                    let qubits: Vec<u32> =
                        program.operands(gate).iter().map(|wire| wire.qubit()).collect();
                    let uses = self.uses(gate, qubits.len());
                    self.operation(&qubits, uses);
                }
                Instruction::Unitary { targets, .. } => {
                    let qubits: Vec<u32> = program.qubits(*targets).collect();
                    let uses = if qubits.len() == 2 { 3 } else { uses_of_wide(qubits.len()) };
                    self.operation(&qubits, uses);
                }
                _ => {}
            }
        }
    }

    fn operation(&mut self, qubits: &[u32], uses: usize) {
        match qubits {
            [] => {}
            [qubit] => {
                let known = &self.device.calibration.one_qubit_gates;
                let own = self.placed(*qubit).and_then(|qubit| known.get(&qubit).copied());
                self.multiply(own.or(self.typical.one_qubit_gate), 1);
            }
            [one, other] => {
                let pair = self.placed(*one).zip(self.placed(*other));
                let own = pair.and_then(|(one, other)| self.device.calibration.pair(one, other));
                self.multiply(own.or(self.typical.two_qubit_gate), uses);
                self.two_qubit_gates = self.two_qubit_gates.saturating_add(uses);
            }
            _ => {
                self.multiply(self.typical.two_qubit_gate, uses);
                self.two_qubit_gates = self.two_qubit_gates.saturating_add(uses);
            }
        }
    }

    fn readout(&mut self) {
        let mut qubits: Vec<u32> = self.program.recorded().iter().map(|one| one.qubit).collect();
        if qubits.is_empty() {
            qubits = (0..).take(self.program.qubit_count()).collect();
        }
        qubits.sort_unstable();
        qubits.dedup();
        for qubit in qubits {
            let known = &self.device.calibration.readout;
            let own = self.placed(qubit).and_then(|qubit| known.get(&qubit).copied());
            self.multiply(own.or(self.typical.readout), 1);
        }
    }

    /// The device's number of a qubit, if the program says which it is.
    fn placed(&self, qubit: u32) -> Option<u32> {
        self.program.physical_qubits()?.get(qubit as usize).copied()
    }

    /// What is not stated does no harm; it is said so.
    fn multiply(&mut self, fidelity: Option<f64>, times: usize) {
        if let Some(fidelity) = fidelity {
            self.logarithm += fidelity.ln() * times as f64;
        }
    }

    /// Native gates on two qubits that a gate takes.
    fn uses(&self, gate: &Gate, width: usize) -> usize {
        if width != 2 {
            return uses_of_wide(width);
        }
        let name = self.program.gate_name(gate);
        if self.device.paradigm.native_gate_set.iter().any(|known| known.eq_ignore_ascii_case(name))
        {
            return 1;
        }
        match (gate.base, gate.controls()) {
            (Base::Swap, 0) => 3,
            (Base::Ecr, 0) | (Base::X | Base::Y | Base::Z | Base::Hadamard, 1) => 1,
            _ => 2,
        }
    }
}

/// A gate with k qubits is 2k - 5 Toffoli gates, with qubits to spare.
fn uses_of_wide(width: usize) -> usize {
    if width < 3 { 0 } else { PER_TOFFOLI * (2 * width - 5) }
}

fn assumptions(basis: Basis, device: &Capabilities, typical: Figures) -> Vec<String> {
    let mut said = vec![
        match basis {
            Basis::PhysicalQubits => "Fidelities are those of the qubits and pairs the program names.",
            Basis::Typical => {
                "Fidelities are the device's own summary, or the median of its qubits and pairs."
            }
        }
        .to_owned(),
        "Errors are independent, and any error spoils the shot; waiting costs nothing.".to_owned(),
        "Gates on two qubits and more count as the native ones they are usually made of; those on one qubit as one."
            .to_owned(),
    ];
    let is_sparse = device.paradigm.connectivity.as_ref().is_some_and(|one| !one.fully_connected);
    if basis == Basis::Typical && is_sparse {
        said.push(
            "Swaps between qubits that are not coupled are not counted: this is at best."
                .to_owned(),
        );
    }
    for (figure, what) in [
        (typical.one_qubit_gate, "gates on one qubit"),
        (typical.two_qubit_gate, "gates on two qubits"),
        (typical.readout, "measurements"),
    ] {
        if figure.is_none() {
            said.push(format!("The device states nothing of its {what}: they count as perfect."));
        }
    }
    said
}
