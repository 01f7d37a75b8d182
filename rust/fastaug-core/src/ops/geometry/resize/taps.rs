//! Weighted sums of a fixed number of neighbours on each axis, in floating point: linear for wide types, cubic, Lanczos.

use super::axis::{Coordinates, step};
use crate::{
    image::{Element, Scratch, Shape, View, ViewMut},
    ops::{Context, arithmetic::rounding::MAGIC},
};
use fearless_simd::{Simd, dispatch, f32x4, f32x8, prelude::*};
use fearless_simd_macros::simd;
use std::{
    f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4},
    ops::Range,
};

/// Which neighbours are taken, and how much of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taps {
    /// Two.
    Linear(Coordinates),
    /// Four; a = −0.75, coordinates in double precision.
    Cubic,
    /// Eight; coordinates in single precision.
    Lanczos,
    /// Eight, with weights of 11 bits: what OpenCV does to 8-bit pixels.
    LanczosFixed,
}

impl Taps {
    /// The pixel that the first weight belongs to, and all weights.
    fn weights<const TAPS: usize>(self, index: usize, from: usize, to: usize) -> (isize, [f32; TAPS]) {
        let mut weights = [0.0; TAPS];
        let centre = match self {
            Self::Linear(coordinates) => {
                let (centre, weight) = coordinates.position(index, from, to);
                weights.copy_from_slice(&[1.0 - weight, weight]);
                centre
            }
            Self::Cubic => {
                let at = (index as f64 + 0.5) * step(from, to) - 0.5;
                let floor = at.floor();
                weights.copy_from_slice(&cubic(at - floor).map(|weight| weight as f32));
                floor as isize
            }
            Self::Lanczos | Self::LanczosFixed => {
                let (centre, weight) = Coordinates::Centres.position(index, from, to);
                weights.copy_from_slice(&lanczos(weight));
                if self == Self::LanczosFixed {
                    weights = weights.map(|weight| (weight * FIXED_ONE).round_ties_even());
                }
                centre
            }
        };
        (centre + 1 - TAPS as isize / 2, weights)
    }
}

impl Taps {
    /// The rows that weights belong to, those outside moved onto the first or last; and the weights.
    ///
    /// The rows are at most TAPS in a row, so that each has a place of its own in a ring of TAPS rows.
    fn rows<const TAPS: usize>(self, index: usize, from: usize, to: usize) -> ([usize; TAPS], [f32; TAPS]) {
        let (first, weights) = self.weights::<TAPS>(index, from, to);
        let row = |tap| (first + tap as isize).clamp(0, from as isize - 1) as usize;
        (std::array::from_fn(row), weights)
    }
}

/// One, in the fixed point of [`Taps::LanczosFixed`].
const FIXED_ONE: f32 = 2048.0;

/// The weights of four neighbours of a point that lies `x` after the second.
pub fn cubic(x: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let outer = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    let inner = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let [first, second, third] = [outer(x + 1.0), inner(x), inner(1.0 - x)];
    [first, second, third, 1.0 - first - second - third]
}

/// The weights of eight neighbours of a point that lies `x` after the fourth.
pub fn lanczos(x: f32) -> [f32; 8] {
    /// Sine and cosine of the angle between a neighbour and the first one.
    const TURNS: [[f64; 2]; 8] = [
        [1.0, 0.0],
        [-FRAC_1_SQRT_2, -FRAC_1_SQRT_2],
        [0.0, 1.0],
        [FRAC_1_SQRT_2, -FRAC_1_SQRT_2],
        [-1.0, 0.0],
        [FRAC_1_SQRT_2, FRAC_1_SQRT_2],
        [0.0, -1.0],
        [-FRAC_1_SQRT_2, FRAC_1_SQRT_2],
    ];
    let first = -(f64::from(x) + 3.0) * FRAC_PI_4;
    let (sine, cosine) = (libm::sin(first), libm::cos(first));
    let mut weights = [0.0; 8];
    let mut sum = 0.0;
    for (index, (weight, turn)) in weights.iter_mut().zip(TURNS).enumerate() {
        let distance = x + 3.0 - index as f32;
        *weight = if distance.abs() >= 1e-6 {
            let angle = -f64::from(distance) * FRAC_PI_4;
            ((turn[0] * sine + turn[1] * cosine) / (angle * angle)) as f32
        } else {
            // On the pixel itself: so large that the others vanish beside it.
            1e30
        };
        sum += *weight;
    }
    weights.map(|weight| weight * (1.0 / sum))
}

