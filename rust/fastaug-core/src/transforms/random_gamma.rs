//! Raises all values to a power.
//!
//! Parameters: `gamma_range` (a hundred times the exponent). Operations: [`Lut`], [`Power`].

use super::{Transform, Wrong};
use crate::{
    Result,
    image::DType,
    ops::pointwise::{Lut, Power},
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Raises values, as shares of the greatest, to an exponent from `gamma_range` / 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomGamma {
    gamma_range: Interval,
}

impl Transform for RandomGamma {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("gamma_range", self.gamma_range, 1.0, f64::INFINITY)
    }

    fn is_random(&self) -> bool {
        !self.gamma_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let exponent = sampler.uniform("gamma_range", self.gamma_range)? / 100.0;
        if sampler.dtype() == DType::F32 {
            sampler.push(Power { exponent });
        } else {
            // Cut, not rounded, as Albumentations cuts.
            let table = std::array::from_fn(|value| (libm::pow(value as f64 / 255.0, exponent) * 255.0) as u8);
            sampler.push(Lut::new("gamma", vec![table]));
        }
        Ok(())
    }
}
