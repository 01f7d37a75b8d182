//! Between 8-bit values and floating point.

use super::ConvertOp;
use crate::{
    image::{DType, Format, Image, ImageMut},
    ops::{Context, arithmetic::rounding::nearest_byte},
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Divides 8-bit values by the greatest; floating point stays as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToFloat {
    /// The greatest value.
    pub max_value: f32,
}

impl fmt::Display for ToFloat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to float32, divided by {}", self.max_value)
    }
}

impl ConvertOp for ToFloat {
    fn any_channels(&self) -> bool {
        true
    }

    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let ImageMut::F32(mut target) = output else { unreachable!("floats are written") };
        match input {
            Image::U8(source) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    dispatch!(context.level, simd => divide(simd, from, self.max_value, row));
                }
            }
            Image::F32(source) => target.copy_from(source),
            _ => unreachable!("only pictures are converted"),
        }
    }
}

#[simd]
fn divide<S: Simd>(_: S, row: &[u8], max_value: f32, target: &mut [f32]) {
    for (value, from) in target.iter_mut().zip(row) {
        *value = f32::from(*from) / max_value;
    }
}

#[simd]
fn multiply<S: Simd>(_: S, row: &[f32], max_value: f32, target: &mut [u8]) {
    for (value, from) in target.iter_mut().zip(row) {
        *value = nearest_byte(from * max_value);
    }
}

/// Multiplies floating point by the greatest value, and rounds to 8 bits (ties to even); 8-bit values stay as they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FromFloat {
    /// The greatest value.
    pub max_value: f32,
}

impl fmt::Display for FromFloat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to uint8, multiplied by {}", self.max_value)
    }
}

impl ConvertOp for FromFloat {
    fn any_channels(&self) -> bool {
        true
    }

    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::U8)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let ImageMut::U8(mut target) = output else { unreachable!("8-bit values are written") };
        match input {
            Image::F32(source) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    dispatch!(context.level, simd => multiply(simd, from, self.max_value, row));
                }
            }
            Image::U8(source) => target.copy_from(source),
            _ => unreachable!("only pictures are converted"),
        }
    }
}
