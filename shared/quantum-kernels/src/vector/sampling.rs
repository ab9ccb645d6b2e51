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
        let mut draws: Vec<(f64, usize)> = (0..shots).map(|shot| (random.unit(), shot)).collect();
        draws.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let outcome = |index: usize| {
            let bits = masks.iter().enumerate().filter(|(_, mask)| index & **mask != 0);
            bits.fold(0_u64, |outcome, (bit, _)| outcome | 1 << bit)
        };
        let sums = self.segment_sums();
        let total: f64 = sums.iter().map(|(_, sum)| sum).sum();
        let mut outcomes = vec![0; shots];
        let mut draws = draws.into_iter().peekable();
        let (mut passed, mut last) = (0.0, 0);
        for (first, sum) in sums {
            if draws.peek().is_some_and(|(draw, _)| *draw * total < passed + sum) {
                let numbers = &self.numbers()[2 * first..];
                let numbers = &numbers[..numbers.len().min(2 << SEGMENT_BITS)];
                let mut within = passed;
                for (offset, amplitude) in amplitudes(numbers).enumerate() {
                    let probability = amplitude.norm_squared();
                    within += probability;
                    if probability > 0.0 {
                        last = first | offset;
                    }
                    while let Some((_, shot)) = draws.next_if(|(draw, _)| *draw * total < within) {
                        outcomes[shot] = outcome(last);
                    }
                }
            }
            passed += sum;
        }
        // rounding may leave the sum a little under the largest draw
        for (_, shot) in draws {
            outcomes[shot] = outcome(last);
        }
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

/// The amplitudes of whole chunks in order.
pub(super) fn amplitudes<T: Real>(numbers: &[T]) -> impl Iterator<Item = Complex<f64>> + '_ {
    numbers.chunks_exact(2 * T::CHUNK).flat_map(|chunk| {
        let (re, im) = chunk.split_at(T::CHUNK);
        re.iter().zip(im).map(|(re, im)| Complex::new(re.to_f64(), im.to_f64()))
    })
}
