//! Inverts all values from a threshold on.
//!
//! Parameters: `threshold_range` (a share of the greatest value). Operations: [`Lut`], [`Solarize`](pointwise::Solarize).

use super::{Transform, Wrong};
use crate::{
    Result,
    image::DType,
    ops::pointwise::{self, Lut},
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Inverts values of at least the threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solarize {
    threshold_range: Interval,
}

impl Transform for Solarize {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("threshold_range", self.threshold_range, 0.0, 1.0)
    }

    fn is_random(&self) -> bool {
        !self.threshold_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let threshold = sampler.uniform("threshold_range", self.threshold_range)?;
        if sampler.dtype() == DType::F32 {
            sampler.push(pointwise::Solarize { threshold: threshold as f32 });
        } else {
            let table = std::array::from_fn(|value| {
                if value as f64 >= threshold * 255.0 { 255 - value as u8 } else { value as u8 }
            });
            sampler.push(Lut::new("solarize", vec![table]));
        }
        Ok(())
    }
}
