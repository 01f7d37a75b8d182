//! Keeps only the highest bits of each value.
//!
//! Parameters: `num_bits`, for all channels or for each. Operations: [`Lut`].

use super::{Transform, Wrong};
use crate::{
    Error, Result,
    ops::pointwise::Lut,
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Bits for all channels or for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be a pair [low, high], or a list of such pairs, one per channel")]
enum Bits {
    /// The same number for all.
    All(Interval),
    /// A number each.
    Each(Vec<Interval>),
}

impl Bits {
    fn ranges(&self) -> &[Interval] {
        match self {
            Self::All(range) => std::slice::from_ref(range),
            Self::Each(ranges) => ranges,
        }
    }
}

/// Keeps `num_bits` of eight; floats are looked up at the nearest of 256 levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posterize {
    num_bits: Bits,
}

impl Transform for Posterize {
    fn check(&self) -> Result<(), Wrong> {
        if self.num_bits.ranges().is_empty() {
            return Err(("num_bits", "there are no channels".into()));
        }
        for range in self.num_bits.ranges() {
            Bounds::whole("num_bits", *range)?;
            Bounds::within("num_bits", *range, 0.0, 8.0)?;
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        self.num_bits.ranges().iter().any(|range| !range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let ranges = self.num_bits.ranges();
        let channels = sampler.shape().channels;
        if ranges.len() > 1 && ranges.len() != channels {
            return Err(Error::Shape(format!(
                "num_bits names {} channels, the image has {channels}",
                ranges.len()
            )));
        }
        let bits = sampler.value("bits", |stream| {
            ranges.iter().map(|range| stream.integer(range.low as i64, range.high as i64)).collect::<Vec<_>>()
        })?;
        let tables = bits
            .iter()
            .map(|&bits| {
                let mask = (0xFF00_u32 >> bits.clamp(0, 8)) as u8;
                std::array::from_fn(|value| value as u8 & mask)
            })
            .collect();
        sampler.push(Lut::new("posterize", tables));
        Ok(())
    }
}
