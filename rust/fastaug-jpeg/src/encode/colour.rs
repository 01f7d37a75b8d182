//! RGB pixels to luma and chroma, as JFIF defines them: 16 bits after the point, chroma rounded down at a half.

use super::lanes::{pack_bytes, pack_words};
use crate::lanes::shuffles;
use fearless_simd::{Simd, i16x16, i32x8, prelude::*, u8x16, u8x32, u16x16};
use fearless_simd_macros::simd;

/// Pixels that are converted at once. Rows of planes are a multiple of this long.
pub const PIXELS: usize = 32;

// 65536 times the weights of JFIF.
const RED_LUMA: i32 = 19595;
const GREEN_LUMA: i32 = 38470;
const BLUE_LUMA: i32 = 7471;
const RED_BLUE: i32 = 11059;
const GREEN_BLUE: i32 = 21709;
const GREEN_RED: i32 = 27439;
const BLUE_RED: i32 = 5329;
const LUMA_ROUNDING: i32 = 1 << 15;
/// The middle of chroma, and a rounding that keeps the highest value within a byte.
const CHROMA_OFFSET: i32 = (128 << 16) + (1 << 15) - 1;

/// Where the colours of a pixel stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    red: usize,
    green: usize,
    blue: usize,
}

impl Order {
    /// Red first.
    pub const RGB: Self = Self { red: 0, green: 1, blue: 2 };
    /// Blue first.
    pub const BGR: Self = Self { red: 2, green: 1, blue: 0 };
}

/// Byte shuffles that put four pixels of each half into pairs of 16-bit lanes.
struct Pairs {
    red_green: [u8; 32],
    blue_green: [u8; 32],
}

impl Pairs {
    /// For pixels of `step` bytes, of which `skip` bytes before the first are loaded as well.
    const fn new(order: Order, step: usize, skip: usize) -> Self {
        // An index of 128 gives the zero above each byte.
        let mut pairs = Self { red_green: [128; 32], blue_green: [128; 32] };
        let mut pixel = 0;
        while pixel < 4 {
            let at = skip + pixel * step;
            let mut half = 0;
            while half < 32 {
                pairs.red_green[half + 4 * pixel] = (at + order.red) as u8;
                pairs.red_green[half + 4 * pixel + 2] = (at + order.green) as u8;
                pairs.blue_green[half + 4 * pixel] = (at + order.blue) as u8;
                pairs.blue_green[half + 4 * pixel + 2] = (at + order.green) as u8;
                half += 16;
            }
            pixel += 1;
        }
        pairs
    }
}

/// Bytes that a load of sixteen begins early, so that it does not read beyond the last pixel.
const fn early(step: usize, quarter: usize) -> usize {
    if step == 3 && quarter == 3 { 4 } else { 0 }
}

/// Converts one row; `planes` are filled up to the next multiple of [`PIXELS`], beyond the row's end with anything.
#[simd]
pub fn convert_row<S: Simd, const STEP: usize>(simd: S, row: &[u8], order: Order, planes: [&mut [u8]; 3]) {
    let [luma, blue, red] = planes;
    let length = PIXELS * STEP;
    let tables = [Pairs::new(order, STEP, 0), Pairs::new(order, STEP, early(STEP, 3))];
    let mut last = [0; PIXELS * 4];
    let whole = row.len() / length;
    for index in 0..row.len().div_ceil(length) {
        let pixels = if index < whole {
            &row[index * length..][..length]
        } else {
            let rest = &row[index * length..];
            last[..rest.len()].copy_from_slice(rest);
            &last[..length]
        };
        let at = index * PIXELS..(index + 1) * PIXELS;
        let planes = [&mut luma[at.clone()], &mut blue[at.clone()], &mut red[at]];
        if shuffles(simd) {
            convert_vectors::<S, STEP>(simd, pixels, &tables, planes);
        } else {
            convert_pixels::<STEP>(pixels, order, planes);
        }
    }
}

/// The definition.
#[inline(always)]
fn convert_pixels<const STEP: usize>(pixels: &[u8], order: Order, planes: [&mut [u8]; 3]) {
    for (index, pixel) in pixels.as_chunks::<STEP>().0.iter().enumerate() {
        let [red, green, blue] = [order.red, order.green, order.blue].map(|channel| i32::from(pixel[channel]));
        let luma = RED_LUMA * red + GREEN_LUMA * green + BLUE_LUMA * blue + LUMA_ROUNDING;
        let chroma_blue = (blue << 15) - RED_BLUE * red - GREEN_BLUE * green + CHROMA_OFFSET;
        let chroma_red = (red << 15) - GREEN_RED * green - BLUE_RED * blue + CHROMA_OFFSET;
        planes[0][index] = (luma >> 16) as u8;
        planes[1][index] = (chroma_blue >> 16) as u8;
        planes[2][index] = (chroma_red >> 16) as u8;
    }
}

