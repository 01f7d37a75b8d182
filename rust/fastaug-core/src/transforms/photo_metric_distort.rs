//! Changes brightness, contrast, saturation and hue, each only sometimes: the distortion of the SSD detector.
//!
//! Parameters: a range for each, `distort_p`. Operations: as [`ColorJitter`](super::color_jitter::ColorJitter).

use super::{Transform, Wrong, shared::jitter::{Look, check_channels, push}};
use crate::{
    Result,
    param::{Bounds, Interval, Probability},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Brightness, then contrast either before or after saturation and hue; each with probability `distort_p`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoMetricDistort {
    brightness_range: Interval,
    contrast_range: Interval,
    saturation_range: Interval,
    hue_range: Interval,
    distort_p: Probability,
}

impl Transform for PhotoMetricDistort {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("brightness_range", self.brightness_range, 0.0, f64::INFINITY)?;
        Bounds::within("contrast_range", self.contrast_range, 0.0, f64::INFINITY)?;
        Bounds::within("saturation_range", self.saturation_range, 0.0, f64::INFINITY)?;
        Bounds::within("hue_range", self.hue_range, -0.5, 0.5)
    }

    fn is_random(&self) -> bool {
        self.distort_p.get() > 0.0
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        check_channels(sampler)?;
        let probability = self.distort_p.get();
        let [brightness, contrast, saturation, hue] =
            sampler.value("distorts", |stream| [(); 4].map(|()| stream.chance(probability)))?;
        let contrast_first = sampler.chance("contrast_first", 0.5)?;
        let mut looks = Vec::with_capacity(4);
        if brightness {
            looks.push(Look::Brightness(sampler.uniform("brightness_range", self.brightness_range)?));
        }
        if saturation {
            looks.push(Look::Saturation(sampler.uniform("saturation_range", self.saturation_range)?));
        }
        if hue {
            looks.push(Look::Hue(sampler.uniform("hue_range", self.hue_range)?));
        }
        if contrast {
            let look = Look::Contrast(sampler.uniform("contrast_range", self.contrast_range)?);
            let at = if contrast_first { usize::from(brightness) } else { looks.len() };
            looks.insert(at, look);
        }
        for look in looks {
            push(sampler, look);
        }
        Ok(())
    }
}
