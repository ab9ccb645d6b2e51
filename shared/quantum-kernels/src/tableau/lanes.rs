//! Words that are worked on together, so that the compiler makes one wide instruction of them.

use std::ops::{BitAnd, BitAndAssign, BitXor, BitXorAssign, Not};

/// Words of one wide step; what is left of a row goes word by word.
pub(super) const WIDE: usize = 8;

#[derive(Clone, Copy)]
pub(super) struct Lanes<const N: usize>([u64; N]);

impl<const N: usize> Lanes<N> {
    pub(super) const ZERO: Self = Self([0; N]);

    /// # Panics
    /// When fewer than N words are left from `at`.
    #[inline(always)]
    pub(super) fn load(words: &[u64], at: usize) -> Self {
        let mut lanes = [0; N];
        lanes.copy_from_slice(&words[at..at + N]);
        Self(lanes)
    }

    #[inline(always)]
    pub(super) fn store(self, words: &mut [u64], at: usize) {
        words[at..at + N].copy_from_slice(&self.0);
    }

    /// All ones or all zeros.
    #[inline(always)]
    pub(super) fn splat(word: u64) -> Self {
        Self([word; N])
    }

    #[inline(always)]
    pub(super) fn count_ones(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

impl<const N: usize> BitAnd for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }
}

impl<const N: usize> BitXor for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }
}

impl<const N: usize> Not for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

impl<const N: usize> BitAndAssign for Lanes<N> {
    #[inline(always)]
    fn bitand_assign(&mut self, other: Self) {
        *self = *self & other;
    }
}

impl<const N: usize> BitXorAssign for Lanes<N> {
    #[inline(always)]
    fn bitxor_assign(&mut self, other: Self) {
        *self = *self ^ other;
    }
}

/// A count modulo 4 in every bit of a word: powers of i, added up for 64 places at once.
#[derive(Clone, Copy)]
pub(super) struct Powers<const N: usize> {
    pub(super) ones: Lanes<N>,
    pub(super) twos: Lanes<N>,
}

impl<const N: usize> Powers<N> {
    pub(super) const ZERO: Self = Self { ones: Lanes::ZERO, twos: Lanes::ZERO };

    #[inline(always)]
    pub(super) fn add_one(&mut self, places: Lanes<N>) {
        self.twos ^= self.ones & places;
        self.ones ^= places;
    }

    #[inline(always)]
    pub(super) fn add_two(&mut self, places: Lanes<N>) {
        self.twos ^= places;
    }

    #[inline(always)]
    pub(super) fn sum(self) -> u32 {
        self.ones.count_ones() + 2 * self.twos.count_ones()
    }
}

/// Runs `work` with the widest instructions of this machine; all of it must be inlined into the closure.
#[inline(always)]
pub(super) fn wide<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,popcnt")]
        #[expect(unsafe_code, reason = "instructions beyond the baseline are the point")]
        unsafe fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
            // SAFETY: both features were just found on this machine
            #[expect(unsafe_code, reason = "see above")]
            return unsafe { with_avx2(work) };
        }
    }
    work()
}
