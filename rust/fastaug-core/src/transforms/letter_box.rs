//! Resizes, keeping proportions, into a fixed size, and fills what is left.
//!
//! Parameters: `size`, interpolations, fills, `position`. Operations: [`Resize`](crate::ops::geometry::Resize),
//! [`Pad`](crate::ops::geometry::Pad).

use super::{Transform, shared::{placement::{PadPosition, pad_to}, sizing::{push_resize, scaled}}};
use crate::{
    Result,
    param::{Border, BorderMode, Fill, Interpolation, Interpolations, Size},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Resizes to fit into `size` and pads to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterBox {
    size: (Size, Size),
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    fill: Fill,
    fill_mask: Fill,
    position: PadPosition,
}

impl Transform for LetterBox {
    fn is_random(&self) -> bool {
        self.position.is_random()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let (height, width) = (self.size.0.get(), self.size.1.get());
        let shape = sampler.shape();
        let scale = (height as f64 / shape.height as f64).min(width as f64 / shape.width as f64);
        let size = (scaled(shape.height, scale).min(height), scaled(shape.width, scale).min(width));
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        push_resize(sampler, size, interpolations, None, false);
        let border =
            Border { mode: BorderMode::Constant, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
        pad_to(sampler, height, width, self.position, border)
    }
}
