//! Shifts, scales and rotates in one resampling.
//!
//! Parameters: `shift_range` (or one for each axis), `scale_range`, `rotate_range`, interpolations, border,
//! `rotate_method`. Operations: [`Warp`](crate::ops::geometry::Warp).

use super::{Transform, Wrong, shared::mapping::{Moves, Resampling, push_warp}};
use crate::{
    Result,
    ops::geometry::BoxMethod,
    param::{Border, BorderMode, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Moves the image around its middle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftScaleRotate {
    shift_range: Interval,
    scale_range: Interval,
    rotate_range: Interval,
    interpolation: Interpolation,
    border_mode: BorderMode,
    shift_range_x: Option<Interval>,
    shift_range_y: Option<Interval>,
    rotate_method: BoxMethod,
    mask_interpolation: Interpolation,
    fill: Fill,
    fill_mask: Fill,
}

impl ShiftScaleRotate {
    fn shifts(&self) -> (Interval, Interval) {
        (self.shift_range_x.unwrap_or(self.shift_range), self.shift_range_y.unwrap_or(self.shift_range))
    }
}

impl Transform for ShiftScaleRotate {
    fn check(&self) -> Result<(), Wrong> {
        if self.scale_range.low <= -1.0 {
            return Err(("scale_range", format!("must be above -1, got {}", self.scale_range.low)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        let (x, y) = self.shifts();
        !(x.is_single() && y.is_single() && self.scale_range.is_single() && self.rotate_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let (x, y) = self.shifts();
        let across = sampler.uniform("shift_range_x", x)?;
        let down = sampler.uniform("shift_range_y", y)?;
        let scale = 1.0 + sampler.uniform("scale_range", self.scale_range)?;
        let rotate = sampler.uniform("rotate_range", self.rotate_range)?;
        let translate = ((across * shape.width as f64).trunc(), (down * shape.height as f64).trunc());
        let moves = Moves { translate, shear: (0.0, 0.0), scale: (scale, scale), rotate };
        let resampling = Resampling {
            interpolations: Interpolations { image: self.interpolation, mask: self.mask_interpolation },
            border: Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() },
            box_method: self.rotate_method,
        };
        push_warp(sampler, moves.matrix(shape), (shape.height, shape.width), resampling, scale);
        Ok(())
    }
}
