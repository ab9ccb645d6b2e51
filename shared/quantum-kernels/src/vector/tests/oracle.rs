//! What does matrix multiplication by the book make of a state?

use crate::vector::Complex;
use crate::vector::operations::{Kind, Operations};

/// The state after the operations on all positions 0.
pub(super) fn simulate(operations: &Operations) -> Vec<Complex<f64>> {
    let mut state = vec![Complex::ZERO; 1 << operations.positions()];
    state[0] = Complex::ONE;
    for operation in operations.list() {
        let targets = operations.targets(operation);
        let entries = operations.entries(operation);
        let size = 1 << targets.len();
        let entry = |row: usize, column: usize| match operation.kind {
            Kind::Dense => entries[row * size + column],
            Kind::Diagonal if row == column => entries[row],
            Kind::Swap if row == [0, 2, 1, 3][column] => Complex::ONE,
            _ => Complex::ZERO,
        };
        let old = state.clone();
        for (index, amplitude) in state.iter_mut().enumerate() {
            if index & operation.controls != operation.control_values {
                continue;
            }
            let row = targets.iter().fold(0, |row, bit| row << 1 | index >> bit & 1);
            *amplitude = Complex::ZERO;
            for column in 0..size {
                let mut from = index;
                for (number, bit) in targets.iter().rev().enumerate() {
                    from = from & !(1 << bit) | (column >> number & 1) << bit;
                }
                *amplitude += entry(row, column) * old[from];
            }
        }
    }
    state
}
