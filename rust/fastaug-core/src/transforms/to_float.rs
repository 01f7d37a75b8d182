//! Divides by the greatest value.
//!
//! Parameters: `max_value` (`null` takes the type's). Operations: [`ToFloat`](convert::ToFloat).

use super::Transform;
use crate::{Result, image::DType, ops::convert, param::Positive, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Makes `float32`; an image that is already is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToFloat {
    max_value: Option<Positive>,
}

impl Transform for ToFloat {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        if sampler.dtype() != DType::F32 {
            let max_value = self.max_value.map_or(255.0, |value| value.get() as f32);
            sampler.push(convert::ToFloat { max_value });
        }
        Ok(())
    }
}
