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

/// Defines a function that calls another one, all of which is inlined, with the widest instructions of the machine it runs on.
macro_rules! widest {
    ($seen:vis fn $name:ident$(<const $size:ident: usize>)?($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? => $body:ident) => {
        $seen fn $name$(<const $size: usize>)?($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,popcnt")]
                fn with_avx2$(<const $size: usize>)?($($argument: $kind),*) $(-> $result)? {
                    $body($($argument),*)
                }

                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                    // SAFETY: both features were just found on this machine
                    #[expect(unsafe_code, reason = "instructions beyond the baseline are the point")]
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $body($($argument),*)
        }
    };
}
pub(super) use widest;
