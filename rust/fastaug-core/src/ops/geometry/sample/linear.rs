//! Values between two pixels on each axis.
//!
//! 8-bit pixels: sums have [`FRACTION`] bits after the point and weights [`WEIGHT_BITS`], so that sixteen sums fit into a
//! register; the result is within a hundredth of a level of the exact one before it is rounded. Other types are blended in
//! floating point.

use super::{Kernel, Points};
use crate::ops::arithmetic::{
    planes::{NONE, shuffles},
    products::rounded_product,
};
use fearless_simd::{Simd, SimdBase, f32x4, i16x16, i32x8, prelude::*, u8x16, u8x32, u16x16, u64x2, u64x4};
use fearless_simd_macros::simd;

/// Blends two pixels on each axis.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

/// Bits after the point of the weights.
const WEIGHT_BITS: u32 = 15;

/// Bits after the point of the sums.
const FRACTION: u32 = 7;

/// Values that one load brings.
const READ: usize = 8;

/// Points that are computed together, where each has a few channels.
const TOGETHER: usize = 8;

/// Gray points that are computed together.
const GRAYS_TOGETHER: usize = 16;

impl Kernel<u8> for Linear {
    const NEIGHBOURS: usize = 2;

    fn reach(channels: usize) -> usize {
        READ.max(2 * channels)
    }

    #[simd]
    fn compute<S: Simd>(simd: S, points: Points<'_, u8>, target: &mut [u8]) {
        match points.channels {
            1 if shuffles(simd) => gray(simd, points, target),
            3 if shuffles(simd) => pixels::<S, 3>(simd, points, target),
            4 if shuffles(simd) => pixels::<S, 4>(simd, points, target),
            _ => single(points, target),
        }
    }
}

/// What follows the point of a coordinate, as a weight.
#[inline(always)]
fn weight(coordinate: i32, bits: u32) -> i16 {
    let kept = bits.min(WEIGHT_BITS);
    (((coordinate & ((1 << bits) - 1)) >> (bits - kept)) << (WEIGHT_BITS - kept)) as i16
}

