//! Stretches the values to the whole range.
//!
//! Parameters: `cutoff`, `ignore`, `method`. Operations: [`AutoContrast`](measure::AutoContrast).

use super::{Transform, Wrong};
use crate::{
    Result,
    ops::measure::{self, AutoContrastMethod},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Stretches each channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoContrast {
    cutoff: f64,
    ignore: Option<u8>,
    method: AutoContrastMethod,
}

impl Transform for AutoContrast {
    fn check(&self) -> Result<(), Wrong> {
        if !(0.0..=100.0).contains(&self.cutoff) {
            return Err(("cutoff", format!("must be between 0 and 100, got {}", self.cutoff)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        sampler.push(measure::AutoContrast { cutoff: self.cutoff, ignore: self.ignore, method: self.method });
        Ok(())
    }
}
