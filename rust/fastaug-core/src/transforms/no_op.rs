//! Does nothing.
//!
//! Parameters: none. Operations: none.

use super::Transform;
use crate::{Result, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOp {}

impl Transform for NoOp {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, _sampler: &mut Sampler<'_>) -> Result<()> {
        Ok(())
    }
}
