//! Adds normal noise.
//!
//! Parameters: `std_range`, `mean_range` (shares of the greatest value), `per_channel`, `noise_scale_factor`. Operations:
//! [`GaussNoise`](pointwise::GaussNoise).

use super::{Transform, Wrong};
use crate::{
    Result,
    image::DType,
    ops::pointwise,
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Adds noise of a drawn strength.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussNoise {
    std_range: Interval,
    mean_range: Interval,
    per_channel: bool,
    noise_scale_factor: f64,
}

impl Transform for GaussNoise {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("std_range", self.std_range, 0.0, 1.0)?;
        Bounds::within("mean_range", self.mean_range, -1.0, 1.0)?;
        if !(self.noise_scale_factor > 0.0 && self.noise_scale_factor <= 1.0) {
            return Err(("noise_scale_factor", format!("must be above 0 and at most 1, got {}", self.noise_scale_factor)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let greatest = if sampler.dtype() == DType::U8 { 255.0 } else { 1.0 };
        let std = (sampler.uniform("std_range", self.std_range)? * greatest) as f32;
        let mean = (sampler.uniform("mean_range", self.mean_range)? * greatest) as f32;
        let seed = sampler.seed("seed")?;
        sampler.push(pointwise::GaussNoise {
            seed,
            mean,
            std,
            per_channel: self.per_channel,
            scale: self.noise_scale_factor,
        });
        Ok(())
    }
}
