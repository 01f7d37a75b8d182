//! Pillow's resampling: the support of the filter widens with the area that an output pixel covers. 8-bit pixels are
//! rounded between the axes and carry weights of 22 bits, so that the bytes are Pillow's.

use crate::{
    image::{Element, View, ViewMut},
    ops::{
        Context,
        arithmetic::planes::{NONE, shuffles},
    },
};
use fearless_simd::{Simd, SimdBase, dispatch, i16x16, i32x8, prelude::*, u8x16, u8x32, u32x4, u32x8};
use fearless_simd_macros::simd;
use std::f64::consts::PI;

/// A filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A triangle over two source pixels.
    Bilinear,
    /// Four pixels, a = −0.5.
    Bicubic,
    /// A windowed sine over six pixels.
    Lanczos,
}

impl Filter {
    /// How far it reaches to each side, in source pixels where nothing shrinks.
    pub fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    /// The weight of a pixel whose centre lies this far away.
    pub fn weight(self, x: f64) -> f64 {
        let distance = x.abs();
        match self {
            Self::Bilinear => (1.0 - distance).max(0.0),
            Self::Bicubic => {
                const A: f64 = -0.5;
                if distance < 1.0 {
                    ((A + 2.0) * distance - (A + 3.0)) * distance * distance + 1.0
                } else if distance < 2.0 {
                    (((distance - 5.0) * distance + 8.0) * distance - 4.0) * A
                } else {
                    0.0
                }
            }
            Self::Lanczos => {
                let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(x * PI) / (x * PI) };
                if (-3.0..3.0).contains(&x) { sinc(x) * sinc(x / 3.0) } else { 0.0 }
            }
        }
    }
}

/// The source pixels under the filter for each output pixel of one axis, with weights that sum to one.
struct Windows {
    first: Vec<u32>,
    counts: Vec<u32>,
    /// Weights of each output pixel, [`most`](Self::most) places for each.
    weights: Vec<f64>,
    /// The largest count.
    most: usize,
}

impl Windows {
    fn new(from: usize, to: usize, filter: Filter) -> Self {
        let step = from as f64 / to as f64;
        let scale = step.max(1.0);
        let support = filter.support() * scale;
        let places = support.ceil() as usize * 2 + 1;
        let mut windows = Self {
            first: Vec::with_capacity(to),
            counts: Vec::with_capacity(to),
            weights: vec![0.0; to * places],
            most: places,
        };
        for (index, weights) in windows.weights.chunks_exact_mut(places).enumerate() {
            let centre = (index as f64 + 0.5) * step;
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(from);
            let weights = &mut weights[..end - first];
            for (weight, pixel) in weights.iter_mut().zip(first..) {
                *weight = filter.weight((pixel as f64 - centre + 0.5) * (1.0 / scale));
            }
            let sum: f64 = weights.iter().sum();
            if sum != 0.0 {
                for weight in weights {
                    *weight /= sum;
                }
            }
            windows.first.push(first as u32);
            windows.counts.push((end - first) as u32);
        }
        windows
    }

    /// The first source pixel of an output pixel, and the weights of it and those after it.
    fn window(&self, index: usize) -> (usize, &[f64]) {
        let begin = index * self.most;
        (self.first[index] as usize, &self.weights[begin..begin + self.counts[index] as usize])
    }
}

/// Bits of the weights after the point.
const PRECISION: u32 = 22;

/// Half a level, in fixed point.
const HALF: i32 = 1 << (PRECISION - 1);

/// A weight in fixed point, halves away from zero.
fn fixed(weight: f64) -> i32 {
    (weight * f64::from(1 << PRECISION)).round() as i32
}

