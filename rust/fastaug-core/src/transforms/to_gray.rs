//! Makes the image gray.
//!
//! Parameters: `num_output_channels`, `method`. Operations: [`Gray`], [`GrayChannels`], [`GrayPca`].

use super::Transform;
use crate::{
    Error, Result,
    ops::{Luma, convert::GrayChannels, measure::GrayPca, pointwise::Gray},
    param::Size,
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// How channels become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    /// By the eye's sensitivity.
    WeightedAverage,
    /// The lightness of L\*a\*b\*.
    FromLab,
    /// The middle between greatest and least.
    Desaturation,
    /// The mean.
    Average,
    /// The greatest.
    Max,
    /// The first principal component.
    Pca,
}

/// Makes `num_output_channels` equal channels; a gray image stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToGray {
    num_output_channels: Size,
    method: Method,
}

impl Transform for ToGray {
    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let channels = sampler.shape().channels;
        if channels == 1 {
            return Ok(());
        }
        if channels != 3 && matches!(self.method, Method::WeightedAverage | Method::FromLab) {
            return Err(Error::Shape(format!(
                "needs an image with 1 or 3 channels for this method, got {channels}; desaturation, average, max and pca take any"
            )));
        }
        let made = self.num_output_channels.get();
        let luma = match self.method {
            Method::WeightedAverage => Luma::WeightedAverage,
            Method::FromLab => Luma::FromLab,
            Method::Desaturation => Luma::Desaturation,
            Method::Average => Luma::Average,
            Method::Max => Luma::Max,
            Method::Pca => {
                sampler.push(GrayPca { channels: made });
                return Ok(());
            }
        };
        if made == channels {
            sampler.push(Gray { luma });
        } else {
            sampler.push(GrayChannels { luma, channels: made });
        }
        Ok(())
    }
}
