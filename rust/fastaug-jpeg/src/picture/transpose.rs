//! Rows of samples on their way to columns of the picture.

use fearless_simd::{Simd, prelude::*, u8x16};
use fearless_simd_macros::simd;

/// Columns that are turned at a time.
pub const COLUMNS: usize = 16;

/// Rows that are turned at a time: pixels of three bytes then fill more than a cache line of each row that they are
/// written to.
pub const ROWS: usize = 32;

/// Turns the columns of `ROWS` rows, which lie `stride` bytes apart, into rows.
#[simd]
pub fn columns<S: Simd>(simd: S, rows: &[u8], stride: usize, turned: &mut [[u8; ROWS]; COLUMNS]) {
    for half in 0..ROWS / 16 {
        let mut lines = [u8x16::splat(simd, 0); 16];
        for (index, line) in lines.iter_mut().enumerate() {
            let begin = (16 * half + index) * stride;
            *line = u8x16::from_slice(simd, &rows[begin..begin + COLUMNS]);
        }
        // Each step puts the rows of the upper half between those of the lower; after four, rows are columns.
        for _ in 0..4 {
            let mut mixed = lines;
            for index in 0..8 {
                mixed[2 * index] = lines[index].zip_low(lines[index + 8]);
                mixed[2 * index + 1] = lines[index].zip_high(lines[index + 8]);
            }
            lines = mixed;
        }
        for (line, column) in lines.iter().zip(turned.iter_mut()) {
            line.store_slice(&mut column[16 * half..16 * half + 16]);
        }
    }
}

/// The same bytes from the last to the first.
#[simd]
pub fn reverse<S: Simd>(_: S, bytes: &[u8], reversed: &mut [u8]) {
    let (whole, rest) = bytes.as_chunks::<16>();
    let (begin, ends) = reversed.as_rchunks_mut::<16>();
    for (source, target) in whole.iter().zip(ends.iter_mut().rev()) {
        for index in 0..16 {
            target[index] = source[15 - index];
        }
    }
    for (&source, target) in rest.iter().zip(begin.iter_mut().rev()) {
        *target = source;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    #[test]
    fn columns_become_rows_on_every_level() {
        let stride = 37;
        let rows: Vec<u8> = (0..ROWS * stride).map(|at| (at * at / 7) as u8).collect();
        for level in levels() {
            for first in [0, 5, stride - COLUMNS] {
                let mut turned = [[0; ROWS]; COLUMNS];
                dispatch!(level, simd => columns(simd, &rows[first..], stride, &mut turned));
                for (x, column) in turned.iter().enumerate() {
                    for (y, &value) in column.iter().enumerate() {
                        assert_eq!(value, rows[y * stride + first + x], "column {x}, row {y} at {level:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_are_reversed_on_every_level() {
        for count in [1, 2, 15, 16, 17, 33, 100] {
            let bytes: Vec<u8> = (0..count).collect();
            let expected: Vec<u8> = (0..count).rev().collect();
            for level in levels() {
                let mut reversed = vec![7; usize::from(count)];
                dispatch!(level, simd => reverse(simd, &bytes, &mut reversed));
                assert_eq!(reversed, expected, "{level:?}");
            }
        }
    }
}
