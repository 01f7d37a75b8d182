//! Random words and normal numbers for whole rows of pixels, many at a time.
//!
//! A row is made of batches of 32 words: the blocks numbered `8 · batch … 8 · batch + 7` of the row, first the first words
//! of all eight, then the second words, and so on. The order is part of the draws' format; tiles and levels change nothing.

use super::{Philox4x32, PixelNoise};
use fearless_simd::{Simd, f32x8, i32x8, prelude::*, u32x8};

/// Words in a batch.
pub const WORDS: usize = 4 * LANES;

/// Normal numbers made of a batch: two of each word.
pub const NORMALS: usize = 2 * WORDS;

/// Blocks in a batch.
const LANES: usize = 8;

impl PixelNoise {
    /// A batch of the words of a row.
    #[inline(always)]
    pub fn batch<S: Simd>(&self, simd: S, row: u32, batch: u32) -> [u32x8<S>; 4] {
        let first = batch.wrapping_mul(LANES as u32);
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let Some(avx2) = simd.level().as_avx2() {
            let [a, b, c, d] = avx2::blocks(avx2, row, first, self.key());
            return [
                u32x8::load_array(simd, a),
                u32x8::load_array(simd, b),
                u32x8::load_array(simd, c),
                u32x8::load_array(simd, d),
            ];
        }
        let mut words = [[0; LANES]; 4];
        for lane in 0..LANES {
            let block = u64::from(row) << 32 | u64::from(first.wrapping_add(lane as u32));
            for (words, word) in words.iter_mut().zip(self.words(block)) {
                words[lane] = word;
            }
        }
        let [a, b, c, d] = words;
        [u32x8::load_array(simd, a), u32x8::load_array(simd, b), u32x8::load_array(simd, c), u32x8::load_array(simd, d)]
    }

    /// Numbers of the standard normal distribution made of a batch of words: first one of each word, then another.
    #[inline(always)]
    pub fn normals<S: Simd>(&self, simd: S, row: u32, batch: u32) -> [f32; NORMALS] {
        let words = self.batch(simd, row, batch);
        let mut normals = [0.0; NORMALS];
        let (first, second) = normals.split_at_mut(WORDS);
        let places = first.as_chunks_mut().0.iter_mut().zip(second.as_chunks_mut().0);
        for (words, (first, second)) in words.into_iter().zip(places) {
            let pair = normal_pairs(words);
            pair[0].store_array(first);
            pair[1].store_array(second);
        }
        normals
    }
}

