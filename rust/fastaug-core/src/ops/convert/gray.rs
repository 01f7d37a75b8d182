//! Makes a picture gray and gives it another number of channels.

use super::ConvertOp;
use crate::{
    image::{Element, Format, Image, ImageMut, Shape, View, ViewMut},
    ops::{
        Context,
        arithmetic::{
            luma::{Brightness, Luma},
            spread::spread,
        },
    },
};
use std::fmt;

/// Replaces the channels of a pixel by other channels that all are one number. Where the number of channels stays, the
/// [pointwise operation](crate::ops::pointwise::Gray) does the same in place.
#[derive(Clone, Debug, PartialEq)]
pub struct GrayChannels {
    /// Which number.
    pub luma: Luma,
    /// How many channels.
    pub channels: usize,
}

impl fmt::Display for GrayChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gray ({}) of {} channels", self.luma, self.channels)
    }
}

impl ConvertOp for GrayChannels {
    fn output(&self, input: Format) -> Format {
        Format::new(Shape { channels: self.channels, ..input.shape }, input.dtype)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.convert(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => self.convert(source, target, context),
            _ => unreachable!("only pictures become gray, and they keep their type"),
        }
    }
}

impl GrayChannels {
    fn convert<T: Element + Brightness>(
        &self,
        source: View<'_, T>,
        mut target: ViewMut<'_, T>,
        context: &mut Context<'_>,
    ) {
        let shape = source.shape();
        if self.channels == 1 {
            for (row, from) in target.rows_mut().zip(source.rows()) {
                T::write(&self.luma, from, shape.channels, row, context.level);
            }
            return;
        }
        let mut buffer = context.scratch.take::<T>(shape.width);
        let grays = &mut buffer[..shape.width];
        for (row, from) in target.rows_mut().zip(source.rows()) {
            T::write(&self.luma, from, shape.channels, grays, context.level);
            spread(grays, row, self.channels, context.level);
        }
        context.scratch.give(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::GrayChannels;
    use crate::{
        image::{DType, Format, Image, ImageBuf, Scratch, Shape, View},
        ops::{Context, arithmetic::luma::Luma, convert::ConvertOp, pointwise::twins},
        simd::levels,
    };

    #[test]
    fn channels_are_made_and_taken_away() {
        for level in levels() {
            for (from, to) in [(3, 1), (3, 4), (3, 2), (5, 1), (2, 3)] {
                let shape = Shape::new(3, 37, from);
                let values = twins::image::<u8>(shape);
                let op = GrayChannels { luma: Luma::Average, channels: to };
                let format = op.output(Format::new(shape, DType::U8));
                let mut output = ImageBuf::zeros(format);
                let mut scratch = Scratch::default();
                let image = Image::U8(View::contiguous(&values, shape));
                op.run(image, output.as_image_mut(), &mut Context { level, scratch: &mut scratch });
                let ImageBuf::U8(output, _) = output else { panic!() };
                for (made, pixel) in output.chunks(to).zip(values.chunks(from)) {
                    let sum: u32 = pixel.iter().map(|&value| u32::from(value)).sum();
                    assert!(made.iter().all(|&gray| u32::from(gray) == sum / from as u32));
                }
            }
        }
    }
}