/// The definition.
#[inline(always)]
fn single(points: Points<'_, u8>, target: &mut [u8]) {
    let channels = points.channels;
    let lerp = |from: i32, to: i32, weight: i16| {
        from + (((to - from) * i32::from(weight) + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS)
    };
    for (point, (pixel, &first)) in target.chunks_exact_mut(channels).zip(points.first).enumerate() {
        let (across, down) = (weight(points.x[point], points.bits), weight(points.y[point], points.bits));
        let upper = &points.data[first as usize..first as usize + 2 * channels];
        let lower = &points.data[first as usize + points.stride..first as usize + points.stride + 2 * channels];
        for (channel, value) in pixel.iter_mut().enumerate() {
            let between = |row: &[u8]| {
                let [left, right] = [channel, channel + channels].map(|at| i32::from(row[at]) << FRACTION);
                lerp(left, right, across)
            };
            *value = ((lerp(between(upper), between(lower), down) + (1 << (FRACTION - 1))) >> FRACTION) as u8;
        }
    }
}

/// The weights of eight points, or of as many as there are.
#[inline(always)]
fn weights<S: Simd>(simd: S, coordinates: &[i32], bits: u32) -> i32x8<S> {
    let coordinates = if let Some(coordinates) = coordinates.first_chunk() {
        i32x8::load_array_ref(simd, coordinates)
    } else {
        let mut padded = [0; TOGETHER];
        padded[..coordinates.len()].copy_from_slice(coordinates);
        i32x8::load_array(simd, padded)
    };
    let kept = bits.min(WEIGHT_BITS);
    ((coordinates & ((1 << bits) - 1)) >> (bits - kept)) << (WEIGHT_BITS - kept)
}

/// Part of the way from one number to another.
#[inline(always)]
fn lerp<S: Simd>(from: i16x16<S>, to: i16x16<S>, weight: i16x16<S>) -> i16x16<S> {
    from + rounded_product(to - from, weight)
}

/// Values of a sum, rounded.
#[inline(always)]
fn rounded<S: Simd>(sum: i16x16<S>) -> u16x16<S> {
    (sum + (1 << (FRACTION - 1))).bitcast::<u16x16<S>>() >> FRACTION
}

#[inline(always)]
fn gray<S: Simd>(simd: S, points: Points<'_, u8>, target: &mut [u8]) {
    let [upper, lower] = points.rows();
    for (index, values) in target.chunks_mut(GRAYS_TOGETHER).enumerate() {
        let range = index * GRAYS_TOGETHER..index * GRAYS_TOGETHER + values.len();
        let mut pairs = [[0; GRAYS_TOGETHER]; 2];
        for (at, &first) in points.first[range.clone()].iter().enumerate() {
            let first = first as usize;
            pairs[0][at] = u16::from_le_bytes([upper[first], upper[first + 1]]);
            pairs[1][at] = u16::from_le_bytes([lower[first], lower[first + 1]]);
        }
        let across = sixteen_weights(simd, &points.x[range.clone()], points.bits);
        let down = sixteen_weights(simd, &points.y[range], points.bits);
        let [upper, lower] = [between_grays(simd, pairs[0], across), between_grays(simd, pairs[1], across)];
        let words: [u16; GRAYS_TOGETHER] = rounded(lerp(upper, lower, down)).into();
        for (value, word) in values.iter_mut().zip(words) {
            *value = word as u8;
        }
    }
}

#[inline(always)]
fn sixteen_weights<S: Simd>(simd: S, coordinates: &[i32], bits: u32) -> i16x16<S> {
    let (first, second) = coordinates.split_at(coordinates.len().min(TOGETHER));
    weights(simd, first, bits).relaxed_narrow(weights(simd, second, bits))
}

/// The sums of points in one row: two bytes for each, the pixel and its right neighbour.
#[inline(always)]
fn between_grays<S: Simd>(simd: S, pairs: [u16; GRAYS_TOGETHER], across: i16x16<S>) -> i16x16<S> {
    let pairs = u16x16::load_array(simd, pairs);
    let (left, right) = ((pairs & 0xFF) << FRACTION, (pairs >> 8) << FRACTION);
    lerp(left.bitcast::<i16x16<S>>(), right.bitcast::<i16x16<S>>(), across)
}

/// Three or four channels: each point has four lanes.
#[inline(always)]
fn pixels<S: Simd, const CHANNELS: usize>(simd: S, points: Points<'_, u8>, target: &mut [u8]) {
    let rows = points.rows();
    let (groups, rest) = points.first.as_chunks::<TOGETHER>();
    let coordinates = points.x.as_chunks::<TOGETHER>().0.iter().zip(points.y.as_chunks::<TOGETHER>().0);
    let mut targets = target.chunks_exact_mut(TOGETHER * CHANNELS);
    for ((values, first), (x, y)) in (&mut targets).zip(groups).zip(coordinates) {
        let (x, y) = (weights(simd, x, points.bits), weights(simd, y, points.bits));
        store::<S, CHANNELS>(eight_points::<S, CHANNELS>(simd, rows, first, x, y), values);
    }
    if let Some(&some) = rest.first() {
        let begin = points.first.len() - rest.len();
        let (x, y) = (weights(simd, &points.x[begin..], points.bits), weights(simd, &points.y[begin..], points.bits));
        let mut first = [some; TOGETHER];
        first[..rest.len()].copy_from_slice(rest);
        let mut values = [0; 4 * TOGETHER];
        let values = &mut values[..TOGETHER * CHANNELS];
        store::<S, CHANNELS>(eight_points::<S, CHANNELS>(simd, rows, &first, x, y), values);
        target[begin * CHANNELS..].copy_from_slice(&values[..rest.len() * CHANNELS]);
    }
}

/// Writes the values of eight points, of which four stand at the beginning of each half.
#[inline(always)]
fn store<S: Simd, const CHANNELS: usize>(values: u8x32<S>, target: &mut [u8]) {
    let (low, high) = values.split();
    if CHANNELS == 4 {
        low.store_slice(&mut target[..16]);
        high.store_slice(&mut target[16..32]);
        return;
    }
    let (low, high): ([u64; 2], [u64; 2]) = (low.bitcast::<u64x2<S>>().into(), high.bitcast::<u64x2<S>>().into());
    target[..8].copy_from_slice(&low[0].to_le_bytes());
    // Half of this is overwritten.
    target[8..16].copy_from_slice(&low[1].to_le_bytes());
    target[12..20].copy_from_slice(&high[0].to_le_bytes());
    target[20..24].copy_from_slice(&(high[1] as u32).to_le_bytes());
}

/// The values of eight points: four at the beginning of each half.
#[inline(always)]
fn eight_points<S: Simd, const CHANNELS: usize>(
    simd: S,
    rows: [&[u8]; 2],
    first: &[u32; TOGETHER],
    across: i32x8<S>,
    down: i32x8<S>,
) -> u8x32<S> {
    let [a, b, c, d, e, f, g, h] = *first;
    let even = four_points::<S, CHANNELS>(simd, rows, [a, b, e, f], (across, down), &REPEAT_FIRST);
    let odd = four_points::<S, CHANNELS>(simd, rows, [c, d, g, h], (across, down), &REPEAT_SECOND);
    even.swizzle_dyn_within_blocks(twice(simd, &const { bytes::<CHANNELS>(0) }))
        | odd.swizzle_dyn_within_blocks(twice(simd, &const { bytes::<CHANNELS>(2 * CHANNELS) }))
}

/// The values of four points, as words. Which of the weights are theirs is said by a table.
#[inline(always)]
fn four_points<S: Simd, const CHANNELS: usize>(
    simd: S,
    [upper, lower]: [&[u8]; 2],
    first: [u32; 4],
    (across, down): (i32x8<S>, i32x8<S>),
    order: &[u8; 16],
) -> u8x32<S> {
    let (mut above, mut below) = ([0; 4], [0; 4]);
    for point in 0..4 {
        let range = first[point] as usize..first[point] as usize + READ;
        above[point] = u64::from_le_bytes(*upper[range.clone()].first_chunk().expect("eight bytes"));
        below[point] = u64::from_le_bytes(*lower[range].first_chunk().expect("eight bytes"));
    }
    let order = twice(simd, order);
    let across = across.bitcast::<u8x32<S>>().swizzle_dyn_within_blocks(order).bitcast();
    let down = down.bitcast::<u8x32<S>>().swizzle_dyn_within_blocks(order).bitcast();
    let above = between::<S, CHANNELS>(simd, above, across);
    let below = between::<S, CHANNELS>(simd, below, across);
    rounded(lerp(above, below, down)).bitcast()
}

/// The sums of four points in one row: eight bytes for each, the pixel and its right neighbour.
#[inline(always)]
fn between<S: Simd, const CHANNELS: usize>(simd: S, row: [u64; 4], across: i16x16<S>) -> i16x16<S> {
    let bytes = u64x4::load_array(simd, row).bitcast::<u8x32<S>>();
    let left = bytes.swizzle_dyn_within_blocks(twice(simd, &const { words::<CHANNELS>(0) })).bitcast::<i16x16<S>>();
    let right =
        bytes.swizzle_dyn_within_blocks(twice(simd, &const { words::<CHANNELS>(CHANNELS) })).bitcast::<i16x16<S>>();
    lerp(left << FRACTION, right << FRACTION, across)
}

/// The same sixteen bytes in both halves.
#[inline(always)]
fn twice<S: Simd>(simd: S, bytes: &[u8; 16]) -> u8x32<S> {
    let bytes = u8x16::load_array_ref(simd, bytes);
    bytes.combine(bytes)
}

/// Where the channels of two pixels stand among sixteen bytes, as words.
const fn words<const CHANNELS: usize>(skip: usize) -> [u8; 16] {
    let mut indices = [NONE; 16];
    let mut value = 0;
    while value < 2 * CHANNELS {
        let (pixel, channel) = (value / CHANNELS, value % CHANNELS);
        indices[8 * pixel + 2 * channel] = (8 * pixel + skip + channel) as u8;
        value += 1;
    }
    indices
}

/// Where the channels of two pixels stand among eight words, as bytes; so many bytes come before them.
const fn bytes<const CHANNELS: usize>(skip: usize) -> [u8; 16] {
    let mut indices = [NONE; 16];
    let mut value = 0;
    while value < 2 * CHANNELS {
        indices[skip + value] = (8 * (value / CHANNELS) + 2 * (value % CHANNELS)) as u8;
        value += 1;
    }
    indices
}

/// Where the weights of the first two points stand among four, four times each.
static REPEAT_FIRST: [u8; 16] = repeated(0);

/// Of the second two.
static REPEAT_SECOND: [u8; 16] = repeated(2);

const fn repeated(skip: usize) -> [u8; 16] {
    let mut indices = [0; 16];
    let mut byte = 0;
    while byte < 16 {
        indices[byte] = (4 * (skip + byte / 8) + byte % 2) as u8;
        byte += 1;
    }
    indices
}

impl Kernel<f32> for Linear {
    const NEIGHBOURS: usize = 2;

    fn reach(channels: usize) -> usize {
        channels + channels.max(4)
    }

    #[simd]
    fn compute<S: Simd>(simd: S, points: Points<'_, f32>, target: &mut [f32]) {
        match points.channels {
            1 => floats(points, 1, target),
            3 => float_pixels::<S, 3>(simd, points, target),
            4 => float_pixels::<S, 4>(simd, points, target),
            channels => floats(points, channels, target),
        }
    }
}

/// The definition for floating point.
#[inline(always)]
fn floats(points: Points<'_, f32>, channels: usize, target: &mut [f32]) {
    let lerp = |from: f32, to: f32, part: f32| from + (to - from) * part;
    for (point, (pixel, &first)) in target.chunks_exact_mut(channels).zip(points.first).enumerate() {
        let (across, down) = (points.across(point), points.down(point));
        let window = &points.data[first as usize..first as usize + points.stride + 2 * channels];
        let (upper, lower) = (&window[..2 * channels], &window[points.stride..]);
        for (channel, value) in pixel.iter_mut().enumerate() {
            let upper = lerp(upper[channel], upper[channel + channels], across);
            *value = lerp(upper, lerp(lower[channel], lower[channel + channels], across), down);
        }
    }
}

/// Three or four channels: a pixel is one register of four lanes.
#[inline(always)]
fn float_pixels<S: Simd, const CHANNELS: usize>(simd: S, points: Points<'_, f32>, target: &mut [f32]) {
    let pixels = target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(points.first);
    for (point, (pixel, &first)) in pixels.enumerate() {
        let (across, down) = (points.across(point), points.down(point));
        let window = &points.data[first as usize..first as usize + points.stride + CHANNELS + 4];
        let (upper, lower) = (&window[..CHANNELS + 4], &window[points.stride..]);
        let across = f32x4::splat(simd, across);
        let blend = |row: &[f32]| {
            let (left, right) = (f32x4::from_slice(simd, &row[..4]), f32x4::from_slice(simd, &row[CHANNELS..]));
            left + (right - left) * across
        };
        let (upper, lower) = (blend(upper), blend(lower));
        let values: [f32; 4] = (upper + (lower - upper) * f32x4::splat(simd, down)).into();
        pixel.copy_from_slice(&values[..CHANNELS]);
    }
}
