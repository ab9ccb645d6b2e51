//! What is the state of the qubits, and what do gates and measurements make of it?

use super::SimulationError;
use super::application::{Application, BLOCK_POSITIONS};
use super::kernels::{Fixed, exchange, scale};
use crate::complex::{Complex, ONE, ZERO};

/// Amplitudes by index; the bit at position k of an index is the value of the qubit at position k.
pub(super) struct State {
    amplitudes: Vec<Complex>,
}

impl State {
    pub(super) fn zero(qubits: usize) -> Result<Self, SimulationError> {
        let mut amplitudes = reserve(1 << qubits)?;
        amplitudes.resize(1 << qubits, ZERO);
        amplitudes[0] = ONE;
        Ok(Self { amplitudes })
    }

    pub(super) fn len(&self) -> usize {
        self.amplitudes.len()
    }

    pub(super) fn amplitudes(&self) -> &[Complex] {
        &self.amplitudes
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.amplitudes.copy_from_slice(&other.amplitudes);
    }

    /// Applies neighbouring gates, all within a block or one that is not.
    pub(super) fn apply(&mut self, gates: &[Application<'_>]) {
        let whole = self.amplitudes.len();
        let is_within_block = gates.iter().all(Application::is_within_block);
        let block = if is_within_block { whole.min(1 << BLOCK_POSITIONS) } else { whole };
        for amplitudes in self.amplitudes.chunks_exact_mut(block) {
            for gate in gates {
                gate.apply(amplitudes);
            }
        }
    }

    pub(super) fn flip(&mut self, position: usize) {
        let fixed = Fixed::none().with(position, false);
        exchange(&mut self.amplitudes, &fixed, 0, 1 << position);
    }

    /// Measures one qubit with a draw from [0, 1); true if it is 1.
    pub(super) fn measure(&mut self, position: usize, draw: f64) -> bool {
        let (mut zero, mut one) = (0.0, 0.0);
        for pair in self.amplitudes.chunks_exact(2 << position) {
            let (with_zero, with_one) = pair.split_at(1 << position);
            zero += norm_squared(with_zero);
            one += norm_squared(with_one);
        }
        let is_one = draw * (zero + one) < one;
        let kept = if is_one { one } else { zero };
        for (value, factor) in [(is_one, kept.sqrt().recip()), (!is_one, 0.0)] {
            let fixed = Fixed::none().with(position, value);
            scale(&mut self.amplitudes, &fixed, Complex::real(factor));
        }
        is_one
    }

    /// The index a draw from [0, 1) falls on when all qubits are measured.
    pub(super) fn pick(&self, draw: f64) -> usize {
        let mut picked = 0;
        let mut passed = 0.0;
        for (index, amplitude) in self.amplitudes.iter().enumerate() {
            let probability = amplitude.norm_squared();
            if probability > 0.0 {
                picked = index;
                passed += probability;
                if passed > draw {
                    break;
                }
            }
        }
        picked
    }
}

/// Asks for memory without taking it for granted.
pub(crate) fn reserve(count: usize) -> Result<Vec<Complex>, SimulationError> {
    let mut amplitudes = Vec::new();
    let needed_bytes = (count as u64).saturating_mul(16);
    match amplitudes.try_reserve_exact(count) {
        Ok(()) => Ok(amplitudes),
        Err(_) => Err(SimulationError::OutOfMemory { needed_bytes }),
    }
}

fn norm_squared(amplitudes: &[Complex]) -> f64 {
    amplitudes.iter().map(|amplitude| amplitude.norm_squared()).sum()
}
