//! The forward cosine transform of two blocks at once: the factorization of Loeffler, Ligtenberg and Moschytz, first
//! along rows, then along columns, with 13 bits after the point and two more kept between the passes. The results are
//! eight times as large as the standard's. Libjpeg calls this one "islow".

use super::lanes::{pack_words, zip};
use fearless_simd::{Simd, i16x16, i32x8, prelude::*};

/// Bits after the point of the weights.
const WEIGHT_BITS: u32 = 13;
/// Bits that the first pass leaves after the point.
const KEPT_BITS: u32 = 2;

// Sines and cosines in units of 2⁻¹³, named by their thousandths.
const C_298: i16 = 2446;
const C_390: i16 = 3196;
const C_541: i16 = 4433;
const C_765: i16 = 6270;
const C_899: i16 = 7373;
const C_1175: i16 = 9633;
const C_1501: i16 = 12299;
const C_1847: i16 = 15137;
const C_1961: i16 = 16069;
const C_2053: i16 = 16819;
const C_2562: i16 = 20995;
const C_3072: i16 = 25172;

/// Eight rows of two blocks of samples, around zero, to coefficients.
#[inline(always)]
pub fn transform<S: Simd>(simd: S, rows: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    pass::<S, false>(simd, transpose(pass::<S, true>(simd, transpose(rows))))
}

/// Exchanges rows and columns of both blocks. Interleaving the upper four rows with the lower four moves each bit of
/// (row, column) up by one place; three times exchange row and column.
#[inline(always)]
fn transpose<S: Simd>(mut rows: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    for _ in 0..3 {
        let [a, b] = zip(rows[0], rows[4]);
        let [c, d] = zip(rows[1], rows[5]);
        let [e, f] = zip(rows[2], rows[6]);
        let [g, h] = zip(rows[3], rows[7]);
        rows = [a, b, c, d, e, f, g, h];
    }
    rows
}

/// One pass in every lane. No sum leaves 16 bits: the first pass begins with 8 bits and ends at 4096 at most, the
/// second adds up to four of those before it multiplies.
#[inline(always)]
fn pass<S: Simd, const FIRST: bool>(simd: S, x: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    let sums = [x[0] + x[7], x[1] + x[6], x[2] + x[5], x[3] + x[4]];
    let differences = [x[3] - x[4], x[2] - x[5], x[1] - x[6], x[0] - x[7]];

    let (outer, inner) = (sums[0] + sums[3], sums[1] + sums[2]);
    let (first, fourth) = if FIRST {
        ((outer + inner) << KEPT_BITS, (outer - inner) << KEPT_BITS)
    } else {
        let rounding = 1 << (KEPT_BITS - 1);
        ((outer + inner + rounding) >> KEPT_BITS, (outer - inner + rounding) >> KEPT_BITS)
    };
    let even = zip(sums[0] - sums[3], sums[1] - sums[2]);
    let rounding = i32x8::splat(simd, 1 << (settled_bits::<FIRST>() - 1));
    let second = settle::<S, FIRST>(weigh(simd, even, [C_541 + C_765, C_541], [rounding; 2]));
    let sixth = settle::<S, FIRST>(weigh(simd, even, [C_541, C_541 - C_1847], [rounding; 2]));

    let [d4, d5, d6, d7] = differences;
    let crossed = zip(d4 + d6, d5 + d7);
    // All odd coefficients contain one of these, and with it the rounding.
    let z3 = weigh(simd, crossed, [C_1175 - C_1961, C_1175], [rounding; 2]);
    let z4 = weigh(simd, crossed, [C_1175, C_1175 - C_390], [rounding; 2]);
    let outermost = zip(d4, d7);
    let seventh = settle::<S, FIRST>(weigh(simd, outermost, [C_298 - C_899, -C_899], z3));
    let odd_first = settle::<S, FIRST>(weigh(simd, outermost, [-C_899, C_1501 - C_899], z4));
    let innermost = zip(d5, d6);
    let fifth = settle::<S, FIRST>(weigh(simd, innermost, [C_2053 - C_2562, -C_2562], z4));
    let third = settle::<S, FIRST>(weigh(simd, innermost, [-C_2562, C_3072 - C_2562], z3));
    [first, odd_first, second, third, fourth, fifth, sixth, seventh]
}

/// `first · weights[0] + second · weights[1] + more` of interleaved lanes.
#[inline(always)]
fn weigh<S: Simd>(simd: S, lanes: [i16x16<S>; 2], weights: [i16; 2], more: [i32x8<S>; 2]) -> [i32x8<S>; 2] {
    let pair = i32x8::splat(simd, i32::from(weights[0] as u16) | (i32::from(weights[1]) << 16));
    let weights = i16x16::from_bytes(pair.to_bytes());
    [lanes[0].pairwise_dot_product(weights) + more[0], lanes[1].pairwise_dot_product(weights) + more[1]]
}

