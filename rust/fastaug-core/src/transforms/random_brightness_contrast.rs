//! Multiplies and shifts all values.
//!
//! Parameters: `brightness_range`, `contrast_range`, `brightness_by_max`, `ensure_safe_output`. Operations:
//! [`BrightnessContrast`], or what it becomes where nothing has to be measured.

use super::Transform;
use crate::{Result, ops::measure::BrightnessContrast, param::Interval, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Multiplies by one plus a number from `contrast_range`, and adds a share from `brightness_range`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomBrightnessContrast {
    brightness_range: Interval,
    contrast_range: Interval,
    brightness_by_max: bool,
    ensure_safe_output: bool,
}

impl Transform for RandomBrightnessContrast {
    fn is_random(&self) -> bool {
        !(self.brightness_range.is_single() && self.contrast_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let contrast = 1.0 + sampler.uniform("contrast_range", self.contrast_range)?;
        let brightness = sampler.uniform("brightness_range", self.brightness_range)?;
        let change = BrightnessContrast { contrast, brightness, within_range: self.ensure_safe_output };
        let dtype = sampler.dtype();
        if self.brightness_by_max {
            sampler.push(change.resolve(f64::from(dtype.max_value()), dtype));
        } else if brightness == 0.0 {
            sampler.push(change.resolve(0.0, dtype));
        } else {
            sampler.push(change);
        }
        Ok(())
    }
}
