//! Scales both sides by a random factor.
//!
//! Parameters: `scale_range` (added to 1), interpolations, `area_for_downscale`. Operations:
//! [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, Wrong, shared::sizing::{AreaForDownscale, push_resize}};
use crate::{
    Result,
    param::{Interpolation, Interpolations, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Scales by one plus a number from `scale_range`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomScale {
    scale_range: Interval,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    area_for_downscale: Option<AreaForDownscale>,
}

impl Transform for RandomScale {
    fn check(&self) -> Result<(), Wrong> {
        if self.scale_range.low <= -1.0 {
            return Err(("scale_range", format!("must be above -1, got {}", self.scale_range.low)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        !self.scale_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let scale = 1.0 + sampler.uniform("scale_range", self.scale_range)?;
        let shape = sampler.shape();
        let size = |side: usize| ((side as f64 * scale) as usize).max(1);
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        let size = (size(shape.height), size(shape.width));
        push_resize(sampler, size, interpolations, self.area_for_downscale, scale < 1.0);
        Ok(())
    }
}