/// Eight blocks in 32-bit words, held in 64-bit lanes with anything in the upper halves, so that the products come without
/// shuffles: four times as fast as one block after the other. Compilers find this only now and then.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod avx2 {
    use super::{LANES, Philox4x32};
    use fearless_simd::{Avx2, prelude::*, u32x8};
    #[cfg(target_arch = "x86")]
    use std::arch::x86::*;
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::*;

    fearless_simd::kernel!(
        #[inline(always)]
        pub fn blocks(avx2: Avx2, row: u32, first: u32, key: [u32; 2]) -> [[u32; LANES]; 4] {
            let left_factor = _mm256_set1_epi64x(i64::from(Philox4x32::MULTIPLIERS[0]));
            let right_factor = _mm256_set1_epi64x(i64::from(Philox4x32::MULTIPLIERS[1]));
            // Even lanes and odd lanes.
            let counter = _mm256_add_epi32(_mm256_set1_epi32(first as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            let mut a = [counter, _mm256_srli_epi64::<32>(counter)];
            let mut b = [_mm256_set1_epi64x(i64::from(row)); 2];
            let (mut c, mut d) = ([_mm256_setzero_si256(); 2], [_mm256_setzero_si256(); 2]);
            let [mut left_key, mut right_key] = key;
            for _ in 0..Philox4x32::ROUNDS {
                let keys = (_mm256_set1_epi64x(i64::from(left_key)), _mm256_set1_epi64x(i64::from(right_key)));
                for half in 0..2 {
                    let left = _mm256_mul_epu32(a[half], left_factor);
                    let right = _mm256_mul_epu32(c[half], right_factor);
                    a[half] = _mm256_xor_si256(_mm256_srli_epi64::<32>(right), _mm256_xor_si256(b[half], keys.0));
                    b[half] = right;
                    c[half] = _mm256_xor_si256(_mm256_srli_epi64::<32>(left), _mm256_xor_si256(d[half], keys.1));
                    d[half] = left;
                }
                left_key = left_key.wrapping_add(Philox4x32::WEYL[0]);
                right_key = right_key.wrapping_add(Philox4x32::WEYL[1]);
            }
            let join = |halves: [__m256i; 2]| {
                let odd = _mm256_slli_epi64::<32>(halves[1]);
                let words: u32x8<Avx2> = _mm256_blend_epi32::<0b1010_1010>(halves[0], odd).simd_into(avx2);
                <[u32; LANES]>::from(words)
            };
            [join(a), join(b), join(c), join(d)]
        }
    );
}

/// The transformation of Box and Muller: two independent normal numbers of a distance and a direction.
///
/// Of each word, 18 bits are the distance and 12 bits a direction within a quarter; the last two are signs. Logarithm, sine
/// and cosine are polynomials whose errors, at most 7 · 10⁻⁶, are far below what any test of the distribution could see.
#[inline(always)]
fn normal_pairs<S: Simd>(words: u32x8<S>) -> [f32x8<S>; 2] {
    // −2 · ln of a number between 0 and 1, with its mantissa between √½ and √2.
    let unit = f32x8::float_from((words >> 14).bitcast::<i32x8<S>>()) * (1.0 / 262_144.0) + (0.5 / 262_144.0);
    let bits = unit.bitcast::<i32x8<S>>();
    let exponent = (bits - 0x3F35_04F3) >> 23;
    let part = (bits - (exponent << 23)).bitcast::<f32x8<S>>() - 1.0;
    let series = part * 0.286_394_4 - 0.446_600_7;
    let series = part * series + 0.509_449_66;
    let series = part * series - 0.664_517_5;
    let series = part * series + 0.999_701;
    let series = part * series - 2.000_025_5;
    let distance = (part * series - f32x8::float_from(exponent) * (2.0 * std::f32::consts::LN_2)).sqrt();

    // The direction runs from −⅛ to ⅛ of a turn; sums of its sine and cosine (both halved in square) from 0 to ¼.
    let direction = f32x8::float_from((words & 0xFFF).bitcast::<i32x8<S>>()) * (1.0 / 2048.0) - (2047.5 / 2048.0);
    let square = direction * direction;
    let cosine = (square * 0.010_869_514 - 0.217_962_2) * square + 0.707_099_74;
    let sine = ((square * 0.001_722_579 - 0.057_081_357) * square + 0.555_359_6) * direction;
    let first = (distance * (cosine - sine)).bitcast::<u32x8<S>>() ^ ((words << 18) & 0x8000_0000);
    let second = (distance * (cosine + sine)).bitcast::<u32x8<S>>() ^ ((words << 19) & 0x8000_0000);
    [first.bitcast(), second.bitcast()]
}

#[cfg(test)]
mod tests {
    use super::{LANES, NORMALS, PixelNoise, WORDS};
    use crate::simd::{level, levels};
    use fearless_simd::{Level, Simd, dispatch};
    use fearless_simd_macros::simd;

    #[simd]
    fn batch<S: Simd>(simd: S, noise: PixelNoise, row: u32, batch: u32) -> [[u32; LANES]; 4] {
        let [a, b, c, d] = noise.batch(simd, row, batch);
        [a.into(), b.into(), c.into(), d.into()]
    }

    #[simd]
    fn normals<S: Simd>(simd: S, noise: PixelNoise, row: u32, batch: u32) -> [f32; NORMALS] {
        noise.normals(simd, row, batch)
    }

    #[test]
    fn a_batch_holds_the_words_of_eight_blocks() {
        let noise = PixelNoise::new(0x0123_4567_89AB_CDEF);
        for level in levels() {
            for (row, number) in [(0, 0), (7, 3), (4_000_000_000, 12_345), (1, u32::MAX)] {
                let words = dispatch!(level, simd => batch(simd, noise, row, number));
                for (index, &word) in words.as_flattened().iter().enumerate() {
                    let block = u64::from(number.wrapping_mul(LANES as u32) + (index % LANES) as u32);
                    assert_eq!(word, noise.words(u64::from(row) << 32 | block)[index / LANES], "{level:?}");
                }
            }
        }
    }

    #[test]
    fn normal_numbers_are_those_of_box_and_muller() {
        let noise = PixelNoise::new(99);
        for number in 0..1000 {
            let words = dispatch!(Level::fallback(), simd => batch(simd, noise, 5, number));
            let definition = dispatch!(Level::fallback(), simd => normals(simd, noise, 5, number));
            for (index, &word) in words.as_flattened().iter().enumerate() {
                let unit = (f64::from(word >> 14) + 0.5) / 262_144.0;
                let angle = (f64::from(word & 0xFFF) + 0.5) / 4096.0 * std::f64::consts::FRAC_PI_2;
                let distance = (-2.0 * unit.ln()).sqrt();
                let sign = |bit: u32| if word >> bit & 1 == 1 { -1.0 } else { 1.0 };
                let expected = [distance * angle.cos() * sign(13), distance * angle.sin() * sign(12)];
                for (value, expected) in [definition[index], definition[WORDS + index]].into_iter().zip(expected) {
                    assert!((f64::from(value) - expected).abs() < 1e-4, "{word:#x}: {value}, should be {expected}");
                }
            }
            for level in levels() {
                let normals = dispatch!(level, simd => normals(simd, noise, 5, number));
                assert!(normals == definition, "{level:?}");
            }
        }
    }

    /// The area under the normal curve below `value`.
    fn cumulative(value: f64) -> f64 {
        0.5 * libm::erfc(-value / std::f64::consts::SQRT_2)
    }

    #[test]
    fn the_distribution_is_normal() {
        let noise = PixelNoise::new(2024);
        let mut values: Vec<f64> = (0..16)
            .flat_map(|row| {
                (0..1000).flat_map(move |batch| dispatch!(level(), simd => normals(simd, noise, row, batch)))
            })
            .map(f64::from)
            .collect();
        let count = values.len() as f64;
        let moment = |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>() / count;
        // Five standard deviations of each moment.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let apart = (moment(power) - expected).abs();
            assert!(apart < 5.0 * f64::sqrt(variance / count), "moment {power} is off by {apart}");
        }
        // Neighbours, both made of one word or not, do not go together.
        for apart in [1, 7, 31, 32, 33, 64, 2048] {
            let product = values.windows(apart + 1).map(|pair| pair[0] * pair[apart]).sum::<f64>() / count;
            assert!(product.abs() < 5.0 / count.sqrt(), "correlation {product} over {apart}");
            let squares = values
                .windows(apart + 1)
                .map(|pair| (pair[0].powi(2) - 1.0) * (pair[apart].powi(2) - 1.0))
                .sum::<f64>();
            assert!((squares / count).abs() < 10.0 / count.sqrt(), "squares go together over {apart}");
        }
        // Kolmogorov and Smirnov: the chance of a distance beyond 1.95 / √n is one in a thousand.
        values.sort_by(f64::total_cmp);
        let distance = values
            .iter()
            .enumerate()
            .map(|(rank, &value)| (cumulative(value) - (rank as f64 + 0.5) / count).abs())
            .fold(0.0, f64::max);
        assert!(distance < 1.95 / count.sqrt(), "the distribution is {distance} off");
    }
}
