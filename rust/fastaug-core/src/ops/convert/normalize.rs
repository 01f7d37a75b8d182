//! `value · scale + offset` per channel, into floating point.

use super::ConvertOp;
use crate::{
    image::{DType, Format, Image, ImageMut},
    ops::Context,
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

impl Normalize {
    /// Factor and summand of one channel.
    pub fn channel(&self, channel: usize) -> (f32, f32) {
        let pick = |values: &[f32]| values.get(channel).or(values.last()).copied().unwrap_or(0.0);
        (pick(&self.scale), pick(&self.offset))
    }
}

impl ConvertOp for Normalize {
    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _context: &mut Context<'_>) {
        let ImageMut::F32(mut target) = output else { unreachable!("normalization writes float32") };
        let channels = input.shape().channels;
        let factors: Vec<(f32, f32)> = (0..channels).map(|channel| self.channel(channel)).collect();
        for y in 0..input.shape().height {
            let row = target.row_mut(y);
            match input {
                Image::U8(source) => {
                    for (index, (value, from)) in row.iter_mut().zip(source.row(y)).enumerate() {
                        let (scale, offset) = factors[index % channels];
                        *value = f32::from(*from) * scale + offset;
                    }
                }
                Image::F32(source) => {
                    for (index, (value, from)) in row.iter_mut().zip(source.row(y)).enumerate() {
                        let (scale, offset) = factors[index % channels];
                        *value = from * scale + offset;
                    }
                }
                _ => unreachable!("only pictures are normalized"),
            }
        }
    }
}
