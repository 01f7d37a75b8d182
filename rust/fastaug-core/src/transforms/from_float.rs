//! Multiplies by the greatest value and rounds.
//!
//! Parameters: `dtype`, `max_value` (`null` takes the type's). Operations: [`FromFloat`](convert::FromFloat).

use super::Transform;
use crate::{Result, image::DType, ops::convert, param::Positive, policy::Sampler};
use serde::{Deserialize, Serialize};

/// The type of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Target {
    /// 8-bit.
    Uint8,
    /// Floats stay as they are.
    Float32,
}

/// Makes `uint8`; an image that is already is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromFloat {
    dtype: Target,
    max_value: Option<Positive>,
}

impl Transform for FromFloat {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        if sampler.dtype() == DType::F32 && self.dtype == Target::Uint8 {
            let max_value = self.max_value.map_or(255.0, |value| value.get() as f32);
            sampler.push(convert::FromFloat { max_value });
        }
        Ok(())
    }
}
