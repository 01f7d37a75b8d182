//! Cuts a part of fixed size from the middle.
//!
//! Parameters: `height`, `width`; what to do with a smaller image. Operations: [`Pad`](crate::ops::geometry::Pad) (where
//! asked), [`Crop`](crate::ops::geometry::Crop).

use super::{Transform, shared::{placement::{PadPosition, pad_to}, sizing::{middle_place, push_crop}}};
use crate::{
    Result,
    param::{Border, BorderMode, Fill, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Cuts `height` × `width` pixels from the middle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CenterCrop {
    height: Size,
    width: Size,
    pad_if_needed: bool,
    pad_position: PadPosition,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

impl Transform for CenterCrop {
    fn is_random(&self) -> bool {
        self.pad_if_needed && self.pad_position.is_random()
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
        push_crop(sampler, middle_place((height, width), (shape.height, shape.width)))
    }
}
