//! Boxes and keypoints: what moves along with the pixels.

/// A box in pixels of the current image: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BBox {
    /// Left edge.
    pub x_min: f64,
    /// Top edge.
    pub y_min: f64,
    /// Right edge.
    pub x_max: f64,
    /// Bottom edge.
    pub y_max: f64,
}

impl BBox {
    /// A box from its edges.
    pub const fn new(x_min: f64, y_min: f64, x_max: f64, y_max: f64) -> Self {
        Self { x_min, y_min, x_max, y_max }
    }

    /// Pixels covered.
    pub fn area(&self) -> f64 {
        (self.x_max - self.x_min).max(0.0) * (self.y_max - self.y_min).max(0.0)
    }
}

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
