//! Cuts a random part of random size and proportions, and resizes it.
//!
//! Parameters: `size`, `scale` (area), `ratio`, interpolations. Operations: [`Crop`](crate::ops::geometry::Crop),
//! [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, Wrong, shared::sizing::{AreaForDownscale, middle_place, push_crop, push_resize, random_place}};
use crate::{
    Result,
    image::Rect,
    param::{Bounds, Interpolation, Interpolations, Interval, Size},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// How the part is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplingMethod {
    /// Ten attempts at area and proportions, then the largest middle part, as torchvision does.
    Standard,
}

/// Cuts a part with a share of the area from `scale` and proportions from `ratio`, and resizes it to `size`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomResizedCrop {
    size: (Size, Size),
    scale: Interval,
    ratio: Interval,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    area_for_downscale: Option<AreaForDownscale>,
    sampling_method: SamplingMethod,
}

/// Attempts before the middle is taken.
const ATTEMPTS: usize = 10;

impl RandomResizedCrop {
    fn draw(&self, stream: &mut Stream, (height, width): (usize, usize)) -> Rect {
        let area = (height * width) as f64;
        let logarithms =
            Interval { low: libm::log(self.ratio.low), high: libm::log(self.ratio.high) };
        for _ in 0..ATTEMPTS {
            let target = area * stream.uniform(self.scale);
            let ratio = libm::exp(stream.uniform(logarithms));
            let columns = libm::sqrt(target * ratio).round_ties_even() as usize;
            let rows = libm::sqrt(target / ratio).round_ties_even() as usize;
            if (1..=width).contains(&columns) && (1..=height).contains(&rows) {
                return random_place(stream, (rows, columns), (height, width));
            }
        }
        let ratio = width as f64 / height as f64;
        let size = if ratio < self.ratio.low {
            ((width as f64 / self.ratio.low).round_ties_even() as usize, width)
        } else if ratio > self.ratio.high {
            (height, (height as f64 * self.ratio.high).round_ties_even() as usize)
        } else {
            (height, width)
        };
        middle_place(size, (height, width))
    }
}

impl Transform for RandomResizedCrop {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("scale", self.scale, 0.0, 1.0)?;
        if self.ratio.low <= 0.0 {
            return Err(("ratio", format!("must be above 0, got {}", self.ratio.low)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let rect = sampler.value("crop", |stream| self.draw(stream, (shape.height, shape.width)))?;
        push_crop(sampler, rect)?;
        let size = (self.size.0.get(), self.size.1.get());
        let shrinks = rect.height > size.0 || rect.width > size.1;
        let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
        push_resize(sampler, size, interpolations, self.area_for_downscale, shrinks);
        Ok(())
    }
}
