//! Turns light into dark.
//!
//! Parameters: none. Operations: [`Lut`], [`ScaleShift`].

use super::Transform;
use crate::{
    Result,
    image::DType,
    ops::pointwise::{Lut, ScaleShift},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Takes each value from the greatest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvertImg {}

impl Transform for InvertImg {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        if sampler.dtype() == DType::F32 {
            sampler.push(ScaleShift { scale: vec![-1.0], offset: vec![1.0], clamp: None });
        } else {
            sampler.push(Lut::new("invert", vec![std::array::from_fn(|value| 255 - value as u8)]));
        }
        Ok(())
    }
}
