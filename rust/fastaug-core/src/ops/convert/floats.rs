//! Rows of pixels into rows of floats, `value · scale + offset`: interleaved or as planes, single or half precision. What
//! normalization and the final store have in common.

use crate::{
    image::Element,
    ops::arithmetic::{
        factors::{Factors, LENGTH},
        planes::{self, BLOCK, PIXELS},
    },
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use half::{bf16, f16, slice::HalfFloatSliceExt};

/// A value of a picture.
pub trait Value: Element {
    /// The same number in floating point.
    fn float(self) -> f32;

    /// The channels of some RGB pixels.
    fn split<S: Simd>(simd: S, block: &[Self; BLOCK]) -> [[Self; PIXELS]; 3];
}

impl Value for u8 {
    #[inline(always)]
    fn float(self) -> f32 {
        f32::from(self)
    }

    #[inline(always)]
    fn split<S: Simd>(simd: S, block: &[Self; BLOCK]) -> [[Self; PIXELS]; 3] {
        planes::split(simd, block)
    }
}

impl Value for f32 {
    #[inline(always)]
    fn float(self) -> f32 {
        self
    }

    #[inline(always)]
    fn split<S: Simd>(_: S, block: &[Self; BLOCK]) -> [[Self; PIXELS]; 3] {
        let pixels = block.as_chunks::<3>().0;
        std::array::from_fn(|channel| std::array::from_fn(|pixel| pixels[pixel][channel]))
    }
}

/// What is made of a float where it is stored.
pub trait Stored: Copy {
    /// Stores floats.
    fn store(floats: &[f32], target: &mut [Self]);
}

impl Stored for f32 {
    #[inline(always)]
    fn store(floats: &[f32], target: &mut [Self]) {
        target.copy_from_slice(floats);
    }
}

impl Stored for f16 {
    #[inline(always)]
    fn store(floats: &[f32], target: &mut [Self]) {
        target.convert_from_f32_slice(floats);
    }
}

impl Stored for bf16 {
    #[inline(always)]
    fn store(floats: &[f32], target: &mut [Self]) {
        target.convert_from_f32_slice(floats);
    }
}

/// Rows of one image whose channels lie one after the other.
#[derive(Debug)]
pub struct Planes<'p, U> {
    /// All values of the image.
    pub values: &'p mut [U],
    /// Rows of the image.
    pub height: usize,
    /// Columns of the image.
    pub width: usize,
}

impl<U> Planes<'_, U> {
    /// A row of one channel.
    #[inline(always)]
    pub fn row(&mut self, channel: usize, y: usize) -> &mut [U] {
        let begin = (channel * self.height + y) * self.width;
        &mut self.values[begin..begin + self.width]
    }
}

/// Writes a row in the order it has.
pub fn interleaved<T: Value, U: Stored>(row: &[T], factors: &Factors<'_>, target: &mut [U], level: Level) {
    dispatch!(level, simd => interleaved_with(simd, row, factors, target));
}

#[simd]
fn interleaved_with<S: Simd, T: Value, U: Stored>(_: S, row: &[T], factors: &Factors<'_>, target: &mut [U]) {
    let channels = factors.channels();
    let Some((scale, offset)) = factors.repeated() else {
        for (pixel, from) in target.chunks_exact_mut(channels).zip(row.chunks_exact(channels)) {
            for (channel, (value, from)) in pixel.iter_mut().zip(from).enumerate() {
                let (scale, offset) = factors.channel(channel);
                U::store(&[from.float() * scale + offset], std::slice::from_mut(value));
            }
        }
        return;
    };
    let (blocks, rest) = row.as_chunks::<LENGTH>();
    let (targets, target_rest) = target.as_chunks_mut::<LENGTH>();
    for (target, block) in targets.iter_mut().zip(blocks) {
        let mut floats = [0.0; LENGTH];
        for index in 0..LENGTH {
            floats[index] = block[index].float() * scale[index] + offset[index];
        }
        U::store(&floats, target);
    }
    let mut floats = [0.0; LENGTH];
    for (index, from) in rest.iter().enumerate() {
        floats[index] = from.float() * scale[index] + offset[index];
    }
    U::store(&floats[..rest.len()], target_rest);
}

/// Writes a row as a row of each plane.
pub fn planar<T: Value, U: Stored>(
    row: &[T],
    factors: &Factors<'_>,
    y: usize,
    target: &mut Planes<'_, U>,
    level: Level,
) {
    match factors.channels() {
        1 => interleaved(row, factors, target.row(0, y), level),
        3 => dispatch!(level, simd => planar_rgb(simd, row, factors, y, target)),
        channels => {
            for channel in 0..channels {
                let (scale, offset) = factors.channel(channel);
                let values = row.iter().skip(channel).step_by(channels);
                for (value, from) in target.row(channel, y).iter_mut().zip(values) {
                    U::store(&[from.float() * scale + offset], std::slice::from_mut(value));
                }
            }
        }
    }
}

