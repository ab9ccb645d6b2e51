//! What can be learnt from a state?

use super::complex::Complex;
use super::density::MAX_REGISTER_DENSITY;
use super::error::Error;
use super::execution::spread_bits;
use super::kernels;
use super::real::Real;
use super::reductions::PauliProduct;
use super::sampling::amplitudes;
use super::segments::SEGMENT_BITS;
use super::state::State;

/// Low bits of an index whose places are noted when amplitudes are read in order.
const LOW_BITS: usize = 10;
/// Most positions of a marginal distribution.
pub const MAX_MARGINAL: usize = 26;
/// Most positions for which each part of the state has a distribution of its own.
const MAX_MARGINAL_OF_PART: usize = 8;
/// Most positions of a reduced density matrix.
pub const MAX_REDUCED: usize = 10;

impl<T: Real> State<T> {
    /// The amplitude of a basis state.
    pub fn amplitude(&self, index: usize) -> Result<Complex<f64>, Error> {
        match index >> self.positions() {
            0 => Ok(self.at(self.layout().mask(index))),
            _ => Err(Error::OutOfRange),
        }
    }

    /// The amplitudes of the basis states from `first` on.
    pub fn copy_amplitudes(&self, first: usize, to: &mut [Complex<f64>]) -> Result<(), Error> {
        let end = first.checked_add(to.len()).ok_or(Error::OutOfRange)?;
        if end > 1 << self.positions() {
            return Err(Error::OutOfRange);
        }
        // the places of all values of the low bits: the high ones rarely change
        let low: Vec<usize> = (0..1 << LOW_BITS.min(self.positions()))
            .map(|index| self.layout().mask(index))
            .collect();
        let (mut done, mut high) = (0, 0);
        for (index, amplitude) in (first..).zip(to) {
            let within = index % low.len();
            if within == 0 || done == 0 {
                high = self.layout().mask(index - within);
            }
            *amplitude = self.at(high | low[within]);
            done += 1;
        }
        Ok(())
    }

    pub(super) fn at(&self, place: usize) -> Complex<f64> {
        let at = kernels::place::<T>(place);
        let numbers = self.numbers();
        Complex::new(numbers[at].to_f64(), numbers[at + T::CHUNK].to_f64())
    }

    /// The probability of measuring 1 at a position.
    pub fn probability_of_one(&self, position: usize) -> Result<f64, Error> {
        Ok(self.marginal(&[position])?[1])
    }

    /// The distribution of some positions: the first is the highest bit of an entry's number.
    pub fn marginal(&self, positions: &[usize]) -> Result<Vec<f64>, Error> {
        let masks = self.masks(positions, MAX_MARGINAL)?;
        if (1..=MAX_REGISTER_DENSITY).contains(&masks.len()) {
            let size = 1 << masks.len();
            let density = self.density_in_registers(&masks);
            return Ok(density.iter().step_by(size + 1).map(|entry| entry.re).collect());
        }
        let all = masks.iter().fold(0, |all, mask| all | mask);
        let segment = (1 << SEGMENT_BITS) - 1;
        let value = |index: usize| {
            masks.iter().fold(0, |value, mask| value << 1 | usize::from(index & mask != 0))
        };
        let within: Vec<usize> = (0..1 << (all & segment).count_ones())
            .map(|number| value(spread_bits(number, all & segment)))
            .collect();
        let add = |distribution: &mut [f64], first: usize, numbers: &[T]| {
            let outside = value(first);
            let sums = sums_by_bits(numbers, all & segment);
            for (place, sum) in within.iter().zip(sums) {
                distribution[outside | place] += sum;
            }
        };
        let size = 1 << positions.len();
        let mut distribution = vec![0.0; size];
        if positions.len() > MAX_MARGINAL_OF_PART {
            // one after the other: each part would need as much memory
            self.each_segment(|first, numbers| add(&mut distribution, first, numbers));
            return Ok(distribution);
        }
        let parts = self.reduce(|part: &mut Vec<f64>, first, numbers| {
            part.resize(size, 0.0);
            add(part, first, numbers);
        });
        for part in parts {
            distribution.iter_mut().zip(part).for_each(|(sum, added)| *sum += added);
        }
        Ok(distribution)
    }