/// Bits that a pass shifts out.
const fn settled_bits<const FIRST: bool>() -> u32 {
    if FIRST { WEIGHT_BITS - KEPT_BITS } else { WEIGHT_BITS + KEPT_BITS }
}

/// Shifts to the bits that a pass leaves; the sums contain the rounding.
#[inline(always)]
fn settle<S: Simd, const FIRST: bool>(sums: [i32x8<S>; 2]) -> i16x16<S> {
    let bits = settled_bits::<FIRST>();
    pack_words(sums[0] >> bits, sums[1] >> bits)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;
    use fearless_simd_macros::simd;

    fn twin_line(x: [i32; 8], first: bool) -> [i32; 8] {
        let bits = if first { 11 } else { 15 };
        let round = |value: i32, bits: u32| (value + (1 << (bits - 1))) >> bits;
        let [s0, s1, s2, s3] = std::array::from_fn(|k| x[k] + x[7 - k]);
        let [d7, d6, d5, d4] = std::array::from_fn(|k| x[k] - x[7 - k]);
        let (e0, e1, e2, e3) = (s0 + s3, s1 + s2, s1 - s2, s0 - s3);
        let z1 = (e2 + e3) * 4433;
        let z5 = (d4 + d5 + d6 + d7) * 9633;
        let (z3, z4) = (z5 - (d4 + d6) * 16069, z5 - (d5 + d7) * 3196);
        let (w1, w2) = (-(d4 + d7) * 7373, -(d5 + d6) * 20995);
        let plain = |value: i32| if first { value << 2 } else { round(value, 2) };
        [
            plain(e0 + e1),
            round(d7 * 12299 + w1 + z4, bits),
            round(z1 + e3 * 6270, bits),
            round(d6 * 25172 + w2 + z3, bits),
            plain(e0 - e1),
            round(d5 * 16819 + w2 + z4, bits),
            round(z1 - e2 * 15137, bits),
            round(d4 * 2446 + w1 + z3, bits),
        ]
    }

    /// The transform of one block in 32 bits, row by row and column by column.
    pub fn twin(block: &[i32; 64]) -> [i32; 64] {
        let mut values = *block;
        for row in values.as_chunks_mut::<8>().0 {
            *row = twin_line(*row, true);
        }
        for column in 0..8 {
            let line = twin_line(std::array::from_fn(|row| values[8 * row + column]), false);
            for (row, value) in line.into_iter().enumerate() {
                values[8 * row + column] = value;
            }
        }
        values
    }

    #[simd]
    fn both<S: Simd>(simd: S, blocks: &[[i16; 64]; 2]) -> [[i16; 64]; 2] {
        let mut rows = [i16x16::splat(simd, 0); 8];
        for row in 0..8 {
            let mut lanes = [0; 16];
            lanes[..8].copy_from_slice(&blocks[0][8 * row..8 * row + 8]);
            lanes[8..].copy_from_slice(&blocks[1][8 * row..8 * row + 8]);
            rows[row] = i16x16::load_array(simd, lanes);
        }
        let mut out = [[0; 64]; 2];
        for (row, lanes) in transform(simd, rows).into_iter().enumerate() {
            let lanes: [i16; 16] = lanes.into();
            out[0][8 * row..8 * row + 8].copy_from_slice(&lanes[..8]);
            out[1][8 * row..8 * row + 8].copy_from_slice(&lanes[8..]);
        }
        out
    }

    #[test]
    fn equal_to_the_twin_on_every_level() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        for round in 0..200 {
            let blocks: [[i16; 64]; 2] = std::array::from_fn(|_| {
                std::array::from_fn(|_| match round % 4 {
                    // The widest swings reach the largest sums.
                    0 => {
                        if random() % 2 == 0 {
                            -128
                        } else {
                            127
                        }
                    }
                    1 => {
                        if round % 8 == 1 {
                            -128
                        } else {
                            127
                        }
                    }
                    _ => (random() % 256) as i16 - 128,
                })
            });
            let expected = blocks.map(|block| twin(&block.map(i32::from)).map(|value| value as i16));
            for level in levels() {
                assert_eq!(dispatch!(level, simd => both(simd, &blocks)), expected, "{level:?}");
            }
        }
    }

    #[test]
    fn a_flat_block_has_a_mean_only() {
        let mut expected = [0; 64];
        expected[0] = 64 * -128;
        assert_eq!(twin(&[-128; 64]), expected);
    }
}
