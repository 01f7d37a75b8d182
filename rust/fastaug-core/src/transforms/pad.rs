//! Adds a fixed number of rows and columns.
//!
//! Parameters: `padding`, border. Operations: [`Pad`](crate::ops::geometry::Pad).

use super::Transform;
use crate::{
    Result,
    ops::geometry,
    param::{Border, BorderMode, Fill},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// How many pixels on which side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be a whole number of at least 0, a pair of them, or four of them")]
enum Padding {
    /// On all sides.
    All(u32),
    /// Left and right, top and bottom.
    Axes(u32, u32),
    /// Left, top, right, bottom.
    Sides(u32, u32, u32, u32),
}

/// Adds `padding`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pad {
    padding: Padding,
    fill: Fill,
    fill_mask: Fill,
    border_mode: BorderMode,
}

impl Transform for Pad {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let (left, top, right, bottom) = match self.padding {
            Padding::All(all) => (all, all, all, all),
            Padding::Axes(across, down) => (across, down, across, down),
            Padding::Sides(left, top, right, bottom) => (left, top, right, bottom),
        };
        if (left, top, right, bottom) != (0, 0, 0, 0) {
            let [left, top, right, bottom] = [left, top, right, bottom].map(|side| side as usize);
            let border =
                Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
            sampler.push(geometry::Pad { top, bottom, left, right, border });
        }
        Ok(())
    }
}
