//! Moves the four corners by random amounts.
//!
//! Parameters: `scale` (deviation of the corners), `keep_size`, `fit_output`, interpolations, border. Operations:
//! [`Warp`](crate::ops::geometry::Warp).

use super::{Transform, Wrong, shared::mapping::{Resampling, push_warp}};
use crate::{
    Result,
    image::Shape,
    ops::geometry::{BoxMethod, Matrix, multiply},
    param::{Border, BorderMode, Bounds, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

type Point = (f64, f64);

/// Shows the image from another place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Perspective {
    scale: Interval,
    keep_size: bool,
    fit_output: bool,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

/// Corners stay this far from the middle, as a share of the side.
const GREATEST: f64 = 0.32;

impl Perspective {
    /// Four points near the corners, as shares of width and height: upper left, upper right, lower right, lower left.
    fn draw(&self, stream: &mut Stream) -> [Point; 4] {
        let deviation = stream.uniform(self.scale);
        let mut inwards = || {
            let mut share = || (stream.normal() * deviation).abs() % GREATEST;
            (share(), share())
        };
        let (a, b, c, d) = (inwards(), inwards(), inwards(), inwards());
        [a, (1.0 - b.0, b.1), (1.0 - c.0, 1.0 - c.1), (d.0, 1.0 - d.1)]
    }
}

/// The map that takes four points to four others.
pub fn homography(from: [Point; 4], to: [Point; 4]) -> Option<Matrix> {
    let mut rows = [[0.0; 9]; 8];
    for (index, (&(x, y), &(u, v))) in from.iter().zip(&to).enumerate() {
        rows[index] = [x, y, 1.0, 0.0, 0.0, 0.0, -x * u, -y * u, u];
        rows[index + 4] = [0.0, 0.0, 0.0, x, y, 1.0, -x * v, -y * v, v];
    }
    // Gauss–Jordan with the largest pivot of each column.
    for column in 0..8 {
        let pivot = (column..8).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        if rows[column][column].abs() < 1e-12 {
            return None;
        }
        let lead = rows[column].map(|value| value / rows[column][column]);
        rows[column] = lead;
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column {
                let factor = row[column];
                for (value, lead) in row.iter_mut().zip(lead) {
                    *value -= factor * lead;
                }
            }
        }
    }
    let h = rows.map(|row| row[8]);
    Some([[h[0], h[1], h[2]], [h[3], h[4], h[5]], [h[6], h[7], 1.0]])
}

fn moved(matrix: Matrix, (x, y): Point) -> Point {
    let [u, v, w] = matrix.map(|[a, b, c]| a * x + b * y + c);
    (u / w, v / w)
}

fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(a.0 - b.0, a.1 - b.1)
}

/// The matrix from image to result, and the result's height and width.
fn view(points: [Point; 4], shape: Shape, fit_output: bool) -> Option<(Matrix, (usize, usize))> {
    let (width, height) = (shape.width as f64, shape.height as f64);
    let frame = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
    let [upper_left, upper_right, lower_right, lower_left] = points.map(|(x, y)| (x * width, y * height));
    let matrix = homography([upper_left, upper_right, lower_right, lower_left], frame)?;
    if !fit_output {
        let across = distance(upper_right, upper_left).max(distance(lower_right, lower_left)).max(2.0);
        let down = distance(lower_right, upper_right).max(distance(lower_left, upper_left)).max(2.0);
        return Some((matrix, (down as usize, across as usize)));
    }
    let corners = frame.map(|corner| moved(matrix, corner));
    let left = corners.iter().fold(f64::INFINITY, |least, corner| least.min(corner.0));
    let top = corners.iter().fold(f64::INFINITY, |least, corner| least.min(corner.1));
    let corners = corners.map(|(x, y)| ((x - left).round_ties_even(), (y - top).round_ties_even()));
    let across = corners.iter().fold(1.0, |most: f64, corner| most.max(corner.0));
    let down = corners.iter().fold(1.0, |most: f64, corner| most.max(corner.1));
    Some((homography(frame, corners)?, (down as usize, across as usize)))
}

impl Transform for Perspective {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("scale", self.scale, 0.0, f64::INFINITY)
    }

    fn is_random(&self) -> bool {
        self.scale.high > 0.0
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let points = sampler.value("corners", |stream| self.draw(stream))?;
        let shape = sampler.shape();
        // Corners in a line leave nothing to see; the image stays as it is.
        let Some((mut matrix, mut size)) = view(points, shape, self.fit_output) else { return Ok(()) };
        if self.keep_size {
            let x = shape.width as f64 / size.1 as f64;
            let y = shape.height as f64 / size.0 as f64;
            matrix = multiply([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]], matrix);
            size = (shape.height, shape.width);
        }
        let scale = |row: usize| libm::hypot(matrix[row][0], matrix[row][1]);
        let keypoint_scale = scale(0).max(scale(1));
        let resampling = Resampling {
            interpolations: Interpolations { image: self.interpolation, mask: self.mask_interpolation },
            border: Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() },
            box_method: BoxMethod::LargestBox,
        };
        push_warp(sampler, matrix, size, resampling, keypoint_scale);
        Ok(())
    }
}
