//! Brightness that is a share of the image's mean.

use super::{MeasureOp, sums::mean};
use crate::{
    image::{DType, Image},
    ops::{
        Context, Op,
        pointwise::{Lut, ScaleShift},
    },
};
use std::fmt;

/// `value · contrast + brightness`, where the brightness is a share of the greatest value or of the image's mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrightnessContrast {
    /// The factor.
    pub contrast: f64,
    /// The summand, as a share.
    pub brightness: f64,
    /// Weaken both so that no value leaves the range.
    pub within_range: bool,
}

impl fmt::Display for BrightnessContrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contrast × {:.3}, brightness {:+.3} of the mean", self.contrast, self.brightness)
    }
}

impl BrightnessContrast {
    /// The operation for an image whose brightness is a share of `whole`.
    pub fn resolve(&self, whole: f64, dtype: DType) -> Op {
        let greatest = f64::from(dtype.max_value());
        let (mut factor, mut summand) = (self.contrast, self.brightness * whole);
        if self.within_range {
            (factor, summand) = weakened(factor, summand, greatest);
        }
        if dtype == DType::F32 {
            let (scale, offset) = (vec![factor as f32], vec![summand as f32]);
            return ScaleShift { scale, offset, clamp: Some([0.0, 1.0]) }.into();
        }
        // Cut, not rounded, as Albumentations cuts.
        let table =
            std::array::from_fn(|value| (value as f32 * factor as f32 + summand as f32).clamp(0.0, 255.0) as u8);
        Lut::new("brightness and contrast", vec![table]).into()
    }
}

/// Factor and summand that keep 0…greatest inside.
fn weakened(factor: f64, summand: f64, greatest: f64) -> (f64, f64) {
    if factor > 0.0 {
        let summand = summand.clamp(0.0, greatest);
        (factor.min((greatest - summand) / greatest), summand)
    } else {
        let summand = summand.min(greatest);
        (factor.max(-summand / greatest), summand)
    }
}

impl MeasureOp for BrightnessContrast {
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op {
        self.resolve(mean(input, context.level), input.dtype())
    }
}
