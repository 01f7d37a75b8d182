//! Erases one random rectangle, drawn by area and proportions.
//!
//! Parameters: `scale` (area), `ratio`, fills. Operations: [`Erase`](crate::ops::pointwise::Erase).

use super::{Transform, Wrong, shared::holes::{HoleFill, erase, place}};
use crate::{
    Result,
    image::Rect,
    param::{Bounds, Fill, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// Erases a rectangle with a share of the area from `scale` and proportions from `ratio`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasing {
    scale: Interval,
    ratio: Interval,
    fill: HoleFill,
    fill_mask: Option<Fill>,
}

impl Erasing {
    /// The hole, or none where no rectangle of the wanted area and proportions fits.
    fn draw(&self, stream: &mut Stream, (height, width): (usize, usize)) -> Vec<Rect> {
        let (rows, columns) = (height as f64, width as f64);
        let (low, high) = (self.ratio.low, self.ratio.high);
        let least = self.scale.low * rows * columns;
        let most = (self.scale.high * rows * columns)
            .min((low * rows * rows).min(high * rows * rows))
            .min((columns * columns / low).min(columns * columns / high));
        if most < least {
            return Vec::new();
        }
        let area = stream.uniform(Interval { low: least, high: most });
        let (low, high) = (low.max(area / (rows * rows)), high.min(columns * columns / area));
        if area <= 0.0 || low > high {
            return Vec::new();
        }
        let ratio = stream.uniform(Interval { low, high });
        let size = (
            (libm::sqrt(area / ratio).round_ties_even() as usize).min(height),
            (libm::sqrt(area * ratio).round_ties_even() as usize).min(width),
        );
        vec![place(stream, size, (height, width))]
    }
}

impl Transform for Erasing {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("scale", self.scale, 0.0, 1.0)?;
        if self.ratio.low <= 0.0 {
            return Err(("ratio", format!("must be above 0, got {}", self.ratio.low)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        self.scale.high > 0.0
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let holes = sampler.value("holes", |stream| self.draw(stream, (shape.height, shape.width)))?;
        erase(sampler, holes, &self.fill, self.fill_mask.as_ref())
    }
}
