//! The upper half of 16-bit products: the multiplications that fixed-point arithmetic is made of. Every level has
//! instructions for them or nearly so, but the portable vector types do not name them.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{i16x8, u16x8};
use fearless_simd::{i16x16, prelude::*, u16x16};
use fearless_simd_macros::simd;
#[cfg(target_arch = "x86")]
use std::arch::x86::{__m128i, __m256i, _mm_mulhi_epu16, _mm_mulhrs_epi16, _mm256_mulhi_epu16, _mm256_mulhrs_epi16};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m128i, __m256i, _mm_mulhi_epu16, _mm_mulhrs_epi16, _mm256_mulhi_epu16, _mm256_mulhrs_epi16};

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

fearless_simd::kernel!(
    #[inline]
    fn rounded_product_avx2(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
        _mm256_mulhrs_epi16(a, b)
    }
);

fearless_simd::kernel!(
    #[inline]
    fn rounded_product_sse4_2(sse4_2: Sse4_2, a: __m128i, b: __m128i) -> __m128i {
        _mm_mulhrs_epi16(a, b)
    }
);

/// `(a · b + 2¹⁴) >> 15` in each lane: a product with a number of 15 bits after the point, rounded. Not both factors may
/// be −2¹⁵.
#[simd]
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

#[cfg(test)]
mod tests {
    use super::{high_product, rounded_product};
    use crate::simd::levels;
    use fearless_simd::{Simd, dispatch, i16x16, prelude::*, u16x16};
    use fearless_simd_macros::simd;

    #[simd]
    fn products<S: Simd>(simd: S, a: [i16; 16], b: [i16; 16]) -> ([u16; 16], [i16; 16]) {
        let words = |values: [i16; 16]| u16x16::load_array(simd, values.map(|value| value as u16));
        let high = high_product(words(a), words(b));
        (high.into(), rounded_product(i16x16::load_array(simd, a), i16x16::load_array(simd, b)).into())
    }

    #[test]
    fn equal_to_wide_multiplication_on_every_level() {
        const ENDS: [i16; 8] = [0, 1, -1, 127, 16_384, 32_640, i16::MAX, -32_640];
        for level in levels() {
            for (index, first) in ENDS.into_iter().enumerate() {
                let a: [i16; 16] = std::array::from_fn(|lane| first.wrapping_add(lane as i16 * 31));
                let b: [i16; 16] = std::array::from_fn(|lane| ENDS[(lane + index) % 8]);
                let (high, rounded) = dispatch!(level, simd => products(simd, a, b));
                for lane in 0..16 {
                    let (x, y) = (i32::from(a[lane]), i32::from(b[lane]));
                    assert_eq!(rounded[lane], ((x * y + (1 << 14)) >> 15) as i16, "{x} · {y}");
                    let (x, y) = (u32::from(a[lane] as u16), u32::from(b[lane] as u16));
                    assert_eq!(high[lane], ((x * y) >> 16) as u16, "{x} · {y}");
                }
            }
        }
    }
}
