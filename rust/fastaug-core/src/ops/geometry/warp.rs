//! Resamples along a projective map: rotation, scale, shear, shift, perspective.

use super::{
    GeometryOp,
    sample::{BLOCK, Block, Cubic, FixedPoint, Kernel, Lanczos, Linear, Nearest, PixelReader, is_upright, upright},
};
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, Role},
    param::{Border, Interpolation, Interpolations},
    targets::{BBox, Keypoint},
};
use fearless_simd::{Simd, SimdBase, SimdCvtTruncate, dispatch, f32x8, i32x8};
use fearless_simd_macros::simd;
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

impl Warp {
    fn resample<T: Element>(
        &self,
        source: View<'_, T>,
        target: ViewMut<'_, T>,
        interpolation: Interpolation,
        role: Role,
        context: &mut Context<'_>,
    ) where
        Linear: Kernel<T>,
        Cubic: Kernel<T>,
        Lanczos: Kernel<T>,
    {
        match interpolation {
            Interpolation::Nearest | Interpolation::NearestExact => {
                self.resample_by::<T, Nearest>(source, target, role, context);
            }
            // A warp has no one scale that an area could follow.
            Interpolation::Linear | Interpolation::LinearExact | Interpolation::Area | Interpolation::Antialias => {
                self.resample_by::<T, Linear>(source, target, role, context);
            }
            Interpolation::Cubic | Interpolation::AntialiasCubic => {
                self.resample_by::<T, Cubic>(source, target, role, context);
            }
            Interpolation::Lanczos4 | Interpolation::AntialiasLanczos => {
                self.resample_by::<T, Lanczos>(source, target, role, context);
            }
        }
    }

    /// The largest coordinate that a corner of the output comes from.
    fn furthest(&self, target: Shape) -> f64 {
        let (right, bottom) = (target.width as f64, target.height as f64);
        [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)].into_iter().fold(0.0, |furthest: f64, (x, y)| {
            let [u, v, w] = self.backward.map(|[a, b, c]| a * x + b * y + c);
            furthest.max((u / w).abs()).max((v / w).abs())
        })
    }

    /// 16-bit labels are computed with in floating point, which holds them exactly.
    fn resample_words(
        &self,
        source: View<'_, u16>,
        mut target: ViewMut<'_, u16>,
        interpolation: Interpolation,
        role: Role,
        context: &mut Context<'_>,
    ) {
        let (from, to) = (source.shape(), target.shape());
        let (mut wide, mut result) = (context.scratch.take::<f32>(from.len()), context.scratch.take::<f32>(to.len()));
        for (value, &word) in wide.iter_mut().zip(source.rows().flatten()) {
            *value = f32::from(word);
        }
        let view = View::contiguous(&wide, from);
        self.resample(view, ViewMut::contiguous(&mut result, to), interpolation, role, context);
        for (word, &value) in target.rows_mut().flatten().zip(&result) {
            *word = value.round_ties_even() as u16;
        }
        context.scratch.give(wide);
        context.scratch.give(result);
    }

    fn resample_by<T: Element, K: Kernel<T>>(
        &self,
        source: View<'_, T>,
        target: ViewMut<'_, T>,
        role: Role,
        context: &mut Context<'_>,
    ) {
        let fill = self.border.fill(role).pixel::<T>(source.shape().channels);
        let mut copy = context.scratch.take::<T>(if is_upright(source) { 0 } else { source.shape().len() });
        let source = upright(source, &mut copy);
        let longer = source.shape().width.max(source.shape().height);
        let fixed = FixedPoint::new(longer, self.furthest(target.shape()));
        let mut reader = PixelReader::new::<K>(source, self.border.mode, &fill, fixed, context.scratch);
        dispatch!(context.level, simd => run::<_, T, K>(simd, &mut reader, fixed, self.backward, target));
        reader.give(context.scratch);
        context.scratch.give(copy);
    }
}

/// Whether pixels are taken as they are.
fn is_nearest(interpolation: Interpolation) -> bool {
    matches!(interpolation, Interpolation::Nearest | Interpolation::NearestExact)
}

#[simd]
fn run<S: Simd, T: Element, K: Kernel<T>>(
    simd: S,
    reader: &mut PixelReader<'_, T>,
    fixed: FixedPoint,
    backward: Matrix,
    mut target: ViewMut<'_, T>,
) {
    let channels = target.shape().channels;
    let (mut xs, mut ys) = ([0; BLOCK], [0; BLOCK]);
    for y in 0..target.shape().height {
        let row = target.row_mut(y);
        let line = Line { backward, constant: backward.map(|[_, by_y, constant]| by_y * y as f64 + constant) };
        for (block, values) in row.chunks_mut(BLOCK * channels).enumerate() {
            // Coordinates are made for whole blocks, what lies behind the end of a row too.
            let count = values.len() / channels;
            let on_a_line = match (is_affine(backward), K::STEPS) {
                (true, None) => {
                    line.affine(simd, fixed, block * BLOCK, &mut xs, &mut ys);
                    true
                }
                (true, Some(steps)) => {
                    line.affine_in_steps(fixed, steps, block * BLOCK, &mut xs, &mut ys);
                    true
                }
                (false, steps) => {
                    let on_a_line = line.projective(fixed, block * BLOCK, &mut xs, &mut ys);
                    if let Some(steps) = steps {
                        fixed.round_to(steps, &mut xs);
                        fixed.round_to(steps, &mut ys);
                    }
                    on_a_line
                }
            };
            reader.block::<S, K>(simd, &xs, &ys, count, on_a_line, values);
        }
    }
}

