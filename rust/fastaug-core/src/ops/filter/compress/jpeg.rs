//! The loss of a JPEG file, byte for byte what libjpeg-turbo's encoder and decoder make of a picture, without the file.

use super::{by_files, in_order};
use crate::{
    image::{Image, ImageMut},
    ops::{Context, filter::FilterOp},
};
use fastaug_jpeg::{
    Colour,
    encode::{Options, Picture, PixelFormat, recompress},
};
use std::fmt;

/// Chroma at half the size in both directions, as is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegLoss {
    /// 1 to 100.
    pub quality: u8,
}

impl fmt::Display for JpegLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JPEG at quality {}", self.quality)
    }
}

impl FilterOp for JpegLoss {
    fn any_channels(&self) -> bool {
        true
    }

    fn largest_side(&self) -> Option<usize> {
        // What libjpeg writes at most.
        Some(65_500)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let options = Options { quality: self.quality, ..Options::default() };
        by_files(input, output, context, &|source, mut target, context| {
            let shape = source.shape();
            let gray = shape.channels == 1;
            let (format, colour) =
                if gray { (PixelFormat::Gray, Colour::Gray) } else { (PixelFormat::Rgb, Colour::Rgb) };
            in_order(source, context, |rows, stride, context| {
                let (pixels, apart) = target.raw_mut();
                let workspace = &mut context.scratch.jpeg;
                Picture::new(rows, (shape.height, shape.width), stride, format)
                    .and_then(|picture| recompress(picture, &options, colour, pixels, apart, workspace, context.level))
                    .unwrap_or_else(|error| unreachable!("sizes and quality were checked: {error}"));
            });
        });
    }
}
