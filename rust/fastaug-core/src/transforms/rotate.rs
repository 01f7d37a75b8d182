//! Rotates around the middle.
//!
//! Parameters: `angle_range`, `crop_border`, interpolations, border, `rotate_method`. Operations:
//! [`Warp`](crate::ops::geometry::Warp), [`Crop`](crate::ops::geometry::Crop).

use super::{Transform, shared::{mapping::{Moves, Resampling, push_warp}, sizing::push_crop}};
use crate::{
    Result,
    image::{Rect, Shape},
    ops::geometry::BoxMethod,
    param::{Border, BorderMode, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Rotates by an angle from `angle_range`, in degrees against the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    angle_range: Interval,
    interpolation: Interpolation,
    border_mode: BorderMode,
    rotate_method: BoxMethod,
    crop_border: bool,
    mask_interpolation: Interpolation,
    fill: Fill,
    fill_mask: Fill,
}

/// The largest rectangle along the axes inside the turned image.
fn largest_inside(shape: Shape, degrees: f64) -> Rect {
    let (width, height) = (shape.width as f64, shape.height as f64);
    let angle = degrees.to_radians();
    let (sin, cos) = (libm::sin(angle).abs(), libm::cos(angle).abs());
    let (long, short) = (width.max(height), width.min(height));
    let (across, down) = if short <= 2.0 * sin * cos * long || (sin - cos).abs() < 1e-10 {
        // Two corners touch the longer sides.
        let half = 0.5 * short;
        if width >= height { (half / sin, half / cos) } else { (half / cos, half / sin) }
    } else {
        let both = cos * cos - sin * sin;
        ((width * cos - height * sin) / both, (height * cos - width * sin) / both)
    };
    let edges = |length: f64, inside: f64| {
        let first = ((length / 2.0 - inside / 2.0) as usize).min(length as usize - 1);
        let last = ((length / 2.0 + inside / 2.0) as usize).clamp(first + 1, length as usize);
        (first, last)
    };
    let ((x, right), (y, bottom)) = (edges(width, across), edges(height, down));
    Rect { x, y, width: right - x, height: bottom - y }
}

impl Transform for Rotate {
    fn is_random(&self) -> bool {
        !self.angle_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let rotate = sampler.uniform("angle_range", self.angle_range)?;
        let shape = sampler.shape();
        let moves = Moves { translate: (0.0, 0.0), shear: (0.0, 0.0), scale: (1.0, 1.0), rotate };
        let resampling = Resampling {
            interpolations: Interpolations { image: self.interpolation, mask: self.mask_interpolation },
            border: Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() },
            box_method: self.rotate_method,
        };
        push_warp(sampler, moves.matrix(shape), (shape.height, shape.width), resampling, 1.0);
        if self.crop_border {
            push_crop(sampler, largest_inside(shape, rotate))?;
        }
        Ok(())
    }
}