/// Resizes 8-bit pixels.
pub fn resize(source: View<'_, u8>, target: ViewMut<'_, u8>, filter: Filter, context: &mut Context<'_>) {
    let (from, to) = (source.shape(), target.shape());
    let columns =
        (from.width != to.width).then(|| Columns::new(&Windows::new(from.width, to.width, filter), from.channels));
    let windows = (from.height != to.height).then(|| Windows::new(from.height, to.height, filter));
    let weights: Vec<i32> = windows.iter().flat_map(|windows| &windows.weights).map(|&weight| fixed(weight)).collect();
    let rows = windows.as_ref().map(|windows| Rows { windows, weights: &weights });
    let slack = columns.as_ref().map_or(0, |columns| columns.blocks * columns.taps * from.channels + BLOCK);
    let mut padded = context.scratch.take::<u8>(from.row_len() + slack);
    let mut wide = context.scratch.take::<u32>(to.row_len() + LANES);
    let mut ring = context.scratch.take::<u8>(windows.as_ref().map_or(0, |windows| windows.most) * to.row_len());
    dispatch!(context.level, simd => {
        run(simd, source, target, columns.as_ref(), rows.as_ref(), Buffers { padded: &mut padded, wide: &mut wide, ring: &mut ring });
    });
    context.scratch.give(padded);
    context.scratch.give(wide);
    context.scratch.give(ring);
}

/// Memory to work in.
struct Buffers<'b> {
    /// A source row with room to read on.
    padded: &'b mut [u8],
    /// A row of sums.
    wide: &'b mut [u32],
    /// Rows that have their final width.
    ring: &'b mut [u8],
}

/// What the rows of the output are made of.
struct Rows<'w> {
    windows: &'w Windows,
    /// The windows' weights in fixed point.
    weights: &'w [i32],
}

#[simd]
fn run<S: Simd>(
    simd: S,
    source: View<'_, u8>,
    mut target: ViewMut<'_, u8>,
    columns: Option<&Columns>,
    rows: Option<&Rows<'_>>,
    buffers: Buffers<'_>,
) {
    let Buffers { padded, wide, ring } = buffers;
    let length = target.shape().row_len();
    let Some(Rows { windows, weights }) = rows else {
        for y in 0..target.shape().height {
            narrow_row(simd, source.row(y), columns, padded, wide, target.row_mut(y));
        }
        return;
    };
    let most = windows.most;
    let mut made = 0;
    for y in 0..target.shape().height {
        let (first, count) = (windows.first[y] as usize, windows.counts[y] as usize);
        for row in made.max(first)..first + count {
            let place = &mut ring[row % most * length..][..length];
            narrow_row(simd, source.row(row), columns, padded, wide, place);
        }
        made = first + count;
        let weights = &weights[y * most..][..count];
        blend_rows(simd, ring, first, weights, most, target.row_mut(y));
    }
}

/// Sums of rows `first…` of the ring.
#[simd]
fn blend_rows<S: Simd>(simd: S, ring: &[u8], first: usize, weights: &[i32], most: usize, target: &mut [u8]) {
    /// Values summed at a time, held in registers meanwhile.
    const RUN: usize = 32;
    let length = target.len();
    let (runs, rest) = target.as_chunks_mut::<RUN>();
    for (index, values) in runs.iter_mut().enumerate() {
        let mut sums = [HALF; RUN];
        for (&weight, row) in weights.iter().zip(first..) {
            let row = ring[row % most * length + index * RUN..].first_chunk::<RUN>().unwrap_or(&[0; RUN]);
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(i32::from(value).wrapping_mul(weight));
            }
        }
        *values = sums.map(|sum| (sum >> PRECISION).clamp(0, 255) as u8);
    }
    let begin = length - rest.len();
    for (index, value) in rest.iter_mut().enumerate() {
        let sum = weights.iter().zip(first..).fold(HALF, |sum, (&weight, row)| {
            sum.wrapping_add(i32::from(ring[row % most * length + begin + index]).wrapping_mul(weight))
        });
        *value = (sum >> PRECISION).clamp(0, 255) as u8;
    }
}

/// Sums that one register holds.
const LANES: usize = 8;

/// Source values that one load brings.
const BLOCK: usize = 16;

