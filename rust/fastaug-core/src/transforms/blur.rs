//! The mean over a square.
//!
//! Parameters: `blur_range` (side). Operations: [`BoxBlur`].

use super::{Transform, Wrong, shared::kernel_size};
use crate::{Result, ops::filter::BoxBlur, param::Interval, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Blurs with a square of random side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blur {
    blur_range: Interval,
}

impl Transform for Blur {
    fn check(&self) -> Result<(), Wrong> {
        kernel_size::check("blur_range", self.blur_range)
    }

    fn is_random(&self) -> bool {
        !self.blur_range.is_single()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let size = kernel_size::draw(sampler, "blur_range", self.blur_range)?;
        sampler.push(BoxBlur { size });
        Ok(())
    }
}
