//! Which noise channels are there, and which Kraus operators do they have?

use crate::complex::{Complex, IMAGINARY, ONE, ZERO};
use crate::matrices::Unitary;

/// A channel of Braket's noise pragmas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoiseKind {
    BitFlip,
    PhaseFlip,
    PauliChannel,
    Depolarizing,
    TwoQubitDepolarizing,
    TwoQubitDephasing,
    AmplitudeDamping,
    GeneralizedAmplitudeDamping,
    PhaseDamping,
    /// Operators written out in the program.
    Kraus,
}

/// One use of a channel. Its parameters and operands lie with those of gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    pub kind: NoiseKind,
    pub(crate) first_operand: u32,
    pub(crate) targets: u8,
    pub(crate) first_parameter: u32,
    /// For `Kraus`, which of the program's sets of operators.
    pub(crate) operators: u32,
}

impl NoiseKind {
    /// As it stands after `#pragma braket noise`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BitFlip => "bit_flip",
            Self::PhaseFlip => "phase_flip",
            Self::PauliChannel => "pauli_channel",
            Self::Depolarizing => "depolarizing",
            Self::TwoQubitDepolarizing => "two_qubit_depolarizing",
            Self::TwoQubitDephasing => "two_qubit_dephasing",
            Self::AmplitudeDamping => "amplitude_damping",
            Self::GeneralizedAmplitudeDamping => "generalized_amplitude_damping",
            Self::PhaseDamping => "phase_damping",
            Self::Kraus => "kraus",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::BitFlip,
            Self::PhaseFlip,
            Self::PauliChannel,
            Self::Depolarizing,
            Self::TwoQubitDepolarizing,
            Self::TwoQubitDephasing,
            Self::AmplitudeDamping,
            Self::GeneralizedAmplitudeDamping,
            Self::PhaseDamping,
            Self::Kraus,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// Probabilities it takes.
    pub fn parameters(self) -> usize {
        match self {
            Self::PauliChannel => 3,
            Self::GeneralizedAmplitudeDamping => 2,
            Self::Kraus => 0,
            _ => 1,
        }
    }

    /// Qubits it acts on; `None` where its operators say.
    pub fn targets(self) -> Option<usize> {
        match self {
            Self::TwoQubitDepolarizing | Self::TwoQubitDephasing => Some(2),
            Self::Kraus => None,
            _ => Some(1),
        }
    }

    /// The largest probability each parameter may have, as Braket has it.
    pub fn largest(self) -> f64 {
        match self {
            Self::BitFlip | Self::PhaseFlip => 0.5,
            Self::Depolarizing | Self::TwoQubitDephasing => 0.75,
            Self::TwoQubitDepolarizing => 0.9375,
            _ => 1.0,
        }
    }

    /// The probabilities of the Pauli operators, if it is a mixture of those: `(x, z)` masks with the
    /// first target as bit 0, and the probability of each but the identity.
    pub fn pauli_mixture(self, parameters: &[f64]) -> Option<Vec<(u8, u8, f64)>> {
        let p = parameters.first().copied().unwrap_or_default();
        let single = |x: f64, y: f64, z: f64| vec![(1, 0, x), (1, 1, y), (0, 1, z)];
        let pairs = |share: f64| {
            let masks = (0..4_u8).flat_map(|x| (0..4_u8).map(move |z| (x, z)));
            masks.filter(|masks| *masks != (0, 0)).map(|(x, z)| (x, z, share)).collect()
        };
        match self {
            Self::BitFlip => Some(vec![(1, 0, p)]),
            Self::PhaseFlip => Some(vec![(0, 1, p)]),
            Self::PauliChannel => match parameters {
                [x, y, z] => Some(single(*x, *y, *z)),
                _ => None,
            },
            Self::Depolarizing => Some(single(p / 3.0, p / 3.0, p / 3.0)),
            Self::TwoQubitDepolarizing => Some(pairs(p / 15.0)),
            Self::TwoQubitDephasing => {
                Some(vec![(0, 1, p / 3.0), (0, 2, p / 3.0), (0, 3, p / 3.0)])
            }
            _ => None,
        }
    }

    /// The Kraus operators; none for `Kraus`, whose own are written out.
    pub fn operators(self, parameters: &[f64]) -> Vec<Unitary> {
        if let Some(mixture) = self.pauli_mixture(parameters) {
            return self.of_mixture(&mixture);
        }
        let g = parameters.first().copied().unwrap_or_default();
        match self {
            Self::AmplitudeDamping => damping(g, 1.0),
            Self::GeneralizedAmplitudeDamping => {
                damping(g, parameters.get(1).copied().unwrap_or_default())
            }
            Self::PhaseDamping => vec![
                one([ONE, ZERO, ZERO, Complex::real((1.0 - g).sqrt())]),
                one([ZERO, ZERO, ZERO, Complex::real(g.sqrt())]),
            ],
            _ => Vec::new(),
        }
    }

    fn of_mixture(self, mixture: &[(u8, u8, f64)]) -> Vec<Unitary> {
        let targets = self.targets().unwrap_or(1);
        let rest = (1.0 - mixture.iter().map(|(.., share)| share).sum::<f64>()).max(0.0);
        std::iter::once((0, 0, rest))
            .chain(mixture.iter().copied())
            .map(|(x, z, share)| pauli(targets, x, z).scaled(share.max(0.0).sqrt()))
            .collect()
    }
}

fn one(entries: [Complex; 4]) -> Unitary {
    Unitary::new(1, entries.to_vec())
}

fn damping(gamma: f64, probability: f64) -> Vec<Unitary> {
    let (p, q) = (probability.sqrt(), (1.0 - probability).sqrt());
    let (kept, lost) = ((1.0 - gamma).sqrt(), gamma.sqrt());
    let real = Complex::real;
    let mut operators =
        vec![one([real(p), ZERO, ZERO, real(p * kept)]), one([ZERO, real(p * lost), ZERO, ZERO])];
    if probability < 1.0 {
        operators.push(one([real(q * kept), ZERO, ZERO, real(q)]));
        operators.push(one([ZERO, ZERO, real(q * lost), ZERO]));
    }
    operators
}

/// A tensor product of Pauli matrices; the first target is the high bit of the row number.
fn pauli(targets: usize, x: u8, z: u8) -> Unitary {
    let size = 1 << targets;
    let mut entries = vec![ZERO; size * size];
    for row in 0..size {
        let (mut column, mut value) = (row, ONE);
        for target in 0..targets {
            let place = targets - 1 - target;
            let is_one = row >> place & 1 == 1;
            let (x, z) = (x >> target & 1 == 1, z >> target & 1 == 1);
            if x {
                column ^= 1 << place;
            }
            value *= match (x, z, is_one) {
                (false, true, true) => -ONE,
                (true, true, false) => -IMAGINARY,
                (true, true, true) => IMAGINARY,
                _ => ONE,
            };
        }
        entries[row * size + column] = value;
    }
    Unitary::new(targets, entries)
}