/// How the columns of the output are made. A block of source values is spread over the lanes of a register, pairs of
/// neighbouring pixels side by side; their weights are split into 11 lower bits and the rest, each of which fits a
/// 16-bit multiplication.
struct Columns {
    channels: usize,
    first: Vec<u32>,
    counts: Vec<u32>,
    most: usize,
    /// Weights in fixed point, `most` places for each output pixel.
    weights: Vec<i32>,
    /// Blocks for each output pixel.
    blocks: usize,
    /// Source pixels that one block serves; none where there are too many channels for blocks.
    taps: usize,
    /// Upper and lower parts of the weights of each block.
    split: Vec<[[u32; LANES]; 2]>,
    /// Which byte of a block goes to which lane, widened to 16 bits.
    indices: [u8; 2 * BLOCK],
}

/// Bits of the lower part of a weight.
const LOWER: u32 = 11;

impl Columns {
    fn new(windows: &Windows, channels: usize) -> Self {
        // Lanes that the channels of a pair take up.
        let lanes = if channels == 3 { 4 } else { channels };
        let pairs = if channels <= 4 { LANES / lanes } else { 0 };
        let mut columns = Self {
            channels,
            first: windows.first.clone(),
            counts: windows.counts.clone(),
            most: windows.most,
            weights: windows.weights.iter().map(|&weight| fixed(weight)).collect(),
            blocks: 0,
            taps: 2 * pairs,
            split: Vec::new(),
            indices: [NONE; 2 * BLOCK],
        };
        if pairs == 0 {
            return columns;
        }
        columns.blocks = windows.counts.iter().map(|&count| (count as usize).div_ceil(columns.taps)).max().unwrap_or(0);
        for lane in 0..LANES {
            let (pair, channel) = (lane / lanes, lane % lanes);
            if channel < channels {
                columns.indices[lane * 4] = (pair * 2 * channels + channel) as u8;
                columns.indices[lane * 4 + 2] = ((pair * 2 + 1) * channels + channel) as u8;
            }
        }
        columns.split.reserve(windows.first.len() * columns.blocks);
        for weights in columns.weights.chunks_exact(windows.most) {
            for block in 0..columns.blocks {
                let mut split = [[0; LANES]; 2];
                for lane in 0..LANES {
                    let tap = block * columns.taps + lane / lanes * 2;
                    let [left, right] = [tap, tap + 1].map(|tap| weights.get(tap).copied().unwrap_or(0));
                    let pack = |left: i32, right: i32| u32::from(left as u16) | u32::from(right as u16) << 16;
                    split[0][lane] = pack(left >> LOWER, right >> LOWER);
                    split[1][lane] = pack(left & ((1 << LOWER) - 1), right & ((1 << LOWER) - 1));
                }
                columns.split.push(split);
            }
        }
        columns
    }
}

/// Gives a row its final width.
#[simd]
fn narrow_row<S: Simd>(
    simd: S,
    row: &[u8],
    columns: Option<&Columns>,
    padded: &mut [u8],
    wide: &mut [u32],
    target: &mut [u8],
) {
    let Some(columns) = columns else { return target.copy_from_slice(row) };
    if columns.taps == 0 || !shuffles(simd) {
        return sum_single(row, columns, target);
    }
    padded[..row.len()].copy_from_slice(row);
    match columns.channels {
        1 => sum_blocks::<S, 1>(simd, padded, columns, wide),
        2 => sum_blocks::<S, 2>(simd, padded, columns, wide),
        3 => sum_blocks::<S, 3>(simd, padded, columns, wide),
        _ => sum_blocks::<S, 4>(simd, padded, columns, wide),
    }
    for (value, &sum) in target.iter_mut().zip(&*wide) {
        *value = ((sum as i32).wrapping_add(HALF) >> PRECISION).clamp(0, 255) as u8;
    }
}

