//! Shifts and scales the values.
//!
//! Parameters: `mean`, `std`, `max_pixel_value`, `normalization`, `clip_range`. Operations:
//! [`Normalize`](convert::Normalize), [`NormalizeByStatistics`], [`ScaleShift`].

use super::{Transform, Wrong};
use crate::{
    Error, Result,
    ops::{
        convert,
        measure::{NormalizeByStatistics, Statistics},
        pointwise::ScaleShift,
    },
    param::{Fill, Interval, Positive},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// By what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Normalization {
    /// The given mean and deviation.
    Standard,
    /// The image's own.
    #[serde(untagged)]
    Own(Statistics),
}

/// Makes `float32` values around 0, or between 0 and 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalize {
    mean: Option<Fill>,
    std: Option<Fill>,
    max_pixel_value: Option<Positive>,
    normalization: Normalization,
    clip_range: Option<Interval>,
}

/// Values further from 0 are cut where the image's own statistics are used.
const FURTHEST: f32 = 20.0;

impl Normalize {
    /// One number per channel of a list that has one, or one for all.
    fn per_channel<'f>(name: &str, given: Option<&'f Fill>, channels: usize) -> Result<&'f Fill> {
        match given {
            None => Err(Error::Shape(format!("{name} is needed for standard normalization"))),
            Some(Fill::Channels(values)) if values.len() != 1 && values.len() != channels => Err(Error::Shape(format!(
                "{name} has {} numbers, the image has {channels} channels",
                values.len()
            ))),
            Some(given) => Ok(given),
        }
    }
}

impl Transform for Normalize {
    fn check(&self) -> Result<(), Wrong> {
        if self.normalization != Normalization::Standard {
            return Ok(());
        }
        for (name, given) in [("mean", &self.mean), ("std", &self.std)] {
            match given {
                None => return Err((name, "is needed for standard normalization".into())),
                Some(Fill::Channels(values)) if values.is_empty() => {
                    return Err((name, "must hold at least one number".into()));
                }
                _ => {}
            }
        }
        let zero = match &self.std {
            Some(Fill::Value(value)) => *value == 0.0,
            Some(Fill::Channels(values)) => values.contains(&0.0),
            None => false,
        };
        if zero { Err(("std", "must not be 0".into())) } else { Ok(()) }
    }

    fn is_random(&self) -> bool {
        false
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        match self.normalization {
            Normalization::Standard => {
                let channels = sampler.shape().channels;
                let greatest = self.max_pixel_value.map_or(f64::from(sampler.dtype().max_value()), Positive::get);
                let mean = Self::per_channel("mean", self.mean.as_ref(), channels)?;
                let std = Self::per_channel("std", self.std.as_ref(), channels)?;
                let (scale, offset) = (0..channels)
                    .map(|channel| (mean.channel(channel), std.channel(channel)))
                    .map(|(mean, std)| ((1.0 / (std * greatest)) as f32, (-mean / std) as f32))
                    .unzip();
                sampler.push(convert::Normalize { scale, offset });
            }
            Normalization::Own(statistics) => {
                sampler.push(NormalizeByStatistics { statistics });
                let clamp = Some([-FURTHEST, FURTHEST]);
                sampler.push(ScaleShift { scale: vec![1.0], offset: vec![0.0], clamp });
            }
        }
        if let Some(range) = self.clip_range {
            let clamp = Some([range.low as f32, range.high as f32]);
            sampler.push(ScaleShift { scale: vec![1.0], offset: vec![0.0], clamp });
        }
        Ok(())
    }
}
