//! The eight symmetries of a square: flips, quarter turns, transposes.

mod reverse;
mod transpose;

pub(super) use reverse::reverse_pixels;

use super::GeometryOp;
use crate::{
    image::{Element, Image, ImageMut, Rect, Shape, View, ViewMut},
    ops::{Context, Role},
    targets::{BBox, Keypoint},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// An element of the dihedral group D4: first an optional transposition, then optional flips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Symmetry {
    /// Rows become columns.
    pub transpose: bool,
    /// Then left and right change places.
    pub flip_x: bool,
    /// And top and bottom.
    pub flip_y: bool,
}

impl Symmetry {
    /// Nothing moves.
    pub const IDENTITY: Self = Self { transpose: false, flip_x: false, flip_y: false };
    /// Left and right change places.
    pub const FLIP_X: Self = Self { transpose: false, flip_x: true, flip_y: false };
    /// Top and bottom change places.
    pub const FLIP_Y: Self = Self { transpose: false, flip_x: false, flip_y: true };
    /// Rows become columns.
    pub const TRANSPOSE: Self = Self { transpose: true, flip_x: false, flip_y: false };
    /// Half a turn.
    pub const HALF_TURN: Self = Self { transpose: false, flip_x: true, flip_y: true };
    /// All eight.
    pub const ALL: [Self; 8] = {
        let mut all = [Self::IDENTITY; 8];
        let mut index = 0;
        while index < 8 {
            all[index] = Self { transpose: index & 4 != 0, flip_x: index & 2 != 0, flip_y: index & 1 != 0 };
            index += 1;
        }
        all
    };

    /// A number of quarter turns against the clock, as `numpy.rot90` turns.
    pub const fn quarter_turns(turns: usize) -> Self {
        match turns % 4 {
            0 => Self::IDENTITY,
            1 => Self { transpose: true, flip_x: false, flip_y: true },
            2 => Self::HALF_TURN,
            _ => Self { transpose: true, flip_x: true, flip_y: false },
        }
    }

    /// Whether nothing moves.
    pub const fn is_identity(self) -> bool {
        !self.transpose && !self.flip_x && !self.flip_y
    }

    /// First this one, then another.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        // A transposition after flips is the same flips on the other axes after it.
        let (flip_x, flip_y) = if next.transpose { (self.flip_y, self.flip_x) } else { (self.flip_x, self.flip_y) };
        Self {
            transpose: self.transpose != next.transpose,
            flip_x: flip_x != next.flip_x,
            flip_y: flip_y != next.flip_y,
        }
    }

    /// The one that undoes this.
    #[must_use]
    pub const fn inverse(self) -> Self {
        if self.transpose { Self { transpose: true, flip_x: self.flip_y, flip_y: self.flip_x } } else { self }
    }

    /// The shape it makes.
    pub const fn output_shape(self, input: Shape) -> Shape {
        if self.transpose { input.with_size(input.width, input.height) } else { input }
    }

    /// Where the input pixel comes from that ends up at (x, y) of the output.
    #[inline]
    pub const fn source(self, input: Shape, x: usize, y: usize) -> (usize, usize) {
        let output = self.output_shape(input);
        let x = if self.flip_x { output.width - 1 - x } else { x };
        let y = if self.flip_y { output.height - 1 - y } else { y };
        if self.transpose { (y, x) } else { (x, y) }
    }

    /// Where a point goes, coordinates measured between pixel edges (a box's corners).
    pub fn map_edge(self, input: Shape, x: f64, y: f64) -> (f64, f64) {
        self.map_offset(input, x, y, 0.0)
    }

    /// Where a point goes, coordinates measured between pixel centres (a keypoint).
    pub fn map_centre(self, input: Shape, x: f64, y: f64) -> (f64, f64) {
        self.map_offset(input, x, y, 1.0)
    }

    fn map_offset(self, input: Shape, x: f64, y: f64, last: f64) -> (f64, f64) {
        let output = self.output_shape(input);
        let (x, y) = if self.transpose { (y, x) } else { (x, y) };
        (
            if self.flip_x { output.width as f64 - last - x } else { x },
            if self.flip_y { output.height as f64 - last - y } else { y },
        )
    }
}

