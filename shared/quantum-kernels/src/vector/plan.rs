//! In which passes over memory is a list of operations done, and what does each pass do to a block?

mod absorption;
mod diagonals;
mod emission;
mod fusion;
mod items;
mod matrices;
mod passes;

use std::ops::Range;

use super::buffer::Buffer;
use super::complex::Complex;
use super::error::Error;
use super::kernels::{MAX_LANES, MAX_REGISTER_TARGETS, Sweep};
use super::lanes::Path;
use super::operations::Operations;
use super::real::Real;
use super::state::{Layout, State};
use emission::Emission;
pub(super) use passes::block_bits;

/// Operations that are planned at once, and entries of their matrices.
const MAX_OPERATIONS: usize = 4096;
const MAX_ENTRIES: usize = 1 << 18;

/// Operations arranged for states of one width, layout and instruction set; run it with `State::run`.
pub struct Plan<T: Real> {
    pub(super) path: Path,
    pub(super) index_bits: usize,
    /// Bits of the index without which all amplitudes have to be zero.
    pub(super) zeros: usize,
    pub(super) start: Layout,
    pub(super) end: Layout,
    /// How many operations it does.
    pub(super) operations: usize,
    pub(super) passes: Vec<Pass>,
    pub(super) steps: Vec<Step>,
    pub(super) data: Data<T>,
}

/// One pass: each block is brought into the cache, changed by all steps and put back.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    /// Bits of the state's index that run within a block.
    pub(super) local: usize,
    pub(super) steps: Range<usize>,
    /// Bits of the state's index that may be 1 after the pass although they were 0 before.
    pub(super) changed: usize,
}

/// What the steps refer to.
pub(super) struct Data<T> {
    /// Matrix entries in the order in which their kernel wants them.
    pub(super) coefficients: Buffer<T>,
    /// For scales: the number of the entry for each unit of a block.
    pub(super) entries: Vec<u16>,
    /// For wide matrices: where the amplitudes of each row are.
    pub(super) places: Vec<usize>,
    pub(super) twists: Vec<Twist>,
}

/// A factor for part of a table, in blocks whose number has some bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Twist {
    /// Bits that the number of a factor in the table must have; its lowest bits number the lane.
    pub(super) within: usize,
    /// Bits of the state's index outside the block that must be 1.
    pub(super) outside: usize,
    pub(super) factor: Complex<f64>,
}

/// What is done to a block.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Bits of the state's index outside the block, and their values, without which the step is left out.
    pub(super) outside: Sweep,
    pub(super) change: Change,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    Dense(DenseChange),
    Exchange { sweep: Sweep, offsets: [usize; 2], lanes: usize },
    Rearrange { sweep: Sweep, sources: [u8; MAX_LANES] },
    Scale { sweep: Sweep, entries: Range<usize>, table: Range<usize>, twists: Range<usize> },
    Wide { fixed: usize, value: usize, places: Range<usize>, matrix: Range<usize> },
}

/// A matrix on unit and lane bits; see `kernels::Dense`.
#[derive(Debug, Clone)]
pub(super) struct DenseChange {
    pub(super) sweep: Sweep,
    pub(super) offsets: [usize; 1 << MAX_REGISTER_TARGETS],
    pub(super) patterns: [u8; 1 << MAX_REGISTER_TARGETS],
    pub(super) row_bits: u8,
    pub(super) lane_bits: u8,
    pub(super) is_real: bool,
    pub(super) coefficients: Range<usize>,
}

impl<T: Real> Plan<T> {
    /// Plans for the state as it is now: its width, layout and instruction set.
    pub fn new(operations: &Operations, state: &State<T>) -> Result<Self, Error> {
        Self::part(operations, 0..operations.len(), state)
    }

    /// Plans some of the operations.
    pub(super) fn part(
        operations: &Operations,
        range: Range<usize>,
        state: &State<T>,
    ) -> Result<Self, Error> {
        if operations.positions() > state.positions() {
            return Err(Error::PlanMismatch);
        }
        let start = *state.layout();
        let mut end = start;
        let items = items::items(operations, range.clone(), &mut end);
        let (path, index_bits, zeros) = (state.path(), state.index_bits(), state.zeros());
        let mut emission = Emission::<T>::new(path, index_bits, zeros);
        let passes = passes::arrange(&items, index_bits, &mut emission);
        let (steps, data) = emission.finish()?;
        let operations = range.len();
        Ok(Self { path, index_bits, zeros, start, end, operations, passes, steps, data })
    }

    /// The operations from `first` on that are best planned at once: more would take memory without saving passes.
    pub(super) fn next_part(operations: &Operations, first: usize) -> Range<usize> {
        let mut entries = 0;
        let rest = operations.list()[first..].iter().take(MAX_OPERATIONS);
        let count = rest.take_while(|operation| {
            let is_first = entries == 0;
            entries += operations.entries(operation).len().max(1);
            is_first || entries <= MAX_ENTRIES
        });
        first..first + count.count()
    }
}
