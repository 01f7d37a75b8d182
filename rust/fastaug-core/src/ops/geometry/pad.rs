//! Adds pixels around an image.

use super::GeometryOp;
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, Role},
    param::{Border, BorderMode},
    targets::{BBox, Keypoint},
};
use std::fmt;

/// Adds rows and columns, filled with a colour or continued from the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Pad {
    /// Rows above.
    pub top: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
    /// What stands there.
    pub border: Border,
}

impl fmt::Display for Pad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { top, bottom, left, right, border } = self;
        write!(f, "pad top {top}, bottom {bottom}, left {left}, right {right} ({:?})", border.mode)
    }
}

impl GeometryOp for Pad {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(input.height + self.top + self.bottom, input.width + self.left + self.right)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, _context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => self.run_typed(source, target, role));
    }

    fn map_box(&self, _input: Shape, bbox: BBox) -> BBox {
        let (x, y) = (self.left as f64, self.top as f64);
        BBox::new(bbox.x_min + x, bbox.y_min + y, bbox.x_max + x, bbox.y_max + y)
    }

    fn map_keypoint(&self, _input: Shape, keypoint: Keypoint) -> Keypoint {
        Keypoint { x: keypoint.x + self.left as f64, y: keypoint.y + self.top as f64, ..keypoint }
    }
}

impl Pad {
    fn run_typed<T: Element>(&self, source: View<'_, T>, mut target: ViewMut<'_, T>, role: Role) {
        self.write_rows(source.shape(), 0, role, &mut target, |y, row| row.copy_from_slice(source.row(y)));
    }

    /// Writes rows `first…` of the padded image; `read` writes one row of the image inside, which has shape `inside`.
    pub fn write_rows<T: Element>(
        &self,
        inside: Shape,
        first: usize,
        role: Role,
        target: &mut ViewMut<'_, T>,
        read: impl Fn(usize, &mut [T]),
    ) {
        let channels = inside.channels;
        let fill = self.border.fill(role).pixel::<T>(channels);
        for (offset, row) in target.rows_mut().enumerate() {
            let y = (first + offset) as isize - self.top as isize;
            let Some(from) = self.border.mode.index(y, inside.height) else {
                fill_pixels(row, &fill);
                continue;
            };
            let (left, rest) = row.split_at_mut(self.left * channels);
            let (middle, right) = rest.split_at_mut(inside.row_len());
            read(from, middle);
            if self.border.mode == BorderMode::Constant {
                fill_pixels(left, &fill);
                fill_pixels(right, &fill);
                continue;
            }
            let columns = (0..self.left).map(|x| x as isize - self.left as isize);
            for (pixel, x) in left.chunks_exact_mut(channels).zip(columns) {
                copy_pixel(pixel, middle, self.border.mode, x, inside);
            }
            for (pixel, x) in right.chunks_exact_mut(channels).zip(inside.width as isize..) {
                copy_pixel(pixel, middle, self.border.mode, x, inside);
            }
        }
    }
}

/// Copies the pixel of `row` that stands at column `x`, which lies outside it.
fn copy_pixel<T: Element>(pixel: &mut [T], row: &[T], mode: BorderMode, x: isize, shape: Shape) {
    if let Some(x) = mode.index(x, shape.width) {
        pixel.copy_from_slice(&row[x * shape.channels..(x + 1) * shape.channels]);
    }
}

/// Writes one pixel again and again.
fn fill_pixels<T: Element>(row: &mut [T], pixel: &[T]) {
    if let [first, rest @ ..] = pixel
        && rest.iter().all(|value| value == first)
    {
        row.fill(*first);
    } else {
        for target in row.chunks_exact_mut(pixel.len()) {
            target.copy_from_slice(pixel);
        }
    }
}
