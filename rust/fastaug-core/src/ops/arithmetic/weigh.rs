//! Weighted sums of red, green and blue in fixed point: grays and colour matrices.

use super::planes::{PIXELS, Plane};
use fearless_simd::Simd;

/// Weights of red, green and blue and a summand, in units of `2^-SHIFT`.
pub type Weights = [i16; 4];

/// `(red · w₀ + green · w₁ + blue · w₂ + w₃) >> SHIFT` of each pixel, saturated, for each row of weights.
#[inline(always)]
pub fn weigh<S: Simd, const ROWS: usize, const SHIFT: i32>(
    simd: S,
    planes: &[Plane; 3],
    weights: &[Weights; ROWS],
) -> [Plane; ROWS] {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = simd.level().as_avx2() {
        let pairs = avx2::pairs(avx2, planes);
        let mut sums = [[0; PIXELS]; ROWS];
        for (sum, weights) in sums.iter_mut().zip(weights) {
            *sum = avx2::weigh::<SHIFT>(avx2, &pairs, *weights);
        }
        return sums;
    }
    let _ = simd;
    let [red, green, blue] = planes;
    let mut sums = [[0; PIXELS]; ROWS];
    for (sum, weights) in sums.iter_mut().zip(weights) {
        let [first, second, third, summand] = weights.map(i32::from);
        for index in 0..PIXELS {
            let products = i32::from(red[index]) * first + i32::from(green[index]) * second;
            let total = (products + i32::from(blue[index]) * third + summand) >> SHIFT;
            sum[index] = total.clamp(0, 255) as u8;
        }
    }
    sums
}

/// Pairs of 16-bit numbers multiplied and added in one instruction: twice as fast as what the compiler makes of the loop.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod avx2 {
    use super::{PIXELS, Plane, Weights};
    use fearless_simd::{Avx2, prelude::*, u8x32};
    #[cfg(target_arch = "x86")]
    use std::arch::x86::*;
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::*;

    /// Red beside green, and blue beside one, of eight pixels each.
    pub type Pairs = [[__m256i; 2]; 4];

    fearless_simd::kernel!(
        #[inline(always)]
        pub fn pairs(avx2: Avx2, planes: &[Plane; 3]) -> Pairs {
            let [red, green, blue] = planes;
            let red: __m256i = u8x32::load_array_ref(avx2, red).into();
            let green = u8x32::load_array_ref(avx2, green).into();
            let blue = u8x32::load_array_ref(avx2, blue).into();
            let (zero, one) = (_mm256_setzero_si256(), _mm256_set1_epi8(1));
            let (low, high) = (_mm256_unpacklo_epi8(red, green), _mm256_unpackhi_epi8(red, green));
            let (blue_low, blue_high) = (_mm256_unpacklo_epi8(blue, one), _mm256_unpackhi_epi8(blue, one));
            [
                [_mm256_unpacklo_epi8(low, zero), _mm256_unpacklo_epi8(blue_low, zero)],
                [_mm256_unpackhi_epi8(low, zero), _mm256_unpackhi_epi8(blue_low, zero)],
                [_mm256_unpacklo_epi8(high, zero), _mm256_unpacklo_epi8(blue_high, zero)],
                [_mm256_unpackhi_epi8(high, zero), _mm256_unpackhi_epi8(blue_high, zero)],
            ]
        }
    );

    #[inline(always)]
    pub fn weigh<const SHIFT: i32>(avx2: Avx2, pairs: &Pairs, weights: Weights) -> Plane {
        weigh_kernel(avx2, pairs, weights, SHIFT)
    }

    fearless_simd::kernel!(
        #[inline(always)]
        fn weigh_kernel(avx2: Avx2, pairs: &Pairs, weights: Weights, shift: i32) -> Plane {
            let pair = |first: i16, second: i16| _mm256_set1_epi32(i32::from(first as u16) | i32::from(second) << 16);
            let (first, second) = (pair(weights[0], weights[1]), pair(weights[2], weights[3]));
            let shift = _mm_cvtsi32_si128(shift);
            let mut sums = [_mm256_setzero_si256(); 4];
            for (sum, pair) in sums.iter_mut().zip(pairs) {
                let total = _mm256_add_epi32(_mm256_madd_epi16(pair[0], first), _mm256_madd_epi16(pair[1], second));
                *sum = _mm256_sra_epi32(total, shift);
            }
            let low = _mm256_packs_epi32(sums[0], sums[1]);
            let high = _mm256_packs_epi32(sums[2], sums[3]);
            let bytes: u8x32<Avx2> = _mm256_packus_epi16(low, high).simd_into(avx2);
            <[u8; PIXELS]>::from(bytes)
        }
    );
}

#[cfg(test)]
mod tests {
    use super::{PIXELS, Plane, Weights, weigh};
    use crate::simd::levels;
    use fearless_simd::{Simd, dispatch};
    use fearless_simd_macros::simd;

    #[simd]
    fn run<S: Simd>(simd: S, planes: &[Plane; 3], weights: &[Weights; 2]) -> [Plane; 2] {
        weigh::<_, 2, 10>(simd, planes, weights)
    }

    #[test]
    fn sums_are_equal_on_every_level_and_saturate() {
        let planes: [Plane; 3] = std::array::from_fn(|channel| {
            std::array::from_fn(|index| (index * (37 + 64 * channel) + 255 * (index / 30)) as u8)
        });
        let weights = [[402, 787, 194, 512], [-32768, 32767, 5000, -7]];
        let expected = weights.map(|weights: Weights| {
            std::array::from_fn::<u8, PIXELS, _>(|index| {
                let products: i32 =
                    planes.iter().zip(weights).map(|(plane, weight)| i32::from(plane[index]) * i32::from(weight)).sum();
                ((products + i32::from(weights[3])) >> 10).clamp(0, 255) as u8
            })
        });
        for level in levels() {
            assert_eq!(dispatch!(level, simd => run(simd, &planes, &weights)), expected, "{level:?}");
        }
    }
}
