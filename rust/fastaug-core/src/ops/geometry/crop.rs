//! Keeps a rectangle.

use super::GeometryOp;
use crate::{
    image::{Image, ImageMut, Rect, Shape},
    ops::{Context, Role},
    targets::{BBox, Keypoint},
};
use std::fmt;

/// Keeps the pixels inside a rectangle of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// What is kept; inside the image.
    pub rect: Rect,
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rect { x, y, width, height } = self.rect;
        write!(f, "crop {height}×{width} at ({x}, {y})")
    }
}

impl GeometryOp for Crop {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(self.rect.height, self.rect.width)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _role: Role, _context: &mut Context<'_>) {
        crate::with_element_pairs!(input.crop(self.rect), output, (source, target) => {
            let mut target = target;
            target.copy_from(source);
        });
    }

    fn map_box(&self, _input: Shape, bbox: BBox) -> BBox {
        let (x, y) = (self.rect.x as f64, self.rect.y as f64);
        BBox::new(bbox.x_min - x, bbox.y_min - y, bbox.x_max - x, bbox.y_max - y)
    }

    fn map_keypoint(&self, _input: Shape, keypoint: Keypoint) -> Keypoint {
        Keypoint { x: keypoint.x - self.rect.x as f64, y: keypoint.y - self.rect.y as f64, ..keypoint }
    }
}
