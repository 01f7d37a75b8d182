//! Cuts a random part of random height and fixed proportions, and resizes it.
//!
//! Parameters: `min_max_height`, `size`, `w2h_ratio`, interpolations. Operations: [`Crop`](crate::ops::geometry::Crop),
//! [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, Wrong, shared::sizing::{AreaForDownscale, push_crop, push_resize, random_place}};
use crate::{
    Result,
    param::{Bounds, Interpolation, Interpolations, Interval, Positive, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Cuts a part with a height from `min_max_height`, and resizes it to `size`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomSizedCrop {
    min_max_height: Interval,
    size: (Size, Size),
    w2h_ratio: Positive,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    area_for_downscale: Option<AreaForDownscale>,
}

impl Transform for RandomSizedCrop {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::whole("min_max_height", self.min_max_height)?;
        Bounds::within("min_max_height", self.min_max_height, 1.0, f64::INFINITY)
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let heights = self.min_max_height;
        let rect = sampler.value("crop", |stream| {
            let height = stream.integer(heights.low as i64, heights.high as i64) as usize;
            let width = (height as f64 * self.w2h_ratio.get()) as usize;
            random_place(stream, (height, width), (shape.height, shape.width))
        })?;
        push_crop(sampler, rect)?;
        let size = (self.size.0.get(), self.size.1.get());
        let shrinks = rect.height > size.0 || rect.width > size.1;
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        push_resize(sampler, size, interpolations, self.area_for_downscale, shrinks);
        Ok(())
    }
}
