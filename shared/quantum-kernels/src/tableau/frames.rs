//! By which Paulis does each shot differ from the reference?

use super::{
    TableauError,
    bits::{Table, WORD, bit, spread},
    clifford::{Pauli, Product},
    rows,
    steps::{Condition, Step, Steps},
};
use crate::random::Random;

/// For every qubit a row of shots with an X on it more than the reference, and one with a Z more.
pub(super) struct Frames {
    shots: usize,
    x: Table,
    z: Table,
    /// For every measurement the shots in which its bit is not the reference's.
    pub(super) flips: Table,
    measured: usize,
}

impl Frames {
    /// On |0…0⟩ a Z does nothing: half of the shots have one, which is what later makes their results random.
    pub(super) fn new(
        steps: &Steps,
        shots: usize,
        random: &mut Random,
    ) -> Result<Self, TableauError> {
        let words = shots.div_ceil(WORD);
        let mut frames = Self {
            shots,
            x: Table::zeros(steps.qubits(), words)?,
            z: Table::zeros(steps.qubits(), words)?,
            flips: Table::zeros(steps.measurements(), words)?,
            measured: 0,
        };
        for qubit in 0..steps.qubits() {
            frames.draw_z(qubit, random);
        }
        Ok(frames)
    }

    pub(super) fn apply(
        &mut self,
        step: Step,
        steps: &Steps,
        reference: &[u64],
        random: &mut Random,
    ) {
        match step {
            Step::One { gate, qubit } => {
                let mut rows = [self.x.row_mut(qubit as usize), self.z.row_mut(qubit as usize)];
                rows::add(&mut rows, gate);
            }
            Step::Two { gate, qubits } => {
                let qubits = qubits.map(|qubit| qubit as usize);
                let [x0, x1] = self.x.two_rows_mut(qubits);
                let [z0, z1] = self.z.two_rows_mut(qubits);
                rows::add(&mut [x0, z0, x1, z1], gate);
            }
            Step::Measure { qubit } => {
                self.flips.row_mut(self.measured).copy_from_slice(self.x.row(qubit as usize));
                self.measured += 1;
                self.draw_z(qubit as usize, random);
            }
            Step::Reset { qubit } => {
                self.x.row_mut(qubit as usize).fill(0);
                self.draw_z(qubit as usize, random);
            }
            Step::Noise { channel, qubits } => {
                steps.channels[channel as usize].strikes(self.shots, random, |shot, product| {
                    self.strike(shot, product, qubits)
                });
            }
            Step::Feedback { pauli, qubit, conditions } => {
                self.feed_back(pauli, qubit as usize, steps.conditions(conditions), reference);
            }
        }
    }

    fn draw_z(&mut self, qubit: usize, random: &mut Random) {
        self.z.row_mut(qubit).fill_with(|| random.next());
    }

    fn strike(&mut self, shot: usize, product: Product, qubits: [u32; 2]) {
        for (at, qubit) in qubits.into_iter().enumerate() {
            let bits = u64::from(product.bits()) >> (2 * at);
            self.x.row_mut(qubit as usize)[shot / WORD] ^= (bits & 1) << (shot % WORD);
            self.z.row_mut(qubit as usize)[shot / WORD] ^= (bits >> 1 & 1) << (shot % WORD);
        }
    }

    /// A shot differs by the Pauli when it, or else the reference, meets the conditions.
    fn feed_back(
        &mut self,
        pauli: Pauli,
        qubit: usize,
        conditions: &[Condition],
        reference: &[u64],
    ) {
        let expected =
            |condition: &Condition| bit(reference, condition.measurement) == condition.value;
        let met_by_reference = spread(conditions.iter().all(expected));
        for word in 0..self.flips.words_per_row {
            let met = conditions.iter().fold(u64::MAX, |met, condition| {
                met & (self.flips.row(condition.measurement)[word] ^ spread(expected(condition)))
            });
            let differs = met ^ met_by_reference;
            self.x.row_mut(qubit)[word] ^= differs & spread(pauli.has_x());
            self.z.row_mut(qubit)[word] ^= differs & spread(pauli.has_z());
        }
    }
}
