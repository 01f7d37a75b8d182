//! Between 8-bit values and floating point.

use super::ConvertOp;
use crate::{
    image::{DType, Format, Image, ImageMut},
    ops::Context,
};
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
    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _context: &mut Context<'_>) {
        let ImageMut::F32(mut target) = output else { unreachable!("floats are written") };
        match input {
            Image::U8(source) => {
                let table: [f32; 256] = std::array::from_fn(|value| value as f32 / self.max_value);
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    for (value, from) in row.iter_mut().zip(from) {
                        *value = table[*from as usize];
                    }
                }
            }
            Image::F32(source) => target.copy_from(source),
            _ => unreachable!("only pictures are converted"),
        }
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
    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::U8)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _context: &mut Context<'_>) {
        let ImageMut::U8(mut target) = output else { unreachable!("8-bit values are written") };
        match input {
            Image::F32(source) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    for (value, from) in row.iter_mut().zip(from) {
                        *value = (from * self.max_value).round_ties_even() as u8;
                    }
                }
            }
            Image::U8(source) => target.copy_from(source),
            _ => unreachable!("only pictures are converted"),
        }
    }
}
