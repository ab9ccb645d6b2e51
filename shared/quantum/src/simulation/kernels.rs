//! How are the amplitudes changed in place?
//!
//! Each kernel works on the indices in which some bits are fixed, in runs of neighbouring amplitudes.

use crate::complex::Complex;
use crate::limits::MAX_SIMULATED_QUBITS;

/// Bits of an index that are fixed, and their values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixed {
    positions: [u8; MAX_SIMULATED_QUBITS],
    count: usize,
    value: usize,
}

impl Fixed {
    pub(super) fn none() -> Self {
        Self { positions: [0; MAX_SIMULATED_QUBITS], count: 0, value: 0 }
    }

    pub(super) fn with(mut self, position: usize, value: bool) -> Self {
        let mut at = self.count;
        while at > 0 && usize::from(self.positions[at - 1]) > position {
            self.positions[at] = self.positions[at - 1];
            at -= 1;
        }
        self.positions[at] = u8::try_from(position).unwrap_or(u8::MAX);
        self.count += 1;
        self.value |= usize::from(value) << position;
        self
    }

    /// Calls `act` with the start and length of each run.
    fn runs(&self, length: usize, mut act: impl FnMut(usize, usize)) {
        let positions = &self.positions[..self.count];
        let Some((lowest, higher)) = positions.split_first() else {
            return act(0, length);
        };
        let run = 1_usize << lowest;
        for number in 0..length >> self.count >> lowest {
            let mut start = number << lowest << 1;
            for position in higher {
                let below = (1_usize << position) - 1;
                start = (start & !below) << 1 | start & below;
            }
            act(start | self.value, run);
        }
    }
}

pub(super) fn scale(state: &mut [Complex], fixed: &Fixed, factor: Complex) {
    fixed.runs(state.len(), |start, run| {
        for amplitude in &mut state[start..start + run] {
            *amplitude *= factor;
        }
    });
}

/// Swaps the amplitudes at two offsets from the fixed bits.
pub(super) fn exchange(state: &mut [Complex], fixed: &Fixed, first: usize, second: usize) {
    let (low, high) = (first.min(second), first.max(second));
    fixed.runs(state.len(), |start, run| {
        if run == 1 {
            return state.swap(start | low, start | high);
        }
        let (left, right) = state.split_at_mut(start | high);
        left[start | low..][..run].swap_with_slice(&mut right[..run]);
    });
}

/// A 2×2 matrix on the bit `target`, which is among the fixed ones as 0.
pub(super) fn dense_one(
    state: &mut [Complex],
    fixed: &Fixed,
    target: usize,
    matrix: &[Complex; 4],
) {
    let [a, b, c, d] = *matrix;
    let offset = 1 << target;
    let pair = |zero: &mut Complex, one: &mut Complex| {
        let (x, y) = (*zero, *one);
        *zero = a * x + b * y;
        *one = c * x + d * y;
    };
    match (fixed.count, target) {
        (1, 0) => return neighbours::<1>(state, pair),
        (1, 1) => return neighbours::<2>(state, pair),
        (1, 2) => return neighbours::<4>(state, pair),
        _ => {}
    }
    fixed.runs(state.len(), |start, run| {
        let (left, right) = state.split_at_mut(start | offset);
        for (zero, one) in left[start..][..run].iter_mut().zip(&mut right[..run]) {
            pair(zero, one);
        }
    });
}

/// Runs so short that their length had better be known to the compiler.
fn neighbours<const RUN: usize>(state: &mut [Complex], pair: impl Fn(&mut Complex, &mut Complex)) {
    let (runs, _) = state.as_chunks_mut::<RUN>();
    for both in runs.chunks_exact_mut(2) {
        let (zeros, ones) = both.split_at_mut(1);
        for (zero, one) in zeros[0].iter_mut().zip(&mut ones[0]) {
            pair(zero, one);
        }
    }
}

/// A 4×4 matrix on the bits `high` and `low` of its row number, which are among the fixed ones as 0.
pub(super) fn dense_two(
    state: &mut [Complex],
    fixed: &Fixed,
    [high, low]: [usize; 2],
    matrix: &[Complex; 16],
) {
    let offsets = [0, 1 << low, 1 << high, 1 << high | 1 << low];
    fixed.runs(state.len(), |start, run| {
        for at in start..start + run {
            let old = offsets.map(|offset| state[at | offset]);
            for (row, offset) in matrix.chunks_exact(4).zip(offsets) {
                state[at | offset] =
                    row[0] * old[0] + row[1] * old[1] + row[2] * old[2] + row[3] * old[3];
            }
        }
    });
}
