//! Which bits of the state's index does each operation act on, and how?

use std::ops::Range;

use crate::vector::complex::Complex;
use crate::vector::kernels::Sweep;
use crate::vector::operations::{Kind, Operations, TOLERANCE};
use crate::vector::state::Layout;

/// An operation, its positions translated to bits of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) action: Action,
    /// Bits of the index, the lowest bit of the row number first.
    pub(super) targets: Bits,
    pub(super) controls: Sweep,
    pub(super) entries: &'a [Complex<f64>],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Dense,
    /// A target is flipped.
    Flip,
    Swap,
    Diagonal,
}

/// A short list of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits {
    list: [u8; MAX_BITS],
    count: u8,
}

const MAX_BITS: usize = crate::vector::operations::MAX_TARGETS;

impl Bits {
    pub(super) const NONE: Self = Self { list: [0; MAX_BITS], count: 0 };

    pub(super) fn push(&mut self, bit: usize) {
        self.list[usize::from(self.count)] = bit as u8;
        self.count += 1;
    }

    /// The bits of a mask, the lowest first.
    pub(super) fn of(mask: usize) -> Self {
        let mut bits = Self::NONE;
        let mut rest = mask;
        while rest != 0 {
            bits.push(rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
        bits
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.count)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.list[..self.len()].iter().map(|bit| usize::from(*bit))
    }

    pub(super) fn get(&self, at: usize) -> usize {
        usize::from(self.list[at])
    }

    pub(super) fn mask(&self) -> usize {
        self.iter().fold(0, |mask, bit| mask | 1 << bit)
    }
}

impl Item<'_> {
    /// Bits that the operation may change.
    pub(super) fn changed(&self) -> usize {
        if self.action == Action::Diagonal { 0 } else { self.targets.mask() }
    }

    /// Bits that the operation only looks at: it commutes with others that only look at them.
    pub(super) fn looked_at(&self) -> usize {
        match self.action {
            Action::Diagonal => self.targets.mask() | self.controls.fixed,
            _ => self.controls.fixed,
        }
    }

    pub(super) fn support(&self) -> usize {
        self.targets.mask() | self.controls.fixed
    }
}

/// A part of the operations in order; exchanges of positions are not among them but noted in the layout.
pub(super) fn items<'a>(
    operations: &'a Operations,
    range: Range<usize>,
    layout: &mut Layout,
) -> Vec<Item<'a>> {
    let mut items = Vec::with_capacity(range.len());
    for operation in &operations.list()[range] {
        let targets = operations.targets(operation);
        let entries = operations.entries(operation);
        if operation.kind == Kind::Swap && operation.controls == 0 {
            layout.exchange(usize::from(targets[0]), usize::from(targets[1]));
            continue;
        }
        let mut bits = Bits::NONE;
        targets.iter().rev().for_each(|target| bits.push(layout.bit(*target)));
        items.push(Item {
            action: match operation.kind {
                Kind::Dense if is_flip(entries) => Action::Flip,
                Kind::Dense => Action::Dense,
                Kind::Swap => Action::Swap,
                Kind::Diagonal => Action::Diagonal,
            },
            targets: bits,
            controls: Sweep {
                fixed: layout.mask(operation.controls),
                value: layout.mask(operation.control_values),
            },
            entries,
        });
    }
    items
}

pub(super) fn is_flip(matrix: &[Complex<f64>]) -> bool {
    let is = |at: usize, re: f64| matrix[at].is_close(Complex::new(re, 0.0), TOLERANCE);
    matrix.len() == 4 && is(0, 0.0) && is(1, 1.0) && is(2, 1.0) && is(3, 0.0)
}
