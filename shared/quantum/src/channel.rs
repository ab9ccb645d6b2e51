//! What does a noise channel of a circuit do, as operators with probabilities?

use std::collections::HashMap;

use quantum_program::{Circuit, Complex, Instruction, NoiseKind, ONE, Unitary, ZERO};

use crate::run::SimulationError;

/// How far the operators of a channel may be from giving 1 in all, entry by entry.
const COMPLETENESS: f64 = 1e-6;

/// Its Kraus operators.
#[derive(Debug)]
pub(crate) struct Channel {
    operators: Vec<Unitary>,
    /// The probability of each, where the state has no say in it: multiples of unitary operators.
    mixture: Option<Vec<f64>>,
    /// The Pauli masks of each, if it is a mixture of those: `(x, z)`, the first target being bit 0.
    paulis: Option<Vec<(u8, u8)>>,
}

impl Channel {
    pub(crate) fn operators(&self) -> &[Unitary] {
        &self.operators
    }

    pub(crate) fn mixture(&self) -> Option<&[f64]> {
        self.mixture.as_deref()
    }

    pub(crate) fn paulis(&self) -> Option<&[(u8, u8)]> {
        self.paulis.as_deref()
    }

    /// Qubits it acts on.
    pub(crate) fn qubits(&self) -> usize {
        self.operators.first().map_or(0, Unitary::qubits)
    }

    fn new(operators: Vec<Unitary>) -> Result<Self, SimulationError> {
        check_complete(&operators)?;
        let shares: Option<Vec<f64>> = operators.iter().map(share).collect();
        Ok(Self { operators, mixture: shares, paulis: None })
    }

    /// The sum of K ⊗ K*, row by row: the rows of ρ's own qubits first.
    pub(crate) fn on_density(&self) -> Unitary {
        let (qubits, size) = (self.qubits(), 1_usize << self.qubits());
        let mut sum = vec![ZERO; size.pow(4)];
        for operator in &self.operators {
            let entries = operator.entries();
            for (row, column) in (0..size).flat_map(|row| (0..size).map(move |one| (row, one))) {
                let left = entries[row * size + column];
                for (other, entry) in entries.iter().enumerate() {
                    let (other_row, other_column) = (other / size, other % size);
                    let at = (row * size + other_row) * size * size + column * size + other_column;
                    sum[at] = sum[at] + left * entry.conjugate();
                }
            }
        }
        Unitary::new(2 * qubits, sum)
    }
}

/// The channels of a circuit, by the number of their instruction.
pub(crate) type Channels = HashMap<usize, Channel>;

pub(crate) fn channels(circuit: &Circuit) -> Result<Channels, SimulationError> {
    let program = circuit.program();
    let mut channels = HashMap::new();
    for (at, instruction) in program.instructions().iter().enumerate() {
        let Instruction::Noise(noise) = instruction else {
            continue;
        };
        let probabilities = circuit.probabilities(noise);
        let operators = match noise.kind {
            NoiseKind::Kraus => program.kraus(noise).iter().map(|one| (**one).clone()).collect(),
            kind => kind.operators(&probabilities),
        };
        let mut channel = Channel::new(operators)?;
        if let Some(mixture) = noise.kind.pauli_mixture(&probabilities) {
            let masks = mixture.iter().map(|(x, z, _)| (*x, *z));
            channel.paulis = Some(std::iter::once((0, 0)).chain(masks).collect());
        }
        channels.insert(at, channel);
    }
    Ok(channels)
}

/// K†K, entry by entry.
fn square(operator: &Unitary) -> Vec<Complex> {
    let size = 1 << operator.qubits();
    let entries = operator.entries();
    let entry = |at: usize| {
        let (row, column) = (at / size, at % size);
        (0..size).fold(ZERO, |sum, inner| {
            sum + entries[inner * size + row].conjugate() * entries[inner * size + column]
        })
    };
    (0..size * size).map(entry).collect()
}

fn check_complete(operators: &[Unitary]) -> Result<(), SimulationError> {
    let size = operators.first().map_or(1, |one| 1 << one.qubits());
    let mut sum = vec![ZERO; size * size];
    for operator in operators {
        for (sum, entry) in sum.iter_mut().zip(square(operator)) {
            *sum = *sum + entry;
        }
    }
    let wanted = |at: usize| if at.is_multiple_of(size + 1) { ONE } else { ZERO };
    let wrong = sum
        .iter()
        .enumerate()
        .find(|(at, entry)| (**entry - wanted(*at)).norm_squared() > COMPLETENESS * COMPLETENESS);
    match wrong {
        None => Ok(()),
        Some((_, entry)) => Err(SimulationError::IncompleteNoise { sum: entry.norm() }),
    }
}

/// The factor p in K†K = p·1, if there is one.
fn share(operator: &Unitary) -> Option<f64> {
    let size = 1 << operator.qubits();
    let square = square(operator);
    let share = square[0].re;
    let wanted = |at: usize| if at.is_multiple_of(size + 1) { Complex::real(share) } else { ZERO };
    let fits = |(at, entry): (usize, &Complex)| (*entry - wanted(at)).norm_squared() < 1e-24;
    square.iter().enumerate().all(fits).then_some(share)
}
