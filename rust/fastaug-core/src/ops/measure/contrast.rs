//! Stretches the distance from the picture's mean gray.

use super::{MeasureOp, sums};
use crate::{
    image::{Image, View},
    ops::{
        Context, Luma, Op,
        arithmetic::luma::Brightness,
        pointwise::{Lut, ScaleShift},
    },
};
use fearless_simd::Level;
use std::fmt;

/// `factor · value + (1 − factor) · mean`, where the mean is that of the gray picture (as
/// [`Luma::WeightedAverage`] makes it; of all values where there are not three channels).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// 0 makes everything the mean, 1 leaves the picture as it is.
    pub factor: f32,
}

impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contrast × {}", self.factor)
    }
}

impl MeasureOp for Contrast {
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op {
        let factor = self.factor;
        match input {
            Image::U8(view) => {
                let mean = mean(view, context, sums::of_bytes);
                // Without contrast only the mean is left, and that is rounded instead of cut.
                let offset = if factor == 0.0 { mean + 0.5 } else { mean * (1.0 - f64::from(factor)) };
                let table = std::array::from_fn(|value| (value as f32 * factor + offset as f32) as u8);
                Lut::new("contrast", vec![table]).into()
            }
            Image::F32(view) => {
                let offset = mean(view, context, sums::of_floats) * (1.0 - f64::from(factor));
                ScaleShift { scale: vec![factor], offset: vec![offset as f32], clamp: Some([0.0, 1.0]) }.into()
            }
            _ => unreachable!("only pictures have contrast"),
        }
    }
}

/// The mean gray, from the sums of rows.
fn mean<T: Brightness + crate::image::Element>(
    view: View<'_, T>,
    context: &mut Context<'_>,
    sum: impl Fn(&[T], Level) -> f64,
) -> f64 {
    let shape = view.shape();
    if shape.channels != 3 {
        return view.rows().map(|row| sum(row, context.level)).sum::<f64>() / shape.len() as f64;
    }
    let mut buffer = context.scratch.take::<T>(shape.width);
    let grays = &mut buffer[..shape.width];
    let mut total = 0.0;
    for row in view.rows() {
        T::write(&Luma::WeightedAverage, row, 3, grays, context.level);
        total += sum(grays, context.level);
    }
    context.scratch.give(buffer);
    total / (shape.height * shape.width) as f64
}

#[cfg(test)]
mod tests {
    use super::Contrast;
    use crate::{
        image::{Image, Scratch, Shape, View},
        ops::{
            Context, Op,
            measure::MeasureOp,
            pointwise::{Pointwise, twins},
        },
        simd::levels,
    };

    #[test]
    fn values_move_away_from_the_mean_gray() {
        for channels in [1, 3, 4] {
            let shape = Shape::new(5, 41, channels);
            let values = twins::image::<u8>(shape);
            let grays: Vec<f64> = if channels == 3 {
                values
                    .chunks(3)
                    .map(|pixel| {
                        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f64::from);
                        (0.299 * red + 0.587 * green + 0.114 * blue).round()
                    })
                    .collect()
            } else {
                values.iter().map(|&value| f64::from(value)).collect()
            };
            let mean = grays.iter().sum::<f64>() / grays.len() as f64;
            for level in levels() {
                let mut scratch = Scratch::default();
                let image = Image::U8(View::contiguous(&values, shape));
                let op = Contrast { factor: 1.5 }.measure(image, &mut Context { level, scratch: &mut scratch });
                let Op::Pointwise(Pointwise::Lut(lut)) = op else { panic!() };
                for (value, &made) in lut.table(0).iter().enumerate() {
                    let expected = (value as f64 * 1.5 - 0.5 * mean).clamp(0.0, 255.0);
                    assert!((f64::from(made) + 0.5 - expected).abs() < 0.6, "{value}: {made}, should be {expected}");
                }
            }
        }
    }

    #[test]
    fn floats_likewise() {
        let shape = Shape::new(5, 41, 3);
        let values = vec![0.25; shape.len()];
        for level in levels() {
            let mut scratch = Scratch::default();
            let image = Image::F32(View::contiguous(&values, shape));
            let op = Contrast { factor: 0.5 }.measure(image, &mut Context { level, scratch: &mut scratch });
            let Op::Pointwise(Pointwise::ScaleShift(op)) = op else { panic!() };
            assert!(op.scale == [0.5] && (op.offset[0] - 0.125).abs() < 1e-6, "{op:?}");
        }
    }
}