/// A type that can be computed with.
pub trait Sample: Element {
    /// The row in floating point; `buffer` is as long as the row, and may be used.
    fn load<'r>(row: &'r [Self], buffer: &'r mut [f32]) -> &'r [f32];

    /// Stores weighted sums of rows.
    fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [Self]);

    /// Stores one row.
    fn store(row: &[f32], target: &mut [Self]);
}

macro_rules! rounded_sample {
    ($type:ty) => {
        impl Sample for $type {
            #[inline(always)]
            fn load<'r>(row: &'r [Self], buffer: &'r mut [f32]) -> &'r [f32] {
                for (value, &from) in buffer.iter_mut().zip(row) {
                    *value = f32::from(from);
                }
                buffer
            }

            #[inline(always)]
            fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [Self]) {
                let rows = rows.map(|row| &row[..target.len()]);
                for (index, value) in target.iter_mut().enumerate() {
                    let sum = weighted(rows, weights, index).clamp(0.0, <$type>::MAX as f32);
                    *value = (sum + MAGIC).to_bits() as $type;
                }
            }

            #[inline(always)]
            fn store(row: &[f32], target: &mut [Self]) {
                for (value, &sum) in target.iter_mut().zip(row) {
                    *value = (sum.clamp(0.0, <$type>::MAX as f32) + MAGIC).to_bits() as $type;
                }
            }
        }
    };
}

rounded_sample!(u8);
rounded_sample!(u16);

impl Sample for f32 {
    #[inline(always)]
    fn load<'r>(row: &'r [Self], _buffer: &'r mut [f32]) -> &'r [f32] {
        row
    }

    #[inline(always)]
    fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [Self]) {
        let rows = rows.map(|row| &row[..target.len()]);
        for (index, value) in target.iter_mut().enumerate() {
            *value = weighted(rows, weights, index);
        }
    }

    #[inline(always)]
    fn store(row: &[f32], target: &mut [Self]) {
        target.copy_from_slice(&row[..target.len()]);
    }
}

#[inline(always)]
fn weighted<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], index: usize) -> f32 {
    let mut sum = rows[0][index] * weights[0];
    for tap in 1..TAPS {
        sum += rows[tap][index] * weights[tap];
    }
    sum
}

/// How rows of sums become the output.
trait Finish<T> {
    /// Stores weighted sums of rows.
    fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [T]);
}

/// In floating point.
struct Float;

impl<T: Sample> Finish<T> for Float {
    #[inline(always)]
    fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [T]) {
        T::blend(rows, weights, target);
    }
}

/// In whole numbers: rows and weights are both scaled by [`FIXED_ONE`].
struct Fixed;

impl Finish<u8> for Fixed {
    #[inline(always)]
    fn blend<const TAPS: usize>(rows: [&[f32]; TAPS], weights: [f32; TAPS], target: &mut [u8]) {
        let rows = rows.map(|row| &row[..target.len()]);
        let weights = weights.map(|weight| weight as i32);
        for (index, value) in target.iter_mut().enumerate() {
            // The whole sum has up to 33 bits: its upper and lower part are carried apart.
            let (mut high, mut low) = (0, 0);
            for tap in 0..TAPS {
                let sum = (rows[tap][index] + MAGIC).to_bits() as i32 - MAGIC.to_bits() as i32;
                high += (sum >> 10) * weights[tap];
                low += (sum & 1023) * weights[tap];
            }
            *value = ((high + ((low + (1 << 21)) >> 10)) >> 12).clamp(0, 255) as u8;
        }
    }
}

