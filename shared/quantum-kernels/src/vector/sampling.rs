//! Which outcomes do measurements of all positions give?

use super::complex::Complex;
use super::error::Error;
use super::operations::MAX_POSITIONS;
use super::real::Real;
use super::reductions::SquareSum;
use super::segments::SEGMENT_BITS;
use super::state::State;
use crate::random::Random;

impl<T: Real> State<T> {
    /// Measures the positions so many times, each time from this state: bit k of an outcome is the value of `positions[k]`.
    ///
    /// The same seed gives the same outcomes, in random order.
    pub fn sample(
        &self,
        positions: &[usize],
        shots: usize,
        random: &mut Random,
    ) -> Result<Vec<u64>, Error> {
        let masks = self.masks(positions, MAX_POSITIONS)?;
        let outcome = |index: usize| {
            let bits = masks.iter().enumerate().filter(|(_, mask)| index & **mask != 0);
            bits.fold(0_u64, |outcome, (bit, _)| outcome | 1 << bit)
        };
        let sums = self.segment_sums();
        let draws = sorted_draws(shots, sums.iter().map(|(_, sum)| sum).sum(), random);
        let mut outcomes: Vec<u64> = Vec::with_capacity(shots);
        let (mut passed, mut last) = (0.0, 0);
        for (first, sum) in sums {
            let is_met = draws.get(outcomes.len()).is_some_and(|draw| *draw < passed + sum);
            if is_met {
                let numbers = &self.numbers()[2 * first..];
                let numbers = &numbers[..numbers.len().min(2 << SEGMENT_BITS)];
                let mut within = passed;
                for (offset, amplitude) in amplitudes(numbers).enumerate() {
                    let probability = amplitude.norm_squared();
                    within += probability;
                    if probability > 0.0 {
                        last = first | offset;
                    }
                    let met = draws[outcomes.len()..].iter().take_while(|draw| **draw < within);
                    let met = outcomes.len() + met.count();
                    if met > outcomes.len() {
                        outcomes.resize(met, outcome(last));
                    }
                }
            }
            passed += sum;
        }
        // rounding may leave the sum a little under the largest draw
        outcomes.resize(shots, outcome(last));
        shuffle(&mut outcomes, random);
        Ok(outcomes)
    }

    /// The sum of all probabilities.
    pub fn norm(&self) -> f64 {
        self.segment_sums().iter().map(|(_, sum)| sum).sum()
    }

    /// The first index of each segment that may not be zero, and the sum of its probabilities.
    fn segment_sums(&self) -> Vec<(usize, f64)> {
        let parts = self.reduce(|sums: &mut Vec<(usize, f64)>, first, numbers| {
            sums.push((first, self.path().call(SquareSum { numbers })));
        });
        parts.concat()
    }
}

/// Draws from [0, `below`) in order: as far from one another as the events of a process without memory are.
fn sorted_draws(count: usize, below: f64, random: &mut Random) -> Vec<f64> {
    let mut sum = 0.0;
    let mut draws: Vec<f64> = Vec::with_capacity(count);
    for _ in 0..count {
        sum -= (1.0 - random.unit()).ln();
        draws.push(sum);
    }
    // one more event ends the interval
    let scale = below / (sum - (1.0 - random.unit()).ln());
    draws.iter_mut().for_each(|draw| *draw *= scale);
    draws
}

/// Every order is as likely as any other.
fn shuffle(outcomes: &mut [u64], random: &mut Random) {
    for left in (1..outcomes.len()).rev() {
        outcomes.swap(left, (random.unit() * (left + 1) as f64) as usize);
    }
}

/// The amplitudes of whole chunks in order.
pub(super) fn amplitudes<T: Real>(numbers: &[T]) -> impl Iterator<Item = Complex<f64>> + '_ {
    numbers.chunks_exact(2 * T::CHUNK).flat_map(|chunk| {
        let (re, im) = chunk.split_at(T::CHUNK);
        re.iter().zip(im).map(|(re, im)| Complex::new(re.to_f64(), im.to_f64()))
    })
}
