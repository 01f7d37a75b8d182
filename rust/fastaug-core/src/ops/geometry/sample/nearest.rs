//! The nearest pixel.

use super::{Kernel, Points};
use crate::image::Element;
use fearless_simd::Simd;
use fearless_simd_macros::simd;

/// Takes the nearest pixel.
#[derive(Clone, Copy, Debug)]
pub struct Nearest;

impl<T: Element> Kernel<T> for Nearest {
    const NEIGHBOURS: usize = 1;

    fn reach(channels: usize) -> usize {
        channels.next_power_of_two()
    }

    #[simd]
    fn compute<S: Simd>(simd: S, points: Points<'_, T>, target: &mut [T]) {
        let _ = simd;
        match points.channels {
            1 => copy::<T, 1>(points, target),
            2 => copy::<T, 2>(points, target),
            3 => copy::<T, 3>(points, target),
            4 => copy::<T, 4>(points, target),
            channels => {
                for (pixel, &first) in target.chunks_exact_mut(channels).zip(points.first) {
                    pixel.copy_from_slice(&points.data[first as usize..first as usize + channels]);
                }
            }
        }
    }
}

#[inline(always)]
fn copy<T: Element, const CHANNELS: usize>(points: Points<'_, T>, target: &mut [T]) {
    for (pixel, &first) in target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(points.first) {
        pixel.copy_from_slice(&points.data[first as usize..first as usize + CHANNELS]);
    }
}