/// Resizes.
pub fn resize<T: Sample>(source: View<'_, T>, target: ViewMut<'_, T>, taps: Taps, context: &mut Context<'_>) {
    match taps {
        Taps::Linear(_) => resize_by::<T, 2>(source, target, taps, context),
        Taps::Cubic => resize_by::<T, 4>(source, target, taps, context),
        Taps::Lanczos | Taps::LanczosFixed => resize_by::<T, 8>(source, target, taps, context),
    }
}

fn resize_by<T: Sample, const TAPS: usize>(
    source: View<'_, T>,
    target: ViewMut<'_, T>,
    taps: Taps,
    context: &mut Context<'_>,
) {
    let columns = Columns::<TAPS>::new(source.shape(), target.shape().width, taps, context.scratch);
    let (from, to) = (source.shape().row_len(), target.shape().row_len() + SLACK);
    let first = first_axis(source.shape(), target.shape());
    let mut buffers = [TAPS * if first == Axis::Rows { to } else { from }, from, to]
        .map(|length| context.scratch.take::<f32>(length));
    dispatch!(context.level, simd => match first {
        Axis::Rows => rows_first::<_, T, Float, TAPS>(simd, source, target, taps, &columns, &mut buffers),
        Axis::Columns => columns_first::<_, T, TAPS>(simd, source, target, taps, &columns, &mut buffers),
    });
    for buffer in buffers {
        context.scratch.give(buffer);
    }
    columns.give(context.scratch);
}

/// Resizes 8-bit pixels by eight neighbours with weights of 11 bits, as OpenCV does.
pub fn resize_lanczos_fixed(source: View<'_, u8>, target: ViewMut<'_, u8>, context: &mut Context<'_>) {
    let taps = Taps::LanczosFixed;
    let columns = Columns::<8>::new(source.shape(), target.shape().width, taps, context.scratch);
    let (from, to) = (source.shape().row_len(), target.shape().row_len() + SLACK);
    let mut buffers = [8 * to, from, 0].map(|length| context.scratch.take::<f32>(length));
    dispatch!(context.level, simd => {
        rows_first::<_, u8, Fixed, 8>(simd, source, target, taps, &columns, &mut buffers);
    });
    for buffer in buffers {
        context.scratch.give(buffer);
    }
    columns.give(context.scratch);
}

/// An axis of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Rows,
    Columns,
}

/// The axis whose sums are made first: sums along a row cost more than sums of rows, so the shorter way there decides.
fn first_axis(from: Shape, to: Shape) -> Axis {
    const ALONG_A_ROW: usize = 6;
    let rows_first = from.height.min(to.height * 2) * to.width * ALONG_A_ROW + to.height * to.width;
    let columns_first = to.height * from.width + to.height * to.width * ALONG_A_ROW;
    if rows_first <= columns_first { Axis::Rows } else { Axis::Columns }
}

/// Values after the end of a row that kernels may overwrite.
const SLACK: usize = 4;

/// Where each output column finds its neighbours.
struct Columns<const TAPS: usize> {
    /// The first neighbour, before the first pixel where it is negative.
    first: Vec<u32>,
    weights: Vec<f32>,
    /// The weights of two inner columns at a time, each four times over: eight lanes for each tap.
    pairs: Vec<f32>,
    width: usize,
    /// Output columns whose neighbours all exist, with room for a kernel to read on.
    inner: Range<usize>,
}