impl fmt::Display for Symmetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.transpose, self.flip_x, self.flip_y) {
            (false, false, false) => "keep",
            (false, true, false) => "flip left–right",
            (false, false, true) => "flip top–bottom",
            (false, true, true) => "turn 180°",
            (true, false, false) => "transpose",
            (true, false, true) => "turn 90° left",
            (true, true, false) => "turn 90° right",
            (true, true, true) => "transpose across the other diagonal",
        })
    }
}

/// Applies a symmetry of the square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orient {
    /// Which.
    pub symmetry: Symmetry,
}

impl fmt::Display for Orient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.symmetry.fmt(f)
    }
}

impl GeometryOp for Orient {
    fn output_shape(&self, input: Shape) -> Shape {
        self.symmetry.output_shape(input)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _role: Role, context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => {
            let mut target = target;
            orient_rows(source, self.symmetry, 0, &mut target, context.level);
        });
    }

    fn map_box(&self, input: Shape, bbox: BBox) -> BBox {
        let (x0, y0) = self.symmetry.map_edge(input, bbox.x_min, bbox.y_min);
        let (x1, y1) = self.symmetry.map_edge(input, bbox.x_max, bbox.y_max);
        BBox::new(x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1))
    }

    fn map_keypoint(&self, input: Shape, keypoint: Keypoint) -> Keypoint {
        let (x, y) = self.symmetry.map_centre(input, keypoint.x, keypoint.y);
        // Angles run against the clock while y points down, so the diagonal that is swapped about lies at −45°.
        let mut angle = keypoint.angle;
        if self.symmetry.transpose {
            angle = -std::f64::consts::FRAC_PI_2 - angle;
        }
        if self.symmetry.flip_x {
            angle = std::f64::consts::PI - angle;
        }
        if self.symmetry.flip_y {
            angle = -angle;
        }
        // Adding 0 makes a 0 of −0.
        Keypoint { x, y, angle: angle.rem_euclid(std::f64::consts::TAU) + 0.0, ..keypoint }
    }
}

/// Writes rows of the oriented image, from row `first` on. The one place where pixels are reordered: the planner folds
/// orientation into the next copy by calling it for a band of rows at a time.
pub fn orient_rows<T: Element>(
    source: View<'_, T>,
    symmetry: Symmetry,
    first: usize,
    target: &mut ViewMut<'_, T>,
    level: Level,
) {
    dispatch!(level, simd => orient_rows_with(simd, source, symmetry, first, target));
}

#[simd]
fn orient_rows_with<S: Simd, T: Element>(
    simd: S,
    source: View<'_, T>,
    symmetry: Symmetry,
    first: usize,
    target: &mut ViewMut<'_, T>,
) {
    if symmetry.transpose {
        return transpose::transpose_rows(simd, source, symmetry, first, target);
    }
    if symmetry.is_identity() {
        let Shape { height, width, .. } = target.shape();
        return target.copy_from(source.crop(Rect { x: 0, y: first, width, height }));
    }
    for (y, row) in (first..).zip(target.rows_mut()) {
        orient_row(simd, source, symmetry, y, row);
    }
}

