//! Asks for channels × height × width; whoever makes the output does it.
//!
//! Parameters: `transpose_mask`. Operations: none.

use super::Transform;
use crate::{Result, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Changes nothing here: the layout is folded into the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToTensorV2 {
    transpose_mask: bool,
}

impl Transform for ToTensorV2 {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, _sampler: &mut Sampler<'_>) -> Result<()> {
        Ok(())
    }
}
