//! Replaces single pixels or values.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::Element,
    ops::{Context, Role},
    param::Fill,
    rng::{PixelNoise, WORDS},
};
use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use std::fmt;

/// Replaces each pixel, or each of its values, with some probability; where masks are dropped too, they lose the same
/// pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelDropout {
    /// Numbers the draws.
    pub seed: u64,
    /// How likely each pixel is replaced.
    pub probability: f64,
    /// Whether every channel draws for itself.
    pub per_channel: bool,
    /// By what.
    pub value: Fill,
    /// By what in masks; without it they stay as they are.
    pub mask_value: Option<Fill>,
}

impl fmt::Display for PixelDropout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drop {} of the {}", self.probability, if self.per_channel { "values" } else { "pixels" })
    }
}

impl PointwiseOp for PixelDropout {
    fn any_channels(&self) -> bool {
        true
    }

    fn applies_to(&self, role: Role) -> bool {
        role == Role::Image || self.mask_value.is_some()
    }

    fn run(&self, rows: Rows<'_>, place: Place, role: Role, context: &mut Context<'_>) {
        let fill = match (role, &self.mask_value) {
            (Role::Image, _) => &self.value,
            (Role::Mask, Some(fill)) => fill,
            (Role::Mask, None) => return,
        };
        match rows {
            Rows::U8(values) => self.each_row(values, place, fill, context.level),
            Rows::U16(values) => self.each_row(values, place, fill, context.level),
            Rows::U32(values) => self.each_row(values, place, fill, context.level),
            Rows::U64(values) => self.each_row(values, place, fill, context.level),
            Rows::F32(values) => self.each_row(values, place, fill, context.level),
        }
    }
}

impl PixelDropout {
    fn each_row<T: Element>(&self, values: &mut [T], place: Place, fill: &Fill, level: Level) {
        let colour = fill.pixel::<T>(place.shape.channels);
        // A word below the limit drops. All of them are where the limit does not fit a word.
        let Ok(limit) = u32::try_from((self.probability * 4_294_967_296.0).round() as u64) else {
            for pixel in values.chunks_exact_mut(colour.len()) {
                pixel.copy_from_slice(&colour);
            }
            return;
        };
        let noise = PixelNoise::new(self.seed);
        for (index, row) in values.chunks_exact_mut(place.shape.row_len()).enumerate() {
            let y = (place.y + index) as u32;
            if self.per_channel {
                dispatch!(level, simd => drop_values(simd, row, noise, y, limit, &colour));
            } else {
                dispatch!(level, simd => drop_pixels(simd, row, noise, y, limit, &colour));
            }
        }
    }
}

#[simd]
fn drop_values<S: Simd, T: Copy>(simd: S, row: &mut [T], noise: PixelNoise, y: u32, limit: u32, colour: &[T]) {
    for (batch, values) in row.chunks_mut(WORDS).enumerate() {
        let mut dropped = dropped(simd, noise, y, batch, limit);
        while let Some(index) = take_lowest(&mut dropped) {
            if let Some(value) = values.get_mut(index) {
                *value = colour[(batch * WORDS + index) % colour.len()];
            }
        }
    }
}

#[simd]
fn drop_pixels<S: Simd, T: Copy>(simd: S, row: &mut [T], noise: PixelNoise, y: u32, limit: u32, colour: &[T]) {
    let channels = colour.len();
    for (batch, pixels) in row.chunks_mut(WORDS * channels).enumerate() {
        let mut dropped = dropped(simd, noise, y, batch, limit);
        while let Some(index) = take_lowest(&mut dropped) {
            if let Some(pixel) = pixels.get_mut(index * channels..(index + 1) * channels) {
                for (value, &colour) in pixel.iter_mut().zip(colour) {
                    *value = colour;
                }
            }
        }
    }
}

/// A bit for each word of a batch: whether it is below the limit.
#[inline(always)]
fn dropped<S: Simd>(simd: S, noise: PixelNoise, y: u32, batch: usize, limit: u32) -> u32 {
    let words = noise.batch(simd, y, batch as u32);
    let mut bits = 0;
    for (index, words) in words.into_iter().enumerate() {
        bits |= (words.simd_lt(limit).to_bitmask() as u32) << (8 * index);
    }
    bits
}

/// Takes the lowest bit that is set.
#[inline(always)]
fn take_lowest(bits: &mut u32) -> Option<usize> {
    if *bits == 0 {
        return None;
    }
    let index = bits.trailing_zeros() as usize;
    *bits &= *bits - 1;
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::PixelDropout;
    use crate::{
        image::Shape,
        ops::{
            Role,
            pointwise::{PointwiseOp, twins},
        },
        param::Fill,
        rng::PixelNoise,
        simd::level,
    };

    /// Whether the word of a place drops.
    fn drops(probability: f64, y: usize, at: usize) -> bool {
        let block = at / 32 * 8 + at % 8;
        let word = PixelNoise::new(6).words((y as u64) << 32 | block as u64)[at % 32 / 8];
        f64::from(word) < (probability * 4_294_967_296.0).round()
    }

    fn check<T: twins::RowElement>(op: &PixelDropout, role: Role, colour: [T; 3]) {
        twins::check::<T>(op, [1, 2, 3, 5], role, |_, y, x, pixel| {
            let channels = pixel.len();
            for (channel, value) in pixel.iter_mut().enumerate() {
                let at = if op.per_channel { x * channels + channel } else { x };
                if drops(op.probability, y, at) {
                    *value = colour[channel.min(2)];
                }
            }
        });
    }

    #[test]
    fn pixels_or_values_are_replaced() {
        for probability in [0.0, 0.01, 0.3, 0.999, 1.0] {
            for per_channel in [false, true] {
                let op = PixelDropout {
                    seed: 6,
                    probability,
                    per_channel,
                    value: Fill::Channels(vec![9.0, 99.0, 200.0]),
                    mask_value: Some(Fill::Value(60_000.0)),
                };
                check::<u8>(&op, Role::Image, [9, 99, 200]);
                check::<f32>(&op, Role::Image, [9.0, 99.0, 200.0]);
                check::<u16>(&op, Role::Mask, [60_000; 3]);
                assert!(op.applies_to(Role::Mask));
                assert!(!PixelDropout { mask_value: None, ..op }.applies_to(Role::Mask));
            }
        }
    }

    #[test]
    fn as_many_as_the_probability_says() {
        let shape = Shape::new(300, 700, 1);
        let op =
            PixelDropout { seed: 1, probability: 0.05, per_channel: false, value: Fill::Value(1.0), mask_value: None };
        let output = twins::run(&op, &vec![0u8; shape.len()], shape, Role::Image, 300, level());
        let dropped = output.iter().map(|&value| f64::from(value)).sum::<f64>();
        let (expected, deviation) = (0.05 * 210_000.0, f64::sqrt(0.05 * 0.95 * 210_000.0));
        assert!((dropped - expected).abs() < 5.0 * deviation, "{dropped} pixels");
    }
}
