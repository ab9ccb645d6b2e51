//! How are programs for the tests put together?

use std::collections::BTreeMap;
use std::sync::Arc;

use quantum_program::{
    Builder, Circuit, Expression, ExpressionId, Input, InputKind, InputValue, Language, NewGate,
    NoiseKind, Parameter, Program, Recorded, ResultType, Unitary, Wire, built_in,
};

pub(super) struct Written {
    builder: Builder,
    recorded: Vec<Recorded>,
}

impl Written {
    /// With a register of qubits and one of as many bits.
    pub(super) fn on(qubits: u32) -> Self {
        let mut written = Self::empty();
        written.builder.qubit_register("q".to_owned(), qubits).expect("room");
        written.builder.bit_register(Some("c".to_owned()), qubits).expect("room");
        written
    }

    /// On qubits of a device.
    pub(super) fn on_device(qubits: &[u32]) -> Self {
        let mut written = Self::empty();
        for qubit in qubits {
            written.builder.physical_qubit(*qubit).expect("room");
        }
        written.builder.bit_register(Some("c".to_owned()), 8).expect("room");
        written
    }

    fn empty() -> Self {
        let builder = Builder::new(Language::OpenQasm3, Arc::from(""));
        Self { builder, recorded: Vec::new() }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Builder)) -> Self {
        change(&mut self.builder);
        self
    }

    /// A gate by its name; the modifiers `ctrl @` and `inv @` may stand before it.
    pub(super) fn gate(self, name: &str, angles: &[f64], qubits: &[u32]) -> Self {
        let angles: Vec<_> = angles.iter().map(|angle| Parameter::Known(*angle)).collect();
        self.turned(name, &angles, qubits)
    }

    pub(super) fn turned(mut self, name: &str, angles: &[Parameter], qubits: &[u32]) -> Self {
        let mut parts: Vec<_> = name.split(" @ ").collect();
        let bare = parts.pop().expect("a name");
        let gate = built_in(bare).expect("a built-in gate");
        let controls = gate.controls + parts.iter().filter(|part| **part == "ctrl").count();
        let powers: Vec<f64> = parts.iter().filter(|part| **part == "inv").map(|_| -1.0).collect();
        let wires: Vec<_> = qubits.iter().map(|qubit| Wire::new(*qubit)).collect();
        let name = self.builder.gate_name(name);
        self.builder
            .gate(&NewGate {
                base: gate.base,
                name,
                controls: &wires[..controls],
                targets: &wires[controls..],
                parameters: angles,
                powers: &powers,
            })
            .expect("room");
        self
    }

    pub(super) fn unitary(self, matrix: Unitary, targets: &[u32]) -> Self {
        self.with(|builder| builder.unitary(Arc::new(matrix), targets).expect("room"))
    }

    pub(super) fn noise(self, kind: NoiseKind, probability: f64, targets: &[u32]) -> Self {
        let parameters = vec![Parameter::Known(probability); kind.parameters()];
        self.with(|builder| builder.noise(kind, &parameters, Vec::new(), targets).expect("room"))
    }

    pub(super) fn measure(mut self, qubit: u32, bit: u32) -> Self {
        self.recorded.push(Recorded { bit, qubit });
        self.with(|builder| builder.measure(qubit, bit).expect("room"))
    }

    pub(super) fn reset(self, qubit: u32) -> Self {
        self.with(|builder| builder.reset(qubit).expect("room"))
    }

    pub(super) fn barrier(self, qubits: &[u32]) -> Self {
        self.with(|builder| builder.barrier(qubits).expect("room"))
    }

    pub(super) fn result(self, result: ResultType) -> Self {
        self.with(|builder| builder.result(result))
    }

    pub(super) fn input(mut self, name: &str) -> (Self, Parameter) {
        let input = Input { name: name.to_owned(), kind: InputKind::Float };
        let number = self.builder.input(input).expect("room");
        let id = self.expression(Expression::Input(number));
        (self, Parameter::Expression(id))
    }

    pub(super) fn expression(&mut self, node: Expression) -> ExpressionId {
        self.builder.expression(node, 0).expect("defined")
    }

    /// What is written by `inner` runs if the bit is 1.
    pub(super) fn if_bit(mut self, bit: u32, inner: impl FnOnce(Self) -> Self) -> Self {
        let condition = self.expression(Expression::Bit(bit));
        self = self.with(|builder| builder.begin_if(condition).expect("room"));
        inner(self).with(|builder| builder.end_block().expect("room"))
    }

    pub(super) fn finish(self) -> Program {
        self.builder.finish(self.recorded).expect("room")
    }

    pub(super) fn bound(self, inputs: &[(&str, f64)]) -> Circuit {
        let inputs: BTreeMap<_, _> = inputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), InputValue::Float(*value)))
            .collect();
        Arc::new(self.finish()).bind(&inputs).expect("inputs that fit")
    }
}

/// H and a row of controlled X.
pub(super) fn ghz(qubits: u32) -> Written {
    (1..qubits).fold(Written::on(qubits).gate("h", &[], &[0]), |written, qubit| {
        written.gate("cx", &[], &[qubit - 1, qubit])
    })
}
