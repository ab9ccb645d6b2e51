//! Which operations are done together while a block is in the cache?
//!
//! A pass brings each block of the state into the cache once. Its cost is that of memory, so each pass takes all
//! operations that it can: those whose changed bits run within its blocks, unless an operation before them that
//! does not commute with them had to be left.

use super::Pass;
use super::diagonals;
use super::emission::Emission;
use super::fusion::{Fused, Fusion};
use super::items::{Action, Item};
use crate::vector::operations::MAX_TARGETS;
use crate::vector::real::Real;
use crate::vector::real::sealed::Number;

/// Bytes of a block: half of a core's second-level cache is left to tables and prefetched lines.
const BLOCK_BYTES: usize = 1 << 18;
/// Operations looked at in choosing those of a pass.
const WINDOW: usize = 4096;
/// Chunks of neighbouring amplitudes that are moved at once, binary logarithm: longer rows use memory better.
const ROW_BITS: usize = 1;

/// Binary logarithm of the amplitudes in a block.
pub(in crate::vector) const fn block_bits<T>() -> usize {
    (BLOCK_BYTES / (2 * size_of::<T>())).trailing_zeros() as usize
}

// else a pass might have no room for the widest matrix
const _: () = assert!(block_bits::<f32>() >= f32::CHUNK_BITS + ROW_BITS + MAX_TARGETS);
const _: () = assert!(block_bits::<f64>() >= f64::CHUNK_BITS + ROW_BITS + MAX_TARGETS);

/// Writes all operations down in passes.
pub(super) fn arrange<T: Real>(
    items: &[Item<'_>],
    index_bits: usize,
    emission: &mut Emission<T>,
) -> Vec<Pass> {
    let all = (1 << index_bits) - 1;
    let mut fusion = Fusion::new(items);
    let mut passes = Vec::new();
    if index_bits <= block_bits::<T>() {
        fusion.begin(all);
        fusion.add_all(&(0..items.len()).collect::<Vec<_>>());
        emit(&fusion, all, emission, &mut passes);
        return passes;
    }
    let mut queue = Queue::new(items);
    while !queue.is_empty() {
        let local = queue.best_block(all, block_bits::<T>(), T::CHUNK_BITS + ROW_BITS);
        fusion.begin(local);
        fusion.add_all(&queue.take(local));
        emit(&fusion, local, emission, &mut passes);
    }
    passes
}

fn emit<T: Real>(
    fusion: &Fusion<'_>,
    local: usize,
    emission: &mut Emission<T>,
    passes: &mut Vec<Pass>,
) {
    let first = emission.begin(local);
    fusion.each(|fused| match fused {
        Fused::Single(item) => emission.item(item),
        Fused::Matrix(columns, bits) => emission.matrix(columns, &bits),
        Fused::Cluster(items) => diagonals::emit(items, emission),
    });
    let steps = first..emission.steps();
    if !steps.is_empty() {
        passes.push(Pass { local, steps, changed: emission.changed() });
    }
}

/// The operations that are not yet in a pass.
struct Queue<'a> {
    items: &'a [Item<'a>],
    /// What the search looks at.
    wants: Vec<Wants>,
    is_done: Vec<bool>,
    /// All before it are done.
    first: usize,
    used: usize,
}

#[derive(Clone, Copy)]
struct Wants {
    changed: usize,
    looked_at: usize,
    gain: u32,
}

/// Bits on which an operation that was left acts.
#[derive(Clone, Copy)]
struct Blocked {
    changed: usize,
    looked_at: usize,
}

impl Blocked {
    const NONE: Self = Self { changed: 0, looked_at: 0 };

    /// True if the operation can be done in blocks of the local bits; if not it is in the way of others.
    fn admits(&mut self, wants: &Wants, local: usize) -> bool {
        let is_free = wants.changed & (self.changed | self.looked_at) == 0
            && wants.looked_at & self.changed == 0;
        if is_free && wants.changed & !local == 0 {
            return true;
        }
        self.changed |= wants.changed;
        self.looked_at |= wants.looked_at;
        false
    }
}

impl<'a> Queue<'a> {
    fn new(items: &'a [Item<'a>]) -> Self {
        let wants: Vec<Wants> = items.iter().map(Wants::of).collect();
        Self {
            items,
            is_done: vec![false; wants.len()],
            first: 0,
            used: wants.iter().fold(0, |used, wants| used | wants.changed | wants.looked_at),
            wants,
        }
    }

    fn is_empty(&self) -> bool {
        self.first == self.items.len()
    }

    /// Calls `act` with the operations that a pass over blocks of these bits can do, in order.
    fn doable(&self, local: usize, mut act: impl FnMut(usize)) {
        let mut blocked = Blocked::NONE;
        let end = self.items.len().min(self.first + WINDOW);
        for number in (self.first..end).filter(|number| !self.is_done[*number]) {
            if blocked.admits(&self.wants[number], local) {
                act(number);
            } else if blocked.changed == self.used {
                return;
            }
        }
    }

    /// Takes what a pass over blocks of these bits can do out of the queue.
    fn take(&mut self, local: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        self.doable(local, |number| taken.push(number));
        taken.iter().for_each(|number| self.is_done[*number] = true);
        while self.is_done.get(self.first) == Some(&true) {
            self.first += 1;
        }
        taken
    }

    /// Starts with all bits and leaves out, one after the other, the one without which most can still be done.
    fn best_block(&self, all: usize, size: usize, always: usize) -> usize {
        let kept = (1 << always) - 1;
        let mut local = all;
        while local.count_ones() as usize > size {
            let mut best: Option<(u32, usize)> = None;
            let mut rest = local & !kept;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest &= !bit;
                let mut gain = 0;
                self.doable(local & !bit, |number| gain += self.wants[number].gain);
                // at equal gain the highest bit goes, so that rows are long
                if best.is_none_or(|(most, _)| gain >= most) {
                    best = Some((gain, bit));
                }
            }
            let Some((_, bit)) = best else { return local };
            local &= !bit;
        }
        local
    }
}

impl Wants {
    fn of(item: &Item<'_>) -> Self {
        let gain = if item.action == Action::Diagonal { 1 } else { 2 };
        Self { changed: item.changed(), looked_at: item.looked_at(), gain }
    }
}
