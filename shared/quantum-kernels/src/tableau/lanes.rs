//! Words that are worked on together, as many as an instruction of this machine takes.

#![expect(
    unsafe_code,
    reason = "vector instructions may only run where the machine was found to have them"
)]

/// Some words side by side.
pub(super) trait Lanes: Copy {
    const WORDS: usize;

    /// The same word everywhere.
    fn splat(word: u64) -> Self;

    /// # Panics
    /// When fewer than `WORDS` words are left from `at`; so does `store`.
    fn load(words: &[u64], at: usize) -> Self;
    fn store(self, words: &mut [u64], at: usize);

    fn and(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn count_ones(self) -> u32;
}

impl Lanes for u64 {
    const WORDS: usize = 1;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn load(words: &[u64], at: usize) -> Self {
        words[at]
    }

    #[inline(always)]
    fn store(self, words: &mut [u64], at: usize) {
        words[at] = self;
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn count_ones(self) -> u32 {
        Self::count_ones(self)
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! lanes {
    ($name:ident, $register:ty, $words:literal, $splat:ident, $load:ident, $store:ident, $and:ident, $xor:ident) => {
        #[derive(Clone, Copy)]
        pub(in crate::tableau) struct $name($register);

        impl Lanes for $name {
            const WORDS: usize = $words;

            #[inline(always)]
            fn splat(word: u64) -> Self {
                // SAFETY: these registers are only used in functions that `widest` calls where it has found the instructions.
                Self(unsafe { $splat(word as i64) })
            }

            #[inline(always)]
            fn load(words: &[u64], at: usize) -> Self {
                let words = &words[at..at + $words];
                // SAFETY: as for `splat`; there are as many words as are read, and no alignment is asked for.
                Self(unsafe { $load(words.as_ptr().cast()) })
            }

            #[inline(always)]
            fn store(self, words: &mut [u64], at: usize) {
                let words = &mut words[at..at + $words];
                // SAFETY: as for `load`.
                unsafe { $store(words.as_mut_ptr().cast(), self.0) };
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $and(self.0, other.0) })
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $xor(self.0, other.0) })
            }

            #[inline(always)]
            fn count_ones(self) -> u32 {
                let mut words = [0; $words];
                self.store(&mut words, 0);
                words.iter().map(|word| word.count_ones()).sum()
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use std::arch::x86_64::*;

    use super::Lanes;

    lanes!(
        Avx2,
        __m256i,
        4,
        _mm256_set1_epi64x,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_and_si256,
        _mm256_xor_si256
    );
    lanes!(
        Avx512,
        __m512i,
        8,
        _mm512_set1_epi64,
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_and_si512,
        _mm512_xor_si512
    );
}

/// Defines a function that calls another one, into which all it calls is inlined, with the widest lanes of the machine it runs on.
macro_rules! widest {
    ($seen:vis fn $name:ident$(<const $size:ident: usize>)?($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? => $body:ident) => {
        #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "vector instructions run where they were found"))]
        $seen fn $name$(<const $size: usize>)?($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                use crate::tableau::lanes::x86::{Avx2, Avx512};

                #[target_feature(enable = "avx512f,popcnt")]
                fn with_avx512$(<const $size: usize>)?($($argument: $kind),*) $(-> $result)? {
                    $body::<Avx512 $(, $size)?>($($argument),*)
                }

                #[target_feature(enable = "avx2,popcnt")]
                fn with_avx2$(<const $size: usize>)?($($argument: $kind),*) $(-> $result)? {
                    $body::<Avx2 $(, $size)?>($($argument),*)
                }

                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("popcnt") {
                    // SAFETY: both were just found on this machine
                    return unsafe { with_avx512($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                    // SAFETY: both were just found on this machine
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $body::<u64 $(, $size)?>($($argument),*)
        }
    };
}
pub(super) use widest;

/// A count modulo 4 in every bit: powers of i, added up for as many places at once.
#[derive(Clone, Copy)]
pub(super) struct Powers<L> {
    ones: L,
    twos: L,
}

impl<L: Lanes> Powers<L> {
    #[inline(always)]
    pub(super) fn zero() -> Self {
        Self { ones: L::splat(0), twos: L::splat(0) }
    }

    #[inline(always)]
    pub(super) fn add_one(&mut self, places: L) {
        self.twos = self.twos.xor(self.ones.and(places));
        self.ones = self.ones.xor(places);
    }

    #[inline(always)]
    pub(super) fn add_two(&mut self, places: L) {
        self.twos = self.twos.xor(places);
    }

    /// Where the count is 2 or 3.
    #[inline(always)]
    pub(super) fn twos(self) -> L {
        self.twos
    }

    #[inline(always)]
    pub(super) fn sum(self) -> u32 {
        self.ones.count_ones() + 2 * self.twos.count_ones()
    }
}
