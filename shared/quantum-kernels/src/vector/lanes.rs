//! Which vector instructions does this machine have, and how does one kernel use any of them?
//!
//! A kernel is written once over `Lanes`, a register of several numbers. A `Path` is a set of instructions found
//! on this machine; it compiles and calls the kernel with the registers of that set.

#![expect(
    unsafe_code,
    reason = "vector instructions may only run where the machine was found to have them"
)]

#[cfg(target_arch = "aarch64")]
pub(super) mod neon;
pub(super) mod plain;
#[cfg(target_arch = "x86_64")]
pub(super) mod x86;

use super::real::Real;

/// A register of `COUNT` numbers, which is a power of two and divides a chunk.
pub trait Lanes<T>: Copy {
    const BITS: usize;
    const COUNT: usize = 1 << Self::BITS;
    type Shuffle: Copy;
    type Mask: Copy;

    fn splat(value: T) -> Self;

    /// # Safety
    /// `COUNT` numbers can be read at `from`.
    unsafe fn load(from: *const T) -> Self;

    /// # Safety
    /// `COUNT` numbers can be written at `to`.
    unsafe fn store(self, to: *mut T);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// self · factor + term
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// term − self · factor
    fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// The shuffle in which each lane takes the number of lane `source(lane)`.
    fn shuffle(source: impl Fn(usize) -> usize) -> Self::Shuffle;
    fn shuffled(self, shuffle: Self::Shuffle) -> Self;

    /// The lanes whose bits are set.
    fn mask(lanes: usize) -> Self::Mask;
    /// This register, but in the lanes of the mask the other one.
    fn or_where(self, mask: Self::Mask, other: Self) -> Self;

    /// Runs a kernel compiled for these registers.
    ///
    /// # Safety
    /// The machine has the instructions.
    unsafe fn call<K: Kernel<T>>(kernel: K) -> K::Output;
}

/// Work that is written once for all kinds of registers; `run` must be `#[inline(always)]` to be compiled for each.
pub trait Kernel<T> {
    type Output;

    fn run<V: Lanes<T>>(self) -> Self::Output;
}

/// A set of vector instructions that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Path {
    /// No vector instructions beyond what the compiler finds.
    pub const PLAIN: Self = Self(Set::Plain);

    /// All that this machine has, the fastest last.
    pub fn available() -> impl Iterator<Item = Self> {
        let plain = (Set::Plain, true);
        #[cfg(target_arch = "x86_64")]
        let sets = {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            [plain, (Set::Avx2, has_avx2), (Set::Avx512, is_x86_feature_detected!("avx512f"))]
        };
        #[cfg(target_arch = "aarch64")]
        let sets = [plain, (Set::Neon, std::arch::is_aarch64_feature_detected!("neon"))];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let sets = [plain];
        sets.into_iter().filter(|(_, is_there)| *is_there).map(|(set, _)| Self(set))
    }

    pub fn fastest() -> Self {
        Self::available().last().unwrap_or(Self::PLAIN)
    }

    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
        }
    }

    /// Binary logarithm of the numbers in a register.
    pub(super) fn lane_bits<T: Real>(self) -> usize {
        match self.0 {
            Set::Plain => T::Plain::BITS,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => T::Avx2::BITS,
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => T::Avx512::BITS,
            #[cfg(target_arch = "aarch64")]
            Set::Neon => T::Neon::BITS,
        }
    }

    pub(super) fn call<T: Real, K: Kernel<T>>(self, kernel: K) -> K::Output {
        // SAFETY: a path is only made where `available` has found its instructions.
        unsafe {
            match self.0 {
                Set::Plain => T::Plain::call(kernel),
                #[cfg(target_arch = "x86_64")]
                Set::Avx2 => T::Avx2::call(kernel),
                #[cfg(target_arch = "x86_64")]
                Set::Avx512 => T::Avx512::call(kernel),
                #[cfg(target_arch = "aarch64")]
                Set::Neon => T::Neon::call(kernel),
            }
        }
    }
}
