//! What do the operations on lanes mean? Loops over an array: the measure for all vector instructions.

use std::array::from_fn;

use super::{Kernel, Lanes};
use crate::vector::real::Real;

#[derive(Debug, Clone, Copy)]
pub struct Plain<T, const N: usize>([T; N]);

impl<T: Real, const N: usize> Lanes<T> for Plain<T, N> {
    const BITS: usize = N.trailing_zeros() as usize;
    /// The lane that each lane takes.
    type Shuffle = [u8; N];
    type Mask = usize;

    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller says that N numbers can be read; an unaligned read asks for nothing else.
        Self(unsafe { from.cast::<[T; N]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller says that N numbers can be written.
        unsafe { to.cast::<[T; N]>().write_unaligned(self.0) };
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * factor.0[lane] + term.0[lane]))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        Self(from_fn(|lane| term.0[lane] - self.0[lane] * factor.0[lane]))
    }

    #[inline(always)]
    fn shuffle(source: impl Fn(usize) -> usize) -> [u8; N] {
        from_fn(|lane| source(lane) as u8)
    }

    #[inline(always)]
    fn shuffled(self, sources: [u8; N]) -> Self {
        Self(from_fn(|lane| self.0[usize::from(sources[lane]) % N]))
    }

    #[inline(always)]
    fn mask(lanes: usize) -> usize {
        lanes
    }

    #[inline(always)]
    fn or_where(self, mask: usize, other: Self) -> Self {
        Self(from_fn(|lane| if mask >> lane & 1 == 1 { other.0[lane] } else { self.0[lane] }))
    }

    #[inline(always)]
    unsafe fn call<K: Kernel<T>>(kernel: K) -> K::Output {
        kernel.run::<Self>()
    }
}
