//! Rows from right to left.

use crate::{image::Element, ops::planes::shuffles};
use fearless_simd::{Simd, SimdBase, u8x16};
use fearless_simd_macros::simd;

/// Bytes that one load brings.
const BLOCK: usize = 16;

/// For each size of a pixel, where the bytes of a block come from: the last whole pixels first.
const REVERSED: [[u8; BLOCK]; BLOCK + 1] = {
    let mut tables = [[0; BLOCK]; BLOCK + 1];
    let mut pixel = 1;
    while pixel <= BLOCK {
        let mut index = 0;
        while index < BLOCK / pixel * pixel {
            tables[pixel][index] = (BLOCK - (index / pixel + 1) * pixel + index % pixel) as u8;
            index += 1;
        }
        pixel += 1;
    }
    tables
};

/// Writes the pixels of a row from last to first.
#[simd]
pub fn reverse_pixels<S: Simd, T: Element>(simd: S, source: &[T], channels: usize, target: &mut [T]) {
    let pixel = channels * T::DTYPE.size();
    let done = if shuffles(simd) && pixel <= BLOCK {
        reverse_blocks(simd, bytemuck::cast_slice(source), pixel, bytemuck::cast_slice_mut(target)) / pixel * channels
    } else {
        0
    };
    let source = source[..source.len() - done].rchunks_exact(channels);
    for (pixel, from) in target[done..].chunks_exact_mut(channels).zip(source) {
        pixel.copy_from_slice(from);
    }
}

/// Does what can be done a block at a time; answers how many bytes that were.
#[inline(always)]
fn reverse_blocks<S: Simd>(simd: S, source: &[u8], pixel: usize, target: &mut [u8]) -> usize {
    // The last whole pixels of each load come first; what follows them is overwritten by the next store.
    let pixels = BLOCK / pixel;
    let step = pixels * pixel;
    let indices = u8x16::load_array(simd, REVERSED[pixel]);
    let mut done = 0;
    while done + BLOCK <= target.len() {
        let end = source.len() - done;
        let block = u8x16::from_slice(simd, &source[end - BLOCK..end]).swizzle_dyn_within_blocks(indices);
        block.store_slice(&mut target[done..done + BLOCK]);
        done += step;
    }
    done
}
