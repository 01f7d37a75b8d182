//! Sums of values, in an order that is the same on every level.

use crate::image::Image;
use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x32, u16x16};
use fearless_simd_macros::simd;

/// The mean of all values, in the image's own units.
pub fn mean(image: Image<'_>, level: Level) -> f64 {
    let total: f64 = match image {
        Image::U8(view) => view.rows().map(|row| of_bytes(row, level)).sum(),
        Image::F32(view) => view.rows().map(|row| of_floats(row, level)).sum(),
        _ => unreachable!("only pictures are measured"),
    };
    total / image.shape().len() as f64
}

/// The exact sum of bytes.
pub fn of_bytes(values: &[u8], level: Level) -> f64 {
    dispatch!(level, simd => add_bytes(simd, values)) as f64
}

/// Sixteen sums side by side.
pub fn of_floats(values: &[f32], level: Level) -> f64 {
    dispatch!(level, simd => add_floats(simd, values))
}

#[simd]
fn add_bytes<S: Simd>(simd: S, values: &[u8]) -> u64 {
    /// Vectors of bytes whose sums of two fit 16 bits.
    const SHORT: usize = 128;
    let (blocks, rest) = values.as_chunks::<32>();
    let mut total: u64 = rest.iter().map(|&value| u64::from(value)).sum();
    for part in blocks.chunks(SHORT) {
        let mut sums = u16x16::splat(simd, 0);
        for block in part {
            let (low, high) = u8x32::load_array_ref(simd, block).widen();
            sums += low + high;
        }
        let sums: [u16; 16] = sums.into();
        total += sums.into_iter().map(u64::from).sum::<u64>();
    }
    total
}

#[simd]
fn add_floats<S: Simd>(_: S, values: &[f32]) -> f64 {
    let mut sums = [0.0; 16];
    let (blocks, rest) = values.as_chunks::<16>();
    for block in blocks {
        for (sum, &value) in sums.iter_mut().zip(block) {
            *sum += f64::from(value);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&value| f64::from(value)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::{of_bytes, of_floats};
    use crate::simd::levels;

    #[test]
    fn sums_of_any_length() {
        for length in [0, 1, 15, 16, 17, 1000, 70_000] {
            let bytes: Vec<u8> = (0..length).map(|index| (index * 7919 % 256) as u8).collect();
            let floats: Vec<f32> = bytes.iter().map(|&value| f32::from(value) / 255.0).collect();
            let exact: u64 = bytes.iter().map(|&value| u64::from(value)).sum();
            let lowest = of_floats(&floats, levels()[0]);
            for level in levels() {
                assert_eq!(of_bytes(&bytes, level), exact as f64);
                assert_eq!(of_floats(&floats, level).to_bits(), lowest.to_bits());
                assert!((lowest - exact as f64 / 255.0).abs() <= 1e-3);
            }
        }
    }
}