/// Writes one row of the turned image, which is not transposed.
#[inline(always)]
pub fn orient_row<S: Simd, T: Element>(simd: S, source: View<'_, T>, symmetry: Symmetry, y: usize, row: &mut [T]) {
    let shape = source.shape();
    let from = source.row(if symmetry.flip_y { shape.height - 1 - y } else { y });
    if symmetry.flip_x {
        reverse_pixels(simd, from, shape.channels, row);
    } else {
        row.copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::{Orient, Symmetry, orient_rows};
    use crate::{
        image::{Element, Shape, View, ViewMut},
        ops::geometry::GeometryOp,
        simd::{level, levels, name},
        targets::BBox,
    };
    use fearless_simd::Level;

    fn oriented<T: Element>(
        data: &[T],
        shape: Shape,
        symmetry: Symmetry,
        level: Level,
        band: usize,
    ) -> (Vec<T>, Shape) {
        let output = symmetry.output_shape(shape);
        let mut result = vec![T::default(); output.len()];
        for (index, rows) in result.chunks_mut(band * output.row_len()).enumerate() {
            let height = rows.len() / output.row_len();
            let mut target = ViewMut::contiguous(rows, output.with_size(height, output.width));
            orient_rows(View::contiguous(data, shape), symmetry, index * band, &mut target, level);
        }
        (result, output)
    }

    #[test]
    fn composition_equals_one_after_the_other() {
        let shape = Shape::new(3, 4, 2);
        let data: Vec<u8> = (0..24).collect();
        for first in Symmetry::ALL {
            for second in Symmetry::ALL {
                let (once, between) = oriented(&data, shape, first, level(), 9);
                let (twice, end) = oriented(&once, between, second, level(), 9);
                assert_eq!((twice, end), oriented(&data, shape, first.then(second), level(), 9));
            }
            assert!(first.then(first.inverse()).is_identity());
        }
    }

    fn check<T: Element>(value: fn(usize) -> T) {
        for (height, width) in [(1, 1), (1, 50), (50, 1), (3, 5), (16, 16), (17, 40), (37, 23), (20, 150)] {
            for channels in 1..=5 {
                let shape = Shape::new(height, width, channels);
                let data: Vec<T> = (0..shape.len()).map(value).collect();
                for symmetry in Symmetry::ALL {
                    let output = symmetry.output_shape(shape);
                    let mut expected = Vec::with_capacity(shape.len());
                    for y in 0..output.height {
                        for x in 0..output.width {
                            let (from_x, from_y) = symmetry.source(shape, x, y);
                            expected.extend_from_slice(&data[(from_y * width + from_x) * channels..][..channels]);
                        }
                    }
                    for level in levels() {
                        for band in [1, 5, 64, 200] {
                            let (result, _) = oriented(&data, shape, symmetry, level, band);
                            assert!(result == expected, "{symmetry} of {shape:?} {} on {}", T::DTYPE, name(level));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn rows_hold_the_pixels_that_source_names() {
        check(|index| (index * 7) as u8);
        check(|index| (index * 7) as u16);
        check(|index| index as u64);
        check(|index| index as f32);
    }

    #[test]
    fn a_view_that_runs_backwards_is_read_in_place() {
        let shape = Shape::new(20, 19, 3);
        let data: Vec<u8> = (0..shape.len()).map(|index| (index * 7) as u8).collect();
        let backwards = View::strided(&data, 19 * 57, -57, shape);
        for symmetry in Symmetry::ALL {
            let output = symmetry.output_shape(shape);
            let mut result = vec![0; output.len()];
            orient_rows(backwards, symmetry, 0, &mut ViewMut::contiguous(&mut result, output), level());
            assert_eq!(result, oriented(&data, shape, Symmetry::FLIP_Y.then(symmetry), level(), 64).0, "{symmetry}");
        }
    }

    #[test]
    fn a_quarter_turn_turns_as_numpy_does() {
        // np.rot90([[1, 2, 3], [4, 5, 6]]) == [[3, 6], [2, 5], [1, 4]]
        let data = [1u8, 2, 3, 4, 5, 6];
        let (result, _) = oriented(&data, Shape::new(2, 3, 1), Symmetry::quarter_turns(1), level(), 9);
        assert_eq!(result, [3, 6, 2, 5, 1, 4]);
    }

    #[test]
    fn boxes_follow_the_pixels() {
        let shape = Shape::new(10, 20, 1);
        let turned = Orient { symmetry: Symmetry::quarter_turns(1) }.map_box(shape, BBox::new(1.0, 2.0, 5.0, 9.0));
        assert_eq!(turned, BBox::new(2.0, 15.0, 9.0, 19.0));
    }
}
