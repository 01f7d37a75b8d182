//! Values between four or eight pixels on each axis.
//!
//! The neighbours of each column are summed first, weighted from above downwards; then the columns are, those with even
//! and those with odd numbers each for themselves. All in floating point, rounded at the end.

use super::{BLOCK, Kernel, Points, fraction};
use crate::{
    image::Element,
    ops::arithmetic::{
        planes::{NONE, shuffles},
        rounding::{MAGIC, nearest_byte},
    },
};
use fearless_simd::{Simd, SimdBase, f32x4, f32x8, i32x8, prelude::*, u8x16};
use fearless_simd_macros::simd;
use std::{
    f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4},
    sync::LazyLock,
};

/// Sixteen neighbours, a = −0.75.
#[derive(Clone, Copy, Debug)]
pub struct Cubic;

/// Sixty-four neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Lanczos;

/// The weights of the neighbours on one axis.
trait Weights<const N: usize> {
    /// Writes those of some points, given by their coordinates, of which only what follows the point matters.
    fn fill(coordinates: &[i32], bits: u32, weights: &mut [[f32; N]; BLOCK]);
}

impl Weights<4> for Cubic {
    #[inline(always)]
    fn fill(coordinates: &[i32], bits: u32, weights: &mut [[f32; 4]; BLOCK]) {
        const A: f32 = -0.75;
        let outer = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
        let inner = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
        for (weights, &coordinate) in weights.iter_mut().zip(coordinates) {
            let part = fraction(coordinate, bits);
            let [first, second, third] = [outer(part + 1.0), inner(part), inner(1.0 - part)];
            *weights = [first, second, third, 1.0 - first - second - third];
        }
    }
}

/// OpenCV takes eight weights from a table; so points are rounded to such steps between pixels.
const LANCZOS_STEPS: u32 = 32;

impl Weights<8> for Lanczos {
    #[inline(always)]
    fn fill(coordinates: &[i32], bits: u32, weights: &mut [[f32; 8]; BLOCK]) {
        static TABLE: LazyLock<[[f32; 8]; LANCZOS_STEPS as usize]> =
            LazyLock::new(|| std::array::from_fn(|step| lanczos_weights(step as f32 / LANCZOS_STEPS as f32)));
        let table = &*TABLE;
        for (weights, &coordinate) in weights.iter_mut().zip(coordinates) {
            *weights = table[(coordinate as u32 >> (bits - LANCZOS_STEPS.ilog2()) & (LANCZOS_STEPS - 1)) as usize];
        }
    }
}

/// The weights where the point lies `part` after the fourth neighbour.
fn lanczos_weights(part: f32) -> [f32; 8] {
    // The sine of each neighbour's distance follows from that of the first one's by turns of 45°, which follows
    // from a small angle; so two short series do for all.
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
    let small = f64::from(part) * FRAC_PI_4;
    let square = small * small;
    let sine = small
        * (1.0
            - square / 6.0
                * (1.0 - square / 20.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0 * (1.0 - square / 110.0)))));
    let cosine = 1.0
        - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0 * (1.0 - square / 90.0))));
    // sin(−(part + 3)·π/4) and its cosine.
    let (first, turned) = ((sine - cosine) * FRAC_1_SQRT_2, -(sine + cosine) * FRAC_1_SQRT_2);
    let mut weights = [0.0; 8];
    let mut sum = 0.0;
    for (index, (weight, turn)) in weights.iter_mut().zip(TURNS).enumerate() {
        let distance = part + 3.0 - index as f32;
        let angle = f64::from(distance) * FRAC_PI_4;
        *weight = if distance.abs() >= 1e-6 {
            ((turn[0] * first + turn[1] * turned) / (angle * angle)) as f32
        } else {
            // On the pixel itself: so large that the others vanish beside it.
            1e30
        };
        sum += *weight;
    }
    weights.map(|weight| weight * (1.0 / sum))
}

/// A type of pixels that sums are made of and rounded to.
trait Summed: Element + Into<f32> {
    fn rounded(sum: f32) -> Self;

    /// Values that [`columns`](Self::columns) reads.
    fn read(neighbours: usize, channels: usize) -> usize;

    /// A row of up to eight neighbours of three or four channels, two in each register, four lanes for each.
    fn columns<S: Simd, const N: usize, const CHANNELS: usize>(simd: S, row: &[Self]) -> [f32x8<S>; 4];

    /// The values of a pixel from its four lanes.
    fn store<S: Simd>(sums: f32x4<S>, pixel: &mut [Self]);
}

impl Summed for f32 {
    #[inline(always)]
    fn rounded(sum: f32) -> Self {
        sum
    }

    fn read(neighbours: usize, channels: usize) -> usize {
        (neighbours - 1) * channels + 4
    }

    #[inline(always)]
    fn columns<S: Simd, const N: usize, const CHANNELS: usize>(simd: S, row: &[Self]) -> [f32x8<S>; 4] {
        let mut columns = [f32x8::splat(simd, 0.0); 4];
        for pair in 0..N / 2 {
            let (even, odd) = (2 * pair * CHANNELS, (2 * pair + 1) * CHANNELS);
            let even: f32x4<S> = f32x4::from_slice(simd, &row[even..even + 4]);
            columns[pair] = even.combine(f32x4::from_slice(simd, &row[odd..odd + 4]));
        }
        columns
    }

    #[inline(always)]
    fn store<S: Simd>(sums: f32x4<S>, pixel: &mut [Self]) {
        let sums: [f32; 4] = sums.into();
        pixel.copy_from_slice(&sums[..pixel.len()]);
    }
}

/// Bytes that one load brings.
const BYTES: usize = 16;

