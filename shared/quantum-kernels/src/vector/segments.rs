//! In which parts is a state summed over, so that threads share the work and the sum is the same whatever their number?

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::execution::spread_bits;
use super::real::Real;
use super::state::State;

/// Amplitudes whose sum is known before any of them is looked at singly, binary logarithm.
pub(super) const SEGMENT_BITS: usize = 10;
/// Amplitudes that a thread takes at once, binary logarithm.
const PART_BITS: usize = 16;

impl<T: Real> State<T> {
    /// Calls `act` for each segment that may not be zero, with its part's value, its first index and its numbers.
    ///
    /// The values of the parts come in their order.
    pub(super) fn reduce<R: Default + Send>(
        &self,
        act: impl Fn(&mut R, usize, &[T]) + Sync,
    ) -> Vec<R> {
        let all = (1_usize << self.index_bits()) - 1;
        let part = all & ((1 << PART_BITS) - 1);
        let segment = all & ((1 << SEGMENT_BITS) - 1);
        let outside = all & !part & !self.zeros();
        let inside = part & !segment & !self.zeros();
        let parts = 1_usize << outside.count_ones();
        let reduce_part = |number: usize| {
            let first = spread_bits(number, outside);
            let mut value = R::default();
            let mut offset = 0;
            loop {
                let start = first | offset;
                act(&mut value, start, &self.numbers()[2 * start..][..2 * (segment + 1)]);
                if offset == inside {
                    return value;
                }
                offset = ((offset | !inside) + 1) & inside;
            }
        };
        self.each_part(parts, &reduce_part)
    }

    /// Calls `act` with the first index and the numbers of each segment that may not be zero, in order.
    pub(super) fn each_segment(&self, mut act: impl FnMut(usize, &[T])) {
        let all = (1_usize << self.index_bits()) - 1;
        let segment = all & ((1 << SEGMENT_BITS) - 1);
        let numbering = all & !segment & !self.zeros();
        let mut first = 0;
        loop {
            act(first, &self.numbers()[2 * first..][..2 * (segment + 1)]);
            if first == numbering {
                return;
            }
            first = ((first | !numbering) + 1) & numbering;
        }
    }

    /// The values of `reduce_part` for all parts in order.
    pub(super) fn each_part<R: Send>(
        &self,
        parts: usize,
        reduce_part: &(impl Fn(usize) -> R + Sync),
    ) -> Vec<R> {
        let threads = self.threads().min(parts);
        if threads == 1 {
            return (0..parts).map(reduce_part).collect();
        }
        let next = AtomicUsize::new(0);
        let values = Mutex::new(Vec::with_capacity(parts));
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= parts {
                    return;
                }
                let value = reduce_part(number);
                let mut values = values.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                values.push((number, value));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                // without a further thread the others do its part
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
        let mut values = values.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        values.sort_unstable_by_key(|(number, _)| *number);
        values.into_iter().map(|(_, value)| value).collect()
    }
}
