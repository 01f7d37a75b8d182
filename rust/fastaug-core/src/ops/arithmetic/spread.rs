//! One number written to every channel of its pixel.

use super::planes::{self, BLOCK, PIXELS};
use crate::image::Element;
use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x32};
use fearless_simd_macros::simd;

/// Writes each gray to all channels of its pixel.
pub fn spread<T: Element>(grays: &[T], pixels: &mut [T], channels: usize, level: Level) {
    debug_assert_eq!(grays.len() * channels, pixels.len());
    let done = if T::DTYPE.size() == 1 && channels == 3 {
        let (grays, pixels): (&[u8], &mut [u8]) = (bytemuck::cast_slice(grays), bytemuck::cast_slice_mut(pixels));
        dispatch!(level, simd => spread_rgb(simd, grays, pixels))
    } else {
        0
    };
    let (grays, pixels) = (&grays[done..], &mut pixels[done * channels..]);
    match channels {
        1 => pixels.copy_from_slice(grays),
        3 => {
            for (pixel, &gray) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(grays) {
                *pixel = [gray; 3];
            }
        }
        _ => {
            for (pixel, &gray) in pixels.chunks_exact_mut(channels).zip(grays) {
                pixel.fill(gray);
            }
        }
    }
}

/// Writes whole blocks; returns how many pixels they held.
#[simd]
fn spread_rgb<S: Simd>(simd: S, grays: &[u8], pixels: &mut [u8]) -> usize {
    if !planes::shuffles(simd) {
        return 0;
    }
    let grays = grays.as_chunks::<PIXELS>().0;
    for (block, gray) in pixels.as_chunks_mut::<BLOCK>().0.iter_mut().zip(grays) {
        let gray = u8x32::load_array_ref(simd, gray);
        planes::join_vectors(simd, [gray, gray, gray], block);
    }
    grays.len() * PIXELS
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::simd::levels;

    #[test]
    fn every_channel_gets_the_gray() {
        for level in levels() {
            for channels in [1, 2, 3, 4, 5] {
                let grays: Vec<u8> = (0..101).collect();
                let mut pixels = vec![0; 101 * channels];
                spread(&grays, &mut pixels, channels, level);
                assert!(pixels.iter().enumerate().all(|(index, &value)| usize::from(value) == index / channels));
            }
        }
    }
}