/// The same with sums of two products in one instruction. Green's share of luma does not fit 16 bits and is split over
/// both sums; chroma is computed with all signs turned, since −2¹⁵ fits and 2¹⁵ does not.
#[inline(always)]
fn convert_vectors<S: Simd, const STEP: usize>(simd: S, pixels: &[u8], tables: &[Pairs; 2], planes: [&mut [u8]; 3]) {
    let luma_weights = [weights(simd, RED_LUMA, GREEN_LUMA / 2), weights(simd, BLUE_LUMA, GREEN_LUMA / 2)];
    let blue_weights = [weights(simd, RED_BLUE, GREEN_BLUE), weights(simd, -(1 << 15), 0)];
    let red_weights = [weights(simd, -(1 << 15), GREEN_RED), weights(simd, BLUE_RED, 0)];
    let zero = i32x8::splat(simd, 0);
    let (mut luma, mut blue, mut red) = ([zero; 4], [zero; 4], [zero; 4]);
    for quarter in 0..4 {
        // The first half of a vector comes from the first sixteen pixels, so that packing leaves the order as it is.
        let at = 4 * STEP * quarter - early(STEP, quarter);
        let low = u8x16::from_slice(simd, &pixels[at..at + 16]);
        let bytes: u8x32<S> = low.combine(u8x16::from_slice(simd, &pixels[16 * STEP + at..16 * STEP + at + 16]));
        let table = &tables[quarter / 3];
        let pairs = [
            i16x16::from_bytes(bytes.swizzle_dyn_within_blocks(u8x32::load_array_ref(simd, &table.red_green))),
            i16x16::from_bytes(bytes.swizzle_dyn_within_blocks(u8x32::load_array_ref(simd, &table.blue_green))),
        ];
        luma[quarter] = (weigh(pairs, luma_weights) + LUMA_ROUNDING) >> 16;
        blue[quarter] = (i32x8::splat(simd, CHROMA_OFFSET) - weigh(pairs, blue_weights)) >> 16;
        red[quarter] = (i32x8::splat(simd, CHROMA_OFFSET) - weigh(pairs, red_weights)) >> 16;
    }
    let [luma_plane, blue_plane, red_plane] = planes;
    pack(luma).store_slice(luma_plane);
    pack(blue).store_slice(blue_plane);
    pack(red).store_slice(red_plane);
}

#[inline(always)]
fn weights<S: Simd>(simd: S, first: i32, second: i32) -> i16x16<S> {
    let (first, second) = (first as i16, second as i16);
    i16x16::from_bytes(i32x8::splat(simd, i32::from(first as u16) | (i32::from(second) << 16)).to_bytes())
}

#[inline(always)]
fn weigh<S: Simd>(pairs: [i16x16<S>; 2], weights: [i16x16<S>; 2]) -> i32x8<S> {
    pairs[0].pairwise_dot_product(weights[0]) + pairs[1].pairwise_dot_product(weights[1])
}

#[inline(always)]
fn pack<S: Simd>(quarters: [i32x8<S>; 4]) -> u8x32<S> {
    let low = pack_words(quarters[0], quarters[1]);
    let high = pack_words(quarters[2], quarters[3]);
    pack_bytes(u16x16::from_bytes(low.to_bytes()), u16x16::from_bytes(high.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    fn check<const STEP: usize>(pixels: &[u8], order: Order) {
        let count = pixels.len() / STEP;
        let length = count.next_multiple_of(PIXELS);
        for level in levels() {
            let [mut luma, mut blue, mut red] = [(); 3].map(|()| vec![0; length]);
            dispatch!(level, simd => convert_row::<_, STEP>(simd, pixels, order, [&mut luma, &mut blue, &mut red]));
            for (index, pixel) in pixels.chunks_exact(STEP).enumerate() {
                let [r, g, b] = [order.red, order.green, order.blue].map(|channel| i64::from(pixel[channel]));
                let expected = [
                    (19595 * r + 38470 * g + 7471 * b + 32768) >> 16,
                    (-11059 * r - 21709 * g + 32768 * b + 8_388_608 + 32767) >> 16,
                    (32768 * r - 27439 * g - 5329 * b + 8_388_608 + 32767) >> 16,
                ];
                let found = [luma[index], blue[index], red[index]].map(i64::from);
                assert_eq!(found, expected, "pixel {index} of {count}: {pixel:?} at {level:?}");
            }
        }
    }

    #[test]
    fn equal_to_the_definition_on_every_level() {
        let extremes: Vec<u8> =
            (0..512).flat_map(|code| [0, 3, 6].map(|at| [0, 1, 2, 127, 128, 253, 254, 255][code >> at & 7])).collect();
        check::<3>(&extremes, Order::RGB);
        check::<3>(&extremes, Order::BGR);
        let mut state = 1u32;
        let noise: Vec<u8> = (0..4 * 300)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        for count in (1..70).chain([256, 300]) {
            check::<3>(&noise[..3 * count], Order::RGB);
            check::<4>(&noise[..4 * count], Order::RGB);
            check::<4>(&noise[..4 * count], Order::BGR);
        }
    }
}