    /// The matrix of 2^k × 2^k entries that describes k positions alone, row after row.
    pub fn reduced_density_matrix(&self, positions: &[usize]) -> Result<Vec<Complex<f64>>, Error> {
        let masks = self.masks(positions, MAX_REDUCED)?;
        match positions.len() {
            1..=MAX_REGISTER_DENSITY => Ok(self.density_in_registers(&masks)),
            _ => Ok(self.density(&masks)),
        }
    }

    /// ⟨other|this⟩ of states of the same width.
    pub fn inner_product(&self, other: &Self) -> Result<Complex<f64>, Error> {
        if other.positions() != self.positions() {
            return Err(Error::OutOfRange);
        }
        self.pauli_product(other, 0, 0)
    }

    /// ⟨other|P|this⟩ for the Pauli string P with X where `flips` has a bit, Z where `signs` has one, and Y where both have.
    pub fn pauli_product(
        &self,
        other: &Self,
        flips: usize,
        signs: usize,
    ) -> Result<Complex<f64>, Error> {
        let is_beyond = (flips | signs) >> self.positions() != 0;
        if other.positions() != self.positions() || is_beyond {
            return Err(Error::OutOfRange);
        }
        let (flips_here, signs_here) = (self.layout().mask(flips), self.layout().mask(signs));
        let add = |sum: &mut Complex<f64>, first: usize, part: &[T]| {
            *sum += match self.layout() == other.layout() {
                true => self.path().call(PauliProduct {
                    first,
                    part,
                    other: other.numbers(),
                    flips: flips_here,
                    signs: signs_here,
                }),
                false => self.product_across_layouts(other, first, part, flips_here, signs_here),
            };
        };
        let sum = self.reduce(add).into_iter().fold(Complex::ZERO, |sum, part| sum + part);
        // each Y is i·X·Z
        let i = Complex::new(0.0, 1.0);
        Ok((0..(flips & signs).count_ones() % 4).fold(sum, |sum, _| sum * i))
    }

    fn product_across_layouts(
        &self,
        other: &Self,
        first: usize,
        part: &[T],
        flips: usize,
        signs: usize,
    ) -> Complex<f64> {
        let mut sum = Complex::ZERO;
        for (offset, amplitude) in amplitudes(part).enumerate() {
            let index = first | offset;
            let there = other.at(other.layout().mask(self.layout().index(index ^ flips)));
            let product = there.conjugate() * amplitude;
            sum += if (index & signs).count_ones() % 2 == 1 { -product } else { product };
        }
        sum
    }

    /// ⟨P⟩ of a Pauli string, as in `pauli_product`.
    pub fn pauli_expectation(&self, flips: usize, signs: usize) -> Result<f64, Error> {
        Ok(self.pauli_product(self, flips, signs)?.re)
    }

    /// The place bit of each position, if they are distinct and not too many.
    pub(super) fn masks(&self, positions: &[usize], most: usize) -> Result<Vec<usize>, Error> {
        let mut seen = 0_usize;
        for position in positions {
            if *position >= self.positions() || seen >> position & 1 == 1 {
                return Err(Error::OutOfRange);
            }
            seen |= 1 << position;
        }
        if positions.len() > most {
            return Err(Error::TooManyPositions { positions: positions.len(), most });
        }
        Ok(positions.iter().map(|position| self.layout().mask(1 << position)).collect())
    }
}

/// The sums of the probabilities for each value of the bits, of which the highest counts most.
fn sums_by_bits<T: Real>(numbers: &[T], bits: usize) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::with_capacity(numbers.len() / 2);
    for chunk in numbers.chunks_exact(2 * T::CHUNK) {
        let (re, im) = chunk.split_at(T::CHUNK);
        let squares = re.iter().zip(im).map(|(re, im)| (re.to_f64(), im.to_f64()));
        sums.extend(squares.map(|(re, im)| re * re + im * im));
    }
    // from the highest bit on, halves that differ in a bit that is not asked for are added up
    for bit in (0..sums.len().ilog2()).rev().filter(|bit| bits >> bit & 1 == 0) {
        let half = 1 << bit;
        for (kept, both) in (0..sums.len()).step_by(2 * half).enumerate() {
            let (low, high) = sums.split_at_mut(both + half);
            low[both..].iter_mut().zip(high).for_each(|(low, high)| *low += *high);
            sums.copy_within(both..both + half, kept * half);
        }
        sums.truncate(sums.len() / 2);
    }
    sums
}
