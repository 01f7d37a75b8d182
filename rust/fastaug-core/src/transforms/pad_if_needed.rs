//! Pads to a least size, or to a multiple of a number.
//!
//! Parameters: `min_height` or `pad_height_divisor`, the same across, `position`, border. Operations:
//! [`Pad`](crate::ops::geometry::Pad).

use super::{Transform, Wrong, shared::placement::{PadPosition, pad_to}};
use crate::{
    Result,
    param::{Border, BorderMode, Fill, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Pads where the image is too small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PadIfNeeded {
    min_height: Option<Size>,
    min_width: Option<Size>,
    pad_height_divisor: Option<Size>,
    pad_width_divisor: Option<Size>,
    position: PadPosition,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

/// The length that a side is padded to.
fn wanted(length: usize, least: Option<Size>, divisor: Option<Size>) -> usize {
    match (least, divisor) {
        (Some(least), _) => length.max(least.get()),
        (None, Some(divisor)) => length.next_multiple_of(divisor.get()),
        (None, None) => length,
    }
}

impl Transform for PadIfNeeded {
    fn check(&self) -> Result<(), Wrong> {
        if self.min_height.is_some() == self.pad_height_divisor.is_some() {
            return Err(("min_height", "give either min_height or pad_height_divisor".into()));
        }
        if self.min_width.is_some() == self.pad_width_divisor.is_some() {
            return Err(("min_width", "give either min_width or pad_width_divisor".into()));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        self.position.is_random()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let height = wanted(shape.height, self.min_height, self.pad_height_divisor);
        let width = wanted(shape.width, self.min_width, self.pad_width_divisor);
        let border = Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
        pad_to(sampler, height, width, self.position, border)
    }
}
