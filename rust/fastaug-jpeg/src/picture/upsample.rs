//! Rows of a component that has fewer samples than the picture has pixels. Pixels between samples are weighted 3 to 1, as
//! libjpeg's "fancy upsampling" does.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

/// Samples that are worked on together.
const TOGETHER: usize = 16;

/// Two pixels of each sample; `samples` begins with the one before and ends with the one behind.
#[simd]
pub fn columns<S: Simd>(simd: S, samples: &[u8], pixels: &mut [u8]) {
    between::<S, u8, 2>(simd, samples, [1, 2], pixels);
}

/// Two pixels of each blended sample; they begin with the one before and end with the one behind.
#[simd]
pub fn blended_columns<S: Simd>(simd: S, blended: &[u16], pixels: &mut [u8]) {
    between::<S, u16, 4>(simd, blended, [8, 7], pixels);
}

/// Two pixels of each sample, weighted 3 to 1 with its neighbours; the biases round the pixel on the left and on the right.
#[simd]
fn between<S: Simd, T: Copy + Into<u16>, const SHIFT: u32>(_: S, samples: &[T], biases: [u16; 2], pixels: &mut [u8]) {
    let count = samples.len() - 2;
    let (left, middle, right) = (&samples[..count], &samples[1..=count], &samples[2..]);
    let (pixels, _) = pixels[..2 * count].as_chunks_mut::<2>();
    let whole = count / TOGETHER * TOGETHER;
    for begin in (0..whole).step_by(TOGETHER) {
        let left: &[T; TOGETHER] = left[begin..begin + TOGETHER].try_into().expect("of this length");
        let middle: &[T; TOGETHER] = middle[begin..begin + TOGETHER].try_into().expect("of this length");
        let right: &[T; TOGETHER] = right[begin..begin + TOGETHER].try_into().expect("of this length");
        let target: &mut [[u8; 2]; TOGETHER] =
            (&mut pixels[begin..begin + TOGETHER]).try_into().expect("of this length");
        for index in 0..TOGETHER {
            target[index] = two::<SHIFT>(left[index].into(), middle[index].into(), right[index].into(), biases);
        }
    }
    for index in whole..count {
        pixels[index] = two::<SHIFT>(left[index].into(), middle[index].into(), right[index].into(), biases);
    }
}

/// Both pixels in one number, as they follow each other in memory: so that vectors of numbers are rows of pixels, and none
/// has to be put between others.
#[inline(always)]
fn two<const SHIFT: u32>(left: u16, middle: u16, right: u16, biases: [u16; 2]) -> [u8; 2] {
    let first = (3 * middle + left + biases[0]) >> SHIFT;
    let second = (3 * middle + right + biases[1]) >> SHIFT;
    (first | second << 8).to_le_bytes()
}

/// One of the two rows of pixels of a row of samples: the one that lies towards `far`.
#[simd]
pub fn rows<S: Simd>(_: S, near: &[u8], far: &[u8], below: bool, pixels: &mut [u8]) {
    let bias = if below { 2 } else { 1 };
    for ((pixel, &near), &far) in pixels.iter_mut().zip(near).zip(far) {
        *pixel = ((3 * u16::from(near) + u16::from(far) + bias) >> 2) as u8;
    }
}

/// Two rows of samples blended 3 to 1, without rounding.
#[simd]
pub fn blend<S: Simd>(_: S, near: &[u8], far: &[u8], blended: &mut [u16]) {
    for ((sum, &near), &far) in blended.iter_mut().zip(near).zip(far) {
        *sum = 3 * u16::from(near) + u16::from(far);
    }
}

/// Each sample as often as asked for.
#[simd]
pub fn repeat<S: Simd>(_: S, samples: &[u8], times: usize, pixels: &mut [u8]) {
    match times {
        1 => pixels[..samples.len()].copy_from_slice(samples),
        2 => {
            for (pixels, &sample) in pixels.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
                *pixels = [sample; 2];
            }
        }
        times => {
            for (pixels, &sample) in pixels.chunks_exact_mut(times).zip(samples) {
                pixels.fill(sample);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    #[test]
    fn pixels_lie_between_samples_on_every_level() {
        let samples: Vec<u8> =
            (0..102u32).map(|at| [0, 255, (at * 97) as u8, (at * at) as u8][at as usize % 4]).collect();
        let far: Vec<u8> = samples.iter().rev().copied().collect();
        for count in [1, 2, 15, 16, 17, 33, 100] {
            let weigh = |near: u8, far: u8| 3 * u32::from(near) + u32::from(far);
            for level in levels() {
                let mut found = vec![7; 2 * count];
                dispatch!(level, simd => columns(simd, &samples[..count + 2], &mut found));
                for (pixel, &value) in found.iter().enumerate() {
                    let (at, side) = (pixel / 2 + 1, pixel % 2);
                    let expected = (weigh(samples[at], samples[at - 1 + 2 * side]) + 1 + side as u32) >> 2;
                    assert_eq!(u32::from(value), expected, "{pixel} of {count} at {level:?}");
                }

                let mut blended = vec![0; count + 2];
                dispatch!(level, simd => blend(simd, &samples[..count + 2], &far[..count + 2], &mut blended));
                dispatch!(level, simd => blended_columns(simd, &blended, &mut found));
                for (pixel, &value) in found.iter().enumerate() {
                    let (at, side) = (pixel / 2 + 1, pixel % 2);
                    let sum = |at: usize| weigh(samples[at], far[at]);
                    let expected = (3 * sum(at) + sum(at - 1 + 2 * side) + 8 - side as u32) >> 4;
                    assert_eq!(u32::from(value), expected, "{pixel} of {count} at {level:?}");
                }
            }
        }
    }
}
