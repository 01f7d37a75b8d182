//! How values between pixels are found. The names and numbers are OpenCV's.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An interpolation method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The pixel at `floor(x · scale)`: OpenCV's `INTER_NEAREST`.
    Nearest,
    /// Between two neighbours on each axis, OpenCV's 11-bit fixed point.
    Linear,
    /// Between four neighbours on each axis (a = −0.75).
    Cubic,
    /// The mean over the covered area when shrinking, linear otherwise.
    Area,
    /// Between eight neighbours on each axis.
    Lanczos4,
    /// Linear with rounding at the end only.
    LinearExact,
    /// The pixel at `floor((x + 0.5) · scale)`.
    NearestExact,
    /// Pillow's bilinear resampling, which widens its support when shrinking.
    Antialias,
    /// Pillow's bicubic resampling, likewise.
    AntialiasCubic,
    /// Pillow's Lanczos resampling, likewise.
    AntialiasLanczos,
}

/// The methods for the picture and for its masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interpolations {
    /// For images.
    pub image: Interpolation,
    /// For masks.
    pub mask: Interpolation,
}

impl fmt::Display for Interpolations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.image)?;
        if self.mask == self.image { Ok(()) } else { write!(f, ", masks {:?}", self.mask) }
    }
}
