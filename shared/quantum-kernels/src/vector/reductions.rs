//! How are the amplitudes summed over?
//!
//! Lanes are summed in the state's own precision for a short while only, then in f64, so that wide states lose nothing.

#![expect(
    unsafe_code,
    reason = "registers are loaded at addresses that the sweep bounds once, not each time"
)]

use std::array::from_fn;

use super::complex::Complex;
use super::kernels::{MAX_LANES, Parts, Sweep, address, load, units};
use super::lanes::{Kernel, Lanes};
use super::real::Real;

/// Units after which the sums of lanes are added up in f64.
const UNITS_BETWEEN_SUMS: usize = 256;

/// The numbers of a register as f64, then zeros.
#[inline(always)]
fn lanes_of<T: Real, V: Lanes<T>>(register: V) -> [f64; MAX_LANES] {
    let mut lanes = [T::default(); MAX_LANES];
    assert!(V::COUNT <= MAX_LANES);
    // SAFETY: a register has no more numbers than the array.
    unsafe { register.store(lanes.as_mut_ptr()) };
    lanes.map(T::to_f64)
}

/// The sum of the squares of whole chunks' numbers.
pub(super) struct SquareSum<'a, T> {
    pub(super) numbers: &'a [T],
}

impl<T: Real> Kernel<T> for SquareSum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> f64 {
        let mut total = 0.0;
        for numbers in self.numbers.chunks(8 * UNITS_BETWEEN_SUMS * V::COUNT) {
            let mut sums = [V::splat(T::default()); 8];
            for group in numbers.chunks(8 * V::COUNT) {
                for (sum, part) in sums.iter_mut().zip(group.chunks_exact(V::COUNT)) {
                    // SAFETY: the part has as many numbers as a register.
                    let value = unsafe { V::load(part.as_ptr()) };
                    *sum = value.mul_add(value, *sum);
                }
            }
            let sum = sums.into_iter().reduce(V::add).map(lanes_of::<T, V>);
            total += sum.map_or(0.0, |lanes| lanes.iter().sum());
        }
        total
    }
}

/// ⟨other|P|this⟩ summed over a part of the state; P flips bits of the index, and has a sign for others that are 1.
pub(super) struct PauliProduct<'a, T> {
    /// Index of the part's first amplitude; its length is a power of two and divides it.
    pub(super) first: usize,
    pub(super) part: &'a [T],
    /// All of the other state.
    pub(super) other: &'a [T],
    pub(super) flips: usize,
    pub(super) signs: usize,
}

impl<T: Real> Kernel<T> for PauliProduct<'_, T> {
    type Output = Complex<f64>;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> Complex<f64> {
        let first = self.first >> V::BITS;
        let count = units::<T, V>(self.part);
        let (flips, signs) = (self.flips >> V::BITS, self.signs >> V::BITS);
        assert!((first + count - 1) | flips < units::<T, V>(self.other));
        let shuffle = V::shuffle(|lane| lane ^ self.flips & (V::COUNT - 1));
        let sign = |bits: usize| T::from_f64(if bits.count_ones() % 2 == 1 { -1.0 } else { 1.0 });
        let lane_signs: [T; MAX_LANES] = from_fn(|lane| sign(lane & self.signs));
        // SAFETY: a register has no more numbers than the array.
        let lane_signs = unsafe { V::load(lane_signs.as_ptr()) };
        let mut total = Complex::ZERO;
        for begin in (0..count).step_by(UNITS_BETWEEN_SUMS) {
            let mut sum: Parts<V> = (V::splat(T::default()), V::splat(T::default()));
            for unit in begin..count.min(begin + UNITS_BETWEEN_SUMS) {
                let to = (first | unit) ^ flips;
                // SAFETY: `unit` is below the part's units, and `to` below those of the other state.
                let (here, there): (Parts<V>, Parts<V>) = unsafe {
                    (
                        load(self.part.as_ptr().add(address::<T>(unit, V::BITS))),
                        load(self.other.as_ptr().add(address::<T>(to, V::BITS))),
                    )
                };
                let there = (there.0.shuffled(shuffle), there.1.shuffled(shuffle));
                let sign = lane_signs.mul(V::splat(sign((first | unit) & signs)));
                let here = (here.0.mul(sign), here.1.mul(sign));
                sum.0 = there.1.mul_add(here.1, there.0.mul_add(here.0, sum.0));
                sum.1 = there.1.neg_mul_add(here.0, there.0.mul_add(here.1, sum.1));
            }
            let add = |register: V| lanes_of::<T, V>(register).iter().sum::<f64>();
            total += Complex::new(add(sum.0), add(sum.1));
        }
        total
    }
}

/// The density matrix of a few bits, summed over the units of a sweep.
///
/// Entry (row, column, shuffle) is a sum for each lane, of unit `row` times the conjugate of unit `column` shuffled.
pub(super) struct Densities<'a, T, const ROWS: usize, const SHUFFLES: usize> {
    pub(super) state: &'a [T],
    pub(super) sweep: Sweep,
    pub(super) offsets: [usize; ROWS],
    pub(super) patterns: [usize; SHUFFLES],
}

/// Real and imaginary parts for each lane.
pub(super) type LaneSums = [[f64; MAX_LANES]; 2];

impl<T: Real, const ROWS: usize, const SHUFFLES: usize> Kernel<T>
    for Densities<'_, T, ROWS, SHUFFLES>
{
    type Output = [[[LaneSums; SHUFFLES]; ROWS]; ROWS];

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> Self::Output {
        let units = units::<T, V>(self.state);
        self.sweep.assert_free::<T, V>(&self.offsets);
        let shuffles: [V::Shuffle; SHUFFLES] =
            from_fn(|s| V::shuffle(|lane| lane ^ self.patterns[s]));
        let zero = V::splat(T::default());
        let mut sums = [[[(zero, zero); SHUFFLES]; ROWS]; ROWS];
        let mut totals = [[[[[0.0; MAX_LANES]; 2]; SHUFFLES]; ROWS]; ROWS];
        let mut flush = |sums: &mut [[[Parts<V>; SHUFFLES]; ROWS]; ROWS]| {
            let totals = totals.as_flattened_mut().as_flattened_mut();
            let sums = sums.as_flattened_mut().as_flattened_mut();
            for ([re, im], sum) in totals.iter_mut().zip(sums) {
                for (total, added) in [(re, sum.0), (im, sum.1)] {
                    total.iter_mut().zip(lanes_of(added)).for_each(|(total, lane)| *total += lane);
                }
                *sum = (zero, zero);
            }
        };
        let start = self.state.as_ptr();
        let mut since = 0;
        self.sweep.each::<T, V>(units, |_, at| {
            // SAFETY: the offsets' bits are free, so that unit + offset is another unit.
            let rows: [Parts<V>; ROWS] =
                from_fn(|row| unsafe { load(start.add(at + self.offsets[row])) });
            for (row, left) in rows.iter().enumerate() {
                for (column, right) in rows[..=row].iter().enumerate() {
                    for (s, sum) in sums[row][column].iter_mut().enumerate() {
                        let right = match s {
                            0 => *right,
                            _ => (right.0.shuffled(shuffles[s]), right.1.shuffled(shuffles[s])),
                        };
                        sum.0 = left.1.mul_add(right.1, left.0.mul_add(right.0, sum.0));
                        sum.1 = left.0.neg_mul_add(right.1, left.1.mul_add(right.0, sum.1));
                    }
                }
            }
            since += 1;
            if since == UNITS_BETWEEN_SUMS {
                since = 0;
                flush(&mut sums);
            }
        });
        flush(&mut sums);
        totals
    }
}
