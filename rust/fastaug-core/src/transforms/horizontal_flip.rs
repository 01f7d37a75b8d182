//! Mirrors left and right.
//!
//! Parameters: none. Operations: [`Orient`].

use super::Transform;
use crate::{
    Result,
    ops::geometry::{Orient, Symmetry},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Mirrors left and right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HorizontalFlip {}

impl Transform for HorizontalFlip {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        sampler.push(Orient { symmetry: Symmetry::FLIP_X });
        Ok(())
    }
}
