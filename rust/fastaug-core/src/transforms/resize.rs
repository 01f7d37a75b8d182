//! Resizes to a fixed size.
//!
//! Parameters: `height`, `width`, interpolations, `area_for_downscale`. Operations: [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, shared::sizing::{AreaForDownscale, push_resize}};
use crate::{
    Result,
    param::{Interpolation, Interpolations, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Resizes to `height` × `width`, whatever the proportions were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resize {
    height: Size,
    width: Size,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    area_for_downscale: Option<AreaForDownscale>,
}

impl Transform for Resize {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let size = (self.height.get(), self.width.get());
        let shape = sampler.shape();
        let shrinks = size.0 < shape.height || size.1 < shape.width;
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        push_resize(sampler, size, interpolations, self.area_for_downscale, shrinks);
        Ok(())
    }
}
