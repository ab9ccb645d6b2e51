//! Which Paulis strike a qubit or a pair by chance, and how often?

use super::clifford::{Pauli, Product};
use crate::random::Random;

/// Leaves one or two qubits alone or applies one of some Paulis, each with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct PauliChannel {
    qubits: usize,
    /// Each Pauli with the probability that it or one before it strikes.
    events: Vec<(Product, f64)>,
}

impl PauliChannel {
    /// The probabilities that X, Y and Z strike; None unless they are probabilities and together at most 1.
    pub fn of_one(probabilities: [f64; 3]) -> Option<Self> {
        let [x, y, z] = probabilities;
        Self::new(1, [(1, x), (3, y), (2, z)])
    }

    /// Pairs of Paulis, None for the identity on one of the qubits, each with the probability that it strikes.
    pub fn of_two(events: &[([Option<Pauli>; 2], f64)]) -> Option<Self> {
        let bits = |pauli: Option<Pauli>| {
            pauli.map_or(0, |pauli| u8::from(pauli.has_x()) | u8::from(pauli.has_z()) << 1)
        };
        Self::new(
            2,
            events.iter().map(|&([first, second], probability)| {
                (bits(first) | bits(second) << 2, probability)
            }),
        )
    }

    pub fn bit_flip(probability: f64) -> Option<Self> {
        Self::of_one([probability, 0.0, 0.0])
    }

    pub fn phase_flip(probability: f64) -> Option<Self> {
        Self::of_one([0.0, 0.0, probability])
    }

    /// X, Y and Z, a third of the probability each.
    pub fn depolarizing(probability: f64) -> Option<Self> {
        Self::of_one([probability / 3.0; 3])
    }

    /// The 15 pairs of Paulis, a fifteenth of the probability each.
    pub fn two_qubit_depolarizing(probability: f64) -> Option<Self> {
        Self::new(2, (1..16).map(|bits| (bits, probability / 15.0)))
    }

    /// Z on the first, on the second and on both, a third of the probability each.
    pub fn two_qubit_dephasing(probability: f64) -> Option<Self> {
        Self::new(2, [0b0010, 0b1000, 0b1010].map(|bits| (bits, probability / 3.0)))
    }

    fn new(qubits: usize, events: impl IntoIterator<Item = (u8, f64)>) -> Option<Self> {
        let mut total = 0.0;
        let mut sums = Vec::new();
        for (bits, probability) in events {
            if !(0.0..=1.0).contains(&probability) {
                return None;
            }
            total += probability;
            sums.push((Product::new(bits, false), total));
        }
        /// What adding up fifteen rounded numbers may go over 1.
        const ROUNDING: f64 = 1e-9;
        (total <= 1.0 + ROUNDING).then_some(Self { qubits, events: sums })
    }

    pub(super) fn qubits(&self) -> usize {
        self.qubits
    }

    /// Calls `strike` with each shot that is struck and with what; takes time by the strikes, not by the shots.
    pub(super) fn strikes(
        &self,
        shots: usize,
        random: &mut Random,
        mut strike: impl FnMut(usize, Product),
    ) {
        let total = self.events.last().map_or(0.0, |event| event.1);
        if total <= 0.0 {
            return;
        }
        // shots passed over until the next strike are geometrically distributed
        let scale = (-total.min(1.0)).ln_1p().recip();
        let gap = |random: &mut Random| ((1.0 - random.unit()).ln() * scale) as usize;
        let mut shot = gap(random);
        while shot < shots {
            let draw = random.unit() * total;
            let event = self.events.iter().find(|event| draw < event.1).or(self.events.last());
            if let Some((product, _)) = event {
                strike(shot, *product);
            }
            shot = shot.saturating_add(1).saturating_add(gap(random));
        }
    }
}
