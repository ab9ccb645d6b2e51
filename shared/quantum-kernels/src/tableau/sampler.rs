//! Which bits do many shots of the same steps measure?

use std::ops::ControlFlow;

use super::{
    Samples, Steps, Tableau, TableauError,
    bits::{WORD, bit, spread, zeros},
    frames::Frames,
    steps::Step,
};
use crate::random::Random;

/// Shots that are followed at once: more fall out of the cache, fewer take as long.
pub const SHOTS_PER_BATCH: usize = 1024;
/// Words that are changed between two reports, about a millisecond's worth.
const WORDS_BETWEEN_REPORTS: usize = 1 << 21;

/// Called with how many steps of this pass are done; `Break` ends it.
type Report<'a> = &'a mut dyn FnMut(usize) -> ControlFlow<()>;

/// Draws shots of some steps, the same ones for the same seed.
#[derive(Debug)]
pub struct Sampler<'a> {
    steps: &'a Steps,
    /// The bits that one shot without noise can measure.
    reference: Vec<u64>,
    random: Random,
}

impl<'a> Sampler<'a> {
    /// Bytes that sampling takes besides the samples themselves.
    pub fn bytes(steps: &Steps) -> u64 {
        let rows = (2 * steps.qubits()).saturating_add(steps.measurements()) as u64;
        Tableau::bytes(steps.qubits()).max(rows.saturating_mul(SHOTS_PER_BATCH as u64 / 8))
    }

    /// Runs the steps once; `report` is called with how many of them are done.
    ///
    /// # Errors
    /// When memory does not suffice or the report says to stop.
    pub fn new(steps: &'a Steps, seed: u64, report: Report<'_>) -> Result<Self, TableauError> {
        Ok(Self { steps, reference: reference(steps, report)?, random: Random::from_seed(seed) })
    }

    /// The next shots, at most [`SHOTS_PER_BATCH`] of them.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn batch(&mut self, shots: usize, report: Report<'_>) -> Result<Samples, TableauError> {
        let shots = shots.min(SHOTS_PER_BATCH);
        let mut frames = Frames::new(self.steps, shots, &mut self.random)?;
        let mut meter = Meter::new(report);
        for (done, step) in self.steps.steps.iter().enumerate() {
            frames.apply(*step, self.steps, &self.reference, &mut self.random);
            meter.advance(SHOTS_PER_BATCH / WORD, done)?;
        }
        for measurement in 0..self.steps.measurements() {
            let flip = spread(bit(&self.reference, measurement));
            frames.flips.row_mut(measurement).iter_mut().for_each(|word| *word ^= flip);
        }
        Samples::from_measurements(&frames.flips, self.steps.measurements(), shots)
    }
}

fn reference(steps: &Steps, report: Report<'_>) -> Result<Vec<u64>, TableauError> {
    let mut state = Tableau::zero(steps.qubits())?;
    let mut bits = zeros(steps.measurements().div_ceil(WORD))?;
    let mut measured = 0;
    let mut meter = Meter::new(report);
    let words = steps.qubits().div_ceil(WORD);
    for (done, step) in steps.steps.iter().enumerate() {
        let mut cost = words;
        match *step {
            Step::One { gate, qubit } => state.apply_one(gate, qubit as usize),
            Step::Two { gate, qubits } => state.apply_two(gate, qubits.map(|qubit| qubit as usize)),
            Step::Measure { qubit } => {
                cost *= steps.qubits();
                let outcome = state.measure_choosing(qubit as usize, || false);
                bits[measured / WORD] |= u64::from(outcome) << (measured % WORD);
                measured += 1;
            }
            Step::Reset { qubit } => {
                cost *= steps.qubits();
                state.reset_choosing(qubit as usize, || false);
            }
            Step::Noise { .. } => {}
            Step::Feedback { pauli, qubit, conditions } => {
                let met = |condition: &super::steps::Condition| {
                    bit(&bits, condition.measurement) == condition.value
                };
                if steps.conditions(conditions).iter().all(met) {
                    state.apply_pauli(pauli, qubit as usize);
                }
            }
        }
        meter.advance(cost, done)?;
    }
    Ok(bits)
}

/// Reports once in a while.
struct Meter<'a> {
    report: Report<'a>,
    words: usize,
}

impl<'a> Meter<'a> {
    fn new(report: Report<'a>) -> Self {
        Self { report, words: 0 }
    }

    fn advance(&mut self, words: usize, done: usize) -> Result<(), TableauError> {
        self.words = self.words.saturating_add(words);
        if self.words < WORDS_BETWEEN_REPORTS {
            return Ok(());
        }
        self.words = 0;
        match (self.report)(done + 1) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(TableauError::Cancelled),
        }
    }
}
