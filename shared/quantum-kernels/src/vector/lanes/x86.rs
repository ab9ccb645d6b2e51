//! How do AVX2 and AVX-512 do the operations on lanes?

use std::arch::x86_64::*;

use super::{Kernel, Lanes};

/// Each intrinsic by its name, since the two sets and two precisions differ in names alone.
macro_rules! lanes {
    (
        $(#[$doc:meta])* $name:ident: $number:ty, $register:ty, $bits:literal, $features:literal,
        $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $mul_add:ident, $neg_mul_add:ident,
        index $index:ty, |$source:ident| $words:expr, |$value:ident, $order:ident| $permute:expr,
        mask $mask:ty, |$lanes:ident| $to_mask:expr, |$left:ident, $right:ident, $chosen:ident| $blend:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name($register);

        impl Lanes<$number> for $name {
            const BITS: usize = $bits;
            type Shuffle = $index;
            type Mask = $mask;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                // SAFETY: kernels run with these registers only through `call`, whose caller has found the instructions.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: as for `splat`; the caller says that a register can be read; no alignment is asked for.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: as for `splat`; the caller says that a register can be written; no alignment is asked for.
                unsafe { $store(to, self.0) };
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $mul_add(self.0, factor.0, term.0) })
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, term: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $neg_mul_add(self.0, factor.0, term.0) })
            }

            #[inline(always)]
            fn shuffle($source: impl Fn(usize) -> usize) -> $index {
                // SAFETY: the words fill the register, and any bits are integers.
                unsafe { to_register($words) }
            }

            #[inline(always)]
            fn shuffled(self, $order: $index) -> Self {
                let $value = self.0;
                // SAFETY: as for `splat`.
                Self(unsafe { $permute })
            }

            #[inline(always)]
            fn mask($lanes: usize) -> $mask {
                $to_mask
            }

            #[inline(always)]
            fn or_where(self, $chosen: $mask, other: Self) -> Self {
                let ($left, $right) = (self.0, other.0);
                // SAFETY: as for `splat`.
                Self(unsafe { $blend })
            }

            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn call<K: Kernel<$number>>(kernel: K) -> K::Output {
                kernel.run::<Self>()
            }
        }
    };
}

/// # Safety
/// Both have the same size, and any bits are a value of the register.
#[inline(always)]
unsafe fn to_register<A, R: Copy>(array: A) -> R {
    const { assert!(size_of::<A>() == size_of::<R>()) };
    // SAFETY: the sizes are equal; an unaligned read asks for no more.
    unsafe { std::ptr::from_ref(&array).cast::<R>().read_unaligned() }
}

/// The numbers of the 32-bit lanes to take: the instructions that permute by a register of such numbers know no others.
fn words<const COUNT: usize>(source: impl Fn(usize) -> usize) -> [i32; COUNT] {
    std::array::from_fn(|lane| source(lane) as i32)
}

/// The same for lanes of two words each.
fn pairs_of_words<const COUNT: usize>(source: impl Fn(usize) -> usize) -> [i32; COUNT] {
    words(|word| source(word >> 1) << 1 | word & 1)
}

/// All bits of the chosen lanes, which have so many words each.
fn filled<const COUNT: usize, R: Copy>(lanes: usize, words_each: usize) -> R {
    let words: [i32; COUNT] =
        words(|word| if lanes >> (word / words_each) & 1 == 1 { usize::MAX } else { 0 });
    // SAFETY: the words fill the register, and any bits are numbers.
    unsafe { to_register(words) }
}

lanes!(
    /// Eight f32.
    Avx2F32: f32, __m256, 3, "avx2,fma",
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps,
    _mm256_fmadd_ps, _mm256_fnmadd_ps,
    index __m256i, |source| words::<8>(source),
    |value, order| _mm256_permutevar8x32_ps(value, order),
    mask __m256, |lanes| filled::<8, _>(lanes, 1),
    |left, right, mask| _mm256_blendv_ps(left, right, mask)
);

lanes!(
    /// Four f64.
    Avx2F64: f64, __m256d, 2, "avx2,fma",
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd,
    _mm256_fmadd_pd, _mm256_fnmadd_pd,
    index __m256i, |source| pairs_of_words::<8>(source),
    |value, order| _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(value), order)),
    mask __m256d, |lanes| filled::<8, _>(lanes, 2),
    |left, right, mask| _mm256_blendv_pd(left, right, mask)
);

lanes!(
    /// Sixteen f32.
    Avx512F32: f32, __m512, 4, "avx512f",
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps,
    _mm512_fmadd_ps, _mm512_fnmadd_ps,
    index __m512i, |source| words::<16>(source),
    |value, order| _mm512_permutexvar_ps(order, value),
    mask __mmask16, |lanes| lanes as __mmask16,
    |left, right, mask| _mm512_mask_blend_ps(mask, left, right)
);

lanes!(
    /// Eight f64.
    Avx512F64: f64, __m512d, 3, "avx512f",
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd,
    _mm512_fmadd_pd, _mm512_fnmadd_pd,
    index __m512i, |source| pairs_of_words::<16>(source),
    |value, order| _mm512_castps_pd(_mm512_permutexvar_ps(order, _mm512_castpd_ps(value))),
    mask __mmask8, |lanes| lanes as __mmask8,
    |left, right, mask| _mm512_mask_blend_pd(mask, left, right)
);
