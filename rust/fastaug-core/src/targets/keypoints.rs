//! Keypoints: formats, and which are kept.

use crate::{
    Error, Result,
    image::{Rect, Shape},
};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// A keypoint in pixels of the current image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
    /// Depth; untouched by operations on pictures.
    pub z: f64,
    /// Direction in radians.
    pub angle: f64,
    /// Size.
    pub scale: f64,
}

/// Which column of a row holds what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeypointFormat {
    /// x, y.
    Xy,
    /// y, x.
    Yx,
    /// x, y, angle.
    Xya,
    /// x, y, scale.
    Xys,
    /// x, y, angle, scale.
    Xyas,
    /// x, y, scale, angle.
    Xysa,
    /// x, y, z.
    Xyz,
}

impl KeypointFormat {
    /// Columns of x, y, z, angle and scale.
    const fn columns(self) -> [Option<usize>; 5] {
        match self {
            Self::Xy => [Some(0), Some(1), None, None, None],
            Self::Yx => [Some(1), Some(0), None, None, None],
            Self::Xya => [Some(0), Some(1), None, Some(2), None],
            Self::Xys => [Some(0), Some(1), None, None, Some(2)],
            Self::Xyas => [Some(0), Some(1), None, Some(2), Some(3)],
            Self::Xysa => [Some(0), Some(1), None, Some(3), Some(2)],
            Self::Xyz => [Some(0), Some(1), Some(2), None, None],
        }
    }

    /// How many columns a row has.
    pub fn width(self) -> usize {
        self.columns().iter().flatten().count()
    }
}

/// How keypoints are written and which of them are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeypointParams {
    /// Which column holds what.
    pub coord_format: KeypointFormat,
    /// Names of the label lists; Python carries them.
    pub label_fields: Option<Vec<String>>,
    /// Whether keypoints that leave the image are dropped.
    pub remove_invisible: bool,
    /// Whether angles are degrees or radians.
    pub angle_in_degrees: bool,
    /// Whether keypoints are dropped after each transform, or only at the end.
    pub check_each_transform: bool,
    /// What labels become under a transform; Python does it.
    pub label_mapping: Option<serde_json::Value>,
}

/// A keypoint on its way, and the row it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackedKeypoint {
    /// Where it is.
    pub keypoint: Keypoint,
    /// Which row of the input it was.
    pub row: usize,
}

impl KeypointParams {
    /// Reads and checks rows.
    pub fn read_all(&self, rows: &[Vec<f64>], shape: Shape) -> Result<Vec<TrackedKeypoint>> {
        rows.iter()
            .enumerate()
            .map(|(row, numbers)| {
                if numbers.iter().any(|value| !value.is_finite()) {
                    return Err(Error::Target(format!(
                        "keypoints[{row}] = {numbers:?} holds a value that is not a finite number"
                    )));
                }
                let mut keypoint = self.read(numbers);
                let (width, height) = (shape.width as f64, shape.height as f64);
                keypoint.x = snapped(keypoint.x, width);
                keypoint.y = snapped(keypoint.y, height);
                if self.remove_invisible && !is_visible(keypoint, shape) {
                    return Err(Error::Target(format!(
                        "keypoints[{row}] = {numbers:?} lies outside the image of {}×{}; correct it, or use KeypointParams(…, remove_invisible=False) to keep such keypoints",
                        shape.height, shape.width
                    )));
                }
                Ok(TrackedKeypoint { keypoint, row })
            })
            .collect()
    }

    fn read(&self, row: &[f64]) -> Keypoint {
        let [x, y, z, angle, scale] =
            self.coord_format.columns().map(|column| column.map_or(0.0, |column| row[column]));
        // An angle that was not moved comes back as the very number it was.
        let angle = if self.angle_in_degrees { angle.to_radians() } else { angle };
        Keypoint { x, y, z, angle: angle.rem_euclid(TAU), scale }
    }

    /// The rows of keypoints.
    pub fn write_all(&self, keypoints: &[TrackedKeypoint]) -> Vec<Vec<f64>> {
        keypoints.iter().map(|tracked| self.write(tracked.keypoint)).collect()
    }

    fn write(&self, keypoint: Keypoint) -> Vec<f64> {
        let angle = keypoint.angle.rem_euclid(TAU);
        let angle = if self.angle_in_degrees { angle.to_degrees() } else { angle };
        let values = [keypoint.x, keypoint.y, keypoint.z, angle, keypoint.scale];
        let mut row = vec![0.0; self.coord_format.width()];
        for (column, value) in self.coord_format.columns().into_iter().zip(values) {
            if let Some(column) = column {
                row[column] = value;
            }
        }
        row
    }

    /// Drops keypoints that have left the image, where that is wanted.
    pub fn settle(&self, keypoints: &mut Vec<TrackedKeypoint>, shape: Shape) {
        if self.remove_invisible {
            keypoints.retain(|tracked| is_visible(tracked.keypoint, shape));
        }
    }

    /// Drops keypoints inside erased rectangles, where that is wanted.
    pub fn erase(&self, keypoints: &mut Vec<TrackedKeypoint>, holes: &[Rect]) {
        if self.remove_invisible {
            keypoints.retain(|tracked| {
                let Keypoint { x, y, .. } = tracked.keypoint;
                !holes.iter().any(|hole| {
                    x >= hole.x as f64
                        && x < (hole.x + hole.width) as f64
                        && y >= hole.y as f64
                        && y < (hole.y + hole.height) as f64
                })
            });
        }
    }
}

/// Whether a keypoint lies on a pixel of the image.
fn is_visible(keypoint: Keypoint, shape: Shape) -> bool {
    (0.0..shape.width as f64).contains(&keypoint.x) && (0.0..shape.height as f64).contains(&keypoint.y)
}

/// A coordinate that lies a rounding outside `0..length`, moved just inside.
fn snapped(value: f64, length: f64) -> f64 {
    let tolerance = length * 1e-6;
    if value < 0.0 && value >= -tolerance {
        0.0
    } else if value >= length && value <= length + tolerance {
        length - tolerance
    } else {
        value
    }
}
