//! Cuts a rectangle of fixed size from a random place.
//!
//! Parameters: `height`, `width`; what to do with a smaller image. Operations: [`Pad`](crate::ops::geometry::Pad) (where
//! asked), [`Crop`](crate::ops::geometry::Crop).

use super::Transform;
use crate::{
    Result,
    image::Rect,
    ops::geometry::Crop,
    param::{Border, BorderMode, Fill, Size},
    policy::Sampler,
    transforms::shared::placement::{PadPosition, pad_to},
};
use serde::{Deserialize, Serialize};

/// Cuts `height` × `width` pixels from a random place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomCrop {
    height: Size,
    width: Size,
    pad_if_needed: bool,
    pad_position: PadPosition,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

impl Transform for RandomCrop {
    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let (height, width) = (self.height.get(), self.width.get());
        if self.pad_if_needed {
            let border =
                Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
            pad_to(sampler, height, width, self.pad_position, border)?;
        }
        let shape = sampler.shape();
        if height > shape.height || width > shape.width {
            return Err(sampler.too_small(height, width));
        }
        let x = sampler.integer("x", 0, (shape.width - width) as i64)? as usize;
        let y = sampler.integer("y", 0, (shape.height - height) as i64)? as usize;
        sampler.push(Crop { rect: Rect { x, y, width, height } });
        Ok(())
    }
}
