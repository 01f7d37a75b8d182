//! Rows from right to left.

use crate::{image::Element, ops::arithmetic::planes::shuffles};
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
#[inline(always)]
pub fn reverse_pixels<S: Simd, T: Element>(simd: S, source: &[T], channels: usize, target: &mut [T]) {
    if shuffles(simd) {
        let (source, target) = (bytemuck::cast_slice(source), bytemuck::cast_slice_mut(target));
        match channels * T::DTYPE.size() {
            1 => return reverse_blocks::<S, 1>(simd, source, target),
            2 => return reverse_blocks::<S, 2>(simd, source, target),
            3 => return reverse_blocks::<S, 3>(simd, source, target),
            4 => return reverse_blocks::<S, 4>(simd, source, target),
            6 => return reverse_blocks::<S, 6>(simd, source, target),
            8 => return reverse_blocks::<S, 8>(simd, source, target),
            12 => return reverse_blocks::<S, 12>(simd, source, target),
            16 => return reverse_blocks::<S, 16>(simd, source, target),
            _ => {}
        }
    }
    for (pixel, from) in target.chunks_exact_mut(channels).zip(source.rchunks_exact(channels)) {
        pixel.copy_from_slice(from);
    }
}

/// Blocks that are moved at a time, so that ends are looked at once for all of them.
const TOGETHER: usize = 4;

/// Moves a row in blocks.
#[simd]
fn reverse_blocks<S: Simd, const PIXEL: usize>(simd: S, source: &[u8], target: &mut [u8]) {
    // The last whole pixels of each load come first; what follows them is overwritten by the next store.
    let step = BLOCK / PIXEL * PIXEL;
    let window = (TOGETHER - 1) * step + BLOCK;
    let indices = u8x16::load_array(simd, REVERSED[PIXEL]);
    let length = target.len().min(source.len());
    let (source, target) = (&source[source.len() - length..], &mut target[..length]);
    let mut done = 0;
    while done + window <= length {
        let end = length - done;
        let (from, to) = (&source[end - window..end], &mut target[done..done + window]);
        for block in 0..TOGETHER {
            let at = window - BLOCK - block * step;
            let values = u8x16::from_slice(simd, &from[at..at + BLOCK]).swizzle_dyn_within_blocks(indices);
            values.store_slice(&mut to[block * step..block * step + BLOCK]);
        }
        done += TOGETHER * step;
    }
    while done + BLOCK <= length {
        let end = length - done;
        let values = u8x16::from_slice(simd, &source[end - BLOCK..end]).swizzle_dyn_within_blocks(indices);
        values.store_slice(&mut target[done..done + BLOCK]);
        done += step;
    }
    // The rest is the end of a block that was begun before, and where blocks overlap, one pixel after that.
    let last = if step == BLOCK { BLOCK } else { step + PIXEL };
    if done < length && length >= last {
        let values = u8x16::from_slice(simd, &source[last - BLOCK..last]).swizzle_dyn_within_blocks(indices);
        values.store_slice(&mut target[length - last..length - last + BLOCK]);
        done = length + step - last;
    }
    let rest = source[..length - done].as_chunks::<PIXEL>().0.iter().rev();
    for (pixel, from) in target[done..].as_chunks_mut::<PIXEL>().0.iter_mut().zip(rest) {
        *pixel = *from;
    }
}
