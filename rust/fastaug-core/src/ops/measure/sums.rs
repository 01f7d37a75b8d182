//! Sums of values, in an order that is the same on every level.

use crate::image::Image;
use fearless_simd::{Level, Simd, dispatch};
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
fn add_bytes<S: Simd>(_: S, values: &[u8]) -> u64 {
    // Short sums fit 32 bits.
    values.chunks(1 << 16).map(|part| u64::from(part.iter().map(|&value| u32::from(value)).sum::<u32>())).sum()
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
