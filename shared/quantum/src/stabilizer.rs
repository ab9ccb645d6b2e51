//! How does a Clifford program run on a tableau?

use quantum_kernels::random::Random;
use quantum_kernels::tableau::{Pauli, Tableau, TableauError};
use quantum_program::{Matrix, Unitary};

use crate::channel::Channel;
use crate::clifford::{Action, action, pauli};
use crate::machine::{Control, Machine};
use crate::progress::Meter;
use crate::run::SimulationError;

pub(crate) struct Stabilizer {
    tableau: Tableau,
    /// Words that were changed since the meter was told.
    untold: usize,
}

impl Stabilizer {
    pub(crate) fn zero(width: usize) -> Result<Self, SimulationError> {
        let tableau = Tableau::zero(width).map_err(|error| failed(&error, width))?;
        Ok(Self { tableau, untold: 0 })
    }

    fn act(&mut self, action: Action) {
        self.untold += self.tableau.qubits().div_ceil(64);
        match action {
            Action::Nothing => {}
            Action::One(gate, target) => self.tableau.apply_one(gate, target),
            Action::Two(gate, targets) => self.tableau.apply_two(gate, targets),
        }
    }
}

/// A program is only run here once it is known to be a Clifford program.
const NOT_CLIFFORD: SimulationError = SimulationError::Cancelled;

impl Machine for Stabilizer {
    fn gate(
        &mut self,
        matrix: &Matrix,
        controls: &[Control],
        targets: &[usize],
    ) -> Result<(), SimulationError> {
        self.act(action(matrix, controls, targets).ok_or(NOT_CLIFFORD)?);
        Ok(())
    }

    fn unitary(&mut self, matrix: &Unitary, targets: &[usize]) -> Result<(), SimulationError> {
        let matrix = match *matrix.entries() {
            [a, b, c, d] => Matrix::One([a, b, c, d]),
            ref entries => Matrix::Two(entries.try_into().map_err(|_| NOT_CLIFFORD)?),
        };
        self.gate(&matrix, &[], targets)
    }

    fn settle(&mut self, meter: &mut Meter<'_>) -> Result<(), SimulationError> {
        meter.advance(std::mem::take(&mut self.untold) as u64)
    }

    fn probability_of_one(&mut self, position: usize) -> Result<f64, SimulationError> {
        let width = self.tableau.qubits();
        let expectation = self.tableau.expectation(&[(position, Pauli::Z)]);
        Ok((1.0 - f64::from(expectation.map_err(|error| failed(&error, width))?)) / 2.0)
    }

    fn collapse(&mut self, position: usize, value: bool) -> Result<(), SimulationError> {
        self.untold += self.tableau.qubits();
        self.tableau.measure_preferring(position, value);
        Ok(())
    }

    fn channel(&mut self, channel: &Channel, _: &[usize]) -> Result<Vec<f64>, SimulationError> {
        channel.mixture().map(<[f64]>::to_vec).ok_or(NOT_CLIFFORD)
    }

    fn choose(
        &mut self,
        channel: &Channel,
        operator: usize,
        targets: &[usize],
    ) -> Result<(), SimulationError> {
        let (x, z) = channel.paulis().ok_or(NOT_CLIFFORD)?[operator];
        for (number, target) in (0..).zip(targets) {
            if let Some(pauli) = pauli(x, z, number) {
                self.tableau.apply_pauli(pauli, *target);
            }
        }
        Ok(())
    }

    fn copy(&self) -> Result<Self, SimulationError> {
        let width = self.tableau.qubits();
        let tableau = self.tableau.copy().map_err(|error| failed(&error, width))?;
        Ok(Self { tableau, untold: 0 })
    }

    fn sample(
        &mut self,
        positions: &[usize],
        shots: usize,
        random: &mut Random,
    ) -> Result<Vec<u64>, SimulationError> {
        let words = positions.len().div_ceil(64);
        let mut rows = vec![0; words * shots];
        for row in rows.chunks_exact_mut(words.max(1)) {
            let mut state = self.copy()?;
            for (bit, position) in positions.iter().enumerate() {
                let value = state.tableau.measure(*position, random);
                row[bit / 64] |= u64::from(value) << (bit % 64);
            }
        }
        Ok(rows)
    }

    fn distribution(
        &mut self,
        positions: &[usize],
        limit: usize,
    ) -> Result<Vec<(Vec<bool>, f64)>, SimulationError> {
        let width = self.tableau.qubits();
        let found = self.tableau.distribution(positions, limit);
        let found = found.map_err(|error| failed(&error, width))?;
        let found = found.ok_or(SimulationError::TooManyOutcomes)?;
        let outcomes = &found.outcomes;
        let row = |shot: usize| (0..positions.len()).map(|at| outcomes.bit(shot, at)).collect();
        Ok((0..outcomes.shots()).map(|shot| (row(shot), found.probability)).collect())
    }
}

pub(crate) fn failed(error: &TableauError, width: usize) -> SimulationError {
    match error {
        TableauError::Cancelled => SimulationError::Cancelled,
        _ => SimulationError::OutOfMemory { needed_bytes: Tableau::bytes(width) },
    }
}
