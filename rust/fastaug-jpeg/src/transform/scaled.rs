//! Inverse transforms that give 4×4, 2×2 samples or one, as libjpeg-turbo's vector code does it: numbers that no healthy
//! file has wrap and saturate where they do there.

use super::Multipliers;
use crate::entropy::block::Block;
use fearless_simd::Simd;
use fearless_simd_macros::simd;

const F_0_211: i32 = 1730;
const F_0_509: i32 = 4176;
const F_0_601: i32 = 4926;
const F_0_720: i32 = 5906;
const F_0_765: i32 = 6270;
const F_0_850: i32 = 6967;
const F_0_899: i32 = 7373;
const F_1_061: i32 = 8697;
const F_1_272: i32 = 10426;
const F_1_451: i32 = 11893;
const F_1_847: i32 = 15137;
const F_2_172: i32 = 17799;
const F_2_562: i32 = 20995;
const F_3_624: i32 = 29692;

/// The samples of a block that becomes `size`×`size` of them.
#[simd]
pub fn inverse<S: Simd>(_: S, block: &Block, multipliers: &Multipliers, size: usize, target: &mut [u8], stride: usize) {
    match size {
        4 => {
            for (y, row) in four(block, multipliers).iter().enumerate() {
                target[y * stride..][..4].copy_from_slice(row);
            }
        }
        2 => {
            for (y, row) in two(block, multipliers).iter().enumerate() {
                target[y * stride..][..2].copy_from_slice(row);
            }
        }
        _ => target[0] = one(block[0], multipliers[0]),
    }
}

#[inline(always)]
fn row(block: &Block, multipliers: &Multipliers, y: usize) -> [i32; 8] {
    let mut row = [0; 8];
    for x in 0..8 {
        row[x] = i32::from(block[8 * y + x].wrapping_mul(multipliers[8 * y + x]));
    }
    row
}

#[inline(always)]
fn saturated(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

#[inline(always)]
fn sample(value: i32) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

/// Sum of the products of three or four numbers.
#[inline(always)]
fn sum(numbers: [i32; 4], factors: [i32; 4]) -> i32 {
    let mut sum = 0i32;
    for index in 0..4 {
        sum = sum.wrapping_add(numbers[index].wrapping_mul(factors[index]));
    }
    sum
}

/// Four numbers of eight, of which the fifth does not matter; `down` bits are taken away.
#[inline(always)]
fn four_of(v: [i32; 8], down: u32) -> [i32; 4] {
    let odd = [v[1], v[3], v[5], v[7]];
    let outer = sum(odd, [F_2_562, F_0_899, -F_0_601, -F_0_509]);
    let inner = sum(odd, [F_1_061, -F_2_172, F_1_451, -F_0_211]);
    let base = v[0] << 14;
    let even = sum([v[2], v[6], 0, 0], [F_1_847, -F_0_765, 0, 0]);
    let (upper, lower) = (base.wrapping_add(even), base.wrapping_sub(even));
    let round = 1 << (down - 1);
    [
        upper.wrapping_add(outer).wrapping_add(round) >> down,
        lower.wrapping_add(inner).wrapping_add(round) >> down,
        lower.wrapping_sub(inner).wrapping_add(round) >> down,
        upper.wrapping_sub(outer).wrapping_add(round) >> down,
    ]
}

#[inline(always)]
fn four(block: &Block, multipliers: &Multipliers) -> [[u8; 4]; 4] {
    let mut rows = [[0; 8]; 8];
    for y in [0, 1, 2, 3, 5, 6, 7] {
        rows[y] = row(block, multipliers, y);
    }
    let mut columns = [[0; 8]; 4];
    let first_row_only = block[8..32].iter().chain(&block[40..]).all(|&coefficient| coefficient == 0);
    for x in 0..8 {
        let column = four_of(std::array::from_fn(|y| rows[y][x]), 12);
        for y in 0..4 {
            columns[y][x] =
                if first_row_only { i32::from((rows[0][x] as i16).wrapping_shl(2)) } else { saturated(column[y]) };
        }
    }
    columns.map(|row| four_of(row, 19).map(sample))
}

/// Two numbers of eight, of which those with even places do not matter, except for the first.
#[inline(always)]
fn two_of(v: [i32; 8], down: u32) -> [i32; 2] {
    let odd = sum([v[1], v[3], v[5], v[7]], [F_3_624, -F_1_272, F_0_850, -F_0_720]);
    let base = v[0].wrapping_shl(15);
    let round = 1 << (down - 1);
    [base.wrapping_add(odd).wrapping_add(round) >> down, base.wrapping_sub(odd).wrapping_add(round) >> down]
}

#[inline(always)]
fn two(block: &Block, multipliers: &Multipliers) -> [[u8; 2]; 2] {
    let mut rows = [[0; 8]; 8];
    for y in [0, 1, 3, 5, 7] {
        rows[y] = row(block, multipliers, y);
    }
    let mut columns = [[0; 8]; 2];
    for x in 0..8 {
        let column = two_of(std::array::from_fn(|y| rows[y][x]), 13);
        for y in 0..2 {
            columns[y][x] = if x == 0 { column[y] } else { saturated(column[y]) };
        }
    }
    columns.map(|row| two_of(row, 20).map(sample))
}

/// The mean of a block. It is looked up in a table of 1024 entries by libjpeg, which goes round in circles.
#[inline(always)]
pub fn one(coefficient: i16, multiplier: i16) -> u8 {
    let mean = (i32::from(coefficient) * i32::from(multiplier) + 4) >> 3;
    sample(((mean & 1023) ^ 512) - 512)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    #[test]
    fn flat_blocks_stay_flat() {
        for value in [-60i16, -1, 0, 3, 63] {
            let mut block = [0; 64];
            block[0] = value;
            let expected = ((i32::from(value) * 16 + 4) >> 3) + 128;
            for size in [1, 2, 4] {
                for level in levels() {
                    let mut target = [0; 16];
                    dispatch!(level, simd => inverse(simd, &block, &[16; 64], size, &mut target, size));
                    assert!(target[..size * size].iter().all(|&sample| i32::from(sample) == expected.clamp(0, 255)));
                }
            }
        }
    }

    #[test]
    fn smaller_pictures_are_means_of_larger_ones() {
        let mut state = 3u32;
        for _ in 0..200 {
            let mut block = [0; 64];
            for coefficient in &mut block[..20] {
                state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                *coefficient = ((state >> 24) % 9) as i16 - 4;
            }
            let whole = crate::transform::reference(&block, &[10; 64]);
            let mean = |x0: usize, y0: usize, size: usize| {
                let values =
                    (0..size * size).map(|index| i32::from(whole[8 * (y0 + index / size) + x0 + index % size]));
                values.sum::<i32>() as f64 / (size * size) as f64
            };
            let four = four(&block, &[10; 64]);
            for y in 0..4 {
                for x in 0..4 {
                    assert!((f64::from(four[y][x]) - mean(2 * x, 2 * y, 2)).abs() < 14.0, "{block:?}");
                }
            }
            assert!((f64::from(one(block[0], 10)) - mean(0, 0, 8)).abs() < 2.0);
        }
    }
}
