//! Building the matrices of affine transforms: shared by `Affine`, `Rotate`, `SafeRotate` and `ShiftScaleRotate`.

use crate::{
    image::Shape,
    ops::geometry::{BoxMethod, Matrix, Warp, invert, multiply},
    param::{Border, Interpolations},
    policy::Sampler,
};

/// What an affine transform does around the middle of the image.
#[derive(Clone, Copy, Debug)]
pub struct Moves {
    /// Pixels across and down.
    pub translate: (f64, f64),
    /// Degrees.
    pub shear: (f64, f64),
    /// Factors.
    pub scale: (f64, f64),
    /// Degrees against the clock.
    pub rotate: f64,
}

/// How the result is resampled.
#[derive(Clone, Debug)]
pub struct Resampling {
    /// Between pixels.
    pub interpolations: Interpolations,
    /// Outside the image.
    pub border: Border,
    /// How boxes turn.
    pub box_method: BoxMethod,
}

/// The shift by some pixels.
pub fn shift(x: f64, y: f64) -> Matrix {
    [[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]]
}

/// The middle of an image, measured between pixel centres.
pub fn middle(shape: Shape) -> (f64, f64) {
    (shape.width as f64 / 2.0 - 0.5, shape.height as f64 / 2.0 - 0.5)
}

impl Moves {
    /// The matrix: first scale, then rotate, shear and shift, all around the middle.
    pub fn matrix(&self, shape: Shape) -> Matrix {
        let (x, y) = middle(shape);
        let angle = self.rotate.rem_euclid(360.0).to_radians();
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let (shear_x, shear_y) = (self.shear.0.to_radians(), self.shear.1.to_radians());
        let steps: [Matrix; 5] = [
            [[self.scale.0, 0.0, 0.0], [0.0, self.scale.1, 0.0], [0.0, 0.0, 1.0]],
            [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]],
            [[1.0, libm::tan(shear_x), 0.0], [libm::tan(shear_y), 1.0, 0.0], [0.0, 0.0, 1.0]],
            shift(self.translate.0, self.translate.1),
            shift(x, y),
        ];
        steps.into_iter().fold(shift(-x, -y), |done, step| multiply(step, done))
    }
}

/// Resamples along a matrix; does nothing where it is the identity and the size stays. `keypoint_scale` is what the size
/// of keypoints is multiplied by.
pub fn push_warp(
    sampler: &mut Sampler<'_>,
    forward: Matrix,
    (height, width): (usize, usize),
    resampling: Resampling,
    keypoint_scale: f64,
) {
    let shape = sampler.shape();
    let identity = shift(0.0, 0.0);
    let same = (0..3).all(|row| (0..3).all(|column| (forward[row][column] - identity[row][column]).abs() < 1e-12));
    if same && (height, width) == (shape.height, shape.width) {
        return;
    }
    // A matrix that squeezes the image into a line has no inverse: everything is outside then.
    let backward = invert(forward).unwrap_or([[0.0, 0.0, -1e9], [0.0, 0.0, -1e9], [0.0, 0.0, 1.0]]);
    let Resampling { interpolations, border, box_method } = resampling;
    sampler.push(Warp { forward, backward, height, width, interpolations, border, box_method, keypoint_scale });
}
