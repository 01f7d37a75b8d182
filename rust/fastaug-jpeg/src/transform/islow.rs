//! The accurate inverse transform of 8×8 coefficients in whole numbers, as Loeffler, Ligtenberg and Moschytz found it and
//! libjpeg calls it "islow": 13 bits after the point of its factors, two kept between columns and rows.
//!
//! What damaged files give is defined, too, as libjpeg-turbo's vector code gives it: coefficients times quantisation wrap
//! at 16 bits, as do the sums in front of multiplications; columns and samples are saturated. A block whose rows but the
//! first are zero skips the columns, which then wrap instead.

use crate::{
    entropy::block::Block,
    lanes::{Lanes, rows_of},
};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{Avx2, i16x16};
use fearless_simd::{Simd, i16x8, prelude::*};
use fearless_simd_macros::simd;

const F_0_298: i16 = 2446;
const F_0_390: i16 = 3196;
const F_0_541: i16 = 4433;
const F_0_765: i16 = 6270;
const F_0_899: i16 = 7373;
const F_1_175: i16 = 9633;
const F_1_501: i16 = 12299;
const F_1_847: i16 = 15137;
const F_1_961: i16 = 16069;
const F_2_053: i16 = 16819;
const F_2_562: i16 = 20995;
const F_3_072: i16 = 25172;

/// Bits that are taken away after the columns, and after the rows.
const COLUMNS: u32 = 11;
const ROWS: u32 = 18;

/// What coefficients are multiplied by, row by row.
pub type Multipliers = [i16; 64];

/// Numbers of two lines side by side, in two halves.
#[inline(always)]
fn both<L: Lanes>(a: L, b: L) -> [L; 2] {
    [a.zip_lower(b), a.zip_upper(b)]
}

#[inline(always)]
fn dot<L: Lanes>(pairs: [L; 2], factors: [i16; 2]) -> [L::Wide; 2] {
    [pairs[0].dot(factors), pairs[1].dot(factors)]
}

