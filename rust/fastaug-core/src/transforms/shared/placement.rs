//! Where an image lies on a larger canvas: shared by every transform that pads.

use crate::{Result, ops::geometry::Pad, param::Border, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Where the image goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadPosition {
    /// In the middle; an odd pixel goes below and to the right.
    Center,
    /// Upper left corner.
    TopLeft,
    /// Upper right corner.
    TopRight,
    /// Lower left corner.
    BottomLeft,
    /// Lower right corner.
    BottomRight,
    /// Anywhere, drawn.
    Random,
}

impl PadPosition {
    /// Whether the position is drawn.
    pub fn is_random(self) -> bool {
        self == Self::Random
    }
}

/// Pads the image to at least `height` × `width`; does nothing if it is large enough.
pub fn pad_to(
    sampler: &mut Sampler<'_>,
    height: usize,
    width: usize,
    position: PadPosition,
    border: Border,
) -> Result<()> {
    let shape = sampler.shape();
    let missing_rows = height.saturating_sub(shape.height);
    let missing_columns = width.saturating_sub(shape.width);
    if missing_rows == 0 && missing_columns == 0 {
        return Ok(());
    }
    let (top, left) = match position {
        PadPosition::Center => (missing_rows / 2, missing_columns / 2),
        PadPosition::TopLeft => (0, 0),
        PadPosition::TopRight => (0, missing_columns),
        PadPosition::BottomLeft => (missing_rows, 0),
        PadPosition::BottomRight => (missing_rows, missing_columns),
        PadPosition::Random => (
            sampler.integer("pad_top", 0, missing_rows as i64)? as usize,
            sampler.integer("pad_left", 0, missing_columns as i64)? as usize,
        ),
    };
    sampler.push(Pad { top, bottom: missing_rows - top, left, right: missing_columns - left, border });
    Ok(())
}
