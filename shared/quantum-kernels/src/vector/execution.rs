//! How are the passes of a plan run over the blocks of a state, and on several threads?

#![expect(unsafe_code, reason = "threads share the state, each changing blocks of its own")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::buffer::Buffer;
use super::complex::Complex;
use super::error::Error;
use super::kernels::{Dense, Exchange, Rearrange, Scale, Wide};
use super::lanes::{Kernel, Lanes, Path};
use super::meter::{AMPLITUDES_BETWEEN_REPORTS, Meter};
use super::plan::{Change, Data, DenseChange, Pass, Plan, Step, Twist, block_bits};
use super::real::Real;

/// What a thread works in.
pub(super) struct Scratch<T: Real> {
    /// A block; empty if the state itself is one.
    block: Buffer<T>,
    /// Rows of a wide matrix's product; made when first needed.
    rows: Vec<T>,
}

impl<T: Real> Scratch<T> {
    pub(super) fn new(index_bits: usize) -> Result<Self, Error> {
        let length = if index_bits > block_bits::<T>() { 2 << block_bits::<T>() } else { 0 };
        Ok(Self { block: Buffer::zeroed(length)?, rows: Vec::new() })
    }
}

/// Runs all passes. `zeros` are the bits of the index without which all amplitudes are zero; so is the result.
pub(super) fn execute<T: Real>(
    plan: &Plan<T>,
    amplitudes: &mut Buffer<T>,
    mut zeros: usize,
    scratch: &mut [Scratch<T>],
    meter: &mut Meter<'_>,
) -> Result<usize, Error> {
    let mut done = 0;
    for pass in &plan.passes {
        run_pass(plan, pass, amplitudes, zeros, scratch, meter, done)?;
        done += (pass.steps.len() as u64) << plan.index_bits;
        zeros &= !pass.changed;
    }
    meter.finish()?;
    Ok(zeros)
}

/// The blocks of a pass, which threads take one after the other.
struct Turns<'a, T: Real> {
    plan: &'a Plan<T>,
    pass: &'a Pass,
    amplitudes: &'a Buffer<T>,
    /// Bits of the index that number the blocks.
    numbering: usize,
    zeros: usize,
    blocks: usize,
    next: AtomicUsize,
    is_stopped: AtomicBool,
}

fn run_pass<T: Real>(
    plan: &Plan<T>,
    pass: &Pass,
    amplitudes: &mut Buffer<T>,
    zeros: usize,
    scratch: &mut [Scratch<T>],
    meter: &mut Meter<'_>,
    done: u64,
) -> Result<(), Error> {
    let all = (1 << plan.index_bits) - 1;
    let Some((own, others)) = scratch.split_first_mut() else {
        return Ok(());
    };
    if pass.local == all {
        let steps = &plan.steps[pass.steps.clone()];
        let at_once = (AMPLITUDES_BETWEEN_REPORTS >> plan.index_bits).max(1) as usize;
        for (number, steps) in steps.chunks(at_once).enumerate() {
            meter.advance_to(done + (((number * at_once) as u64) << plan.index_bits))?;
            change(plan.path, steps, &plan.data, amplitudes.as_mut_slice(), 0, &mut own.rows);
        }
        return Ok(());
    }
    let numbering = all & !pass.local & !zeros;
    let turns = Turns {
        plan,
        pass,
        amplitudes,
        numbering,
        zeros,
        blocks: 1 << numbering.count_ones(),
        next: AtomicUsize::new(0),
        is_stopped: AtomicBool::new(false),
    };
    let work_per_block = ((pass.steps.len() as u64) << plan.index_bits) / turns.blocks as u64;
    std::thread::scope(|scope| {
        for scratch in others.iter_mut().take(turns.blocks - 1) {
            let turns = &turns;
            // without a further thread the others do its part
            let _ = std::thread::Builder::new()
                .spawn_scoped(scope, move || turns.work(scratch, &mut |_| Ok(())));
        }
        turns.work(own, &mut |taken| meter.advance_to(done + taken as u64 * work_per_block))
    })
}