#[inline(always)]
fn add<L: Lanes>(a: [L::Wide; 2], b: [L::Wide; 2]) -> [L::Wide; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

#[inline(always)]
fn sub<L: Lanes>(a: [L::Wide; 2], b: [L::Wide; 2]) -> [L::Wide; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

#[inline(always)]
fn narrow<L: Lanes, const SHIFT: u32>(wide: [L::Wide; 2]) -> L {
    L::narrow::<SHIFT>(wide[0], wide[1])
}

/// One direction of the transform, eight lines at once, one in each lane. `HALF`: the upper four of eight numbers are 0.
#[inline(always)]
fn pass<L: Lanes, const SHIFT: u32, const HALF: bool>(v: [L; 8]) -> [L; 8] {
    // What rounds is added as the product of two constants.
    let round = v[0].same(8);
    let rounding = if SHIFT == COLUMNS { 128 } else { 16384 };
    let (even, odd);
    if HALF {
        let base = dot(both(v[0], round), [8192, rounding]);
        let second = both(v[2], v[2].same(0));
        let (outer, inner) = (dot(second, [F_0_541 + F_0_765, 0]), dot(second, [F_0_541, 0]));
        even = [add::<L>(base, outer), add::<L>(base, inner), sub::<L>(base, inner), sub::<L>(base, outer)];
        let pairs = both(v[3], v[1]);
        odd = [
            dot(pairs, [F_1_175, F_1_501 - F_0_899 + F_1_175 - F_0_390]),
            dot(pairs, [F_3_072 - F_2_562 + F_1_175 - F_1_961, F_1_175]),
            dot(pairs, [F_1_175 - F_2_562, F_1_175 - F_0_390]),
            dot(pairs, [F_1_175 - F_1_961, F_1_175 - F_0_899]),
        ];
    } else {
        let sixes = both(v[2], v[6]);
        let outer = dot(sixes, [F_0_541 + F_0_765, F_0_541]);
        let inner = dot(sixes, [F_0_541, F_0_541 - F_1_847]);
        let sum = dot(both(v[0] + v[4], round), [8192, rounding]);
        let difference = dot(both(v[0] - v[4], round), [8192, rounding]);
        even = [add::<L>(sum, outer), add::<L>(difference, inner), sub::<L>(difference, inner), sub::<L>(sum, outer)];

        let sums = both(v[7] + v[3], v[5] + v[1]);
        let z3 = dot(sums, [F_1_175 - F_1_961, F_1_175]);
        let z4 = dot(sums, [F_1_175, F_1_175 - F_0_390]);
        let (sevens, fives) = (both(v[7], v[1]), both(v[5], v[3]));
        odd = [
            add::<L>(dot(sevens, [-F_0_899, F_1_501 - F_0_899]), z4),
            add::<L>(dot(fives, [-F_2_562, F_3_072 - F_2_562]), z3),
            add::<L>(dot(fives, [F_2_053 - F_2_562, -F_2_562]), z4),
            add::<L>(dot(sevens, [F_0_298 - F_0_899, -F_0_899]), z3),
        ];
    }
    [
        narrow::<L, SHIFT>(add::<L>(even[0], odd[0])),
        narrow::<L, SHIFT>(add::<L>(even[1], odd[1])),
        narrow::<L, SHIFT>(add::<L>(even[2], odd[2])),
        narrow::<L, SHIFT>(add::<L>(even[3], odd[3])),
        narrow::<L, SHIFT>(sub::<L>(even[3], odd[3])),
        narrow::<L, SHIFT>(sub::<L>(even[2], odd[2])),
        narrow::<L, SHIFT>(sub::<L>(even[1], odd[1])),
        narrow::<L, SHIFT>(sub::<L>(even[0], odd[0])),
    ]
}

/// Lines become lanes and lanes become lines, within each block.
#[inline(always)]
fn transpose<L: Lanes>(v: [L; 8]) -> [L; 8] {
    let a = [v[0].zip_lower(v[1]), v[0].zip_upper(v[1]), v[2].zip_lower(v[3]), v[2].zip_upper(v[3])];
    let b = [v[4].zip_lower(v[5]), v[4].zip_upper(v[5]), v[6].zip_lower(v[7]), v[6].zip_upper(v[7])];
    let (a01, a23) = (a[0].zip_pairs(a[2]), a[1].zip_pairs(a[3]));
    let (b01, b23) = (b[0].zip_pairs(b[2]), b[1].zip_pairs(b[3]));
    let [c0, c1] = a01[0].zip_fours(b01[0]);
    let [c2, c3] = a01[1].zip_fours(b01[1]);
    let [c4, c5] = a23[0].zip_fours(b23[0]);
    let [c6, c7] = a23[1].zip_fours(b23[1]);
    [c0, c1, c2, c3, c4, c5, c6, c7]
}

/// The columns of samples, less 128, of blocks whose coefficients are multiplied already. `HALF`: all but the first four
/// rows and columns are 0. `None` if a first row is so large that what libjpeg-turbo does depends on the other rows.
#[inline(always)]
fn columns_of<L: Lanes, const HALF: bool>(rows: [L; 8]) -> Option<[L; 8]> {
    if !rows[0].fits_14_bits() {
        return None;
    }
    let columns = transpose(pass::<L, COLUMNS, HALF>(rows));
    Some(pass::<L, ROWS, HALF>(columns))
}

/// The last position, in zigzag order, of blocks with nothing beyond the first four rows and columns. Read the other way,
/// it promises no more than that.
pub const LAST_OF_HALF: u8 = 9;

/// The samples of a block, each row `stride` bytes behind the one before. `last` is the position of the last coefficient
/// that may not be zero.
#[simd]
pub fn inverse<S: Simd>(simd: S, block: &Block, multipliers: &Multipliers, last: u8, target: &mut [u8], stride: usize) {
    let mut rows = [i16x8::splat(simd, 0); 8];
    for row in 0..if last <= LAST_OF_HALF { 4 } else { 8 } {
        let from = 8 * row..8 * row + 8;
        rows[row] = i16x8::from_slice(simd, &block[from.clone()]) * i16x8::from_slice(simd, &multipliers[from]);
    }
    let columns = if last <= LAST_OF_HALF { columns_of::<_, true>(rows) } else { columns_of::<_, false>(rows) };
    let Some(columns) = columns else {
        return inverse_of_damaged(block, multipliers, target, stride);
    };
    for (pair, rows) in rows_of(simd, columns).into_iter().enumerate() {
        let bytes: [u8; 16] = rows.into();
        target[2 * pair * stride..][..8].copy_from_slice(&bytes[..8]);
        target[(2 * pair + 1) * stride..][..8].copy_from_slice(&bytes[8..]);
    }
}

/// As [`inverse`], for two blocks whose samples lie side by side.
#[simd]
pub fn inverse_pair<S: Simd>(
    simd: S,
    blocks: &[Block; 2],
    multipliers: &Multipliers,
    last: u8,
    target: &mut [u8],
    stride: usize,
) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = simd.level().as_avx2() {
        return inverse_pair_avx2(avx2, blocks, multipliers, last, target, stride);
    }
    let [left, right] = blocks;
    inverse(simd, left, multipliers, last, target, stride);
    inverse(simd, right, multipliers, last, &mut target[8..], stride);
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
fn load_pair<const ROWS: usize>(
    avx2: Avx2,
    left: &Block,
    right: &Block,
    multipliers: &Multipliers,
) -> [i16x16<Avx2>; 8] {
    let mut rows = [i16x16::splat(avx2, 0); 8];
    for row in 0..ROWS {
        let from = 8 * row..8 * row + 8;
        let multipliers = i16x8::from_slice(avx2, &multipliers[from.clone()]);
        let (left, right) = (i16x8::from_slice(avx2, &left[from.clone()]), i16x8::from_slice(avx2, &right[from]));
        rows[row] = left.combine(right) * multipliers.combine(multipliers);
    }
    rows
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
fn inverse_pair_avx2(
    avx2: Avx2,
    [left, right]: &[Block; 2],
    multipliers: &Multipliers,
    last: u8,
    target: &mut [u8],
    stride: usize,
) {
    let columns = if last <= LAST_OF_HALF {
        columns_of::<_, true>(load_pair::<4>(avx2, left, right, multipliers))
    } else {
        columns_of::<_, false>(load_pair::<8>(avx2, left, right, multipliers))
    };
    let Some(columns) = columns else {
        inverse_of_damaged(left, multipliers, target, stride);
        return inverse_of_damaged(right, multipliers, &mut target[8..], stride);
    };
    for (pair, rows) in crate::lanes::rows_of_pair(avx2, columns).into_iter().enumerate() {
        let (upper, lower) = rows.split();
        upper.store_slice(&mut target[2 * pair * stride..][..16]);
        lower.store_slice(&mut target[(2 * pair + 1) * stride..][..16]);
    }
}

/// The one value that all samples of a block have of which there is nothing but the first coefficient.
#[inline(always)]
pub fn flat(coefficient: i16, multiplier: i16) -> u8 {
    let column = coefficient.wrapping_mul(multiplier).wrapping_shl(2);
    sample((i32::from(column) + 16) >> 5)
}

/// A saturated sample from what is left of 128.
#[inline(always)]
fn sample(value: i32) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

#[cold]
fn inverse_of_damaged(block: &Block, multipliers: &Multipliers, target: &mut [u8], stride: usize) {
    for (y, row) in reference(block, multipliers).as_chunks::<8>().0.iter().enumerate() {
        target[y * stride..][..8].copy_from_slice(row);
    }
}

/// The definition, number by number.
pub fn reference(block: &Block, multipliers: &Multipliers) -> [u8; 64] {
    let mut numbers = [0i16; 64];
    for index in 0..64 {
        numbers[index] = block[index].wrapping_mul(multipliers[index]);
    }
    if block[8..].iter().all(|&coefficient| coefficient == 0) {
        for x in 0..8 {
            let column = numbers[x].wrapping_shl(2);
            for y in 0..8 {
                numbers[8 * y + x] = column;
            }
        }
    } else {
        for x in 0..8 {
            let line = reference_line(std::array::from_fn(|y| numbers[8 * y + x]));
            for (y, value) in line.into_iter().enumerate() {
                let value = value.wrapping_add(1 << (COLUMNS - 1)) >> COLUMNS;
                numbers[8 * y + x] = value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
            }
        }
    }
    let mut samples = [0; 64];
    for y in 0..8 {
        let line = reference_line(std::array::from_fn(|x| numbers[8 * y + x]));
        for (x, value) in line.into_iter().enumerate() {
            samples[8 * y + x] = sample(value.wrapping_add(1 << (ROWS - 1)) >> ROWS);
        }
    }
    samples
}

fn reference_line(v: [i16; 8]) -> [i32; 8] {
    let product = |a: i16, b: i16| i32::from(a).wrapping_mul(i32::from(b));
    let dot = |[a, b]: [i16; 2], [c, d]: [i16; 2]| product(a, c).wrapping_add(product(b, d));
    let outer = dot([v[2], v[6]], [F_0_541 + F_0_765, F_0_541]);
    let inner = dot([v[2], v[6]], [F_0_541, F_0_541 - F_1_847]);
    let sum = i32::from(v[0].wrapping_add(v[4])) << 13;
    let difference = i32::from(v[0].wrapping_sub(v[4])) << 13;
    let even = [
        sum.wrapping_add(outer),
        difference.wrapping_add(inner),
        difference.wrapping_sub(inner),
        sum.wrapping_sub(outer),
    ];
    let sums = [v[7].wrapping_add(v[3]), v[5].wrapping_add(v[1])];
    let z3 = dot(sums, [F_1_175 - F_1_961, F_1_175]);
    let z4 = dot(sums, [F_1_175, F_1_175 - F_0_390]);
    let odd = [
        dot([v[7], v[1]], [-F_0_899, F_1_501 - F_0_899]).wrapping_add(z4),
        dot([v[5], v[3]], [-F_2_562, F_3_072 - F_2_562]).wrapping_add(z3),
        dot([v[5], v[3]], [F_2_053 - F_2_562, -F_2_562]).wrapping_add(z4),
        dot([v[7], v[1]], [F_0_298 - F_0_899, -F_0_899]).wrapping_add(z3),
    ];
    let mut line = [0; 8];
    for index in 0..4 {
        line[index] = even[index].wrapping_add(odd[index]);
        line[7 - index] = even[index].wrapping_sub(odd[index]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{levels, standard::ZIGZAG};
    use fearless_simd::dispatch;

    /// Blocks of every sparsity, with numbers of healthy files and of damaged ones.
    fn blocks() -> Vec<(Block, Multipliers, u8)> {
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as i32
        };
        let mut blocks = Vec::new();
        for round in 0..6000 {
            let last = (next() as u32 % 64) as u8;
            let size = [8, 60, 1000, 32767][round % 4];
            let mut block = [0; 64];
            for place in &ZIGZAG[..=usize::from(last)] {
                if next() % 3 != 0 || round % 5 == 0 {
                    block[usize::from(*place)] = (next() % (2 * size + 1) - size) as i16;
                }
            }
            if round % 7 == 0 {
                block[8..].fill(0);
            }
            let largest = [3, 40, 255, 65535][round / 4 % 4];
            blocks.push((block, std::array::from_fn(|_| (next() % largest + 1) as i16), last));
        }
        blocks
    }

    #[test]
    fn vectors_equal_the_definition() {
        for (block, multipliers, last) in blocks() {
            let expected = reference(&block, &multipliers);
            for level in levels() {
                let mut target = [0; 64];
                dispatch!(level, simd => inverse(simd, &block, &multipliers, last, &mut target, 8));
                assert_eq!(target, expected, "{block:?} {multipliers:?}");
            }
        }
    }

    #[test]
    fn pairs_equal_the_definition() {
        let blocks = blocks();
        for pair in blocks.windows(2) {
            let [(left, multipliers, last), (right, _, other)] = pair else { unreachable!() };
            let expected = [reference(left, multipliers), reference(right, multipliers)];
            for level in levels() {
                let mut target = [0; 128];
                let both = [*left, *right];
                let last = *last.max(other);
                dispatch!(level, simd => inverse_pair(simd, &both, multipliers, last, &mut target, 16));
                for (y, row) in target.chunks(16).enumerate() {
                    assert_eq!(row[..8], expected[0][8 * y..8 * y + 8]);
                    assert_eq!(row[8..], expected[1][8 * y..8 * y + 8]);
                }
            }
        }
    }

    #[test]
    fn flat_blocks_have_one_value() {
        for coefficient in (i16::MIN..=i16::MAX).step_by(37) {
            for multiplier in [1, 3, 16, 255, 4000, -1] {
                let mut block = [0; 64];
                block[0] = coefficient;
                assert_eq!(reference(&block, &[multiplier; 64]), [flat(coefficient, multiplier); 64]);
            }
        }
    }
}
