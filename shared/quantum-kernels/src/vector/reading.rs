//! What can be learnt from a state, and how does a measured value change it?

use std::ops::ControlFlow;

use super::complex::Complex;
use super::error::Error;
use super::operations::Operations;
use super::real::Real;
use super::sampling::amplitudes;
use super::state::State;

/// Most positions of a marginal distribution.
pub const MAX_MARGINAL: usize = 26;
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
        for (index, amplitude) in (first..).zip(to) {
            *amplitude = self.at(self.layout().mask(index));
        }
        Ok(())
    }

    fn at(&self, place: usize) -> Complex<f64> {
        let at = place / T::CHUNK * 2 * T::CHUNK + place % T::CHUNK;
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
        let mut distribution = vec![0.0; 1 << positions.len()];
        self.segments(|first, numbers| {
            for (offset, amplitude) in amplitudes(numbers).enumerate() {
                distribution[value(first | offset, &masks)] += amplitude.norm_squared();
            }
        });
        Ok(distribution)
    }

    /// The matrix of 2^k × 2^k entries that describes k positions alone, row after row.
    pub fn reduced_density_matrix(&self, positions: &[usize]) -> Result<Vec<Complex<f64>>, Error> {
        let masks = self.masks(positions, MAX_REDUCED)?;
        let all = masks.iter().fold(0, |all, mask| all | mask);
        let size = 1 << positions.len();
        let places: Vec<usize> = (0..size)
            .map(|row| {
                let chosen = masks.iter().rev().enumerate().filter(|(bit, _)| row >> bit & 1 == 1);
                chosen.fold(0, |place, (_, mask)| place | mask)
            })
            .collect();
        let mut matrix = vec![Complex::ZERO; size * size];
        let mut group = vec![Complex::ZERO; size];
        let others = ((1 << self.index_bits()) - 1) & !all & !self.zeros();
        let mut base = 0;
        loop {
            for (amplitude, place) in group.iter_mut().zip(&places) {
                *amplitude = self.at(base | place);
            }
            for (row, left) in matrix.chunks_exact_mut(size).zip(&group) {
                for (entry, right) in row.iter_mut().zip(&group) {
                    *entry += *left * right.conjugate();
                }
            }
            if base == others {
                return Ok(matrix);
            }
            base = ((base | !others) + 1) & others;
        }
    }

    /// ⟨other|this⟩ of states of the same width.
    pub fn inner_product(&self, other: &Self) -> Result<Complex<f64>, Error> {
        if other.positions() != self.positions() {
            return Err(Error::OutOfRange);
        }
        let mut sum = Complex::ZERO;
        let is_aligned = self.layout() == other.layout();
        self.segments(|first, numbers| {
            for (offset, amplitude) in amplitudes(numbers).enumerate() {
                let place = match is_aligned {
                    true => first | offset,
                    false => other.layout().mask(self.layout().index(first | offset)),
                };
                sum += other.at(place).conjugate() * amplitude;
            }
        });
        Ok(sum)
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
        let is_aligned = self.layout() == other.layout();
        let mut sum = Complex::ZERO;
        self.segments(|first, numbers| {
            for (offset, amplitude) in amplitudes(numbers).enumerate() {
                let index = first | offset;
                let flipped = index ^ flips_here;
                let place = match is_aligned {
                    true => flipped,
                    false => other.layout().mask(self.layout().index(flipped)),
                };
                let product = other.at(place).conjugate() * amplitude;
                let is_negative = (index & signs_here).count_ones() % 2 == 1;
                sum += if is_negative { -product } else { product };
            }
        });
        // each Y is i·X·Z
        let i = Complex::new(0.0, 1.0);
        Ok((0..(flips & signs).count_ones() % 4).fold(sum, |sum, _| sum * i))
    }

    /// ⟨P⟩ of a Pauli string, as in `pauli_product`.
    pub fn pauli_expectation(&self, flips: usize, signs: usize) -> Result<f64, Error> {
        Ok(self.pauli_product(self, flips, signs)?.re)
    }

    /// Leaves only what has the value at the position, with norm 1; gives its probability.
    pub fn collapse(&mut self, position: usize, value: bool) -> Result<f64, Error> {
        let distribution = self.marginal(&[position])?;
        let [zero, one] = [distribution[0], distribution[1]];
        let kept = if value { one } else { zero };
        let norm = zero + one;
        if kept <= f64::MIN_POSITIVE {
            return Err(Error::Impossible);
        }
        let factor = Complex::new(kept.sqrt().recip(), 0.0);
        let entries = if value { [Complex::ZERO, factor] } else { [factor, Complex::ZERO] };
        let mut operations = Operations::new(self.positions());
        operations.diagonal(&[position], &[], &entries).map_err(|_| Error::OutOfRange)?;
        self.apply(&operations, &mut |_| ControlFlow::Continue(()))?;
        Ok(kept / norm)
    }

    /// Applies one of the Kraus operators of a channel, chosen by a draw from [0, 1), with norm 1 afterwards; gives its number.
    ///
    /// Each operator is a matrix as in `Operations::dense`.
    pub fn apply_kraus(
        &mut self,
        targets: &[usize],
        operators: &[&[Complex<f64>]],
        draw: f64,
    ) -> Result<usize, Error> {
        let probabilities = self.kraus_probabilities(targets, operators)?;
        let total: f64 = probabilities.iter().sum();
        let mut passed = 0.0;
        let possible = |number: &usize| probabilities[*number] > 0.0;
        let chosen = (0..probabilities.len()).filter(possible).find(|number| {
            passed += probabilities[*number];
            draw * total < passed
        });
        let last = || (0..probabilities.len()).rfind(possible);
        let number = chosen.or_else(last).ok_or(Error::Impossible)?;
        let factor = probabilities[number].sqrt().recip();
        let matrix: Vec<_> = operators[number].iter().map(|entry| *entry * factor).collect();
        let mut operations = Operations::new(self.positions());
        operations.dense(targets, &[], &matrix).map_err(|_| Error::OutOfRange)?;
        self.apply(&operations, &mut |_| ControlFlow::Continue(()))?;
        Ok(number)
    }

    /// For each operator K the square norm of K applied to the state.
    pub fn kraus_probabilities(
        &self,
        targets: &[usize],
        operators: &[&[Complex<f64>]],
    ) -> Result<Vec<f64>, Error> {
        let density = self.reduced_density_matrix(targets)?;
        let size = 1 << targets.len();
        if operators.iter().any(|operator| operator.len() != size * size) {
            return Err(Error::OutOfRange);
        }
        // the trace of K ρ K†
        let probability = |operator: &&[Complex<f64>]| {
            let rows = operator.chunks_exact(size);
            let of_row = |row: &[Complex<f64>]| {
                let mut sum = 0.0;
                for (left, densities) in row.iter().zip(density.chunks_exact(size)) {
                    for (density, right) in densities.iter().zip(row) {
                        sum += (*left * *density * right.conjugate()).re;
                    }
                }
                sum
            };
            rows.map(of_row).sum::<f64>().max(0.0)
        };
        Ok(operators.iter().map(probability).collect())
    }

    /// The place bit of each position, if they are distinct and not too many.
    fn masks(&self, positions: &[usize], most: usize) -> Result<Vec<usize>, Error> {
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

/// The bits of `index` at the masks, the first of which is the highest bit.
fn value(index: usize, masks: &[usize]) -> usize {
    masks.iter().fold(0, |value, mask| value << 1 | usize::from(index & mask != 0))
}
