//! The size that a side, or a frame, asks for: shared by `SmallestMaxSize` and `LongestMaxSize`.

use super::sizing::{AreaForDownscale, push_resize, scaled};
use crate::{
    Result,
    param::{Interpolation, Interpolations, Size},
    policy::Sampler,
    transforms::Wrong,
};
use serde::{Deserialize, Serialize};

/// One length or several to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Lengths {
    /// This one.
    One(Size),
    /// One of these.
    Choice(Vec<Size>),
}

/// What both transforms are given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxSize {
    max_size: Option<Lengths>,
    max_size_hw: Option<(Option<Size>, Option<Size>)>,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    area_for_downscale: Option<AreaForDownscale>,
}

impl MaxSize {
    /// Exactly one way to say the size.
    pub fn check(&self) -> Result<(), Wrong> {
        match (&self.max_size, &self.max_size_hw) {
            (Some(Lengths::Choice(lengths)), None) if lengths.is_empty() => {
                Err(("max_size", "there is nothing to choose from".into()))
            }
            (Some(_), None) | (None, Some((Some(_), _) | (_, Some(_)))) => Ok(()),
            (Some(_), Some(_)) => Err(("max_size", "give either max_size or max_size_hw, not both".into())),
            (None, _) => Err(("max_size", "give either max_size or max_size_hw".into())),
        }
    }

    /// Whether a length is drawn.
    pub fn is_random(&self) -> bool {
        matches!(&self.max_size, Some(Lengths::Choice(lengths)) if lengths.len() > 1)
    }

    /// Resizes so that the side picked by `pick` gets its length: `f64::min` for the shorter side, `f64::max` for the
    /// longer.
    pub fn sample(
        &self,
        sampler: &mut Sampler<'_>,
        pick_side: fn(f64, f64) -> f64,
        pick_scale: fn(f64, f64) -> f64,
    ) -> Result<()> {
        let shape = sampler.shape();
        let (height, width) = (shape.height as f64, shape.width as f64);
        let scale = match (&self.max_size, &self.max_size_hw) {
            (Some(Lengths::One(length)), _) => length.get() as f64 / pick_side(height, width),
            (Some(Lengths::Choice(lengths)), _) => {
                let length = sampler.value("max_size", |stream| lengths[stream.index(lengths.len())].get())?;
                length as f64 / pick_side(height, width)
            }
            (None, Some((rows, columns))) => {
                let by_rows = rows.map(|rows| rows.get() as f64 / height);
                let by_columns = columns.map(|columns| columns.get() as f64 / width);
                match (by_rows, by_columns) {
                    (Some(rows), Some(columns)) => pick_scale(rows, columns),
                    (Some(scale), None) | (None, Some(scale)) => scale,
                    (None, None) => 1.0,
                }
            }
            (None, None) => 1.0,
        };
        let size = (scaled(shape.height, scale), scaled(shape.width, scale));
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        push_resize(sampler, size, interpolations, self.area_for_downscale, scale < 1.0);
        Ok(())
    }
}
