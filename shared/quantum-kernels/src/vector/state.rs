//! What is the state of the positions, and where does each amplitude lie?

use std::ops::ControlFlow;

use super::buffer::Buffer;
use super::error::Error;
use super::execution::{Scratch, execute};
use super::lanes::Path;
use super::meter::{Meter, Progress};
use super::operations::{MAX_POSITIONS, Operations};
use super::plan::{Plan, block_bits};
use super::real::Real;

/// Binary logarithm of the chunks that are cleared at once.
const RESET_ROW_BITS: usize = 6;

/// Most threads that work on a state.
pub const MAX_THREADS: usize = 256;

/// How a state is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// From one to `MAX_THREADS`; results do not depend on it.
    pub threads: usize,
    pub path: Path,
}

impl Default for Settings {
    /// One thread, and the fastest instructions there are.
    fn default() -> Self {
        Self { threads: 1, path: Path::fastest() }
    }
}

/// 2^positions amplitudes in precision T.
pub struct State<T: Real> {
    positions: usize,
    settings: Settings,
    amplitudes: Buffer<T>,
    layout: Layout,
    /// Bits of the index without which all amplitudes are zero: nothing has yet changed these positions from 0.
    zeros: usize,
    scratch: Vec<Scratch<T>>,
}

/// Which bit of an amplitude's place stands for each position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout([u8; MAX_POSITIONS]);

impl Layout {
    fn straight() -> Self {
        Self(std::array::from_fn(|position| position as u8))
    }

    pub(super) fn bit(&self, position: u8) -> usize {
        usize::from(self.0[usize::from(position)])
    }

    pub(super) fn exchange(&mut self, first: usize, second: usize) {
        self.0.swap(first, second);
    }

    /// The basis state whose amplitude lies at an index.
    pub(super) fn index(&self, place: usize) -> usize {
        let bits = self.0.iter().enumerate().filter(|(_, bit)| place >> **bit & 1 == 1);
        bits.fold(0, |index, (position, _)| index | 1 << position)
    }

    /// The index at which the amplitude of a basis state lies.
    pub(super) fn mask(&self, positions: usize) -> usize {
        let mut rest = positions;
        let mut mask = 0;
        while rest != 0 {
            mask |= 1 << self.0[rest.trailing_zeros() as usize];
            rest &= rest - 1;
        }
        mask
    }
}

impl<T: Real> State<T> {
    /// Bytes that a state takes, blocks of its threads included.
    pub fn bytes(positions: usize, threads: usize) -> u64 {
        let amplitude = 2 * size_of::<T>() as u64;
        let state = amplitude.checked_shl(positions.max(T::CHUNK_BITS) as u32);
        let state = state.filter(|_| positions < MAX_POSITIONS + 1).unwrap_or(u64::MAX);
        let blocks = match positions > block_bits::<T>() {
            true => (amplitude << block_bits::<T>())
                .saturating_mul(threads.clamp(1, MAX_THREADS) as u64),
            false => 0,
        };
        state.saturating_add(blocks)
    }

    /// All positions 0.
    pub fn new(positions: usize, settings: Settings) -> Result<Self, Error> {
        if positions > MAX_POSITIONS {
            return Err(Error::TooManyPositions { positions, most: MAX_POSITIONS });
        }
        let index_bits = positions.max(T::CHUNK_BITS);
        let scratch = (0..settings.threads.clamp(1, MAX_THREADS)).map(|_| Scratch::new(index_bits));
        let mut state = Self {
            positions,
            settings,
            amplitudes: Buffer::zeroed(2 << index_bits)?,
            layout: Layout::straight(),
            zeros: (1 << index_bits) - 1,
            scratch: scratch.collect::<Result<_, _>>()?,
        };
        state.amplitudes.as_mut_slice()[0] = T::from_f64(1.0);
        Ok(state)
    }

