//! Shifts hue, saturation and value.
//!
//! Parameters: `hue_shift_range`, `sat_shift_range`, `val_shift_range`. Operations:
//! [`HueSaturationValue`](pointwise::HueSaturationValue); on gray images, a shift of the value.

use super::Transform;
use crate::{
    Error, Result,
    image::DType,
    ops::pointwise::{self, Lut, ScaleShift},
    param::Interval,
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Adds to hue (of 180 steps), saturation and value (of 255).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HueSaturationValue {
    hue_shift_range: Interval,
    sat_shift_range: Interval,
    val_shift_range: Interval,
}

impl Transform for HueSaturationValue {
    fn is_random(&self) -> bool {
        !(self.hue_shift_range.is_single() && self.sat_shift_range.is_single() && self.val_shift_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let hue = sampler.uniform("hue_shift_range", self.hue_shift_range)?;
        let saturation = sampler.uniform("sat_shift_range", self.sat_shift_range)?;
        let value = sampler.uniform("val_shift_range", self.val_shift_range)?;
        match sampler.shape().channels {
            3 => {
                // The hue is cut to whole steps once it is on the circle, the others are rounded.
                let hue = hue.rem_euclid(180.0) as i32;
                let (saturation, value) = (saturation.round_ties_even() as i32, value.round_ties_even() as i32);
                if (hue, saturation, value) != (0, 0, 0) {
                    sampler.push(pointwise::HueSaturationValue { hue, saturation, value });
                }
            }
            // A gray image has neither hue nor saturation.
            1 if sampler.dtype() == DType::F32 => {
                let offset = vec![(value / 255.0) as f32];
                sampler.push(ScaleShift { scale: vec![1.0], offset, clamp: Some([0.0, 1.0]) });
            }
            1 => {
                let shift = value.round_ties_even() as i32;
                let table = std::array::from_fn(|value| (value as i32 + shift).clamp(0, 255) as u8);
                sampler.push(Lut::new("shift", vec![table]));
            }
            channels => {
                return Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}")));
            }
        }
        Ok(())
    }
}
