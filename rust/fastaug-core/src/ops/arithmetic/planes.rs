//! Interleaved RGB pixels taken apart into planes and put together again, a block at a time: what every colour kernel
//! begins and ends with.

use fearless_simd::{Simd, prelude::*, u8x16, u8x32};

/// Pixels in a block.
pub const PIXELS: usize = 32;

/// Values in a block.
pub const BLOCK: usize = 3 * PIXELS;

/// One channel of a block.
pub type Plane = [u8; PIXELS];

/// Stands in a table of byte shuffles for "none": every level that [shuffles] puts a zero there.
pub const NONE: u8 = 0x80;

/// Where the first (and the last) sixteen pixels of a channel lie in each third of 48 values.
static SPLIT: [[[u8; 32]; 3]; 3] = {
    let mut tables = [[[NONE; 32]; 3]; 3];
    let mut value = 0;
    while value < 48 {
        let (pixel, channel) = (value / 3, value % 3);
        tables[channel][value / 16][pixel] = (value % 16) as u8;
        tables[channel][value / 16][pixel + 16] = (value % 16) as u8;
        value += 1;
    }
    tables
};

/// Which pixels of each channel stand in each third of 48 values.
static JOIN: [[[u8; 32]; 3]; 3] = {
    let mut tables = [[[NONE; 32]; 3]; 3];
    let mut value = 0;
    while value < 48 {
        let (pixel, channel) = (value / 3, value % 3);
        tables[value / 16][channel][value % 16] = pixel as u8;
        tables[value / 16][channel][value % 16 + 16] = pixel as u8;
        value += 1;
    }
    tables
};

/// Whether the level shuffles bytes in one instruction, and gives zero for [`NONE`].
#[inline(always)]
pub fn shuffles<S: Simd>(simd: S) -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        simd.level().as_sse4_2().is_some()
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    {
        !simd.level().is_fallback()
    }
}

/// Takes a block apart. The vectors' level must [shuffle](shuffles).
#[inline(always)]
pub fn split_vectors<S: Simd>(simd: S, block: &[u8; BLOCK]) -> [u8x32<S>; 3] {
    let thirds = [halves(simd, block, 0), halves(simd, block, 16), halves(simd, block, 32)];
    [gather(simd, thirds, &SPLIT[0]), gather(simd, thirds, &SPLIT[1]), gather(simd, thirds, &SPLIT[2])]
}

/// Puts a block together. The vectors' level must [shuffle](shuffles).
#[inline(always)]
pub fn join_vectors<S: Simd>(simd: S, planes: [u8x32<S>; 3], block: &mut [u8; BLOCK]) {
    for third in 0..3 {
        let (low, high) = gather(simd, planes, &JOIN[third]).split();
        low.store_slice(&mut block[16 * third..16 * third + 16]);
        high.store_slice(&mut block[48 + 16 * third..64 + 16 * third]);
    }
}

/// Sixteen values of the first half of a block beside their counterparts of the second.
#[inline(always)]
fn halves<S: Simd>(simd: S, block: &[u8; BLOCK], at: usize) -> u8x32<S> {
    let low: u8x16<S> = u8x16::from_slice(simd, &block[at..at + 16]);
    low.combine(u8x16::from_slice(simd, &block[48 + at..64 + at]))
}

#[inline(always)]
fn gather<S: Simd>(simd: S, from: [u8x32<S>; 3], table: &[[u8; 32]; 3]) -> u8x32<S> {
    from[0].swizzle_dyn_within_blocks(u8x32::load_array_ref(simd, &table[0]))
        | from[1].swizzle_dyn_within_blocks(u8x32::load_array_ref(simd, &table[1]))
        | from[2].swizzle_dyn_within_blocks(u8x32::load_array_ref(simd, &table[2]))
}

/// Takes a block apart.
#[inline(always)]
pub fn split<S: Simd>(simd: S, block: &[u8; BLOCK]) -> [Plane; 3] {
    if shuffles(simd) {
        let [first, second, third] = split_vectors(simd, block);
        [first.into(), second.into(), third.into()]
    } else {
        let mut planes = [[0; PIXELS]; 3];
        for (index, pixel) in block.as_chunks::<3>().0.iter().enumerate() {
            for (plane, &value) in planes.iter_mut().zip(pixel) {
                plane[index] = value;
            }
        }
        planes
    }
}

/// Puts a block together.
#[inline(always)]
pub fn join<S: Simd>(simd: S, planes: &[Plane; 3], block: &mut [u8; BLOCK]) {
    if shuffles(simd) {
        let [first, second, third] = planes;
        let first = u8x32::load_array_ref(simd, first);
        let second = u8x32::load_array_ref(simd, second);
        join_vectors(simd, [first, second, u8x32::load_array_ref(simd, third)], block);
    } else {
        for (index, pixel) in block.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = [planes[0][index], planes[1][index], planes[2][index]];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, join, split};
    use crate::simd::levels;
    use fearless_simd::{Simd, dispatch};
    use fearless_simd_macros::simd;

    #[simd]
    fn rotate_channels<S: Simd>(simd: S, block: &mut [u8; BLOCK]) {
        let [red, green, blue] = split(simd, block);
        join(simd, &[blue, red, green], block);
    }

    #[test]
    fn planes_go_apart_and_together_on_every_level() {
        for level in levels() {
            let mut block: [u8; BLOCK] = std::array::from_fn(|value| value as u8);
            dispatch!(level, simd => rotate_channels(simd, &mut block));
            for (pixel, values) in block.chunks(3).enumerate() {
                let first = 3 * pixel as u8;
                assert_eq!(values, [first + 2, first, first + 1]);
            }
        }
    }
}
