//! Changes brightness, contrast, saturation and hue in random order.
//!
//! Parameters: a range for each. Operations: look-ups, [`Contrast`](crate::ops::measure::Contrast),
//! [`Saturation`](crate::ops::pointwise::Saturation), [`HueSaturationValue`](crate::ops::pointwise::HueSaturationValue).

use super::{Transform, Wrong, shared::jitter::{Look, check_channels, push}};
use crate::{
    Result,
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Runs the four steps in a drawn order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColorJitter {
    brightness_range: Interval,
    contrast_range: Interval,
    saturation_range: Interval,
    hue_range: Interval,
}

impl Transform for ColorJitter {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("brightness_range", self.brightness_range, 0.0, f64::INFINITY)?;
        Bounds::within("contrast_range", self.contrast_range, 0.0, f64::INFINITY)?;
        Bounds::within("saturation_range", self.saturation_range, 0.0, f64::INFINITY)?;
        Bounds::within("hue_range", self.hue_range, -0.5, 0.5)
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        check_channels(sampler)?;
        let looks = [
            Look::Brightness(sampler.uniform("brightness_range", self.brightness_range)?),
            Look::Contrast(sampler.uniform("contrast_range", self.contrast_range)?),
            Look::Saturation(sampler.uniform("saturation_range", self.saturation_range)?),
            Look::Hue(sampler.uniform("hue_range", self.hue_range)?),
        ];
        for step in sampler.value("order", |stream| stream.permutation(4))? {
            if let Some(look) = looks.get(step) {
                push(sampler, *look);
            }
        }
        Ok(())
    }
}
