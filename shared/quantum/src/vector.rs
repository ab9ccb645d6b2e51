//! How does a program run on a state vector?

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use quantum_kernels::random::Random;
use quantum_kernels::vector::{self, Operations, Real, Settings, State};
use quantum_program::{Complex, Matrix, Unitary};

use crate::channel::Channel;
use crate::machine::{Control, Machine};
use crate::progress::Meter;
use crate::run::SimulationError;

/// Amplitudes less likely than this cannot add up to anything.
const INVISIBLE: f64 = 1e-28;
/// Positions of which a table of all values is made.
const MOST_AT_ONCE: usize = 16;
/// Amplitudes, no more than a state has that is too wide for a table.
const READ_TOGETHER: usize = 4_096;

pub(crate) struct Vector<T: Real> {
    pub(crate) state: State<T>,
    waiting: Operations,
}

impl<T: Real> Vector<T> {
    pub(crate) fn zero(width: usize, threads: usize) -> Result<Self, SimulationError> {
        let settings = Settings { threads, ..Settings::default() };
        let state = State::new(width, settings).map_err(failed)?;
        Ok(Self { state, waiting: Operations::new(width) })
    }

    /// Bytes of one state.
    pub(crate) fn bytes(width: usize, threads: usize) -> u64 {
        State::<T>::bytes(width, threads)
    }
}

impl<T: Real> Machine for Vector<T> {
    fn gate(
        &mut self,
        matrix: &Matrix,
        controls: &[Control],
        targets: &[usize],
    ) -> Result<(), SimulationError> {
        push(&mut self.waiting, matrix, controls, targets, |entry| entry)
    }

    fn unitary(&mut self, matrix: &Unitary, targets: &[usize]) -> Result<(), SimulationError> {
        push_dense(&mut self.waiting, matrix.entries(), &[], targets)
    }

    fn settle(&mut self, meter: &mut Meter<'_>) -> Result<(), SimulationError> {
        settle(&mut self.state, &mut self.waiting, meter)
    }

    fn probability_of_one(&mut self, position: usize) -> Result<f64, SimulationError> {
        let distribution = self.state.marginal(&[position]).map_err(failed)?;
        Ok(distribution[1] / (distribution[0] + distribution[1]))
    }

    fn collapse(&mut self, position: usize, value: bool) -> Result<(), SimulationError> {
        self.state.collapse(position, value).map(drop).map_err(failed)
    }

    fn channel(
        &mut self,
        channel: &Channel,
        targets: &[usize],
    ) -> Result<Vec<f64>, SimulationError> {
        if let Some(mixture) = channel.mixture() {
            return Ok(mixture.to_vec());
        }
        let operators: Vec<Vec<vector::Complex<f64>>> =
            channel.operators().iter().map(|one| kernel_entries(one.entries())).collect();
        let operators: Vec<&[vector::Complex<f64>]> = operators.iter().map(Vec::as_slice).collect();
        self.state.kraus_probabilities(targets, &operators).map_err(failed)
    }

    fn choose(
        &mut self,
        channel: &Channel,
        operator: usize,
        targets: &[usize],
    ) -> Result<(), SimulationError> {
        let probability = self.channel(channel, targets)?[operator];
        let chosen = channel.operators()[operator].clone().scaled(1.0 / probability.sqrt());
        push_dense(&mut self.waiting, chosen.entries(), &[], targets)
    }

    fn copy(&self) -> Result<Self, SimulationError> {
        let settings = Settings { threads: self.state.threads(), ..Settings::default() };
        let mut state = State::new(self.state.positions(), settings).map_err(failed)?;
        state.copy_from(&self.state).map_err(failed)?;
        Ok(Self { state, waiting: self.waiting.clone() })
    }

    fn sample(
        &mut self,
        positions: &[usize],
        shots: usize,
        random: &mut Random,
    ) -> Result<Vec<u64>, SimulationError> {
        self.state.sample(positions, shots, random).map_err(failed)
    }

    fn distribution(
        &mut self,
        positions: &[usize],
        limit: usize,
    ) -> Result<Vec<(Vec<bool>, f64)>, SimulationError> {
        if positions.len() <= MOST_AT_ONCE {
            let all = self.state.marginal(positions).map_err(failed)?;
            return listed(&all, positions.len(), limit);
        }
        self.few_of_many(positions, limit)
    }
}

