//! Puts the channels into another order.
//!
//! Parameters: `channel_order` (`null` draws one). Operations: [`ShuffleChannels`].

use super::Transform;
use crate::{Error, Result, ops::pointwise::ShuffleChannels, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Reorders the channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelShuffle {
    channel_order: Option<Vec<usize>>,
}

impl Transform for ChannelShuffle {
    fn is_random(&self) -> bool {
        self.channel_order.is_none()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let channels = sampler.shape().channels;
        let order = match &self.channel_order {
            Some(order) => order.clone(),
            None => sampler.value("channel_order", |stream| stream.permutation(channels))?,
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted != (0..channels).collect::<Vec<_>>() {
            return Err(Error::Shape(format!(
                "channel_order must name each of the image's {channels} channels once, got {order:?}"
            )));
        }
        if order != sorted {
            sampler.push(ShuffleChannels { order });
        }
        Ok(())
    }
}
