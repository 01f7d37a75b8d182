//! Rotates and shrinks so that the whole turned image stays visible.
//!
//! Parameters: `angle_range`, interpolations, border, `rotate_method`. Operations: [`Warp`](crate::ops::geometry::Warp).

use super::{Transform, shared::mapping::{Moves, Resampling, middle, push_warp, shift}};
use crate::{
    Result,
    ops::geometry::{BoxMethod, multiply},
    param::{Border, BorderMode, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Rotates by an angle from `angle_range`, in degrees against the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeRotate {
    angle_range: Interval,
    interpolation: Interpolation,
    border_mode: BorderMode,
    rotate_method: BoxMethod,
    mask_interpolation: Interpolation,
    fill: Fill,
    fill_mask: Option<Fill>,
}

impl Transform for SafeRotate {
    fn is_random(&self) -> bool {
        !self.angle_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let rotate = sampler.uniform("angle_range", self.angle_range)?;
        let shape = sampler.shape();
        let (width, height) = (shape.width as f64, shape.height as f64);
        let moves = Moves { translate: (0.0, 0.0), shear: (0.0, 0.0), scale: (1.0, 1.0), rotate };
        let turned = moves.matrix(shape);
        let (cos, sin) = (turned[0][0].abs(), turned[0][1].abs());
        // The turned image's own frame, in whole pixels, is put back into the size that came in.
        let across = (height * sin + width * cos).trunc().max(1.0);
        let down = (height * cos + width * sin).trunc().max(1.0);
        let (x, y) = middle(shape);
        let centred = multiply(shift(across / 2.0 - x, down / 2.0 - y), turned);
        let (scale_x, scale_y) = (width / across, height / down);
        let matrix = multiply([[scale_x, 0.0, 0.0], [0.0, scale_y, 0.0], [0.0, 0.0, 1.0]], centred);
        let fill_mask = self.fill_mask.clone().unwrap_or(Fill::ZERO);
        let resampling = Resampling {
            interpolations: Interpolations { image: self.interpolation, mask: self.mask_interpolation },
            border: Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask },
            box_method: self.rotate_method,
        };
        push_warp(sampler, matrix, (shape.height, shape.width), resampling, scale_x.max(scale_y));
        Ok(())
    }
}
