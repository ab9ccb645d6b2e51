//! What is to be done to a state, in which order and on which positions?

use super::complex::Complex;
use super::error::InvalidOperation;

/// Widest state that can be described; memory sets the bound in practice.
pub const MAX_POSITIONS: usize = 40;
/// Widest matrix: 2^10 × 2^10 entries.
pub const MAX_TARGETS: usize = 10;
/// Entries that differ by less are taken for equal when looking for zeros, ones and unit phases.
pub(super) const TOLERANCE: f64 = 1e-15;

/// A position that must have a value for the operation to take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    pub position: usize,
    pub value: bool,
}

impl Control {
    pub fn on(position: usize) -> Self {
        Self { position, value: true }
    }

    pub fn off(position: usize) -> Self {
        Self { position, value: false }
    }
}

/// Operations in order, on positions `0..positions()`; each was checked when it was added.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    positions: usize,
    list: Vec<Operation>,
    targets: Vec<u8>,
    entries: Vec<Complex<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Row after row of a matrix.
    Dense,
    /// The diagonal of a matrix.
    Diagonal,
    /// Two positions exchange their values; no entries.
    Swap,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Operation {
    pub(super) kind: Kind,
    target_count: u8,
    first_target: usize,
    first_entry: usize,
    /// Bits of the index that are controls, and the values they must have.
    pub(super) controls: usize,
    pub(super) control_values: usize,
}

impl Operations {
    /// No operations yet, on a state of so many positions.
    pub fn new(positions: usize) -> Self {
        Self { positions, ..Self::default() }
    }

    pub fn positions(&self) -> usize {
        self.positions
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Removes all operations, keeping the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.targets.clear();
        self.entries.clear();
    }

    /// A matrix of 2^k × 2^k entries, row after row; the first of the k targets is the highest bit of the row number.
    ///
    /// It need not be unitary. Refused: positions out of range or repeated, a size that does not fit, entries that are not finite.
    pub fn dense(
        &mut self,
        targets: &[usize],
        controls: &[Control],
        matrix: &[Complex<f64>],
    ) -> Result<(), InvalidOperation> {
        let size = self.check(targets, controls)?;
        check_entries(matrix, size * size)?;
        let is_zero = |entry: Complex<f64>| entry.is_close(Complex::ZERO, TOLERANCE);
        let is_diagonal = (0..size * size).all(|at| at / size == at % size || is_zero(matrix[at]));
        if is_diagonal {
            let first = self.entries.len();
            self.entries.extend((0..size).map(|at| matrix[at * (size + 1)]));
            self.push_diagonal(targets, controls, first);
            return Ok(());
        }
        let kind = if is_swap(matrix) { Kind::Swap } else { Kind::Dense };
        let first = self.entries.len();
        if kind == Kind::Dense {
            self.entries.extend_from_slice(matrix);
        }
        self.push(kind, targets, controls, first);
        Ok(())
    }

    /// The 2^k entries of a diagonal matrix; the first of the k targets is the highest bit of the entry's number.
    pub fn diagonal(
        &mut self,
        targets: &[usize],
        controls: &[Control],
        entries: &[Complex<f64>],
    ) -> Result<(), InvalidOperation> {
        let size = self.check(targets, controls)?;
        check_entries(entries, size)?;
        let first = self.entries.len();
        self.entries.extend_from_slice(entries);
        self.push_diagonal(targets, controls, first);
        Ok(())
    }

    /// A factor for all amplitudes whose index has the values of the controls.
    pub fn phase(
        &mut self,
        controls: &[Control],
        factor: Complex<f64>,
    ) -> Result<(), InvalidOperation> {
        self.diagonal(&[], controls, &[factor])
    }

    /// Basis state number `row` of the targets becomes number `images[row]`.
    pub fn permutation(
        &mut self,
        targets: &[usize],
        controls: &[Control],
        images: &[usize],
    ) -> Result<(), InvalidOperation> {
        let size = self.check(targets, controls)?;
        if images.len() != size {
            return Err(InvalidOperation::WrongSize { entries: images.len(), expected: size });
        }
        let mut matrix = vec![Complex::ZERO; size * size];
        for (column, row) in images.iter().enumerate() {
            let is_free = *row < size && matrix[row * size..][..size].iter().all(|x| x.re == 0.0);
            if !is_free {
                return Err(InvalidOperation::NotAPermutation);
            }
            matrix[row * size + column] = Complex::ONE;
        }
        self.dense(targets, controls, &matrix)
    }

    /// The number of rows that a matrix on the targets has.
    fn check(&self, targets: &[usize], controls: &[Control]) -> Result<usize, InvalidOperation> {
        if targets.len() > MAX_TARGETS {
            let targets = targets.len();
            return Err(InvalidOperation::TooManyTargets { targets, most: MAX_TARGETS });
        }
        let mut seen = 0_usize;
        let positions = controls.iter().map(|control| control.position);
        for position in positions.chain(targets.iter().copied()) {
            if position >= self.positions || position >= MAX_POSITIONS {
                let positions = self.positions.min(MAX_POSITIONS);
                return Err(InvalidOperation::Position { position, positions });
            }
            if seen >> position & 1 == 1 {
                return Err(InvalidOperation::RepeatedPosition { position });
            }
            seen |= 1 << position;
        }
        Ok(1 << targets.len())
    }

    fn push_diagonal(&mut self, targets: &[usize], controls: &[Control], first: usize) {
        let is_one = |entry: &Complex<f64>| entry.is_close(Complex::ONE, TOLERANCE);
        if self.entries[first..].iter().all(is_one) {
            self.entries.truncate(first);
            return;
        }
        self.push(Kind::Diagonal, targets, controls, first);
    }

    fn push(&mut self, kind: Kind, targets: &[usize], controls: &[Control], first_entry: usize) {
        let mask = |value: bool| {
            let chosen = controls.iter().filter(|control| control.value || !value);
            chosen.fold(0, |mask, control| mask | 1 << control.position)
        };
        self.list.push(Operation {
            kind,
            target_count: targets.len() as u8,
            first_target: self.targets.len(),
            first_entry,
            controls: mask(false),
            control_values: mask(true),
        });
        self.targets.extend(targets.iter().map(|target| *target as u8));
    }

    pub(super) fn list(&self) -> &[Operation] {
        &self.list
    }

    /// Positions, the highest bit of the row number first.
    pub(super) fn targets(&self, operation: &Operation) -> &[u8] {
        &self.targets[operation.first_target..][..operation.target_count as usize]
    }

    pub(super) fn entries(&self, operation: &Operation) -> &[Complex<f64>] {
        let size = 1_usize << operation.target_count;
        let count = match operation.kind {
            Kind::Dense => size * size,
            Kind::Diagonal => size,
            Kind::Swap => 0,
        };
        &self.entries[operation.first_entry..][..count]
    }
}

fn check_entries(entries: &[Complex<f64>], expected: usize) -> Result<(), InvalidOperation> {
    if entries.len() != expected {
        return Err(InvalidOperation::WrongSize { entries: entries.len(), expected });
    }
    match entries.iter().all(|entry| entry.re.is_finite() && entry.im.is_finite()) {
        true => Ok(()),
        false => Err(InvalidOperation::NotFinite),
    }
}

fn is_swap(matrix: &[Complex<f64>]) -> bool {
    const ONES: [usize; 4] = [0, 6, 9, 15];
    matrix.len() == 16
        && matrix.iter().enumerate().all(|(at, entry)| {
            let expected = if ONES.contains(&at) { Complex::ONE } else { Complex::ZERO };
            entry.is_close(expected, TOLERANCE)
        })
}