impl<const TAPS: usize> Columns<TAPS> {
    fn new(source: Shape, width: usize, taps: Taps, scratch: &mut Scratch) -> Self {
        let mut first = scratch.take::<u32>(width);
        let mut weights = scratch.take::<f32>(width * TAPS);
        let mut inner = 0..0;
        for (index, weights) in weights.as_chunks_mut::<TAPS>().0[..width].iter_mut().enumerate() {
            let left;
            (left, *weights) = taps.weights::<TAPS>(index, source.width, width);
            first[index] = left as i32 as u32;
            let begin = left * source.channels as isize;
            if left >= 0 && begin as usize + (TAPS - 1) * source.channels + 4 <= source.row_len() {
                if inner.is_empty() {
                    inner.start = index;
                }
                inner.end = index + 1;
            }
        }
        let mut pairs = scratch.take::<f32>(inner.len() / 2 * 8 * TAPS);
        let columns = weights.as_chunks::<TAPS>().0[inner.clone()].as_chunks::<2>().0;
        for (pair, [left, right]) in pairs.chunks_exact_mut(8 * TAPS).zip(columns) {
            for (tap, lanes) in pair.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                lanes[..4].fill(left[tap]);
                lanes[4..].fill(right[tap]);
            }
        }
        Self { first, weights, pairs, width, inner }
    }

    fn give(self, scratch: &mut Scratch) {
        scratch.give(self.pairs);
        scratch.give(self.first);
        scratch.give(self.weights);
    }
}

/// Sums along each source row, kept while they are needed, then sums of those.
#[simd]
fn rows_first<S: Simd, T: Sample, F: Finish<T>, const TAPS: usize>(
    simd: S,
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    taps: Taps,
    columns: &Columns<TAPS>,
    [rows, wide, _]: &mut [Vec<f32>; 3],
) {
    let (from, to) = (source.shape(), target.shape());
    let stride = to.row_len() + SLACK;
    let mut held = [usize::MAX; TAPS];
    for y in 0..to.height {
        let (needed, weights) = taps.rows::<TAPS>(y, from.height, to.height);
        for row in needed {
            let slot = row % TAPS;
            if held[slot] != row {
                let wide = T::load(source.row(row), &mut wide[..from.row_len()]);
                sum_row(simd, wide, from.channels, columns, &mut rows[slot * stride..(slot + 1) * stride]);
                held[slot] = row;
            }
        }
        F::blend(needed.map(|row| &rows[row % TAPS * stride..][..stride]), weights, target.row_mut(y));
    }
}

/// Sums of source rows, then sums along the one row that comes of it.
#[simd]
fn columns_first<S: Simd, T: Sample, const TAPS: usize>(
    simd: S,
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    taps: Taps,
    columns: &Columns<TAPS>,
    [rows, wide, sums]: &mut [Vec<f32>; 3],
) {
    let (from, to) = (source.shape(), target.shape());
    let stride = from.row_len();
    let wide = &mut wide[..stride];
    let mut held = [usize::MAX; TAPS];
    for y in 0..to.height {
        let (needed, weights) = taps.rows::<TAPS>(y, from.height, to.height);
        let views = if let Some(source) = f32::view(T::image(source)) {
            needed.map(|row| source.row(row))
        } else {
            for row in needed {
                let slot = row % TAPS;
                if held[slot] != row {
                    T::load(source.row(row), &mut rows[slot * stride..(slot + 1) * stride]);
                    held[slot] = row;
                }
            }
            needed.map(|row| &rows[row % TAPS * stride..][..stride])
        };
        f32::blend(views, weights, wide);
        sum_row(simd, wide, from.channels, columns, sums);
        T::store(sums, target.row_mut(y));
    }
}

