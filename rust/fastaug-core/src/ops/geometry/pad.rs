//! Adds pixels around an image.

use super::{GeometryOp, Symmetry, orient_row, orient_rows, reverse_pixels};
use crate::{
    image::{Element, Image, ImageMut, Rect, Shape, View, ViewMut},
    ops::{Context, Role},
    param::{Border, BorderMode},
    targets::{BBox, Keypoint},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
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

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => {
            let mut target = target;
            self.write_rows(source, Symmetry::IDENTITY, 0, role, &mut target, context.level);
        });
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
    /// Writes rows of the padded image, from row `first` on, where the image inside is turned before it is padded.
    pub fn write_rows<T: Element>(
        &self,
        source: View<'_, T>,
        symmetry: Symmetry,
        first: usize,
        role: Role,
        target: &mut ViewMut<'_, T>,
        level: Level,
    ) {
        dispatch!(level, simd => self.write_rows_with(simd, source, symmetry, first, role, target));
    }

    #[simd]
    fn write_rows_with<S: Simd, T: Element>(
        &self,
        simd: S,
        source: View<'_, T>,
        symmetry: Symmetry,
        first: usize,
        role: Role,
        target: &mut ViewMut<'_, T>,
    ) {
        let inside = symmetry.output_shape(source.shape());
        let fill = self.border.fill(role).pixel::<T>(inside.channels);
        let values = self.left * inside.channels..self.left * inside.channels + inside.row_len();
        // Rows of the band that the image itself gives.
        let rows = target.shape().height;
        let begin = self.top.saturating_sub(first).min(rows);
        let end = (self.top + inside.height).saturating_sub(first).clamp(begin, rows);
        let is_one_value = self.border.mode == BorderMode::Constant && fill.iter().all(|value| *value == fill[0]);
        if is_one_value
            && !symmetry.transpose
            && let Some(all) = target.as_mut_slice()
        {
            // What stands right of a row and left of the next is filled in one piece.
            let row_len = all.len() / rows;
            let mut done = 0;
            for row in begin..end {
                let at = row * row_len + values.start;
                all[done..at].fill(fill[0]);
                done = at + values.len();
                orient_row(simd, source, symmetry, first + row - self.top, &mut all[at..done]);
            }
            return all[done..].fill(fill[0]);
        }
        if symmetry.transpose && begin < end {
            // Rows that are columns of the source are made together.
            let mut band = target.crop_mut(Rect { x: self.left, y: begin, width: inside.width, height: end - begin });
            orient_rows(source, symmetry, first + begin - self.top, &mut band, simd.level());
        }
        for row in begin..end {
            let row_values = target.row_mut(row);
            if !symmetry.transpose {
                orient_row(simd, source, symmetry, first + row - self.top, &mut row_values[values.clone()]);
            }
            self.write_sides(simd, inside, &fill, row_values);
        }
        for row in (0..begin).chain(end..rows) {
            let Some(from) = self.border.mode.index((first + row) as isize - self.top as isize, inside.height) else {
                fill_pixels(target.row_mut(row), &fill);
                continue;
            };
            match (from + self.top).checked_sub(first) {
                // The row that it repeats has been written.
                Some(written) if (begin..end).contains(&written) => {
                    let (written, row) = target.row_pair_mut(written, row);
                    row.copy_from_slice(written);
                }
                _ => {
                    let mut middle = target.crop_mut(Rect { x: self.left, y: row, width: inside.width, height: 1 });
                    orient_rows(source, symmetry, from, &mut middle, simd.level());
                    self.write_sides(simd, inside, &fill, target.row_mut(row));
                }
            }
        }
    }

    /// Writes what stands left and right of the middle of a row.
    #[inline(always)]
    fn write_sides<S: Simd, T: Element>(&self, simd: S, inside: Shape, fill: &[T], row: &mut [T]) {
        let channels = inside.channels;
        let (left, rest) = row.split_at_mut(self.left * channels);
        let (middle, right) = rest.split_at_mut(inside.row_len());
        let (first, last) = (&middle[..channels], &middle[middle.len() - channels..]);
        // Mirrored from the edge on, or from the pixel after it.
        let skipped = if self.border.mode == BorderMode::Reflect101 { channels } else { 0 };
        let reaches = left.len().max(right.len()) + skipped <= middle.len();
        match self.border.mode {
            BorderMode::Constant => {
                fill_pixels(left, fill);
                fill_pixels(right, fill);
            }
            BorderMode::Replicate => {
                fill_pixels(left, first);
                fill_pixels(right, last);
            }
            BorderMode::Reflect | BorderMode::Reflect101 if reaches => {
                reverse_pixels(simd, &middle[skipped..skipped + left.len()], channels, left);
                let end = middle.len() - skipped;
                reverse_pixels(simd, &middle[end - right.len()..end], channels, right);
            }
            BorderMode::Wrap if reaches => {
                left.copy_from_slice(&middle[middle.len() - left.len()..]);
                right.copy_from_slice(&middle[..right.len()]);
            }
            BorderMode::Reflect | BorderMode::Reflect101 | BorderMode::Wrap => {
                for (pixel, x) in left.chunks_exact_mut(channels).zip(-(self.left as isize)..) {
                    copy_pixel(pixel, middle, self.border.mode, x, inside);
                }
                for (pixel, x) in right.chunks_exact_mut(channels).zip(inside.width as isize..) {
                    copy_pixel(pixel, middle, self.border.mode, x, inside);
                }
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
pub fn fill_pixels<T: Element>(row: &mut [T], pixel: &[T]) {
    if pixel.iter().all(|value| *value == pixel[0]) {
        row.fill(pixel[0]);
        return;
    }
    if row.is_empty() {
        return;
    }
    row[..pixel.len()].copy_from_slice(pixel);
    let mut done = pixel.len();
    while done < row.len() {
        let more = done.min(row.len() - done);
        row.copy_within(..more, done);
        done += more;
    }
}

#[cfg(test)]
mod tests {
    use super::Pad;
    use crate::{
        image::{Element, Scratch, Shape, View, ViewMut},
        ops::{
            Context, Role,
            geometry::{GeometryOp, Symmetry},
        },
        param::{Border, BorderMode, Fill},
        simd::levels,
    };

    #[test]
    fn every_pixel_comes_from_where_the_border_mode_says() {
        use BorderMode::{Constant, Reflect, Reflect101, Replicate, Wrap};
        for fill in [Fill::Channels(vec![7.0, 8.0, 9.0]), Fill::Value(5.0)] {
            check_fill(&fill, &[Constant, Replicate, Reflect, Wrap, Reflect101]);
        }
    }

    fn check_fill(fill: &Fill, modes: &[BorderMode]) {
        for (height, width, channels) in [(1, 1, 1), (2, 3, 3), (5, 20, 3), (4, 33, 1), (3, 9, 5)] {
            let inside = Shape::new(height, width, channels);
            let data: Vec<u8> = (0..inside.len()).map(|index| (index * 3 + 1) as u8).collect();
            for &mode in modes {
                for (top, bottom, left, right) in [(0, 0, 0, 0), (1, 2, 2, 1), (3, 0, 0, 30), (11, 7, 41, 2)] {
                    let border = Border { mode, fill: fill.clone(), fill_mask: Fill::ZERO };
                    let pad = Pad { top, bottom, left, right, border };
                    let outside = pad.output_shape(inside);
                    let pixel: Vec<u8> = fill.pixel(channels);
                    let expected: Vec<u8> = (0..outside.height * outside.width)
                        .flat_map(|index| {
                            let y = mode.index((index / outside.width) as isize - top as isize, height);
                            let x = mode.index((index % outside.width) as isize - left as isize, width);
                            match (x, y) {
                                (Some(x), Some(y)) => data[(y * width + x) * channels..][..channels].to_vec(),
                                _ => pixel.clone(),
                            }
                        })
                        .collect();
                    for level in levels() {
                        let mut scratch = Scratch::default();
                        let mut context = Context { level, scratch: &mut scratch };
                        let mut output = vec![0; outside.len()];
                        let target = u8::image_mut(ViewMut::contiguous(&mut output, outside));
                        pad.run(u8::image(View::contiguous(&data, inside)), target, Role::Image, &mut context);
                        assert!(output == expected, "{mode:?} {inside:?} {top} {bottom} {left} {right}");
                        // The same in bands.
                        for band in [1, 4] {
                            let mut output = vec![0; outside.len()];
                            for (index, rows) in output.chunks_mut(band * outside.row_len()).enumerate() {
                                let shape = outside.with_size(rows.len() / outside.row_len(), outside.width);
                                let mut target = ViewMut::contiguous(rows, shape);
                                let source = View::contiguous(&data, inside);
                                pad.write_rows(
                                    source,
                                    Symmetry::IDENTITY,
                                    index * band,
                                    Role::Image,
                                    &mut target,
                                    level,
                                );
                            }
                            assert!(output == expected, "{mode:?} {inside:?} in bands of {band}");
                        }
                    }
                }
            }
        }
    }
}
