//! Swaps rows and columns.
//!
//! Parameters: none. Operations: [`Orient`].

use super::Transform;
use crate::{
    Result,
    ops::geometry::{Orient, Symmetry},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Swaps rows and columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transpose {}

impl Transform for Transpose {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        sampler.push(Orient { symmetry: Symmetry::TRANSPOSE });
        Ok(())
    }
}
