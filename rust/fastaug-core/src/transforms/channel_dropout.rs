//! Fills whole channels.
//!
//! Parameters: `channel_drop_range`, `fill`. Operations: [`DropChannels`].

use super::{Transform, Wrong};
use crate::{
    Error, Result,
    ops::pointwise::DropChannels,
    param::{Bounds, Fill, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Fills a random choice of channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelDropout {
    channel_drop_range: Interval,
    fill: Fill,
}

impl Transform for ChannelDropout {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::whole("channel_drop_range", self.channel_drop_range)?;
        Bounds::within("channel_drop_range", self.channel_drop_range, 1.0, f64::INFINITY)
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let channels = sampler.shape().channels;
        let range = self.channel_drop_range;
        if range.high as usize >= channels {
            return Err(Error::Shape(format!(
                "channel_drop_range reaches {}, but at least one of the image's {channels} channels must be left",
                range.high
            )));
        }
        let dropped = sampler.value("channels", |stream| {
            let count = stream.integer(range.low as i64, range.high as i64) as usize;
            let mut dropped = stream.permutation(channels);
            dropped.truncate(count);
            dropped
        })?;
        sampler.push(DropChannels { channels: dropped, fill: self.fill.clone() });
        Ok(())
    }
}
