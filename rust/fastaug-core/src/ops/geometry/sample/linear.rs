//! Values between two pixels on each axis.
//!
//! 8-bit pixels: the weights across have 14 bits, so that the sums across are whole numbers; those are blended in
//! floating point and rounded to nearest. Other types are blended in floating point on both axes.

use super::{BLOCK, Kernel, Points, fraction};
use crate::ops::planes::shuffles;
use fearless_simd::{
    Simd, SimdBase, SimdCvtFloat, f32x4, f32x8, i16x16, i32x8, prelude::*, u8x16, u8x32, u16x8, u32x4, u32x8,
};
use fearless_simd_macros::simd;

/// Blends two pixels on each axis.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

/// One, in the fixed point of the weights.
const ONE: f32 = (1 << ONE_BITS) as f32;
const ONE_BITS: u32 = 14;

/// Adding this to a number below 2²⁴ · [`ONE`] leaves the nearest multiple of [`ONE`] in the low bits.
const ROUND: f32 = 12_582_912.0 * ONE;

/// Values that one load brings.
const READ: usize = 16;

impl Kernel<u8> for Linear {
    const NEIGHBOURS: usize = 2;

    fn reach(channels: usize) -> usize {
        if channels <= 4 { READ } else { 2 * channels }
    }

    #[simd]
    fn compute<S: Simd>(simd: S, points: Points<'_, u8>, target: &mut [u8]) {
        let (mut across, mut down) = ([0; BLOCK], [0.0; BLOCK]);
        let shift = points.bits - ONE_BITS.min(points.bits);
        let mask = (1 << points.bits) - 1;
        for (packed, &x) in across.iter_mut().zip(points.x) {
            // Weights of the left and right pixel, in the lower and upper half of a word.
            let right = (((x & mask) >> shift) << (ONE_BITS - ONE_BITS.min(points.bits))) as u32;
            *packed = (ONE as u32 - right) | right << 16;
        }
        for (down, &y) in down.iter_mut().zip(points.y) {
            *down = fraction(y, points.bits);
        }
        let weights = Weights { across: &across[..points.first.len()], down: &down[..points.first.len()] };
        match points.channels {
            1 if shuffles(simd) => gray(simd, points, weights, target),
            3 if shuffles(simd) => pixels::<S, 3>(simd, points, weights, target),
            4 if shuffles(simd) => pixels::<S, 4>(simd, points, weights, target),
            _ => single(points, weights, target),
        }
    }
}

/// The weights of points.
#[derive(Clone, Copy)]
struct Weights<'w> {
    /// Of the left and right pixels, packed.
    across: &'w [u32],
    /// Of the lower rows.
    down: &'w [f32],
}

/// The definition.
#[inline(always)]
fn single(points: Points<'_, u8>, weights: Weights<'_>, target: &mut [u8]) {
    let channels = points.channels;
    let places = points.first.iter().zip(weights.across).zip(weights.down);
    for (pixel, ((&first, &across), &down)) in target.chunks_exact_mut(channels).zip(places) {
        let (left_weight, right_weight) = ((across & 0xFFFF) as i32, (across >> 16) as i32);
        let upper = &points.data[first as usize..first as usize + 2 * channels];
        let lower = &points.data[first as usize + points.stride..first as usize + points.stride + 2 * channels];
        for (channel, value) in pixel.iter_mut().enumerate() {
            let sum = |row: &[u8]| {
                (i32::from(row[channel]) * left_weight + i32::from(row[channel + channels]) * right_weight) as f32
            };
            let (upper, lower) = (sum(upper), sum(lower));
            *value = (upper + (lower - upper) * down + ROUND).to_bits() as u8;
        }
    }
}

/// An index that every level that uses indices reads as "put a zero here".
const ZERO: u8 = 0x80;

/// Blends sums of the upper and lower row; the results are in the lowest bytes.
#[inline(always)]
fn blend<S: Simd>(simd: S, upper: i32x8<S>, lower: i32x8<S>, down: f32x8<S>) -> u8x32<S> {
    let (upper, lower) = (f32x8::float_from(upper), f32x8::float_from(lower));
    (upper + (lower - upper) * down + f32x8::splat(simd, ROUND)).bitcast()
}

#[inline(always)]
fn gray<S: Simd>(simd: S, points: Points<'_, u8>, weights: Weights<'_>, target: &mut [u8]) {
    const GROUP: usize = 8;
    let low_bytes: [u8; 16] = std::array::from_fn(|index| if index < 4 { 4 * index as u8 } else { ZERO });
    let low_bytes = u8x16::load_array(simd, low_bytes);
    let low_bytes = low_bytes.combine(low_bytes);
    let mut begin = 0;
    while begin < points.first.len() {
        let count = GROUP.min(points.first.len() - begin);
        let (mut first, mut across, mut down) = ([points.first[begin]; GROUP], [0; GROUP], [0.0; GROUP]);
        first[..count].copy_from_slice(&points.first[begin..begin + count]);
        across[..count].copy_from_slice(&weights.across[begin..begin + count]);
        down[..count].copy_from_slice(&weights.down[begin..begin + count]);
        let (mut upper, mut lower) = ([0; GROUP], [0; GROUP]);
        for ((upper, lower), &first) in upper.iter_mut().zip(&mut lower).zip(&first) {
            let window = &points.data[first as usize..first as usize + points.stride + 2];
            *upper = u16::from_le_bytes([window[0], window[1]]);
            *lower = u16::from_le_bytes([window[points.stride], window[points.stride + 1]]);
        }
        let weights = u32x8::load_array(simd, across).bitcast::<i16x16<S>>();
        let upper = widen_pairs(simd, upper).pairwise_dot_product(weights);
        let lower = widen_pairs(simd, lower).pairwise_dot_product(weights);
        let values = blend(simd, upper, lower, f32x8::load_array(simd, down)).swizzle_dyn_within_blocks(low_bytes);
        let (low, high) = values.bitcast::<u32x8<S>>().split();
        let bytes = [low[0].to_le_bytes(), high[0].to_le_bytes()];
        target[begin..begin + count].copy_from_slice(&bytes.as_flattened()[..count]);
        begin += count;
    }
}

