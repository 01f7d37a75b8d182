//! Spreads the values evenly over the whole range.
//!
//! Parameters: `mode`, `by_channels`. Operations: [`Equalize`](measure::Equalize).

use super::{Transform, Wrong};
use crate::{
    Error, Result,
    ops::measure::{self, EqualizeMode},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Equalizes each channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equalize {
    mode: EqualizeMode,
    by_channels: bool,
    mask: Option<serde_json::Value>,
    mask_params: Vec<String>,
}

impl Transform for Equalize {
    fn check(&self) -> Result<(), Wrong> {
        if self.mask.is_some() || !self.mask_params.is_empty() {
            return Err(("mask", "only null is supported: values are counted over the whole image".into()));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        match sampler.shape().channels {
            1 | 3 => {
                sampler.push(measure::Equalize { mode: self.mode, by_channels: self.by_channels });
                Ok(())
            }
            channels => Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}"))),
        }
    }
}
