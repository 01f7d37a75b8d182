//! Planes at half or a quarter of their size. Where a mean of samples is halfway between two values, it is rounded up
//! and down in turn along the row (to halves of 2×1 and quarters of 2×2), or always up: each as libjpeg does.

use fearless_simd::{Simd, prelude::*, u8x32, u16x16};
use fearless_simd_macros::simd;

/// Means of two neighbours, rounded down in even columns and up in odd ones. `row` is a multiple of 64 long.
#[simd]
pub fn halve_columns<S: Simd>(simd: S, row: &[u8], out: &mut [u8]) {
    let rounding = u16x16::from_fn(simd, |lane| lane as u16 % 2);
    for (from, to) in row.as_chunks::<64>().0.iter().zip(out.as_chunks_mut::<32>().0) {
        let low = (sum_pairs(simd, &from[..32]) + rounding) >> 1;
        let high = (sum_pairs(simd, &from[32..]) + rounding) >> 1;
        low.relaxed_narrow(high).store_array(to);
    }
}

/// Means of two neighbours in two rows, a half rounded down in even columns and up in odd ones. The rows are a multiple
/// of 64 long.
#[simd]
pub fn halve_both<S: Simd>(simd: S, rows: [&[u8]; 2], out: &mut [u8]) {
    let rounding = u16x16::from_fn(simd, |lane| 1 + lane as u16 % 2);
    let pairs = rows[0].as_chunks::<64>().0.iter().zip(rows[1].as_chunks::<64>().0);
    for ((above, below), to) in pairs.zip(out.as_chunks_mut::<32>().0) {
        let low = (sum_pairs(simd, &above[..32]) + sum_pairs(simd, &below[..32]) + rounding) >> 2;
        let high = (sum_pairs(simd, &above[32..]) + sum_pairs(simd, &below[32..]) + rounding) >> 2;
        low.relaxed_narrow(high).store_array(to);
    }
}

/// Means of two rows, a half rounded up.
#[simd]
pub fn halve_rows<S: Simd>(_: S, rows: [&[u8]; 2], out: &mut [u8]) {
    for ((&above, &below), to) in rows[0].iter().zip(rows[1]).zip(out) {
        *to = ((u16::from(above) + u16::from(below) + 1) >> 1) as u8;
    }
}

/// Means of four neighbours, a half rounded up.
#[simd]
pub fn quarter_columns<S: Simd>(_: S, row: &[u8], out: &mut [u8]) {
    for (four, to) in row.as_chunks::<4>().0.iter().zip(out) {
        *to = ((four.iter().map(|&value| u16::from(value)).sum::<u16>() + 2) >> 2) as u8;
    }
}

#[inline(always)]
fn sum_pairs<S: Simd>(simd: S, values: &[u8]) -> u16x16<S> {
    let pairs = u16x16::from_bytes(u8x32::from_slice(simd, values));
    (pairs & 255) + (pairs >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    fn twin(rows: &[&[u8]], across: usize, rounding: [usize; 2]) -> Vec<u8> {
        let area = across * rows.len();
        (0..rows[0].len() / across)
            .map(|column| {
                let sum: usize =
                    rows.iter().flat_map(|row| &row[column * across..(column + 1) * across]).map(|&v| v as usize).sum();
                ((sum + rounding[column % 2]) / area) as u8
            })
            .collect()
    }

    #[test]
    fn means_on_every_level() {
        let above: Vec<u8> = (0..320u32).map(|value| (value * value * 7 / 3 + value) as u8).collect();
        let below: Vec<u8> = (0..320u32).map(|value| if value % 5 == 0 { 255 } else { (value * 31) as u8 }).collect();
        for level in levels() {
            let rows = [&above[..], &below[..]];
            let mut half = vec![0; 160];
            dispatch!(level, simd => halve_columns(simd, &above, &mut half));
            assert_eq!(half, twin(&rows[..1], 2, [0, 1]), "{level:?}");
            dispatch!(level, simd => halve_both(simd, rows, &mut half));
            assert_eq!(half, twin(&rows, 2, [1, 2]), "{level:?}");
            let mut full = vec![0; 320];
            dispatch!(level, simd => halve_rows(simd, rows, &mut full));
            assert_eq!(full, twin(&rows, 1, [1, 1]), "{level:?}");
            let mut quarter = vec![0; 80];
            dispatch!(level, simd => quarter_columns(simd, &below, &mut quarter));
            assert_eq!(quarter, twin(&rows[1..], 4, [2, 2]), "{level:?}");
        }
    }
}