/// Pairs of bytes, each widened to 16 bits.
#[inline(always)]
fn widen_pairs<S: Simd>(simd: S, pairs: [u16; 8]) -> i16x16<S> {
    let (low, high) = u16x8::load_array(simd, pairs).bitcast::<u8x16<S>>().widen();
    low.combine(high).bitcast()
}

/// Three or four channels: each pixel has four lanes.
#[inline(always)]
fn pixels<S: Simd, const CHANNELS: usize>(simd: S, points: Points<'_, u8>, weights: Weights<'_>, target: &mut [u8]) {
    const GROUP: usize = 4;
    let mut begin = 0;
    while begin + GROUP <= points.first.len() {
        let values = four_pixels::<S, CHANNELS>(simd, points, weights, begin);
        target[begin * CHANNELS..(begin + GROUP) * CHANNELS].copy_from_slice(&values[..GROUP * CHANNELS]);
        begin += GROUP;
    }
    let rest = points.first.len() - begin;
    if rest > 0 {
        let (mut first, mut across, mut down) = ([points.first[begin]; GROUP], [0; GROUP], [0.0; GROUP]);
        first[..rest].copy_from_slice(&points.first[begin..]);
        across[..rest].copy_from_slice(&weights.across[begin..]);
        down[..rest].copy_from_slice(&weights.down[begin..]);
        let (points, weights) = (Points { first: &first, ..points }, Weights { across: &across, down: &down });
        let values = four_pixels::<S, CHANNELS>(simd, points, weights, 0);
        target[begin * CHANNELS..].copy_from_slice(&values[..rest * CHANNELS]);
    }
}

/// The values of the four points from `begin` on.
#[inline(always)]
fn four_pixels<S: Simd, const CHANNELS: usize>(
    simd: S,
    points: Points<'_, u8>,
    weights: Weights<'_>,
    begin: usize,
) -> [u8; 16] {
    let first = two_pixels::<S, CHANNELS>(simd, points, weights, [begin, begin + 2]);
    let second = two_pixels::<S, CHANNELS>(simd, points, weights, [begin + 1, begin + 3]);
    let spread =
        |begin: usize| -> [u8; 16] {
            std::array::from_fn(|index| {
                if (begin..begin + CHANNELS).contains(&index) { 4 * (index - begin) as u8 } else { ZERO }
            })
        };
    let (low, high) = (u8x16::load_array(simd, spread(0)), u8x16::load_array(simd, spread(CHANNELS)));
    let values =
        first.swizzle_dyn_within_blocks(low.combine(low)) | second.swizzle_dyn_within_blocks(high.combine(high));
    let (low, high) = values.split();
    let mut bytes = [0; 16];
    low.store_slice(&mut bytes);
    let high: [u8; 16] = high.into();
    bytes[2 * CHANNELS..2 * CHANNELS + 8].copy_from_slice(&high[..8]);
    bytes
}

/// The values of two points, one in each half.
#[inline(always)]
fn two_pixels<S: Simd, const CHANNELS: usize>(
    simd: S,
    points: Points<'_, u8>,
    Weights { across, down }: Weights<'_>,
    [a, b]: [usize; 2],
) -> u8x32<S> {
    let pair_up: [u8; 16] = std::array::from_fn(|index| match (index / 4, index % 4) {
        (channel, 0) if channel < CHANNELS => channel as u8,
        (channel, 2) if channel < CHANNELS => (channel + CHANNELS) as u8,
        _ => ZERO,
    });
    let pair_up = u8x16::load_array(simd, pair_up);
    let pair_up = pair_up.combine(pair_up);
    let (upper_a, lower_a) = two_rows(simd, points, a);
    let (upper_b, lower_b) = two_rows(simd, points, b);
    let weights = u32x4::splat(simd, across[a]).combine(u32x4::splat(simd, across[b])).bitcast::<i16x16<S>>();
    let down = f32x4::splat(simd, down[a]).combine(f32x4::splat(simd, down[b]));
    let upper = upper_a.combine(upper_b).swizzle_dyn_within_blocks(pair_up).bitcast::<i16x16<S>>();
    let lower = lower_a.combine(lower_b).swizzle_dyn_within_blocks(pair_up).bitcast::<i16x16<S>>();
    blend(simd, upper.pairwise_dot_product(weights), lower.pairwise_dot_product(weights), down)
}

/// What stands at a point's upper and lower left neighbour, and after it.
#[inline(always)]
fn two_rows<S: Simd>(simd: S, points: Points<'_, u8>, point: usize) -> (u8x16<S>, u8x16<S>) {
    let first = points.first[point] as usize;
    let window = &points.data[first..first + points.stride + READ];
    (u8x16::from_slice(simd, &window[..READ]), u8x16::from_slice(simd, &window[points.stride..]))
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
