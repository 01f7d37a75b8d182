//! Resizes, keeping proportions, so that the shorter side gets a given length.
//!
//! Parameters: `max_size` or `max_size_hw`, interpolations, `area_for_downscale`. Operations:
//! [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, Wrong, shared::max_size::MaxSize};
use crate::{Result, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Resizes by the shorter side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SmallestMaxSize(MaxSize);

impl Transform for SmallestMaxSize {
    fn check(&self) -> Result<(), Wrong> {
        self.0.check()
    }

    fn is_random(&self) -> bool {
        self.0.is_random()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        self.0.sample(sampler, f64::min, f64::max)
    }
}
