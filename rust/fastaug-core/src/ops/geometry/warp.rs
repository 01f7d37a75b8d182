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

/// The matrix that undoes another; `None` where nothing can.
pub fn invert(matrix: Matrix) -> Option<Matrix> {
    let [[a, b, c], [d, e, f], [g, h, i]] = matrix;
    let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    if determinant.abs() < 1e-300 {
        return None;
    }
    Some(
        [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ]
        .map(|row| row.map(|value| value / determinant)),
    )
}

/// How a box is put around what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxMethod {
    /// Around its four corners.
    LargestBox,
    /// Around the ellipse inside it.
    Ellipse,
}

/// Points on the ellipse that a box is put around.
const ELLIPSE_POINTS: usize = 360;

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
    /// How boxes follow.
    pub box_method: BoxMethod,
    /// What the size of keypoints is multiplied by.
    pub keypoint_scale: f64,
}

impl Warp {
    /// Where a point goes, coordinates measured between pixel centres.
    fn map_centre(&self, x: f64, y: f64) -> (f64, f64) {
        let [u, v, w] = self.forward.map(|[a, b, c]| a * x + b * y + c);
        (u / w, v / w)
    }

    /// Where a point goes, coordinates measured between pixel edges.
    fn map_edge(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.map_centre(x - 0.5, y - 0.5);
        (x + 0.5, y + 0.5)
    }
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
        let BBox { x_min, y_min, x_max, y_max } = bbox;
        let points: Vec<(f64, f64)> = match self.box_method {
            BoxMethod::LargestBox => vec![(x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)],
            BoxMethod::Ellipse => {
                let (across, down) = (bbox.width() / 2.0, bbox.height() / 2.0);
                (0..ELLIPSE_POINTS)
                    .map(|degrees| {
                        let angle = (degrees as f64).to_radians();
                        (x_min + across + across * libm::sin(angle), y_min + down + down * libm::cos(angle))
                    })
                    .collect()
            }
        };
        let nowhere = BBox::new(f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        points.into_iter().map(|(x, y)| self.map_edge(x, y)).fold(nowhere, |around, (x, y)| {
            BBox::new(around.x_min.min(x), around.y_min.min(y), around.x_max.max(x), around.y_max.max(y))
        })
    }

    fn map_keypoint(&self, _input: Shape, keypoint: Keypoint) -> Keypoint {
        let (x, y) = self.map_centre(keypoint.x, keypoint.y);
        let turn = libm::atan2(-self.forward[1][0], self.forward[0][0]);
        Keypoint { x, y, angle: keypoint.angle + turn, scale: keypoint.scale * self.keypoint_scale, ..keypoint }
    }
}
