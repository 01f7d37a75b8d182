//! Equalizes brightness in tiles, with a limit to contrast.
//!
//! Parameters: `clip_range`, `tile_grid_size`. Operations: [`Clahe`](filter::Clahe).

use super::{Transform, Wrong};
use crate::{
    Error, Result,
    ops::filter,
    param::{Bounds, Interval, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Equalizes gray, or the lightness of RGB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CLAHE {
    clip_range: Interval,
    tile_grid_size: (Size, Size),
}

impl Transform for CLAHE {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("clip_range", self.clip_range, 1.0, f64::INFINITY)
    }

    fn is_random(&self) -> bool {
        !self.clip_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let clip_limit = sampler.uniform("clip_range", self.clip_range)?;
        match sampler.shape().channels {
            1 | 3 => {
                // OpenCV names the size first across, then down.
                let (tiles_across, tiles_down) = (self.tile_grid_size.0.get(), self.tile_grid_size.1.get());
                sampler.push(filter::Clahe { clip_limit, tiles_across, tiles_down });
                Ok(())
            }
            channels => Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}"))),
        }
    }
}