/// Makes the sums of one source row.
#[inline(always)]
fn sum_row<S: Simd, const TAPS: usize>(
    simd: S,
    row: &[f32],
    channels: usize,
    columns: &Columns<TAPS>,
    sums: &mut [f32],
) {
    let inner = columns.inner.clone();
    match channels {
        1 => sum_inner::<TAPS, 1>(row, columns, sums),
        2 => sum_inner::<TAPS, 2>(row, columns, sums),
        3 => sum_inner_lanes::<S, TAPS, 3>(simd, row, columns, sums),
        4 => sum_inner_lanes::<S, TAPS, 4>(simd, row, columns, sums),
        _ => sum_pixels(row, channels, columns, inner.clone(), sums),
    }
    sum_pixels(row, channels, columns, 0..inner.start, sums);
    sum_pixels(row, channels, columns, inner.end..columns.width, sums);
}

/// The definition: neighbours outside the row are its first or last pixel.
#[inline(always)]
fn sum_pixels<const TAPS: usize>(
    row: &[f32],
    channels: usize,
    columns: &Columns<TAPS>,
    range: Range<usize>,
    sums: &mut [f32],
) {
    let last = (row.len() / channels) as i32 - 1;
    for column in range {
        let (first, weights) = (columns.first[column] as i32, &columns.weights[column * TAPS..][..TAPS]);
        let places: [usize; TAPS] = std::array::from_fn(|tap| (first + tap as i32).clamp(0, last) as usize * channels);
        for (channel, sum) in sums[column * channels..(column + 1) * channels].iter_mut().enumerate() {
            *sum = row[places[0] + channel] * weights[0];
            for tap in 1..TAPS {
                *sum += row[places[tap] + channel] * weights[tap];
            }
        }
    }
}

#[inline(always)]
fn sum_inner<const TAPS: usize, const CHANNELS: usize>(row: &[f32], columns: &Columns<TAPS>, sums: &mut [f32]) {
    let inner = columns.inner.clone();
    let weights = &columns.weights.as_chunks::<TAPS>().0[inner.clone()];
    let pixels = &mut sums.as_chunks_mut::<CHANNELS>().0[inner.clone()];
    for ((&first, weights), pixel) in columns.first[inner].iter().zip(weights).zip(pixels) {
        let window = &row[first as usize * CHANNELS..][..TAPS * CHANNELS];
        for channel in 0..CHANNELS {
            pixel[channel] = window[channel] * weights[0];
            for tap in 1..TAPS {
                pixel[channel] += window[tap * CHANNELS + channel] * weights[tap];
            }
        }
    }
}

/// Three or four channels, each pixel in four lanes of a register, two at a time.
#[inline(always)]
fn sum_inner_lanes<S: Simd, const TAPS: usize, const CHANNELS: usize>(
    simd: S,
    row: &[f32],
    columns: &Columns<TAPS>,
    sums: &mut [f32],
) {
    let inner = columns.inner.clone();
    let window = (TAPS - 1) * CHANNELS + 4;
    let (pairs, last) = columns.first[inner.clone()].as_chunks::<2>();
    let mut column = inner.start;
    for (&[left, right], weights) in pairs.iter().zip(columns.pairs.chunks_exact(8 * TAPS)) {
        let left = &row[left as usize * CHANNELS..][..window];
        let right = &row[right as usize * CHANNELS..][..window];
        let mut sum = two_pixels(simd, left, right) * f32x8::from_slice(simd, &weights[..8]);
        for tap in 1..TAPS {
            let values = two_pixels(simd, &left[tap * CHANNELS..], &right[tap * CHANNELS..]);
            sum += values * f32x8::from_slice(simd, &weights[8 * tap..8 * tap + 8]);
        }
        let (left, right) = sum.split();
        let pixels = &mut sums[column * CHANNELS..][..CHANNELS + 4];
        left.store_slice(&mut pixels[..4]);
        right.store_slice(&mut pixels[CHANNELS..]);
        column += 2;
    }
    sum_pixels(row, CHANNELS, columns, column..column + last.len(), sums);
}

#[inline(always)]
fn two_pixels<S: Simd>(simd: S, left: &[f32], right: &[f32]) -> f32x8<S> {
    f32x4::from_slice(simd, &left[..4]).combine(f32x4::from_slice(simd, &right[..4]))
}