    /// Makes all positions 0 again.
    pub fn reset(&mut self) {
        // what is known to be zero may be memory that was never touched
        let all = (1 << self.index_bits()) - 1;
        let row = (T::CHUNK << RESET_ROW_BITS).min(all + 1);
        let touched = all & !(row - 1) & !self.zeros;
        let amplitudes = self.amplitudes.as_mut_slice();
        let mut first = 0;
        loop {
            amplitudes[2 * first..][..2 * row].fill(T::default());
            if first == touched {
                break;
            }
            first = ((first | !touched) + 1) & touched;
        }
        amplitudes[0] = T::from_f64(1.0);
        self.layout = Layout::straight();
        self.zeros = (1 << self.index_bits()) - 1;
    }

    /// Takes over another state of the same width.
    pub fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        if other.positions != self.positions {
            return Err(Error::OutOfRange);
        }
        self.amplitudes.as_mut_slice().copy_from_slice(other.amplitudes.as_slice());
        self.layout = other.layout;
        self.zeros = other.zeros;
        Ok(())
    }

    /// Does the operations; `watch` is told between blocks how far they are, and may stop them.
    pub fn apply(
        &mut self,
        operations: &Operations,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut done = 0;
        while done < operations.len() {
            let plan = Plan::part(operations, Plan::<T>::next_part(operations, done), self)?;
            self.run_part(&plan, done, operations.len(), watch)?;
            done += plan.operations;
        }
        Ok(())
    }

    /// Runs a plan made for a state of this width and layout.
    pub fn run(
        &mut self,
        plan: &Plan<T>,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.run_part(plan, 0, plan.operations, watch)
    }

    fn run_part(
        &mut self,
        plan: &Plan<T>,
        operations_before: usize,
        operations: usize,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let fits = plan.path == self.settings.path
            && plan.start == self.layout
            && plan.index_bits == self.index_bits()
            && plan.zeros & !self.zeros == 0;
        if !fits {
            return Err(Error::PlanMismatch);
        }
        let mut meter = Meter::new(plan, operations_before, operations, watch);
        // a run that is stopped has changed it is not known what
        let zeros = std::mem::take(&mut self.zeros);
        self.zeros = execute(plan, &mut self.amplitudes, zeros, &mut self.scratch, &mut meter)?;
        self.layout = plan.end;
        Ok(())
    }

    pub fn positions(&self) -> usize {
        self.positions
    }

    pub fn path(&self) -> Path {
        self.settings.path
    }

    pub fn threads(&self) -> usize {
        self.scratch.len()
    }

    /// Positions, or more if they would not fill a chunk.
    pub(super) fn index_bits(&self) -> usize {
        self.positions.max(T::CHUNK_BITS)
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn zeros(&self) -> usize {
        self.zeros
    }

    /// Multiplies all amplitudes.
    pub fn scale(&mut self, factor: f64) {
        let factor = T::from_f64(factor);
        for number in self.amplitudes.as_mut_slice() {
            *number = *number * factor;
        }
    }

    /// Adds the amplitudes of another state of the same width, multiplied.
    pub fn add_scaled(&mut self, other: &Self, factor: f64) -> Result<(), Error> {
        if other.positions != self.positions {
            return Err(Error::OutOfRange);
        }
        let factor = T::from_f64(factor);
        let is_aligned = self.layout == other.layout;
        let theirs = other.amplitudes.as_slice();
        for (at, number) in self.amplitudes.as_mut_slice().iter_mut().enumerate() {
            let from = match is_aligned {
                true => at,
                false => {
                    // real and imaginary parts alternate by chunks
                    let (chunk, rest) = (at / (2 * T::CHUNK), at % (2 * T::CHUNK));
                    let place = chunk * T::CHUNK + rest % T::CHUNK;
                    let place = other.layout.mask(self.layout.index(place));
                    place / T::CHUNK * 2 * T::CHUNK + rest / T::CHUNK * T::CHUNK + place % T::CHUNK
                }
            };
            *number = *number + theirs[from] * factor;
        }
        self.zeros = if is_aligned { self.zeros & other.zeros } else { 0 };
        Ok(())
    }

    pub(super) fn numbers(&self) -> &[T] {
        self.amplitudes.as_slice()
    }
}
