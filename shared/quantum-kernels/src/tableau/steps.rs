//! What happens to the qubits of a stabilizer simulation, one thing after the other?

use super::{
    channel::PauliChannel,
    clifford::{OneQubit, Pauli, TwoQubit},
};

/// Gates, measurements, resets, noise and Paulis that depend on measured bits, on qubits numbered from 0.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    qubits: usize,
    measurements: usize,
    pub(super) steps: Vec<Step>,
    pub(super) channels: Vec<PauliChannel>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    One { gate: OneQubit, qubit: u32 },
    Two { gate: TwoQubit, qubits: [u32; 2] },
    Measure { qubit: u32 },
    Reset { qubit: u32 },
    Noise { channel: u32, qubits: [u32; 2] },
    Feedback { pauli: Pauli, qubit: u32, conditions: [u32; 2] },
}

/// A measured bit and the value it must have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition {
    pub(super) measurement: usize,
    pub(super) value: bool,
}

impl Steps {
    /// # Panics
    /// With more than `u32::MAX` qubits; the other methods panic on a qubit that is not below the width, or given twice.
    pub fn new(qubits: usize) -> Self {
        assert!(u32::try_from(qubits).is_ok(), "too many qubits");
        Self { qubits, ..Self::default() }
    }

    pub fn qubits(&self) -> usize {
        self.qubits
    }

    /// How many bits a shot measures.
    pub fn measurements(&self) -> usize {
        self.measurements
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub fn one(&mut self, gate: OneQubit, qubit: usize) {
        let qubit = self.check(qubit);
        self.steps.push(Step::One { gate, qubit });
    }

    pub fn two(&mut self, gate: TwoQubit, qubits: [usize; 2]) {
        let qubits = self.check_pair(qubits);
        self.steps.push(Step::Two { gate, qubits });
    }

    /// Returns the number of the measurement, by which its bit is found in the samples and in conditions.
    pub fn measure(&mut self, qubit: usize) -> usize {
        let qubit = self.check(qubit);
        self.steps.push(Step::Measure { qubit });
        self.measurements += 1;
        self.measurements - 1
    }

    pub fn reset(&mut self, qubit: usize) {
        let qubit = self.check(qubit);
        self.steps.push(Step::Reset { qubit });
    }

    /// `qubits` are as many as the channel is for.
    pub fn noise(&mut self, channel: &PauliChannel, qubits: &[usize]) {
        assert_eq!(
            channel.qubits(),
            qubits.len(),
            "a channel is for as many qubits as it is given"
        );
        let qubits = match *qubits {
            [first, second] => self.check_pair([first, second]),
            _ => [self.check(qubits[0]); 2],
        };
        // mostly the same noise follows every gate
        if self.channels.last() != Some(channel) {
            self.channels.push(channel.clone());
        }
        self.steps.push(Step::Noise { channel: self.channels.len() as u32 - 1, qubits });
    }

    /// The Pauli, in the shots in which every one of these measurements has its value.
    pub fn feedback(&mut self, pauli: Pauli, qubit: usize, conditions: &[(usize, bool)]) {
        let qubit = self.check(qubit);
        let start = self.conditions.len() as u32;
        for &(measurement, value) in conditions {
            assert!(measurement < self.measurements, "nothing was measured yet as {measurement}");
            self.conditions.push(Condition { measurement, value });
        }
        self.steps.push(Step::Feedback {
            pauli,
            qubit,
            conditions: [start, self.conditions.len() as u32],
        });
    }

    pub(super) fn conditions(&self, [start, end]: [u32; 2]) -> &[Condition] {
        &self.conditions[start as usize..end as usize]
    }

    fn check(&self, qubit: usize) -> u32 {
        assert!(qubit < self.qubits, "there is no qubit {qubit} among {}", self.qubits);
        qubit as u32
    }

    fn check_pair(&self, [first, second]: [usize; 2]) -> [u32; 2] {
        assert_ne!(first, second, "two qubits are needed");
        [self.check(first), self.check(second)]
    }
}
