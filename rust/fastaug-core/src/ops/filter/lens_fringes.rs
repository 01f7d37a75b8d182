//! Coloured fringes: red and blue are bent by a lens, green is not.

use super::FilterOp;
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{
        Context,
        geometry::sample::{BLOCK, Cubic, FixedPoint, Kernel, Lanczos, Linear, Nearest, PixelReader},
    },
    param::{BorderMode, Interpolation},
};
use fearless_simd::{Simd, SimdBase, SimdCvtTruncate, dispatch, f32x8, i32x8, prelude::*};
use fearless_simd_macros::simd;
use std::fmt;

/// How a lens bends: a point comes from `1 + primary · r² + secondary · r⁴` times as far from the middle, where `r` is its
/// distance, measured in sides of the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bend {
    /// Grows with the square of the distance.
    pub primary: f32,
    /// Grows with its fourth power.
    pub secondary: f32,
}

/// Bends the first and the third channel, each in its own way. What lies outside the image is its edge.
#[derive(Clone, Debug, PartialEq)]
pub struct LensFringes {
    /// Of the first channel.
    pub red: Bend,
    /// Of the third channel.
    pub blue: Bend,
    /// How values between pixels are found.
    pub interpolation: Interpolation,
}

impl fmt::Display for LensFringes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "bend red by {:.4} and {:.4}, blue by {:.4} and {:.4}",
            self.red.primary, self.red.secondary, self.blue.primary, self.blue.secondary
        )
    }
}

impl FilterOp for LensFringes {
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.interpolated(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => self.interpolated(source, target, context),
            _ => unreachable!("only pictures are bent"),
        }
    }
}

