//! The oracle: a few qubits as plain amplitudes, every chance followed.

use std::collections::BTreeMap;

use super::{
    super::{OneQubit, Pauli, PauliChannel, Steps, TwoQubit},
    matrices::{Complex, Matrix1, Matrix2, X, Y, Z, times},
};

/// What happens, in matrices.
#[derive(Debug, Clone)]
pub(super) enum Event {
    One(Matrix1, usize),
    Two(Matrix2, [usize; 2]),
    Measure(usize),
    Reset(usize),
    Noise(PauliChannel, Vec<(Vec<(Pauli, usize)>, f64)>, Vec<usize>),
    Feedback(Pauli, usize, Vec<(usize, bool)>),
}

/// The same as steps of the simulator, the gates recognised from their matrices.
pub(super) fn steps(qubits: usize, events: &[Event]) -> Steps {
    let mut steps = Steps::new(qubits);
    for event in events {
        match event {
            Event::One(matrix, qubit) => steps.one(OneQubit::of_matrix(matrix).unwrap(), *qubit),
            Event::Two(matrix, qubits) => steps.two(TwoQubit::of_matrix(matrix).unwrap(), *qubits),
            Event::Measure(qubit) => {
                steps.measure(*qubit);
            }
            Event::Reset(qubit) => steps.reset(*qubit),
            Event::Noise(channel, _, qubits) => steps.noise(channel, qubits),
            Event::Feedback(pauli, qubit, conditions) => steps.feedback(*pauli, *qubit, conditions),
        }
    }
    steps
}

#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) amplitudes: Vec<Complex>,
    bits: Vec<bool>,
    probability: f64,
}

impl Branch {
    pub(super) fn zero(qubits: usize) -> Self {
        let mut amplitudes = vec![[0.0, 0.0]; 1 << qubits];
        amplitudes[0] = [1.0, 0.0];
        Self { amplitudes, bits: Vec::new(), probability: 1.0 }
    }

    pub(super) fn apply(&mut self, matrix: &[Complex], qubits: &[usize]) {
        let side = 1 << qubits.len();
        let place = |number: usize, base: usize| {
            qubits.iter().rev().enumerate().fold(base, |index, (bit, qubit)| {
                index & !(1 << qubit) | (number >> bit & 1) << qubit
            })
        };
        let old = self.amplitudes.clone();
        for (index, amplitude) in self.amplitudes.iter_mut().enumerate() {
            let row = qubits.iter().fold(0, |row, qubit| row << 1 | index >> qubit & 1);
            *amplitude = (0..side).fold([0.0, 0.0], |sum, column| {
                let [re, im] = times(matrix[row * side + column], old[place(column, index)]);
                [sum[0] + re, sum[1] + im]
            });
        }
    }

    pub(super) fn apply_pauli(&mut self, pauli: Pauli, qubit: usize) {
        self.apply(
            match pauli {
                Pauli::X => &X,
                Pauli::Y => &Y,
                Pauli::Z => &Z,
            },
            &[qubit],
        );
    }

    /// The two ways a measurement can go, those that cannot left out.
    fn measured(self, qubit: usize) -> Vec<(Self, bool)> {
        let ways = [false, true].map(|bit| {
            let mut branch = self.clone();
            let chance: f64 = self.part(qubit, bit).map(|(_, [re, im])| re * re + im * im).sum();
            branch.amplitudes = vec![[0.0, 0.0]; self.amplitudes.len()];
            for (index, [re, im]) in self.part(qubit, bit) {
                branch.amplitudes[index] = [re / chance.sqrt(), im / chance.sqrt()];
            }
            branch.probability *= chance;
            (branch, bit, chance)
        });
        ways.into_iter().filter(|way| way.2 > 1e-9).map(|(branch, bit, _)| (branch, bit)).collect()
    }

    fn part(&self, qubit: usize, bit: bool) -> impl Iterator<Item = (usize, Complex)> + '_ {
        self.amplitudes
            .iter()
            .copied()
            .enumerate()
            .filter(move |(index, _)| (index >> qubit & 1 == 1) == bit)
    }

    fn after(mut self, event: &Event) -> Vec<Self> {
        match event {
            Event::One(matrix, qubit) => self.apply(matrix, &[*qubit]),
            Event::Two(matrix, qubits) => self.apply(matrix, qubits),
            Event::Measure(qubit) => {
                let record = |(mut branch, bit): (Self, bool)| {
                    branch.bits.push(bit);
                    branch
                };
                return self.measured(*qubit).into_iter().map(record).collect();
            }
            Event::Reset(qubit) => {
                let clear = |(mut branch, bit): (Self, bool)| {
                    if bit {
                        branch.apply(&X, &[*qubit]);
                    }
                    branch
                };
                return self.measured(*qubit).into_iter().map(clear).collect();
            }
            Event::Noise(_, strikes, _) => return self.struck(strikes),
            Event::Feedback(pauli, qubit, conditions) => {
                if conditions.iter().all(|&(measurement, value)| self.bits[measurement] == value) {
                    self.apply_pauli(*pauli, *qubit);
                }
            }
        }
        vec![self]
    }

    fn struck(self, strikes: &[(Vec<(Pauli, usize)>, f64)]) -> Vec<Self> {
        let spared = 1.0 - strikes.iter().map(|strike| strike.1).sum::<f64>();
        let strike = |(paulis, chance): &(Vec<(Pauli, usize)>, f64)| {
            let mut branch = self.clone();
            branch.probability *= chance;
            for (pauli, qubit) in paulis {
                branch.apply_pauli(*pauli, *qubit);
            }
            branch
        };
        strikes.iter().chain([&(Vec::new(), spared)]).map(strike).collect()
    }
}

/// The probability of each row of measured bits.
pub(super) fn distribution(qubits: usize, events: &[Event]) -> BTreeMap<Vec<bool>, f64> {
    let mut branches = vec![Branch::zero(qubits)];
    for event in events {
        branches = branches.into_iter().flat_map(|branch| branch.after(event)).collect();
    }
    let mut distribution = BTreeMap::new();
    for branch in branches {
        *distribution.entry(branch.bits).or_insert(0.0) += branch.probability;
    }
    distribution
}
