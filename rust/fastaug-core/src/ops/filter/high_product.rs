//! The upper half of 16-bit products: the multiplication that fixed-point filters are made of. Every level has an
//! instruction for it or nearly so, but the portable vector types do not name it.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::u16x8;
use fearless_simd::{prelude::*, u16x16};
use fearless_simd_macros::simd;
#[cfg(target_arch = "x86")]
use std::arch::x86::{__m128i, __m256i, _mm_mulhi_epu16, _mm256_mulhi_epu16};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m128i, __m256i, _mm_mulhi_epu16, _mm256_mulhi_epu16};

fearless_simd::kernel!(
    #[inline]
    fn high_product_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_mulhi_epu16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline]
    fn high_product_sse4_2(sse4_2: Sse4_2, a: __m128i, b: __m128i) -> __m128i {
        _mm_mulhi_epu16(a, b)
    }
);

/// `a · b >> 16` in each lane.
///
/// The compiler recognises the instruction only where it sees both factors grow to 32 bits, which it moves out of a loop
/// for a factor that never changes. Such a factor goes through [`std::hint::black_box`] in the loop: two to three times
/// faster.
#[simd]
pub fn high_product<S: Simd>(a: u16x16<S>, b: u16x16<S>) -> u16x16<S> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        let simd = a.simd;
        if let Some(avx2) = simd.level().as_avx2() {
            return high_product_avx2(avx2, a.into(), b.into()).simd_into(simd);
        }
        if let Some(sse4_2) = simd.level().as_sse4_2() {
            let ((a, b), (c, d)) = (a.split(), b.split());
            let low: u16x8<S> = high_product_sse4_2(sse4_2, a.into(), c.into()).simd_into(simd);
            let high: u16x8<S> = high_product_sse4_2(sse4_2, b.into(), d.into()).simd_into(simd);
            return low.combine(high);
        }
    }
    let (low, high) = a.widening_mul(b);
    (low >> 16).relaxed_narrow(high >> 16)
}
