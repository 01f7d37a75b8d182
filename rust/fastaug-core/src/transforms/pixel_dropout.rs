//! Replaces single pixels.
//!
//! Parameters: `dropout_prob`, `per_channel`, `drop_value`, `mask_drop_value`. Operations:
//! [`PixelDropout`](pointwise::PixelDropout). Boxes and keypoints stay: what single pixels hide is no smaller for it.

use super::Transform;
use crate::{
    Result,
    image::DType,
    ops::pointwise,
    param::{Fill, Probability},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// Drops pixels, each with the same probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PixelDropout {
    dropout_prob: Probability,
    per_channel: bool,
    drop_value: Option<Fill>,
    mask_drop_value: Option<Fill>,
}

/// A random colour in the image's own units.
fn random_colour(stream: &mut Stream, channels: usize, dtype: DType) -> Fill {
    let value = |stream: &mut Stream| match dtype {
        DType::U8 => stream.integer(0, 255) as f64,
        // Single precision, so that a replay finds the same number.
        _ => f64::from(stream.unit() as f32),
    };
    Fill::Channels((0..channels).map(|_| value(stream)).collect())
}

impl Transform for PixelDropout {
    fn is_random(&self) -> bool {
        self.dropout_prob.get() > 0.0
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let (channels, dtype) = (sampler.shape().channels, sampler.dtype());
        let value = match &self.drop_value {
            Some(value) => value.clone(),
            None => sampler.value("drop_value", |stream| random_colour(stream, channels, dtype))?,
        };
        let seed = sampler.seed("seed")?;
        sampler.push(pointwise::PixelDropout {
            seed,
            probability: self.dropout_prob.get(),
            per_channel: self.per_channel,
            value,
            mask_value: self.mask_drop_value.clone(),
        });
        Ok(())
    }
}
