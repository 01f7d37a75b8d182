//! Values between four or eight pixels on each axis: sums in floating point, rows first, rounded at the end.

use super::{Kernel, Points};
use crate::image::Element;
use fearless_simd::{Simd, SimdBase, f32x4};
use fearless_simd_macros::simd;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4};

/// Sixteen neighbours, a = −0.75.
#[derive(Clone, Copy, Debug)]
pub struct Cubic;

/// Sixty-four neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Lanczos;

/// The weights of the neighbours on one axis of a point that lies `part` after the middle one.
trait Weights<const N: usize> {
    fn weights(part: f32) -> [f32; N];
}

impl Weights<4> for Cubic {
    #[inline(always)]
    fn weights(part: f32) -> [f32; 4] {
        const A: f32 = -0.75;
        let outer = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
        let inner = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
        let [first, second, third] = [outer(part + 1.0), inner(part), inner(1.0 - part)];
        [first, second, third, 1.0 - first - second - third]
    }
}

impl Weights<8> for Lanczos {
    #[inline(always)]
    fn weights(part: f32) -> [f32; 8] {
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
            - square / 2.0
                * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0 * (1.0 - square / 90.0))));
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
}

/// A type that sums can be rounded to.
trait Rounded: Element + Into<f32> {
    fn rounded(sum: f32) -> Self;
}

impl Rounded for f32 {
    #[inline(always)]
    fn rounded(sum: f32) -> Self {
        sum
    }
}

/// Adding this to a small number leaves the nearest integer (ties to even) in the low bits.
const ROUND: f32 = 12_582_912.0;

impl Rounded for u8 {
    #[inline(always)]
    fn rounded(sum: f32) -> Self {
        (sum.clamp(0.0, 255.0) + ROUND).to_bits() as Self
    }
}

macro_rules! kernels {
    ($($kernel:ty, $neighbours:literal: $($type:ty),+;)+) => {
        $($(
            impl Kernel<$type> for $kernel {
                const NEIGHBOURS: usize = $neighbours;
                // The eight weights of OpenCV come from a table.
                const STEPS: Option<u32> = if $neighbours == 8 { Some(32) } else { None };

                fn reach(channels: usize) -> usize {
                    ($neighbours - 1) * channels + channels.max(4)
                }

                #[simd]
                fn compute<S: Simd>(simd: S, points: Points<'_, $type>, target: &mut [$type]) {
                    match points.channels {
                        1 => any::<$type, Self, $neighbours>(points, 1, target),
                        3 => lanes::<S, $type, Self, $neighbours, 3>(simd, points, target),
                        4 => lanes::<S, $type, Self, $neighbours, 4>(simd, points, target),
                        channels => any::<$type, Self, $neighbours>(points, channels, target),
                    }
                }
            }
        )+)+
    };
}

kernels! {
    Cubic, 4: u8, f32;
    Lanczos, 8: u8, f32;
}

/// The definition.
#[inline(always)]
fn any<T: Rounded, W: Weights<N>, const N: usize>(points: Points<'_, T>, channels: usize, target: &mut [T]) {
    for (point, (pixel, &first)) in target.chunks_exact_mut(channels).zip(points.first).enumerate() {
        let (across, down) = (W::weights(points.across(point)), W::weights(points.down(point)));
        let window = &points.data[first as usize..first as usize + (N - 1) * points.stride + N * channels];
        for (channel, value) in pixel.iter_mut().enumerate() {
            let mut total = 0.0;
            for (row, down) in down.iter().enumerate() {
                let row = &window[row * points.stride + channel..];
                let mut sum = 0.0;
                for (column, across) in across.iter().enumerate() {
                    let value: f32 = row[column * channels].into();
                    sum += value * across;
                }
                total += sum * down;
            }
            *value = T::rounded(total);
        }
    }
}

/// Three or four channels: a pixel is one register of four lanes.
#[inline(always)]
fn lanes<S: Simd, T: Rounded, W: Weights<N>, const N: usize, const CHANNELS: usize>(
    simd: S,
    points: Points<'_, T>,
    target: &mut [T],
) {
    let pixels = target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(points.first);
    for (point, (pixel, &first)) in pixels.enumerate() {
        let (across, down) = (W::weights(points.across(point)), W::weights(points.down(point)));
        let window = &points.data[first as usize..first as usize + (N - 1) * points.stride + (N - 1) * CHANNELS + 4];
        let mut total = f32x4::splat(simd, 0.0);
        for row in 0..N {
            let row_values = &window[row * points.stride..row * points.stride + (N - 1) * CHANNELS + 4];
            let mut sum = f32x4::splat(simd, 0.0);
            for column in 0..N {
                let values = &row_values[column * CHANNELS..column * CHANNELS + 4];
                let values = [values[0].into(), values[1].into(), values[2].into(), values[3].into()];
                sum += f32x4::load_array(simd, values) * f32x4::splat(simd, across[column]);
            }
            total += sum * f32x4::splat(simd, down[row]);
        }
        let total: [f32; 4] = total.into();
        for channel in 0..CHANNELS {
            pixel[channel] = T::rounded(total[channel]);
        }
    }
}
