//! Changes the size.

use super::GeometryOp;
use crate::{
    image::{Image, ImageMut, Shape},
    ops::{Context, Role},
    param::Interpolations,
    targets::{BBox, Keypoint},
};
use std::fmt;

/// Resamples to another height and width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resize {
    /// Rows of the output.
    pub height: usize,
    /// Columns of the output.
    pub width: usize,
    /// How values between pixels are found.
    pub interpolations: Interpolations,
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resize to {}×{} ({:?})", self.height, self.width, self.interpolations.image)
    }
}

impl GeometryOp for Resize {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(self.height, self.width)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _role: Role, _context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => {
            let mut target = target;
            let from = source.shape();
            let channels = from.channels;
            for y in 0..self.height {
                let row = source.row(y * from.height / self.height);
                for (x, pixel) in target.row_mut(y).chunks_exact_mut(channels).enumerate() {
                    pixel.copy_from_slice(&row[x * from.width / self.width * channels..][..channels]);
                }
            }
        });
    }

    fn map_box(&self, input: Shape, bbox: BBox) -> BBox {
        let (x, y) = (self.width as f64 / input.width as f64, self.height as f64 / input.height as f64);
        BBox::new(bbox.x_min * x, bbox.y_min * y, bbox.x_max * x, bbox.y_max * y)
    }

    fn map_keypoint(&self, input: Shape, keypoint: Keypoint) -> Keypoint {
        let (x, y) = (self.width as f64 / input.width as f64, self.height as f64 / input.height as f64);
        Keypoint { x: keypoint.x * x, y: keypoint.y * y, scale: keypoint.scale * x.max(y), ..keypoint }
    }
}
