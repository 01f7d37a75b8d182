//! Makes the image brownish.
//!
//! Parameters: none. Operations: [`ColourMatrix`].

use super::Transform;
use crate::{Error, Result, ops::pointwise::ColourMatrix, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Mixes the colours like an old photograph; a gray image stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToSepia {}

/// The usual weights of red, green and blue.
const SEPIA: [[f32; 3]; 3] = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];

impl Transform for ToSepia {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        match sampler.shape().channels {
            1 => Ok(()),
            3 => {
                sampler.push(ColourMatrix { rows: SEPIA });
                Ok(())
            }
            channels => Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}"))),
        }
    }
}