/// Whether parallels stay parallel.
fn is_affine(matrix: Matrix) -> bool {
    matrix[2] == [0.0, 0.0, 1.0]
}

/// Where the points of a row come from.
struct Line {
    backward: Matrix,
    /// What is the same for the whole row.
    constant: [f64; 3],
}

impl Line {
    /// The first point of the block exactly, and the others from there in single precision, which is as good over so
    /// short a way.
    #[inline(always)]
    fn affine<S: Simd>(&self, simd: S, fixed: FixedPoint, begin: usize, xs: &mut Block, ys: &mut Block) {
        for (axis, points) in [xs, ys].into_iter().enumerate() {
            let first = self.backward[axis][0] * begin as f64 + self.constant[axis];
            let step = self.backward[axis][0] * f64::from(1u32 << fixed.bits);
            let last = first + self.backward[axis][0] * (BLOCK - 1) as f64;
            let inside = |at: f64| at.abs() < fixed.furthest;
            if inside(first) && inside(last) {
                let first = fixed.fix(first);
                steps(simd, first, step as f32, points);
            } else {
                for (point, index) in points.iter_mut().zip(0..) {
                    *point = fixed.fix(first + self.backward[axis][0] * f64::from(index));
                }
            }
        }
    }

    /// Every point rounded to steps between pixels in the way that OpenCV rounds: what a point's column and row add to its
    /// coordinates are rounded to 1024ths first, each for itself.
    #[inline(always)]
    fn affine_in_steps(&self, fixed: FixedPoint, steps: u32, begin: usize, xs: &mut Block, ys: &mut Block) {
        const FINE: f64 = 1024.0;
        let step = FINE / f64::from(steps);
        for (axis, points) in [xs, ys].into_iter().enumerate() {
            let of_row = (self.constant[axis] * FINE).round_ties_even() + step / 2.0;
            for (point, column) in points.iter_mut().zip(begin..) {
                let of_column = (self.backward[axis][0] * column as f64 * FINE).round_ties_even();
                *point = fixed.fix(((of_row + of_column) / step).floor() / f64::from(steps));
            }
        }
    }

    /// Every point exactly. Answers whether they lie on a line: not if they pass through infinity.
    #[inline(always)]
    fn projective(&self, fixed: FixedPoint, begin: usize, xs: &mut Block, ys: &mut Block) -> bool {
        let [by_x, by_y, by_depth] = self.backward.map(|row| row[0]);
        let [x, y, depth] = self.constant;
        let end = begin + xs.len() - 1;
        for ((from_x, from_y), place) in xs.iter_mut().zip(ys).zip(begin as i32..) {
            let place = f64::from(place);
            let scale = 1.0 / (by_depth * place + depth);
            *from_x = fixed.fix((by_x * place + x) * scale);
            *from_y = fixed.fix((by_y * place + y) * scale);
        }
        (by_depth * begin as f64 + depth) * (by_depth * end as f64 + depth) > 0.0
    }
}

/// Points at equal steps.
#[inline(always)]
fn steps<S: Simd>(simd: S, first: i32, step: f32, points: &mut Block) {
    const INDICES: [f32; BLOCK] = {
        let mut indices = [0.0; BLOCK];
        let mut index = 0;
        while index < BLOCK {
            indices[index] = index as f32;
            index += 1;
        }
        indices
    };
    for (points, indices) in points.as_chunks_mut::<8>().0.iter_mut().zip(INDICES.as_chunks::<8>().0) {
        let way = f32x8::load_array_ref(simd, indices) * f32x8::splat(simd, step);
        (i32x8::truncate_from(way) + i32x8::splat(simd, first)).store_array(points);
    }
}

impl fmt::Display for Warp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warp to {}×{} ({})", self.height, self.width, self.interpolations)
    }
}

impl GeometryOp for Warp {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(self.height, self.width)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, context: &mut Context<'_>) {
        let interpolation = match role {
            Role::Image => self.interpolations.image,
            Role::Mask => self.interpolations.mask,
        };
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.resample(source, target, interpolation, role, context),
            (Image::U16(source), ImageMut::U16(target)) if !is_nearest(interpolation) => {
                self.resample_words(source, target, interpolation, role, context);
            }
            (Image::F32(source), ImageMut::F32(target)) => self.resample(source, target, interpolation, role, context),
            (input, output) => crate::with_element_pairs!(input, output, (source, target) => {
                self.resample_by::<_, Nearest>(source, target, role, context);
            }),
        }
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
