//! Which kernel does a gate on certain positions take?

use super::kernels::{Fixed, dense_one, dense_two, exchange, scale};
use crate::complex::{Complex, ONE, ZERO};
use crate::matrices::Matrix;
use crate::program::Wire;

/// Gates on positions below this one stay within blocks of 2^14 amplitudes, which fit in a core's cache.
pub(super) const BLOCK_POSITIONS: u32 = 14;

pub(super) struct Application<'a> {
    pub(super) matrix: Matrix,
    /// Positions: controls first, then the bits of the matrix's row number, highest first.
    pub(super) operands: &'a [Wire],
    pub(super) controls: usize,
}

impl Application<'_> {
    pub(super) fn is_within_block(&self) -> bool {
        self.operands.iter().all(|wire| wire.qubit() < BLOCK_POSITIONS)
    }

    /// Changes a state, or a block of it that has all the positions.
    pub(super) fn apply(&self, amplitudes: &mut [Complex]) {
        let (controls, targets) = self.operands.split_at(self.controls);
        let mut fixed = Fixed::none();
        for wire in controls {
            fixed = fixed.with(wire.qubit() as usize, wire.is_on_one());
        }
        match (&self.matrix, targets) {
            (Matrix::One(entries), [target]) => {
                apply_one(amplitudes, entries, fixed, target.qubit() as usize);
            }
            (Matrix::Two(entries), [high, low]) => {
                let positions = [high.qubit() as usize, low.qubit() as usize];
                apply_two(amplitudes, entries, fixed, positions);
            }
            (Matrix::Scalar(phase), _) => scale(amplitudes, &fixed, *phase),
            _ => debug_assert!(false, "a matrix has as many targets as its size says"),
        }
    }
}

fn apply_one(amplitudes: &mut [Complex], entries: &[Complex; 4], fixed: Fixed, target: usize) {
    let [a, b, c, d] = *entries;
    if b.is_close(ZERO) && c.is_close(ZERO) {
        for (value, factor) in [(false, a), (true, d)] {
            if !factor.is_close(ONE) {
                scale(amplitudes, &fixed.with(target, value), factor);
            }
        }
        return;
    }
    let fixed = fixed.with(target, false);
    if b.is_close(ONE) && c.is_close(ONE) && a.is_close(ZERO) {
        return exchange(amplitudes, &fixed, 0, 1 << target);
    }
    dense_one(amplitudes, &fixed, target, entries);
}

fn apply_two(
    amplitudes: &mut [Complex],
    entries: &[Complex; 16],
    fixed: Fixed,
    [high, low]: [usize; 2],
) {
    let is_diagonal = (0..16).all(|at| at % 5 == 0 || entries[at].is_close(ZERO));
    if is_diagonal {
        for row in 0..4 {
            let factor = entries[row * 5];
            if !factor.is_close(ONE) {
                let fixed = fixed.with(high, row & 2 != 0).with(low, row & 1 != 0);
                scale(amplitudes, &fixed, factor);
            }
        }
        return;
    }
    let fixed = fixed.with(high, false).with(low, false);
    let is_swap = [0, 6, 9, 15].iter().all(|at| entries[*at].is_close(ONE));
    if is_swap {
        return exchange(amplitudes, &fixed, 1 << high, 1 << low);
    }
    dense_two(amplitudes, &fixed, [high, low], entries);
}
