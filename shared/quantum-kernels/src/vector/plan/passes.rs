//! Which operations are done together while a block is in the cache?

use super::Pass;
use super::emission::Emission;
use crate::vector::operations::{Kind, Operations};
use crate::vector::real::Real;
use crate::vector::state::Layout;

/// Bytes of a block: half of a core's second-level cache is left to tables and prefetched lines.
const BLOCK_BYTES: usize = 1 << 18;

/// Binary logarithm of the amplitudes in a block.
pub(in crate::vector) fn block_bits<T>() -> usize {
    (BLOCK_BYTES / (2 * size_of::<T>())).trailing_zeros() as usize
}

pub(super) fn arrange<T: Real>(
    operations: &Operations,
    layout: &mut Layout,
    emission: &mut Emission<T>,
    passes: &mut Vec<Pass>,
) {
    let all = (1 << emission.index_bits()) - 1;
    let mut open: Option<usize> = None;
    for operation in operations.list() {
        let targets = operations.targets(operation);
        if operation.kind == Kind::Swap && operation.controls == 0 {
            layout.exchange(usize::from(targets[0]), usize::from(targets[1]));
            continue;
        }
        let wanted = match operation.kind {
            Kind::Diagonal => 0,
            _ => targets.iter().fold(0, |mask, target| mask | 1 << layout.bit(*target)),
        };
        if open.is_none_or(|local| wanted & !local != 0) {
            let local = fill(wanted, all, block_bits::<T>());
            let first = emission.steps();
            passes.push(Pass { local, steps: first..first, changed: 0 });
            emission.open(local);
            open = Some(local);
        }
        emission.operation(operations, operation, layout);
        if let Some(pass) = passes.last_mut() {
            pass.steps.end = emission.steps();
            pass.changed |= wanted;
        }
    }
}

/// The wanted bits and as many of the lowest ones as a block has room for.
fn fill(wanted: usize, all: usize, size: usize) -> usize {
    let mut local = wanted;
    let mut rest = all & !wanted;
    while rest != 0 && (local.count_ones() as usize) < size {
        let lowest = rest & rest.wrapping_neg();
        local |= lowest;
        rest &= !lowest;
    }
    local
}
