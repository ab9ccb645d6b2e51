//! What must a representation of a quantum state be able to do for a program to run on it?

use quantum_kernels::random::Random;
use quantum_program::{Matrix, Unitary};

use crate::channel::Channel;
use crate::progress::Meter;
use crate::run::SimulationError;

/// A control, a position that has to have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Control {
    pub(crate) position: usize,
    pub(crate) value: bool,
}

/// A quantum state on positions `0..width`, from |0…0⟩.
///
/// Gates may wait until something else is asked for; [`Machine::settle`] has them applied.
pub(crate) trait Machine: Sized {
    fn gate(
        &mut self,
        matrix: &Matrix,
        controls: &[Control],
        targets: &[usize],
    ) -> Result<(), SimulationError>;

    fn unitary(&mut self, matrix: &Unitary, targets: &[usize]) -> Result<(), SimulationError>;

    fn settle(&mut self, meter: &mut Meter<'_>) -> Result<(), SimulationError>;

    /// Of a settled state.
    fn probability_of_one(&mut self, position: usize) -> Result<f64, SimulationError>;

    /// Leaves the part of a settled state where a position has a value, with norm 1.
    fn collapse(&mut self, position: usize, value: bool) -> Result<(), SimulationError>;

    /// The probabilities of a channel's operators on a settled state; none where the channel was applied as a whole.
    fn channel(
        &mut self,
        channel: &Channel,
        targets: &[usize],
    ) -> Result<Vec<f64>, SimulationError>;

    /// Applies one operator of a channel, which had the probability, and leaves norm 1.
    fn choose(
        &mut self,
        channel: &Channel,
        operator: usize,
        targets: &[usize],
    ) -> Result<(), SimulationError>;

    fn copy(&self) -> Result<Self, SimulationError>;

    /// One row of `positions.len().div_ceil(64)` words a shot; bit `i` of a row is position `positions[i]`.
    fn sample(
        &mut self,
        positions: &[usize],
        shots: usize,
        random: &mut Random,
    ) -> Result<Vec<u64>, SimulationError>;

    /// The exact distribution over at most `limit` values of the positions, the first position being the first character.
    fn distribution(
        &mut self,
        positions: &[usize],
        limit: usize,
    ) -> Result<Vec<(Vec<bool>, f64)>, SimulationError>;
}