impl<T: Real> Vector<T> {
    /// As `distribution`, where most of the values cannot be: a table of all of them would be larger than the state.
    fn few_of_many(
        &self,
        positions: &[usize],
        limit: usize,
    ) -> Result<Vec<(Vec<bool>, f64)>, SimulationError> {
        let mut found: BTreeMap<Vec<bool>, f64> = BTreeMap::new();
        let mut some = vec![vector::Complex { re: 0.0, im: 0.0 }; READ_TOGETHER];
        for first in (0..1_usize << self.state.positions()).step_by(READ_TOGETHER) {
            self.state.copy_amplitudes(first, &mut some).map_err(failed)?;
            for (index, amplitude) in (first..).zip(&some) {
                let probability = amplitude.norm_squared();
                if probability > INVISIBLE {
                    let value = positions.iter().map(|position| index >> position & 1 == 1);
                    *found.entry(value.collect()).or_default() += probability;
                    if found.len() > limit {
                        return Err(SimulationError::TooManyOutcomes);
                    }
                }
            }
        }
        Ok(found.into_iter().collect())
    }
}

/// Of a distribution over all values, those that can be seen; the first bit is the highest of a value's number.
pub(crate) fn listed(
    all: &[f64],
    bits: usize,
    limit: usize,
) -> Result<Vec<(Vec<bool>, f64)>, SimulationError> {
    let seen = || all.iter().enumerate().filter(|(_, probability)| **probability > INVISIBLE);
    if seen().take(limit + 1).count() > limit {
        return Err(SimulationError::TooManyOutcomes);
    }
    let named = |(number, probability): (usize, &f64)| {
        ((0..bits).rev().map(|bit| number >> bit & 1 == 1).collect(), *probability)
    };
    Ok(seen().map(named).collect())
}

/// Has the waiting operations applied.
pub(crate) fn settle<T: Real>(
    state: &mut State<T>,
    waiting: &mut Operations,
    meter: &mut Meter<'_>,
) -> Result<(), SimulationError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let passes = waiting.len() as u64;
    let amplitudes = 1_u64 << state.positions();
    let mut done = 0;
    let applied = state.apply(waiting, &mut |progress| {
        let share = progress.done as f64 / progress.total.max(1) as f64;
        let now = (share * passes as f64 * amplitudes as f64) as u64;
        let answer = meter.advance(now.saturating_sub(done));
        done = done.max(now);
        match answer {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    waiting.clear();
    applied.map_err(failed)
}

/// Queues a gate, its entries changed as `entry` says.
pub(crate) fn push(
    waiting: &mut Operations,
    matrix: &Matrix,
    controls: &[Control],
    targets: &[usize],
    entry: impl Fn(Complex) -> Complex,
) -> Result<(), SimulationError> {
    let kernel = |value: Complex| {
        let value = entry(value);
        vector::Complex { re: value.re, im: value.im }
    };
    let mut kept = [vector::Control::on(0); vector::MAX_POSITIONS];
    for (kept, control) in kept.iter_mut().zip(controls) {
        *kept = vector::Control { position: control.position, value: control.value };
    }
    let controls = &kept[..controls.len().min(vector::MAX_POSITIONS)];
    let pushed = match matrix {
        Matrix::Scalar(value) => waiting.phase(controls, kernel(*value)),
        Matrix::One(entries) => waiting.dense(targets, controls, &entries.map(kernel)),
        Matrix::Two(entries) => waiting.dense(targets, controls, &entries.map(kernel)),
    };
    pushed.map_err(|_| SimulationError::TooManyQubits { qubits: waiting.positions() })
}

pub(crate) fn push_dense(
    waiting: &mut Operations,
    entries: &[Complex],
    controls: &[vector::Control],
    targets: &[usize],
) -> Result<(), SimulationError> {
    waiting
        .dense(targets, controls, &kernel_entries(entries))
        .map_err(|_| SimulationError::TooManyQubits { qubits: waiting.positions() })
}

fn kernel_entries(entries: &[Complex]) -> Vec<vector::Complex<f64>> {
    entries.iter().map(|entry| vector::Complex { re: entry.re, im: entry.im }).collect()
}

/// What a kernel refuses was checked before, but for memory and the caller's own wish.
pub(crate) fn failed(error: vector::Error) -> SimulationError {
    match error {
        vector::Error::Cancelled => SimulationError::Cancelled,
        vector::Error::OutOfMemory { bytes } => {
            SimulationError::OutOfMemory { needed_bytes: bytes }
        }
        vector::Error::TooManyPositions { positions, .. } => {
            SimulationError::TooManyQubits { qubits: positions }
        }
        _ => SimulationError::TooManyOutcomes,
    }
}
