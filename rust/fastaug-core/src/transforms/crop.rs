//! Cuts a part given by its edges.
//!
//! Parameters: `x_min`, `y_min`, `x_max`, `y_max`; what to do with a smaller image. Operations:
//! [`Pad`](crate::ops::geometry::Pad) (where asked), [`Crop`](crate::ops::geometry::Crop).

use super::{Transform, Wrong, shared::{placement::PadPosition, sizing::push_crop}};
use crate::{
    Result,
    image::Rect,
    ops::geometry::Pad,
    param::{Border, BorderMode, Fill},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Cuts the part between four edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    x_min: u32,
    y_min: u32,
    x_max: u32,
    y_max: u32,
    pad_if_needed: bool,
    pad_position: PadPosition,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

/// How much is added before and after so that `needed` pixels lie after the image's end, shared out by position: at
/// least `needed` come after, whatever the position says.
fn shares(needed: usize, before: usize) -> (usize, usize) {
    (before, (needed - before).max(needed))
}

impl Transform for Crop {
    fn check(&self) -> Result<(), Wrong> {
        if self.x_min >= self.x_max {
            return Err(("x_max", format!("must be above x_min={}, got {}", self.x_min, self.x_max)));
        }
        if self.y_min >= self.y_max {
            return Err(("y_max", format!("must be above y_min={}, got {}", self.y_min, self.y_max)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        self.pad_if_needed && self.pad_position.is_random()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let [x_min, y_min, x_max, y_max] =
            [self.x_min, self.y_min, self.x_max, self.y_max].map(|edge| edge as usize);
        let shape = sampler.shape();
        let (down, across) = (y_max.saturating_sub(shape.height), x_max.saturating_sub(shape.width));
        if self.pad_if_needed && (down > 0 || across > 0) {
            let (top, left) = match self.pad_position {
                PadPosition::Center => (down / 2, across / 2),
                PadPosition::TopLeft => (0, 0),
                PadPosition::TopRight => (0, across),
                PadPosition::BottomLeft => (down, 0),
                PadPosition::BottomRight => (down, across),
                PadPosition::Random => (
                    sampler.integer("pad_top", 0, down as i64)? as usize,
                    sampler.integer("pad_left", 0, across as i64)? as usize,
                ),
            };
            let ((top, bottom), (left, right)) = (shares(down, top), shares(across, left));
            let border =
                Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
            sampler.push(Pad { top, bottom, left, right, border });
        }
        let shape = sampler.shape();
        if x_max > shape.width || y_max > shape.height {
            return Err(sampler.too_small(y_max, x_max));
        }
        push_crop(sampler, Rect { x: x_min, y: y_min, width: x_max - x_min, height: y_max - y_min })
    }
}
