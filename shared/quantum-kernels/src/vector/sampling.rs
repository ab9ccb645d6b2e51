//! Which outcomes do measurements of all positions give?

#![expect(unsafe_code, reason = "registers are loaded and stored at bounded addresses")]

use super::complex::Complex;
use super::lanes::{Kernel, Lanes};
use super::real::Real;
use super::state::State;
use crate::random::Random;

/// Amplitudes whose probabilities are summed up before any draw looks at single ones.
const SEGMENT_BITS: usize = 10;

impl<T: Real> State<T> {
    /// Measures the positions so many times, each time from this state: bit k of an outcome is the value of `positions[k]`.
    ///
    /// At most 64 positions count. The same seed gives the same outcomes, in random order.
    pub fn sample(&self, positions: &[usize], shots: usize, random: &mut Random) -> Vec<u64> {
        let mut outcomes = vec![0; shots];
        let mut draws: Vec<(f64, usize)> = (0..shots).map(|shot| (random.unit(), shot)).collect();
        draws.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let masks: Vec<usize> =
            positions.iter().map(|position| self.layout().mask(1 << position)).collect();
        let outcome = |index: usize| {
            let bits = masks.iter().enumerate().filter(|(_, mask)| index & **mask != 0);
            bits.fold(0_u64, |outcome, (bit, _)| outcome | 1 << bit)
        };
        let total = self.norm();
        let mut draws = draws.into_iter().peekable();
        let (mut passed, mut last) = (0.0, 0);
        self.segments(|first, numbers| {
            let sum = self.path().call(SquareSum { numbers });
            if draws.peek().is_some_and(|(draw, _)| *draw * total < passed + sum) {
                let mut within = passed;
                for (offset, probability) in probabilities(numbers).enumerate() {
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
        });
        // rounding may leave the sum a little under the largest draw
        for (_, shot) in draws {
            outcomes[shot] = outcome(last);
        }
        outcomes
    }

    /// The sum of all probabilities.
    pub fn norm(&self) -> f64 {
        let mut norm = 0.0;
        self.segments(|_, numbers| norm += self.path().call(SquareSum { numbers }));
        norm
    }

    /// Calls `act` with the first index and the numbers of each segment that may not be zero.
    pub(super) fn segments(&self, mut act: impl FnMut(usize, &[T])) {
        let bits = SEGMENT_BITS.min(self.index_bits());
        let numbering = ((1 << self.index_bits()) - 1) & !self.zeros() & !((1 << bits) - 1);
        let mut first = 0;
        loop {
            act(first, &self.numbers()[2 * first..][..2 << bits]);
            if first == numbering {
                return;
            }
            first = ((first | !numbering) + 1) & numbering;
        }
    }
}

/// The amplitudes of whole chunks in order.
pub(super) fn amplitudes<T: Real>(numbers: &[T]) -> impl Iterator<Item = Complex<f64>> + '_ {
    numbers.chunks_exact(2 * T::CHUNK).flat_map(|chunk| {
        let (re, im) = chunk.split_at(T::CHUNK);
        re.iter().zip(im).map(|(re, im)| Complex::new(re.to_f64(), im.to_f64()))
    })
}

fn probabilities<T: Real>(numbers: &[T]) -> impl Iterator<Item = f64> + '_ {
    amplitudes(numbers).map(Complex::norm_squared)
}

/// The sum of the squares of a segment's numbers.
struct SquareSum<'a, T> {
    numbers: &'a [T],
}

impl<T: Real> Kernel<T> for SquareSum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> f64 {
        let zero = V::splat(T::default());
        let mut sums = [zero; 4];
        for (at, chunk) in self.numbers.chunks_exact(V::COUNT).enumerate() {
            // SAFETY: the part has as many numbers as a register.
            let value = unsafe { V::load(chunk.as_ptr()) };
            sums[at % 4] = value.mul_add(value, sums[at % 4]);
        }
        let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        let mut lanes = [T::default(); 16];
        assert!(V::COUNT <= lanes.len());
        // SAFETY: a register has no more numbers than the array.
        unsafe { sum.store(lanes.as_mut_ptr()) };
        lanes.iter().map(|lane| lane.to_f64()).sum()
    }
}
