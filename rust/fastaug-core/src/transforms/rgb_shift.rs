//! Shifts each channel by a random amount.
//!
//! Parameters: `r_shift_range`, `g_shift_range`, `b_shift_range`. Operations: [`Lut`], [`ScaleShift`].

use super::Transform;
use crate::{
    Error, Result,
    image::DType,
    ops::pointwise::{Lut, ScaleShift},
    param::Interval,
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Adds a number to each channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RGBShift {
    r_shift_range: Interval,
    g_shift_range: Interval,
    b_shift_range: Interval,
}

/// A range in shares of the greatest value: numbers beyond 1 are 8-bit values.
fn shares(range: Interval) -> f64 {
    if range.low.abs() > 1.0 || range.high.abs() > 1.0 { 1.0 / 255.0 } else { 1.0 }
}

impl Transform for RGBShift {
    fn is_random(&self) -> bool {
        !(self.r_shift_range.is_single() && self.g_shift_range.is_single() && self.b_shift_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let channels = sampler.shape().channels;
        if !matches!(channels, 1 | 3) {
            return Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}")));
        }
        let mut shift = |name: &str, range: Interval| Ok(sampler.uniform(name, range)? * shares(range));
        let red = shift("r_shift_range", self.r_shift_range)?;
        let green = shift("g_shift_range", self.g_shift_range)?;
        let blue = shift("b_shift_range", self.b_shift_range)?;
        let shifts = &[red, green, blue][..channels];
        if sampler.dtype() == DType::F32 {
            let offset = shifts.iter().map(|&shift| shift as f32).collect();
            sampler.push(ScaleShift { scale: vec![1.0], offset, clamp: Some([0.0, 1.0]) });
        } else {
            let table = |shift: f64| {
                let shift = (shift * 255.0).trunc() as i32;
                std::array::from_fn(|value| (value as i32 + shift).clamp(0, 255) as u8)
            };
            sampler.push(Lut::new("shift", shifts.iter().map(|&shift| table(shift)).collect()));
        }
        Ok(())
    }
}
