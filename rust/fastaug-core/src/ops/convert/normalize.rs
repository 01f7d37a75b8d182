//! `value · scale + offset` per channel, into floating point.

use super::{ConvertOp, floats::interleaved};
use crate::{
    image::{DType, Format, Image, ImageMut},
    ops::{Context, arithmetic::factors::Factors},
};
use std::fmt;

/// Multiplies and shifts each channel: the mean and deviation of a data set, folded into two numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalize {
    /// Factor per channel; the last serves all further channels.
    pub scale: Vec<f32>,
    /// Summand per channel, likewise.
    pub offset: Vec<f32>,
}

impl fmt::Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "normalize × {:?} + {:?}", self.scale, self.offset)
    }
}

impl ConvertOp for Normalize {
    fn any_channels(&self) -> bool {
        self.scale.len() == 1
    }

    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let ImageMut::F32(mut target) = output else { unreachable!("normalization writes float32") };
        let factors = Factors::new(&self.scale, &self.offset, input.shape().channels);
        match input {
            Image::U8(source) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    interleaved(from, &factors, row, context.level);
                }
            }
            Image::F32(source) => {
                for (row, from) in target.rows_mut().zip(source.rows()) {
                    interleaved(from, &factors, row, context.level);
                }
            }
            _ => unreachable!("only pictures are normalized"),
        }
    }
}