/// The definition.
#[inline(always)]
fn sum_single(row: &[u8], columns: &Columns, target: &mut [u8]) {
    let channels = columns.channels;
    for (column, pixel) in target.chunks_exact_mut(channels).enumerate() {
        let source = &row[columns.first[column] as usize * channels..];
        let weights = &columns.weights[column * columns.most..][..columns.counts[column] as usize];
        for (channel, value) in pixel.iter_mut().enumerate() {
            let sum = weights.iter().enumerate().fold(HALF, |sum, (tap, &weight)| {
                sum.wrapping_add(i32::from(source[tap * channels + channel]).wrapping_mul(weight))
            });
            *value = (sum >> PRECISION).clamp(0, 255) as u8;
        }
    }
}

#[inline(always)]
fn sum_blocks<S: Simd, const CHANNELS: usize>(simd: S, row: &[u8], columns: &Columns, wide: &mut [u32]) {
    let indices = u8x32::load_array(simd, columns.indices);
    let step = columns.taps * CHANNELS;
    for (column, (&first, split)) in columns.first.iter().zip(columns.split.chunks_exact(columns.blocks)).enumerate() {
        let (mut upper, mut lower) = (i32x8::splat(simd, 0), i32x8::splat(simd, 0));
        let mut at = first as usize * CHANNELS;
        for [upper_weights, lower_weights] in split {
            let block = u8x16::from_slice(simd, &row[at..at + BLOCK]);
            let pairs = block.combine(block).swizzle_dyn_within_blocks(indices).bitcast::<i16x16<S>>();
            let weights = u32x8::load_array_ref(simd, upper_weights).bitcast::<i16x16<S>>();
            upper += pairs.pairwise_dot_product(weights);
            let weights = u32x8::load_array_ref(simd, lower_weights).bitcast::<i16x16<S>>();
            lower += pairs.pairwise_dot_product(weights);
            at += step;
        }
        let (near, far) = ((upper << LOWER) + lower).split();
        let sums = (near + far).bitcast::<u32x4<S>>();
        if CHANNELS >= 3 {
            sums.store_slice(&mut wide[column * CHANNELS..column * CHANNELS + 4]);
        } else {
            let [a, b, c, d] = *sums;
            if CHANNELS == 2 {
                wide[column * 2] = a.wrapping_add(c);
                wide[column * 2 + 1] = b.wrapping_add(d);
            } else {
                wide[column] = a.wrapping_add(b).wrapping_add(c).wrapping_add(d);
            }
        }
    }
}

/// A type whose pixels are summed in floating point.
pub trait Wide: Element {
    /// The value in double precision.
    fn widen(self) -> f64;

    /// The nearest value.
    fn narrow(sum: f64) -> Self;
}

impl Wide for f32 {
    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn narrow(sum: f64) -> Self {
        sum as Self
    }
}

impl Wide for u16 {
    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn narrow(sum: f64) -> Self {
        (sum + 0.5) as Self
    }
}

/// Resizes pixels of a wider type, with sums in double precision, rounded between the axes.
pub fn resize_wide<T: Wide>(
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    filter: Filter,
    context: &mut Context<'_>,
) {
    let (from, to) = (source.shape(), target.shape());
    let columns = Windows::new(from.width, to.width, filter);
    let rows = Windows::new(from.height, to.height, filter);
    let (channels, length) = (from.channels, to.row_len());
    let mut ring = context.scratch.take::<T>(rows.most * length);
    let mut made = 0;
    for y in 0..to.height {
        let (first, weights) = rows.window(y);
        for row in made.max(first)..first + weights.len() {
            let place = &mut ring[row % rows.most * length..][..length];
            let source = source.row(row);
            for (column, pixel) in place.chunks_exact_mut(channels).enumerate() {
                let (first, weights) = columns.window(column);
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let values = source[first * channels + channel..].iter().step_by(channels);
                    *value = T::narrow(weights.iter().zip(values).map(|(weight, value)| value.widen() * weight).sum());
                }
            }
        }
        made = first + weights.len();
        for (index, value) in target.row_mut(y).iter_mut().enumerate() {
            let values = (first..).map(|row| ring[row % rows.most * length + index].widen());
            *value = T::narrow(weights.iter().zip(values).map(|(weight, value)| value * weight).sum());
        }
    }
    context.scratch.give(ring);
}
