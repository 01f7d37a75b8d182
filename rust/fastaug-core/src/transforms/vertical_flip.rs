//! Mirrors top and bottom.
//!
//! Parameters: none. Operations: [`Orient`].

use super::Transform;
use crate::{
    Result,
    ops::geometry::{Orient, Symmetry},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Mirrors top and bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerticalFlip {}

impl Transform for VerticalFlip {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        sampler.push(Orient { symmetry: Symmetry::FLIP_Y });
        Ok(())
    }
}
