//! Where do amplitudes live? In zeroed memory that is aligned for vector instructions and asked for with care.

#![expect(
    unsafe_code,
    reason = "memory that is aligned, zeroed and refused politely has to be asked for and freed by hand"
)]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use super::error::Error;
use super::real::Real;

/// A cache line, and the widest vector register.
const ALIGNMENT: usize = 64;
/// Pages of this size spare most of the cost of first touching a large state.
const HUGE_PAGE: usize = 2 << 20;

/// Numbers of type T, zero at first; large buffers come from the system untouched, so they cost nothing until used.
pub(super) struct Buffer<T> {
    start: NonNull<T>,
    length: usize,
    allocation: NonNull<u8>,
    layout: Layout,
}

impl<T: Real> Buffer<T> {
    pub(super) fn zeroed(length: usize) -> Result<Self, Error> {
        let bytes = length.saturating_mul(size_of::<T>()).max(ALIGNMENT);
        let out_of_memory = || Error::OutOfMemory { bytes: bytes as u64 };
        let alignment = if bytes >= HUGE_PAGE { HUGE_PAGE } else { ALIGNMENT };
        // An allocation of natural alignment may come as untouched zero pages, an aligned one is zeroed by hand:
        // so we ask for more and align within it.
        let size = bytes.checked_add(alignment).ok_or_else(out_of_memory)?;
        let layout = Layout::from_size_align(size, align_of::<T>()).map_err(|_| out_of_memory())?;
        // SAFETY: the layout's size is not zero.
        let allocation = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(out_of_memory)?;
        let skipped = allocation.as_ptr().align_offset(alignment);
        if skipped > alignment {
            // SAFETY: just allocated with this layout, and not used.
            unsafe { dealloc(allocation.as_ptr(), layout) };
            return Err(out_of_memory());
        }
        // SAFETY: at most `alignment` bytes are skipped, which the allocation has beyond `bytes`.
        let start = unsafe { allocation.add(skipped) };
        if bytes >= HUGE_PAGE {
            advise_huge_pages(start, bytes);
        }
        Ok(Self { start: start.cast(), length, allocation, layout })
    }

    pub(super) fn as_ptr(&self) -> *mut T {
        self.start.as_ptr()
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn as_slice(&self) -> &[T] {
        // SAFETY: `length` numbers from `start` are ours, initialised to zero or written since; T has no invalid bits.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `zeroed`, and freed only here.
        unsafe { dealloc(self.allocation.as_ptr(), self.layout) };
    }
}

// SAFETY: the buffer owns its memory alone, and numbers may be read and moved across threads.
unsafe impl<T: Real> Send for Buffer<T> {}
// SAFETY: shared references only read, except through `as_ptr`, whose users divide the buffer between them.
unsafe impl<T: Real> Sync for Buffer<T> {}

#[cfg(target_os = "linux")]
fn advise_huge_pages(start: NonNull<u8>, bytes: usize) {
    const MADV_HUGEPAGE: i32 = 14;
    unsafe extern "C" {
        fn madvise(start: *mut u8, bytes: usize, advice: i32) -> i32;
    }
    // SAFETY: the advice concerns whole pages within our allocation and changes no content; refusal does no harm.
    unsafe { madvise(start.as_ptr(), bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_start: NonNull<u8>, _bytes: usize) {}
