//! Which numbers may amplitudes be made of, and how do they lie in memory?
//!
//! A chunk holds the real parts of `CHUNK` neighbouring amplitudes, then their imaginary parts, a cache line each:
//! so one vector load brings parts of one kind, and a matrix entry multiplies them all.

use std::fmt::Debug;
use std::ops::{Add, Mul, Neg, Sub};

use super::lanes::Lanes;
#[cfg(target_arch = "aarch64")]
use super::lanes::neon;
use super::lanes::plain::Plain;
#[cfg(target_arch = "x86_64")]
use super::lanes::x86;

/// f32 or f64.
pub trait Real: sealed::Number {}

impl Real for f32 {}
impl Real for f64 {}

pub(super) mod sealed {
    use super::*;

    pub trait Number:
        Copy
        + Debug
        + Default
        + PartialEq
        + Send
        + Sync
        + Add<Output = Self>
        + Sub<Output = Self>
        + Mul<Output = Self>
        + Neg<Output = Self>
        + 'static
    {
        /// Binary logarithm of the amplitudes in a chunk.
        const CHUNK_BITS: usize;
        const CHUNK: usize = 1 << Self::CHUNK_BITS;

        type Plain: Lanes<Self>;
        #[cfg(target_arch = "x86_64")]
        type Avx2: Lanes<Self>;
        #[cfg(target_arch = "x86_64")]
        type Avx512: Lanes<Self>;
        #[cfg(target_arch = "aarch64")]
        type Neon: Lanes<Self>;

        fn from_f64(value: f64) -> Self;
        fn to_f64(self) -> f64;
    }

    impl Number for f32 {
        const CHUNK_BITS: usize = 4;

        type Plain = Plain<f32, 4>;
        #[cfg(target_arch = "x86_64")]
        type Avx2 = x86::Avx2F32;
        #[cfg(target_arch = "x86_64")]
        type Avx512 = x86::Avx512F32;
        #[cfg(target_arch = "aarch64")]
        type Neon = neon::NeonF32;

        fn from_f64(value: f64) -> Self {
            value as Self
        }

        fn to_f64(self) -> f64 {
            f64::from(self)
        }
    }

    impl Number for f64 {
        const CHUNK_BITS: usize = 3;

        type Plain = Plain<f64, 4>;
        #[cfg(target_arch = "x86_64")]
        type Avx2 = x86::Avx2F64;
        #[cfg(target_arch = "x86_64")]
        type Avx512 = x86::Avx512F64;
        #[cfg(target_arch = "aarch64")]
        type Neon = neon::NeonF64;

        fn from_f64(value: f64) -> Self {
            value
        }

        fn to_f64(self) -> f64 {
            self
        }
    }
}
