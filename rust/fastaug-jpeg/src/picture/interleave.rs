//! Planes of bytes, sixteen or thirty-two pixels at a time, as pixels of three or four bytes.

use crate::lanes::shuffles;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{Avx2, u8x32};
use fearless_simd::{Simd, prelude::*, u8x16};

/// Pixels that are put together at a time.
pub const PIXELS: usize = 16;

/// Stands in a table of byte shuffles for "none": every level that [shuffles] puts a zero there.
const NONE: u8 = 0x80;

/// Which pixels of each channel stand in each sixteen bytes.
const fn places<const CHANNELS: usize>() -> [[[u8; 16]; CHANNELS]; CHANNELS] {
    let mut tables = [[[NONE; 16]; CHANNELS]; CHANNELS];
    let mut byte = 0;
    while byte < 16 * CHANNELS {
        tables[byte / 16][byte % CHANNELS][byte % 16] = (byte / CHANNELS) as u8;
        byte += 1;
    }
    tables
}

static THREES: [[[u8; 16]; 3]; 3] = places::<3>();

/// Sixteen pixels of three bytes.
#[inline(always)]
pub fn threes<S: Simd>(simd: S, channels: [u8x16<S>; 3], pixels: &mut [u8; 3 * PIXELS]) {
    if shuffles(simd) {
        for third in 0..3 {
            let bytes = channels[0].swizzle_dyn_within_blocks(u8x16::load_array_ref(simd, &THREES[third][0]))
                | channels[1].swizzle_dyn_within_blocks(u8x16::load_array_ref(simd, &THREES[third][1]))
                | channels[2].swizzle_dyn_within_blocks(u8x16::load_array_ref(simd, &THREES[third][2]));
            bytes.store_slice(&mut pixels[16 * third..16 * third + 16]);
        }
    } else {
        let channels: [[u8; 16]; 3] = [channels[0].into(), channels[1].into(), channels[2].into()];
        for (index, pixel) in pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = [channels[0][index], channels[1][index], channels[2][index]];
        }
    }
}

/// Thirty-two pixels of three bytes.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub fn pairs_of_threes(simd: Avx2, channels: [u8x32<Avx2>; 3], pixels: &mut [u8; 6 * PIXELS]) {
    for third in 0..3 {
        let mut bytes = u8x32::splat(simd, 0);
        for channel in 0..3 {
            let places = u8x16::load_array_ref(simd, &THREES[third][channel]);
            bytes |= channels[channel].swizzle_dyn_within_blocks(places.combine(places));
        }
        let (low, high) = bytes.split();
        low.store_slice(&mut pixels[16 * third..16 * third + 16]);
        high.store_slice(&mut pixels[48 + 16 * third..64 + 16 * third]);
    }
}

/// Sixteen pixels of four bytes.
#[inline(always)]
pub fn fours<S: Simd>(channels: [u8x16<S>; 4], pixels: &mut [u8; 4 * PIXELS]) {
    let [a, b, c, d] = channels;
    let (ab, cd) = ([a.zip_low(b), a.zip_high(b)], [c.zip_low(d), c.zip_high(d)]);
    for half in 0..2 {
        let (low, high) = zip_pairs(ab[half], cd[half]);
        low.store_slice(&mut pixels[32 * half..32 * half + 16]);
        high.store_slice(&mut pixels[32 * half + 16..32 * half + 32]);
    }
}

#[inline(always)]
fn zip_pairs<S: Simd>(a: u8x16<S>, b: u8x16<S>) -> (u8x16<S>, u8x16<S>) {
    let (a, b): (fearless_simd::u16x8<S>, fearless_simd::u16x8<S>) = (a.bitcast(), b.bitcast());
    (a.zip_low(b).bitcast(), a.zip_high(b).bitcast())
}
