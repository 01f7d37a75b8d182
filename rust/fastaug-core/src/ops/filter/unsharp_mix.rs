//! Sharpening by what a blur takes away: `pixel + amount · (pixel − blurred)`.

use super::{FilterOp, GaussianBlur};
use crate::{
    image::{Image, ImageMut},
    ops::Context,
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Adds a multiple of the difference between the image and its blurred self. Differences are signed, and `uint8` is
/// rounded to nearest.
#[derive(Clone, Debug, PartialEq)]
pub struct UnsharpMix {
    /// The blur.
    pub blur: GaussianBlur,
    /// How much of the difference is added.
    pub amount: f32,
}

impl fmt::Display for UnsharpMix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sharpen by {} × what {} takes away", self.amount, self.blur)
    }
}

impl FilterOp for UnsharpMix {
    fn any_channels(&self) -> bool {
        true
    }

    fn run(&self, input: Image<'_>, mut output: ImageMut<'_>, context: &mut Context<'_>) {
        self.blur.run(input, output.reborrow(), context);
        match (input, output) {
            (Image::U8(source), ImageMut::U8(mut target)) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    dispatch!(context.level, simd => mix_bytes(simd, row, from, self.amount));
                }
            }
            (Image::F32(source), ImageMut::F32(mut target)) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    dispatch!(context.level, simd => mix_floats(simd, row, from, self.amount));
                }
            }
            _ => unreachable!("only pictures are sharpened"),
        }
    }
}

#[simd]
fn mix_bytes<S: Simd>(_: S, blurred: &mut [u8], source: &[u8], amount: f32) {
    for (blurred, value) in blurred.iter_mut().zip(source) {
        let difference = f32::from(i16::from(*value) - i16::from(*blurred));
        let mixed = f32::from(*value) + amount * difference;
        // From 2²³ on, floats are whole numbers: the addition rounds to nearest.
        *blurred = (mixed.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8;
    }
}

#[simd]
fn mix_floats<S: Simd>(_: S, blurred: &mut [f32], source: &[f32], amount: f32) {
    for (blurred, value) in blurred.iter_mut().zip(source) {
        *blurred = (value + amount * (value - *blurred)).clamp(0.0, 1.0);
    }
}
