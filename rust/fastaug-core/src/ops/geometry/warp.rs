//! Resamples along a projective map: rotation, scale, shear, shift, perspective.

use super::GeometryOp;
use crate::{
    image::{Image, ImageMut, Shape},
    ops::{Context, Role},
    param::{Border, Interpolations},
    targets::{BBox, Keypoint},
};
use std::fmt;

/// A 3×3 matrix acting on column vectors (x, y, 1), coordinates measured between pixel centres.
pub type Matrix = [[f64; 3]; 3];

/// First `right`, then `left`, as matrices do.
pub fn multiply(left: Matrix, right: Matrix) -> Matrix {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| (0..3).map(|inner| left[row][inner] * right[inner][column]).sum())
    })
}

/// Moves every point of the input along a projective map.
#[derive(Clone, Debug, PartialEq)]
pub struct Warp {
    /// Where a point of the input goes.
    pub forward: Matrix,
    /// Where a point of the output comes from: the inverse of `forward`.
    pub backward: Matrix,
    /// Rows of the output.
    pub height: usize,
    /// Columns of the output.
    pub width: usize,
    /// How values between pixels are found.
    pub interpolations: Interpolations,
    /// What stands where no input pixel does.
    pub border: Border,
}

impl fmt::Display for Warp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warp to {}×{} ({:?})", self.height, self.width, self.interpolations.image)
    }
}

impl GeometryOp for Warp {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(self.height, self.width)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, _context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => {
            let mut target = target;
            let shape = source.shape();
            let fill = self.border.fill(role).pixel(shape.channels);
            for y in 0..self.height {
                for (x, pixel) in target.row_mut(y).chunks_exact_mut(shape.channels).enumerate() {
                    let [px, py, pz] = self.backward.map(|[a, b, c]| a * x as f64 + b * y as f64 + c);
                    let mode = self.border.mode;
                    let (from_x, from_y) = ((px / pz).round() as isize, (py / pz).round() as isize);
                    match (mode.index(from_x, shape.width), mode.index(from_y, shape.height)) {
                        (Some(from_x), Some(from_y)) => {
                            pixel.copy_from_slice(&source.row(from_y)[from_x * shape.channels..][..shape.channels]);
                        }
                        _ => pixel.copy_from_slice(&fill),
                    }
                }
            }
        });
    }

    fn map_box(&self, _input: Shape, bbox: BBox) -> BBox {
        bbox
    }

    fn map_keypoint(&self, _input: Shape, keypoint: Keypoint) -> Keypoint {
        keypoint
    }
}