impl<T: Real> Turns<'_, T> {
    /// Takes blocks until there are no more; after each, `report` learns how many were taken by all threads.
    fn work(
        &self,
        scratch: &mut Scratch<T>,
        report: &mut dyn FnMut(usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Plan { path, steps, data, .. } = self.plan;
        let steps = &steps[self.pass.steps.clone()];
        while !self.is_stopped.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.blocks {
                break;
            }
            let base = spread_bits(number, self.numbering);
            let block = scratch.block.as_mut_slice();
            let rows = Rows { amplitudes: self.amplitudes, base, local: self.pass.local };
            path.call(Gather { rows: &rows, block, zeros: self.zeros });
            change(*path, steps, data, block, base, &mut scratch.rows);
            path.call(Scatter { rows: &rows, block });
            if let Err(error) = report(number) {
                self.is_stopped.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Puts the bits of `value` at the places of `mask`.
pub(super) fn spread_bits(value: usize, mask: usize) -> usize {
    let (mut rest, mut value, mut spread) = (mask, value, 0);
    while rest != 0 {
        if value & 1 == 1 {
            spread |= rest & rest.wrapping_neg();
        }
        value >>= 1;
        rest &= rest - 1;
    }
    spread
}

/// Where the chunks of a block lie in the state.
struct Rows<'a, T: Real> {
    amplitudes: &'a Buffer<T>,
    /// Index of the block's first amplitude.
    base: usize,
    local: usize,
}

impl<T: Real> Rows<'_, T> {
    /// Calls `act` with the index and address of each row of neighbouring chunks in order, and its length in numbers.
    #[inline(always)]
    fn each(&self, mut act: impl FnMut(usize, *mut T, usize)) {
        let run = self.local.trailing_ones() as usize;
        let rest = self.local >> run << run;
        assert!(run >= T::CHUNK_BITS && self.base & self.local == 0);
        assert!(2 * ((self.base | self.local) + 1) <= self.amplitudes.length());
        let mut row = 0;
        loop {
            // SAFETY: the highest index of the block was found to be in the state.
            act(row, unsafe { self.amplitudes.as_ptr().add(2 * (self.base | row)) }, 2 << run);
            if row == rest {
                return;
            }
            row = ((row | !rest) + 1) & rest;
        }
    }
}

/// Brings a block into the cache.
struct Gather<'a, T: Real> {
    rows: &'a Rows<'a, T>,
    block: &'a mut [T],
    /// Rows with one of these bits are zero, and may never have been touched.
    zeros: usize,
}

impl<T: Real> Kernel<T> for Gather<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let mut rest = self.block;
        self.rows.each(|index, row, length| {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(length);
            rest = others;
            if index & self.zeros != 0 {
                return part.fill(T::default());
            }
            // SAFETY: the row is in the state, and no other thread has a block with it.
            unsafe { copy::<T, V>(row, part.as_mut_ptr(), length) };
        });
    }
}

/// Puts a block back.
struct Scatter<'a, T: Real> {
    rows: &'a Rows<'a, T>,
    block: &'a [T],
}

impl<T: Real> Kernel<T> for Scatter<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let mut rest = self.block;
        self.rows.each(|_, row, length| {
            let (part, others) = rest.split_at(length);
            rest = others;
            // SAFETY: the row is in the state, and no other thread has a block with it.
            unsafe { copy::<T, V>(part.as_ptr(), row, length) };
        });
    }
}

/// # Safety
/// `length` numbers can be read and written, which is a multiple of a chunk.
#[inline(always)]
unsafe fn copy<T: Real, V: Lanes<T>>(from: *const T, to: *mut T, length: usize) {
    for at in (0..length).step_by(V::COUNT) {
        // SAFETY: `at` is below `length`, and registers divide it.
        unsafe { V::load(from.add(at)).store(to.add(at)) };
    }
}

/// Does the steps to a block whose first amplitude has the index `base`.
fn change<T: Real>(
    path: Path,
    steps: &[Step],
    data: &Data<T>,
    block: &mut [T],
    base: usize,
    rows: &mut Vec<T>,
) {
    for step in steps {
        if base & step.outside.fixed == step.outside.value {
            step.change.apply(path, data, block, base, rows);
        }
    }
}