/// How four pixels of three channels get four lanes each.
static SPREAD: [u8; BYTES] = [0, 1, 2, NONE, 3, 4, 5, NONE, 6, 7, 8, NONE, 9, 10, 11, NONE];

impl Summed for u8 {
    #[inline(always)]
    fn rounded(sum: f32) -> Self {
        nearest_byte(sum)
    }

    fn read(neighbours: usize, channels: usize) -> usize {
        (neighbours - 4) * channels + BYTES
    }

    #[inline(always)]
    fn columns<S: Simd, const N: usize, const CHANNELS: usize>(simd: S, row: &[Self]) -> [f32x8<S>; 4] {
        let mut columns = [f32x8::splat(simd, 0.0); 4];
        for four in 0..N / 4 {
            let begin = 4 * four * CHANNELS;
            let mut bytes = u8x16::from_slice(simd, &row[begin..begin + BYTES]);
            if CHANNELS == 3 {
                bytes = bytes.swizzle_dyn(u8x16::load_array_ref(simd, &SPREAD));
            }
            let (low, high) = bytes.widen();
            let (first, second) = low.combine(high).widen();
            columns[2 * four] = f32x8::float_from(first.bitcast::<i32x8<S>>());
            columns[2 * four + 1] = f32x8::float_from(second.bitcast::<i32x8<S>>());
        }
        columns
    }

    #[inline(always)]
    fn store<S: Simd>(sums: f32x4<S>, pixel: &mut [Self]) {
        let bits: [u32; 4] = (sums.max(0.0).min(255.0) + MAGIC).bitcast::<fearless_simd::u32x4<S>>().into();
        for (value, bits) in pixel.iter_mut().zip(bits) {
            *value = bits as u8;
        }
    }
}

macro_rules! kernels {
    ($($kernel:ty, $neighbours:literal, $steps:expr => $($type:ty),+;)+) => {
        $($(
            impl Kernel<$type> for $kernel {
                const NEIGHBOURS: usize = $neighbours;
                const STEPS: Option<u32> = $steps;

                fn reach(channels: usize) -> usize {
                    <$type>::read($neighbours, channels).max($neighbours * channels)
                }

                #[simd]
                fn compute<S: Simd>(simd: S, points: Points<'_, $type>, target: &mut [$type]) {
                    match points.channels {
                        1 => any::<$type, Self, $neighbours>(points, 1, target),
                        3 if shuffles(simd) => lanes::<S, $type, Self, $neighbours, 3>(simd, points, target),
                        4 if shuffles(simd) => lanes::<S, $type, Self, $neighbours, 4>(simd, points, target),
                        channels => any::<$type, Self, $neighbours>(points, channels, target),
                    }
                }
            }
        )+)+
    };
}

kernels! {
    Cubic, 4, None => u8, f32;
    Lanczos, 8, Some(LANCZOS_STEPS) => u8, f32;
}

/// The definition.
#[inline(always)]
fn any<T: Summed, W: Weights<N>, const N: usize>(points: Points<'_, T>, channels: usize, target: &mut [T]) {
    let (mut across, mut down) = ([[0.0; N]; BLOCK], [[0.0; N]; BLOCK]);
    W::fill(points.x, points.bits, &mut across);
    W::fill(points.y, points.bits, &mut down);
    let rows: [&[T]; N] = points.rows();
    for (point, (pixel, &first)) in target.chunks_exact_mut(channels).zip(points.first).enumerate() {
        let window = first as usize..first as usize + N * channels;
        for (channel, value) in pixel.iter_mut().enumerate() {
            let mut columns = [0.0; N];
            for row in 0..N {
                let values = &rows[row][window.clone()][channel..];
                for (column, sum) in columns.iter_mut().enumerate() {
                    let value: f32 = values[column * channels].into();
                    *sum += value * down[point][row];
                }
            }
            let mut sums = [columns[0] * across[point][0], columns[1] * across[point][1]];
            for column in 2..N {
                sums[column % 2] += columns[column] * across[point][column];
            }
            *value = T::rounded(sums[0] + sums[1]);
        }
    }
}

/// Three or four channels: a pixel has four lanes.
#[inline(always)]
fn lanes<S: Simd, T: Summed, W: Weights<N>, const N: usize, const CHANNELS: usize>(
    simd: S,
    points: Points<'_, T>,
    target: &mut [T],
) {
    let (mut across, mut down) = ([[0.0; N]; BLOCK], [[0.0; N]; BLOCK]);
    W::fill(points.x, points.bits, &mut across);
    W::fill(points.y, points.bits, &mut down);
    let rows: [&[T]; N] = points.rows();
    let read = T::read(N, CHANNELS);
    let pixels = target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(points.first);
    for ((pixel, &first), (across, down)) in pixels.zip(across.iter().zip(&down)) {
        let window = first as usize..first as usize + read;
        let mut columns = [f32x8::splat(simd, 0.0); 4];
        for row in 0..N {
            let values = T::columns::<S, N, CHANNELS>(simd, &rows[row][window.clone()]);
            for pair in 0..N / 2 {
                columns[pair] += values[pair] * down[row];
            }
        }
        let mut sums = columns[0] * pair(simd, across[0], across[1]);
        for index in 1..N / 2 {
            sums += columns[index] * pair(simd, across[2 * index], across[2 * index + 1]);
        }
        let (even, odd) = sums.split();
        T::store(even + odd, pixel);
    }
}

/// One number in the lower four lanes, one in the upper.
#[inline(always)]
fn pair<S: Simd>(simd: S, low: f32, high: f32) -> f32x8<S> {
    f32x4::splat(simd, low).combine(f32x4::splat(simd, high))
}
