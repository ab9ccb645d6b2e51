//! What describes a few positions of a state alone?

use std::array::from_fn;

use super::complex::Complex;
use super::execution::spread_bits;
use super::kernels::{Sweep, offset};
use super::real::Real;
use super::reductions::{Densities, LaneSums};
use super::state::State;

/// Most positions whose density matrix is summed up in registers.
pub(super) const MAX_REGISTER_DENSITY: usize = 2;
/// Bits of the state's index that number the parts which threads share, at most.
const MAX_NUMBERING_BITS: usize = 6;
/// Bits of the index that run within a part, at least.
const MIN_PART_BITS: usize = 14;

/// A bit of the matrix's row number, and the bit of the unit or lane that it stands for.
type Pair = (usize, usize);

/// Rows and columns of a few bits, row after row.
type Matrix = Vec<Complex<f64>>;

impl<T: Real> State<T> {
    /// `masks` are bits of the state's index, that for the highest bit of the row number first.
    pub(super) fn density_in_registers(&self, masks: &[usize]) -> Matrix {
        let lane_bits = self.path().lane_bits::<T>();
        let (mut high, mut low) = (Vec::new(), Vec::new());
        for (number, mask) in masks.iter().rev().enumerate() {
            match mask >> lane_bits {
                0 => low.push((1 << number, *mask)),
                unit_bit => high.push((1 << number, unit_bit)),
            }
        }
        match (high.len(), low.len()) {
            (0, 1) => self.sum_densities::<1, 2>(&high, &low),
            (0, 2) => self.sum_densities::<1, 4>(&high, &low),
            (1, 0) => self.sum_densities::<2, 1>(&high, &low),
            (1, 1) => self.sum_densities::<2, 2>(&high, &low),
            (2, 0) => self.sum_densities::<4, 1>(&high, &low),
            _ => self.density(masks),
        }
    }

    fn sum_densities<const ROWS: usize, const SHUFFLES: usize>(
        &self,
        high: &[Pair],
        low: &[Pair],
    ) -> Matrix {
        let lane_bits = self.path().lane_bits::<T>();
        let targets = spread(ROWS - 1, high).1;
        let units = (1_usize << (self.index_bits() - lane_bits)) - 1;
        let zeros = (self.zeros() >> lane_bits) & !targets;
        // the highest bits that are free number the parts
        let free = units & !targets & !zeros;
        let mut numbering = free;
        let most = self.index_bits().saturating_sub(MIN_PART_BITS).min(MAX_NUMBERING_BITS);
        while numbering.count_ones() as usize > most {
            numbering &= numbering - 1;
        }
        let sum_part = |number: usize| {
            self.path().call(Densities::<T, ROWS, SHUFFLES> {
                state: self.numbers(),
                sweep: Sweep {
                    fixed: targets | zeros | numbering,
                    value: spread_bits(number, numbering),
                },
                offsets: from_fn(|row| offset::<T>(spread(row, high).1, lane_bits)),
                patterns: from_fn(|shuffle| spread(shuffle, low).1),
            })
        };
        let size = ROWS * SHUFFLES;
        let mut matrix = vec![Complex::ZERO; size * size];
        for part in self.each_part(1 << numbering.count_ones(), &sum_part) {
            for (row, columns) in part.iter().enumerate() {
                for (column, shuffled) in columns[..=row].iter().enumerate() {
                    for (shuffle, sums) in shuffled.iter().enumerate() {
                        let of_units = (spread(row, high).0, spread(column, high).0);
                        add_lanes(&mut matrix, size, of_units, low, spread(shuffle, low).1, sums);
                    }
                }
            }
        }
        // units were only taken with those before them: the rest is the mirror image
        let of_units = spread(ROWS - 1, high).0;
        for row in 0..size {
            for column in 0..size {
                if row & of_units < column & of_units {
                    matrix[row * size + column] = matrix[column * size + row].conjugate();
                }
            }
        }
        matrix
    }

    /// Of any number of bits, amplitude by amplitude.
    pub(super) fn density(&self, masks: &[usize]) -> Matrix {
        let all = masks.iter().fold(0, |all, mask| all | mask);
        let size = 1 << masks.len();
        let pairs: Vec<Pair> =
            masks.iter().rev().enumerate().map(|(number, mask)| (1 << number, *mask)).collect();
        let places: Vec<usize> = (0..size).map(|row| spread(row, &pairs).1).collect();
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
                return matrix;
            }
            base = ((base | !others) + 1) & others;
        }
    }
}

/// Adds the sums of each lane to the entry that they belong to.
fn add_lanes(
    matrix: &mut Matrix,
    size: usize,
    (row, column): (usize, usize),
    low: &[Pair],
    pattern: usize,
    [re, im]: &LaneSums,
) {
    let of_lane = |lane: usize| {
        let pairs = low.iter().filter(|(_, bit)| lane & bit != 0);
        pairs.fold(0, |row, (of_row, _)| row | of_row)
    };
    for (lane, (re, im)) in re.iter().zip(im).enumerate() {
        let entry = (row | of_lane(lane)) * size + (column | of_lane(lane ^ pattern));
        matrix[entry] += Complex::new(*re, *im);
    }
}

/// The ors of both sides of the pairs that the bits of `number` choose.
fn spread(number: usize, pairs: &[Pair]) -> Pair {
    let chosen = pairs.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
    chosen.fold((0, 0), |(left, right), (_, pair)| (left | pair.0, right | pair.1))
}
