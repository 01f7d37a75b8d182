//! From coefficients to samples.

mod islow;
mod scaled;

pub use islow::{LAST_OF_HALF, Multipliers};

use crate::entropy::block::Block;
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use islow::{flat, inverse, inverse_pair};

#[cfg(test)]
pub use islow::reference;

/// The samples of a row of blocks; `lasts` are the positions of their last coefficients that may not be zero.
#[simd]
pub fn blocks<S: Simd>(
    simd: S,
    coefficients: &[Block],
    lasts: &[u8],
    multipliers: &Multipliers,
    size: usize,
    target: &mut [u8],
    stride: usize,
) {
    if size != 8 {
        for (index, block) in coefficients.iter().enumerate() {
            scaled::inverse(simd, block, multipliers, size, &mut target[size * index..], stride);
        }
        return;
    }
    let (pairs, single) = coefficients.as_chunks::<2>();
    for (index, (pair, lasts)) in pairs.iter().zip(lasts.as_chunks::<2>().0).enumerate() {
        let target = &mut target[16 * index..];
        let last = lasts[0].max(lasts[1]);
        if last == 0 {
            let mut row = [flat(pair[0][0], multipliers[0]); 16];
            row[8..].fill(flat(pair[1][0], multipliers[0]));
            for y in 0..8 {
                target[y * stride..y * stride + 16].copy_from_slice(&row);
            }
        } else {
            inverse_pair(simd, pair, multipliers, last, target, stride);
        }
    }
    if let ([block], Some(&last)) = (single, lasts.last()) {
        inverse(simd, block, multipliers, last, &mut target[16 * pairs.len()..], stride);
    }
}
