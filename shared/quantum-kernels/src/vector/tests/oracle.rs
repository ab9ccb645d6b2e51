//! What does matrix multiplication by the book make of a state?

use crate::vector::operations::Kind;
use crate::vector::{Complex, Control, Operations};

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

impl Operations {
    /// One of the operations alone.
    pub(super) fn only(&self, number: usize) -> Self {
        let mut single = Self::new(self.positions());
        single.add_again(self, number, |entries, _| entries.to_vec());
        single
    }

    /// What undoes unitary operations.
    pub(super) fn inverse(&self) -> Self {
        let mut inverse = Self::new(self.positions());
        for number in (0..self.len()).rev() {
            inverse.add_again(self, number, |entries, size| {
                let is_matrix = entries.len() == size * size;
                let from = |at: usize| if is_matrix { at % size * size + at / size } else { at };
                (0..entries.len()).map(|at| entries[from(at)].conjugate()).collect()
            });
        }
        inverse
    }

    fn add_again(
        &mut self,
        other: &Self,
        number: usize,
        change: impl Fn(&[Complex<f64>], usize) -> Vec<Complex<f64>>,
    ) {
        let operation = &other.list()[number];
        let targets = other.targets(operation);
        let targets: Vec<usize> = targets.iter().map(|target| usize::from(*target)).collect();
        let controls: Vec<Control> = (0..other.positions())
            .filter(|position| operation.controls >> position & 1 == 1)
            .map(|position| Control {
                position,
                value: operation.control_values >> position & 1 == 1,
            })
            .collect();
        let entries = change(other.entries(operation), 1 << targets.len());
        let added = match operation.kind {
            Kind::Dense => self.dense(&targets, &controls, &entries),
            Kind::Diagonal => self.diagonal(&targets, &controls, &entries),
            Kind::Swap => self.permutation(&targets, &controls, &[0, 2, 1, 3]),
        };
        added.expect("it was valid before");
    }
}
