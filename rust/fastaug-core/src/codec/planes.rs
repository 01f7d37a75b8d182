//! The components of JPEG files as they are stored.

use super::{Scale, info, is_jpeg, jpeg::decoder, undecodable};
use crate::{
    Error, Result,
    image::{Scratch, Shape},
    simd,
};
use fastaug_jpeg::{Decoder, Options, PlaneMut};

/// A JPEG file whose header was read, and whose components are wanted.
pub struct JpegPlanes<'a> {
    decoder: Decoder<'a>,
    options: Options,
}

impl<'a> JpegPlanes<'a> {
    /// Reads the header.
    pub fn open(bytes: &'a [u8], scale: Scale, tolerant: bool) -> Result<Self> {
        if !is_jpeg(bytes) {
            let format = info(bytes)?.format;
            return Err(Error::Decode(format!("only JPEG files are stored in planes, and this one is {format}")));
        }
        let options = Options { scale: scale.eighths(), tolerant, level: simd::level(), ..Options::default() };
        Ok(Self { decoder: decoder(bytes)?, options })
    }

    /// The size of each plane.
    pub fn shapes(&self) -> Vec<Shape> {
        let sizes = self.decoder.plane_sizes(self.options.scale);
        sizes.into_iter().map(|(width, height)| Shape::new(height, width, 1)).collect()
    }

    /// Decodes into memory for exactly these samples.
    pub fn decode<'p>(&self, planes: impl Iterator<Item = &'p mut [u8]>, scratch: &mut Scratch) -> Result<()> {
        let mut planes: Vec<PlaneMut<'_>> =
            planes.zip(self.shapes()).map(|(samples, shape)| PlaneMut { samples, stride: shape.width }).collect();
        self.decoder.decode_planes(&self.options, &mut planes, &mut scratch.jpeg).map_err(undecodable)?;
        Ok(())
    }
}