impl LensFringes {
    fn interpolated<T: Element>(&self, source: View<'_, T>, target: ViewMut<'_, T>, context: &mut Context<'_>)
    where
        Linear: Kernel<T>,
        Cubic: Kernel<T>,
        Lanczos: Kernel<T>,
    {
        match self.interpolation {
            Interpolation::Nearest | Interpolation::NearestExact => self.bend::<T, Nearest>(source, target, context),
            Interpolation::Linear | Interpolation::LinearExact | Interpolation::Area | Interpolation::Antialias => {
                self.bend::<T, Linear>(source, target, context);
            }
            Interpolation::Cubic | Interpolation::AntialiasCubic => self.bend::<T, Cubic>(source, target, context),
            Interpolation::Lanczos4 | Interpolation::AntialiasLanczos => {
                self.bend::<T, Lanczos>(source, target, context);
            }
        }
    }

    fn bend<T: Element, K: Kernel<T>>(
        &self,
        source: View<'_, T>,
        mut target: ViewMut<'_, T>,
        context: &mut Context<'_>,
    ) {
        let shape = source.shape();
        target.copy_from(source);
        let plane_shape = Shape { channels: 1, ..shape };
        let mut plane = context.scratch.take::<T>(plane_shape.len());
        let mut buffer = context.scratch.take::<T>(shape.width);
        // Recycled memory may be longer.
        let bent = &mut buffer[..shape.width];
        let fixed = FixedPoint::new(shape.width.max(shape.height), 0.0);
        for (channel, bend) in [(0, self.red), (2, self.blue)] {
            for (values, row) in plane.chunks_exact_mut(shape.width).zip(source.rows()) {
                for (value, pixel) in values.iter_mut().zip(row.as_chunks::<3>().0) {
                    *value = pixel[channel];
                }
            }
            let view = View::contiguous(&plane[..plane_shape.len()], plane_shape);
            let mut reader = PixelReader::new::<K>(view, BorderMode::Replicate, &[], fixed, context.scratch);
            for (y, row) in target.rows_mut().enumerate() {
                dispatch!(context.level, simd => bend_row::<_, T, K>(simd, &mut reader, bend, fixed, shape, y, bent));
                for (pixel, &value) in row.as_chunks_mut::<3>().0.iter_mut().zip(&*bent) {
                    pixel[channel] = value;
                }
            }
            reader.give(context.scratch);
        }
        context.scratch.give(plane);
        context.scratch.give(buffer);
    }
}

/// Computes one row of one channel.
#[simd]
fn bend_row<S: Simd, T: Element, K: Kernel<T>>(
    simd: S,
    reader: &mut PixelReader<'_, T>,
    bend: Bend,
    fixed: FixedPoint,
    shape: Shape,
    y: usize,
    row: &mut [T],
) {
    for (block, values) in row.chunks_mut(BLOCK).enumerate() {
        let (mut xs, mut ys) = ([0; BLOCK], [0; BLOCK]);
        sources(simd, bend, fixed, shape, (block * BLOCK, y), (&mut xs, &mut ys));
        if let Some(steps) = K::STEPS {
            fixed.round_to(steps, &mut xs);
            fixed.round_to(steps, &mut ys);
        }
        reader.block::<S, K>(simd, &xs, &ys, values.len(), false, values);
    }
}

/// Where the points of a block come from.
#[inline(always)]
fn sources<S: Simd>(
    simd: S,
    bend: Bend,
    fixed: FixedPoint,
    shape: Shape,
    (left, y): (usize, usize),
    (xs, ys): (&mut [i32; BLOCK], &mut [i32; BLOCK]),
) {
    const COUNTED: [f32; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let (width, height) = (shape.width as f32, shape.height as f32);
    let one = (1u32 << fixed.bits) as f32;
    // What is added to a coordinate is small beside it, and so keeps its digits.
    let furthest = f32x8::splat(simd, fixed.furthest as f32 * 0.5 * one);
    let down = y as f32 - height * 0.5;
    let down_squared = (down / height) * (down / height);
    for (group, (xs, ys)) in xs.as_chunks_mut::<8>().0.iter_mut().zip(ys.as_chunks_mut::<8>().0).enumerate() {
        let first = (left + 8 * group) as f32 - width * 0.5;
        let across = f32x8::load_array_ref(simd, &COUNTED) + f32x8::splat(simd, first);
        let share = across * f32x8::splat(simd, 1.0 / width);
        let square = share * share + f32x8::splat(simd, down_squared);
        let bend = square * (square * f32x8::splat(simd, bend.secondary) + f32x8::splat(simd, bend.primary)) * one;
        let whole = i32x8::truncate_from(f32x8::load_array_ref(simd, &COUNTED)) + (left + 8 * group) as i32;
        let by_x = (across * bend).min(furthest).max(-furthest);
        let by_y = (f32x8::splat(simd, down) * bend).min(furthest).max(-furthest);
        ((whole << fixed.bits) + i32x8::truncate_from(by_x.floor())).store_array(xs);
        (i32x8::splat(simd, (y as i32) << fixed.bits) + i32x8::truncate_from(by_y.floor())).store_array(ys);
    }
}

#[cfg(test)]
mod tests {
    use super::{Bend, LensFringes};
    use crate::{
        image::{Image, ImageMut, Scratch, Shape, View, ViewMut},
        ops::{Context, filter::FilterOp},
        param::Interpolation,
        simd::{level, levels},
    };
    use fearless_simd::Level;

    fn run(op: &LensFringes, values: &[u8], shape: Shape, level: Level) -> Vec<u8> {
        let mut output = vec![0; values.len()];
        let mut scratch = Scratch::default();
        op.run(
            Image::U8(View::contiguous(values, shape)),
            ImageMut::U8(ViewMut::contiguous(&mut output, shape)),
            &mut Context { level, scratch: &mut scratch },
        );
        output
    }

    fn picture(shape: Shape) -> Vec<u8> {
        (0..shape.len()).map(|index| (index * 37 % 251) as u8).collect()
    }

    const BENT: LensFringes = LensFringes {
        red: Bend { primary: 0.3, secondary: -0.2 },
        blue: Bend { primary: -0.4, secondary: 0.1 },
        interpolation: Interpolation::Linear,
    };

    #[test]
    fn no_bend_changes_nothing() {
        let shape = Shape::new(9, 150, 3);
        let none = Bend { primary: 0.0, secondary: 0.0 };
        for interpolation in [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic] {
            let op = LensFringes { red: none, blue: none, interpolation };
            assert_eq!(run(&op, &picture(shape), shape, level()), picture(shape));
        }
    }

    #[test]
    fn points_come_from_where_the_formula_says() {
        let shape = Shape::new(60, 90, 3);
        // A ramp: what stands at a point tells where it came from.
        let values: Vec<u8> =
            (0..shape.len()).map(|index| if index % 3 == 1 { 7 } else { (index / 3 % 90) as u8 * 2 }).collect();
        let output = run(&BENT, &values, shape, level());
        for (index, pixel) in output.chunks(3).enumerate() {
            let (x, y) = ((index % 90) as f64, (index / 90) as f64);
            let square = ((x - 45.0) / 90.0).powi(2) + ((y - 30.0) / 60.0).powi(2);
            let from = |bend: Bend| {
                let scale = 1.0 + f64::from(bend.primary) * square + f64::from(bend.secondary) * square * square;
                (45.0 + (x - 45.0) * scale).clamp(0.0, 89.0) * 2.0
            };
            assert!((f64::from(pixel[0]) - from(BENT.red)).abs() <= 0.51);
            assert_eq!(pixel[1], 7);
            assert!((f64::from(pixel[2]) - from(BENT.blue)).abs() <= 0.51);
        }
    }

    #[test]
    fn every_level_gives_the_same() {
        let shape = Shape::new(37, 201, 3);
        for interpolation in
            [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic, Interpolation::Lanczos4]
        {
            let op = LensFringes { interpolation, ..BENT };
            let lowest = run(&op, &picture(shape), shape, levels()[0]);
            for level in levels() {
                assert_eq!(run(&op, &picture(shape), shape, level), lowest);
            }
        }
    }
}
