//! Leaves what a JPEG or WebP file of a random quality would leave of an image.
//!
//! Parameters: `quality_range`, `compression_type`. Operations: [`JpegLoss`] or
//! [`WebpLoss`].

use super::{Transform, Wrong};
use crate::{
    Result,
    ops::filter::{JpegLoss, WebpLoss},
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// What the file would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CompressionType {
    /// JPEG with chroma of half the size.
    Jpeg,
    /// Lossy WebP.
    Webp,
}

/// Compresses at a random quality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCompression {
    quality_range: Interval,
    compression_type: CompressionType,
}

impl Transform for ImageCompression {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::whole("quality_range", self.quality_range)?;
        Bounds::within("quality_range", self.quality_range, 1.0, 100.0)
    }

    fn is_random(&self) -> bool {
        !self.quality_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let (low, high) = (self.quality_range.low as i64, self.quality_range.high as i64);
        let quality = sampler.integer("quality_range", low, high)?.clamp(1, 100) as u8;
        match self.compression_type {
            CompressionType::Jpeg => sampler.push(JpegLoss { quality }),
            CompressionType::Webp => sampler.push(WebpLoss { quality }),
        }
        Ok(())
    }
}