impl Change {
    fn apply<T: Real>(
        &self,
        path: Path,
        data: &Data<T>,
        block: &mut [T],
        base: usize,
        rows: &mut Vec<T>,
    ) {
        let coefficients = data.coefficients.as_slice();
        match self {
            Self::Dense(dense) => {
                dense.apply(path, &coefficients[dense.coefficients.clone()], block)
            }
            Self::Exchange { sweep, offsets, lanes } => {
                path.call(Exchange { block, sweep: *sweep, offsets: *offsets, lanes: *lanes });
            }
            Self::Rearrange { sweep, sources } => {
                path.call(Rearrange { block, sweep: *sweep, sources: *sources });
            }
            Self::Scale { sweep, entries, table, twists } => {
                let mut table = &coefficients[table.clone()];
                if !twists.is_empty() {
                    rows.clear();
                    rows.extend_from_slice(table);
                    twist(rows, path.lane_bits::<T>(), &data.twists[twists.clone()], base);
                    table = rows;
                }
                let entries = &data.entries[entries.clone()];
                path.call(Scale { block, sweep: *sweep, entries, table });
            }
            Self::Wide { fixed, value, places, matrix } => {
                let places = &data.places[places.clone()];
                rows.resize(4 * places.len(), T::default());
                path.call(Wide {
                    block,
                    fixed: *fixed,
                    value: *value,
                    places,
                    matrix: &coefficients[matrix.clone()],
                    rows,
                });
            }
        }
    }
}

/// Multiplies the parts of a table by the factors that hold in the block at `base`.
fn twist<T: Real>(table: &mut [T], lane_bits: usize, twists: &[Twist], base: usize) {
    let lanes = 1 << lane_bits;
    for part in twists.chunk_by(|a, b| a.within == b.within) {
        let holding = part.iter().filter(|twist| twist.outside & !base == 0);
        let factor = holding.fold(Complex::ONE, |factor, twist| factor * twist.factor);
        let factor = Complex::new(T::from_f64(factor.re), T::from_f64(factor.im));
        let within = part[0].within;
        for (number, entry) in table.chunks_exact_mut(2 * lanes).enumerate() {
            if number << lane_bits & within != within & !(lanes - 1) {
                continue;
            }
            let (re, im) = entry.split_at_mut(lanes);
            for (lane, (re, im)) in re.iter_mut().zip(im).enumerate() {
                if lane & within == within & (lanes - 1) {
                    let product = Complex::new(*re, *im) * factor;
                    (*re, *im) = (product.re, product.im);
                }
            }
        }
    }
}

impl DenseChange {
    fn apply<T: Real>(&self, path: Path, coefficients: &[T], block: &mut [T]) {
        match (self.row_bits, self.lane_bits) {
            (0, 1) => self.apply_to::<T, 1, 2>(path, coefficients, block),
            (0, 2) => self.apply_to::<T, 1, 4>(path, coefficients, block),
            (0, 3) => self.apply_to::<T, 1, 8>(path, coefficients, block),
            (0, 4) => self.apply_to::<T, 1, 16>(path, coefficients, block),
            (1, 0) => self.apply_to::<T, 2, 1>(path, coefficients, block),
            (1, 1) => self.apply_to::<T, 2, 2>(path, coefficients, block),
            (1, 2) => self.apply_to::<T, 2, 4>(path, coefficients, block),
            (1, 3) => self.apply_to::<T, 2, 8>(path, coefficients, block),
            (2, 0) => self.apply_to::<T, 4, 1>(path, coefficients, block),
            (2, 1) => self.apply_to::<T, 4, 2>(path, coefficients, block),
            (2, 2) => self.apply_to::<T, 4, 4>(path, coefficients, block),
            (3, 0) => self.apply_to::<T, 8, 1>(path, coefficients, block),
            (3, 1) => self.apply_to::<T, 8, 2>(path, coefficients, block),
            (4, 0) => self.apply_to::<T, 16, 1>(path, coefficients, block),
            _ => debug_assert!(false, "a plan has no wider matrices"),
        }
    }

    fn apply_to<T: Real, const ROWS: usize, const SHUFFLES: usize>(
        &self,
        path: Path,
        coefficients: &[T],
        block: &mut [T],
    ) {
        let sweep = self.sweep;
        let offsets = std::array::from_fn(|row| self.offsets[row]);
        let patterns = std::array::from_fn(|shuffle| usize::from(self.patterns[shuffle]));
        match self.is_real {
            true => path.call(Dense::<T, ROWS, SHUFFLES, true> {
                block,
                sweep,
                offsets,
                patterns,
                coefficients,
            }),
            false => path.call(Dense::<T, ROWS, SHUFFLES, false> {
                block,
                sweep,
                offsets,
                patterns,
                coefficients,
            }),
        }
    }
}
