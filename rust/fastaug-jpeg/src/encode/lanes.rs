//! What the vector types do not offer, or only across a whole vector: two blocks are worked on side by side, each in
//! its half of a vector, and must not mix.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{i16x8, u16x8};
use fearless_simd::{i16x16, i32x8, prelude::*, u8x32, u16x16};
#[cfg(target_arch = "x86")]
use std::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

fearless_simd::kernel!(
    #[inline(always)]
    fn zip_low_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_unpacklo_epi16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn zip_high_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_unpackhi_epi16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn pack_words_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_packs_epi32(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn pack_bytes_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_packus_epi16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn high_product_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_mulhi_epu16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn high_product_sse4_2(sse4_2: Sse4_2, a: __m128i, b: __m128i) -> __m128i {
        _mm_mulhi_epu16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn rounded_product_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_mulhrs_epi16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline(always)]
    fn rounded_product_sse4_2(sse4_2: Sse4_2, a: __m128i, b: __m128i) -> __m128i {
        _mm_mulhrs_epi16(a, b)
    }
);

/// Lanes of both vectors in turn, within each half: first of the lower four, then of the upper four.
#[inline(always)]
pub fn zip<S: Simd>(a: i16x16<S>, b: i16x16<S>) -> [i16x16<S>; 2] {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = a.simd.level().as_avx2() {
        let simd = a.simd;
        let low = zip_low_avx2(avx2, a.into(), b.into()).simd_into(simd);
        return [low, zip_high_avx2(avx2, a.into(), b.into()).simd_into(simd)];
    }
    let ((a, b), (c, d)) = (a.split(), b.split());
    [a.zip_low(c).combine(b.zip_low(d)), a.zip_high(c).combine(b.zip_high(d))]
}

/// Both vectors' lanes in 16 bits, which they fit, within each half.
#[inline(always)]
pub fn pack_words<S: Simd>(a: i32x8<S>, b: i32x8<S>) -> i16x16<S> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = a.simd.level().as_avx2() {
        let simd = a.simd;
        return pack_words_avx2(avx2, a.into(), b.into()).simd_into(simd);
    }
    let ((a, b), (c, d)) = (a.split(), b.split());
    a.relaxed_narrow(c).combine(b.relaxed_narrow(d))
}

/// Both vectors' lanes in a byte, which they fit, within each half.
#[inline(always)]
pub fn pack_bytes<S: Simd>(a: u16x16<S>, b: u16x16<S>) -> u8x32<S> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = a.simd.level().as_avx2() {
        let simd = a.simd;
        return pack_bytes_avx2(avx2, a.into(), b.into()).simd_into(simd);
    }
    let ((a, b), (c, d)) = (a.split(), b.split());
    a.relaxed_narrow(c).combine(b.relaxed_narrow(d))
}

/// `a · b >> 16` in each lane.
#[inline(always)]
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

/// `(a · b + 2¹⁴) >> 15` in each lane. Not both factors may be −2¹⁵.
#[inline(always)]
pub fn rounded_product<S: Simd>(a: i16x16<S>, b: i16x16<S>) -> i16x16<S> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        let simd = a.simd;
        if let Some(avx2) = simd.level().as_avx2() {
            return rounded_product_avx2(avx2, a.into(), b.into()).simd_into(simd);
        }
        if let Some(sse4_2) = simd.level().as_sse4_2() {
            let ((a, b), (c, d)) = (a.split(), b.split());
            let low: i16x8<S> = rounded_product_sse4_2(sse4_2, a.into(), c.into()).simd_into(simd);
            let high: i16x8<S> = rounded_product_sse4_2(sse4_2, b.into(), d.into()).simd_into(simd);
            return low.combine(high);
        }
    }
    let (low, high) = a.widening_mul(b);
    ((low + (1 << 14)) >> 15).relaxed_narrow((high + (1 << 14)) >> 15)
}
