//! How does NEON do the operations on lanes?

use std::arch::aarch64::*;

use super::{Kernel, Lanes};

/// Each intrinsic by its name, since the two precisions differ in names alone.
macro_rules! lanes {
    (
        $(#[$doc:meta])* $name:ident: $number:ty, $register:ty, $bits:literal,
        $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $add_product:ident, $sub_product:ident,
        $to_bytes:ident, $from_bytes:ident, mask $mask:ty, $word:ty, $load_mask:ident, $blend:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name($register);

        impl Lanes<$number> for $name {
            const BITS: usize = $bits;
            type Shuffle = uint8x16_t;
            type Mask = $mask;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                // SAFETY: kernels run with these registers only through `call`, whose caller has found the instructions.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: as for `splat`; the caller says that a register can be read.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: as for `splat`; the caller says that a register can be written.
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
                Self(unsafe { $add_product(term.0, self.0, factor.0) })
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, term: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $sub_product(term.0, self.0, factor.0) })
            }

            /// The number of the byte that each byte takes.
            #[inline(always)]
            fn shuffle(source: impl Fn(usize) -> usize) -> uint8x16_t {
                const SIZE: usize = size_of::<$number>();
                let bytes: [u8; 16] =
                    std::array::from_fn(|byte| (source(byte / SIZE) * SIZE + byte % SIZE) as u8);
                // SAFETY: as for `splat`; sixteen bytes can be read.
                unsafe { vld1q_u8(bytes.as_ptr()) }
            }

            #[inline(always)]
            fn shuffled(self, order: uint8x16_t) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $from_bytes(vqtbl1q_u8($to_bytes(self.0), order)) })
            }

            #[inline(always)]
            fn mask(lanes: usize) -> $mask {
                let words: [$word; 1 << $bits] =
                    std::array::from_fn(|lane| if lanes >> lane & 1 == 1 { <$word>::MAX } else { 0 });
                // SAFETY: as for `splat`; the words fill a register.
                unsafe { $load_mask(words.as_ptr()) }
            }

            #[inline(always)]
            fn or_where(self, mask: $mask, other: Self) -> Self {
                // SAFETY: as for `splat`.
                Self(unsafe { $blend(mask, other.0, self.0) })
            }

            #[inline]
            #[target_feature(enable = "neon")]
            unsafe fn call<K: Kernel<$number>>(kernel: K) -> K::Output {
                kernel.run::<Self>()
            }
        }
    };
}

lanes!(
    /// Four f32.
    NeonF32: f32, float32x4_t, 2,
    vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vsubq_f32, vmulq_f32, vfmaq_f32, vfmsq_f32,
    vreinterpretq_u8_f32, vreinterpretq_f32_u8, mask uint32x4_t, u32, vld1q_u32, vbslq_f32
);

lanes!(
    /// Two f64.
    NeonF64: f64, float64x2_t, 1,
    vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vsubq_f64, vmulq_f64, vfmaq_f64, vfmsq_f64,
    vreinterpretq_u8_f64, vreinterpretq_f64_u8, mask uint64x2_t, u64, vld1q_u64, vbslq_f64
);