#[simd]
fn planar_rgb<S: Simd, T: Value, U: Stored>(
    simd: S,
    row: &[T],
    factors: &Factors<'_>,
    y: usize,
    target: &mut Planes<'_, U>,
) {
    let factors = [factors.channel(0), factors.channel(1), factors.channel(2)];
    let (blocks, rest) = row.as_chunks::<BLOCK>();
    let mut x = 0;
    for block in blocks {
        let channels = T::split(simd, block);
        for channel in 0..3 {
            let (scale, offset) = factors[channel];
            let mut floats = [0.0; PIXELS];
            for pixel in 0..PIXELS {
                floats[pixel] = channels[channel][pixel].float() * scale + offset;
            }
            U::store(&floats, &mut target.row(channel, y)[x..x + PIXELS]);
        }
        x += PIXELS;
    }
    for channel in 0..3 {
        let (scale, offset) = factors[channel];
        let mut floats = [0.0; PIXELS];
        for (float, pixel) in floats.iter_mut().zip(rest.as_chunks::<3>().0) {
            *float = pixel[channel].float() * scale + offset;
        }
        U::store(&floats[..rest.len() / 3], &mut target.row(channel, y)[x..]);
    }
}

/// Copies a row as a row of each plane.
pub fn copy_planar<T: Value>(row: &[T], channels: usize, y: usize, target: &mut Planes<'_, T>, level: Level) {
    match channels {
        1 => target.row(0, y).copy_from_slice(row),
        3 => dispatch!(level, simd => copy_planar_rgb(simd, row, y, target)),
        _ => scatter(row, channels, y, target),
    }
}

#[simd]
fn copy_planar_rgb<S: Simd, T: Value>(simd: S, row: &[T], y: usize, target: &mut Planes<'_, T>) {
    let (blocks, rest) = row.as_chunks::<BLOCK>();
    let mut x = 0;
    for block in blocks {
        let channels = T::split(simd, block);
        for (channel, values) in channels.iter().enumerate() {
            target.row(channel, y)[x..x + PIXELS].copy_from_slice(values);
        }
        x += PIXELS;
    }
    for channel in 0..3 {
        for (value, pixel) in target.row(channel, y)[x..].iter_mut().zip(rest.as_chunks::<3>().0) {
            *value = pixel[channel];
        }
    }
}

/// Copies a row of any number of channels as a row of each plane.
pub fn scatter<T: Copy>(row: &[T], channels: usize, y: usize, target: &mut Planes<'_, T>) {
    for channel in 0..channels {
        for (value, from) in target.row(channel, y).iter_mut().zip(row.iter().skip(channel).step_by(channels)) {
            *value = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Planes, copy_planar, interleaved, planar};
    use crate::{image::Shape, ops::arithmetic::factors::Factors, ops::pointwise::twins, simd::levels};
    use half::f16;

    #[test]
    fn every_value_goes_to_its_place_on_every_level() {
        let (scale, offset) = ([0.017, 0.3, -2.0], [0.5, -0.1, 3.0]);
        for channels in [1, 2, 3, 4, 5] {
            for width in [1, 7, 32, 45, 101] {
                let row = twins::image::<u8>(Shape::new(1, width, channels));
                let floats: Vec<f32> = row.iter().map(|&value| f32::from(value) / 255.0).collect();
                let factors = Factors::new(&scale, &offset, channels);
                let expected: Vec<f32> = (0..row.len())
                    .map(|index| {
                        let (scale, offset) = factors.channel(index % channels);
                        f32::from(row[index]) * scale + offset
                    })
                    .collect();
                for level in levels() {
                    let mut made = vec![0.0; row.len()];
                    interleaved(&row, &factors, &mut made, level);
                    assert_eq!(made, expected);
                    let mut halves = vec![f16::ZERO; row.len()];
                    interleaved(&row, &factors, &mut halves, level);
                    assert!(halves.iter().zip(&expected).all(|(half, float)| *half == f16::from_f32(*float)));
                    let mut values = vec![0.0; row.len()];
                    planar(&row, &factors, 0, &mut Planes { values: &mut values, height: 1, width }, level);
                    let mut copied = vec![0.0; row.len()];
                    let mut target = Planes { values: &mut copied, height: 1, width };
                    copy_planar(&floats, channels, 0, &mut target, level);
                    let mut bytes = vec![0; row.len()];
                    copy_planar(&row, channels, 0, &mut Planes { values: &mut bytes, height: 1, width }, level);
                    for (index, float) in expected.iter().enumerate() {
                        let at = index % channels * width + index / channels;
                        assert_eq!(values[at], *float);
                        assert_eq!((bytes[at], copied[at]), (row[index], floats[index]));
                    }
                }
            }
        }
    }
}
