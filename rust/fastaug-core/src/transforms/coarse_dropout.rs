//! Erases random rectangles.
//!
//! Parameters: `num_holes_range` (a count, or a share of the image to cover), `hole_height_range`, `hole_width_range`,
//! fills. Operations: [`Erase`](crate::ops::pointwise::Erase).

use super::{Transform, Wrong, shared::holes::{HoleFill, erase, length, place}};
use crate::{
    Result,
    image::Rect,
    param::{Bounds, Fill, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// Erases rectangles of random size at random places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoarseDropout {
    num_holes_range: Interval,
    hole_height_range: Interval,
    hole_width_range: Interval,
    fill: HoleFill,
    fill_mask: Option<Fill>,
}

/// Holes at most, where they are counted by the share they cover.
const MOST_HOLES: usize = 1000;

impl CoarseDropout {
    /// Whether `num_holes_range` is a share of the image.
    fn by_share(&self) -> bool {
        self.num_holes_range.low > 0.0 && self.num_holes_range.low < 1.0 || self.num_holes_range.high.fract() != 0.0
    }

    fn draw(&self, stream: &mut Stream, image: (usize, usize)) -> Vec<Rect> {
        let hole = |stream: &mut Stream| {
            let height = length(stream, self.hole_height_range, image.0);
            let width = length(stream, self.hole_width_range, image.1);
            place(stream, (height, width), image)
        };
        if !self.by_share() {
            let count = stream.integer(self.num_holes_range.low as i64, self.num_holes_range.high as i64);
            return (0..count).map(|_| hole(stream)).collect();
        }
        // Holes are added until they cover the drawn share; overlaps count twice, as areas on their own.
        let wanted = stream.uniform(self.num_holes_range) * (image.0 * image.1) as f64;
        let mut holes = Vec::new();
        let mut covered = 0;
        while (covered as f64) < wanted && holes.len() < MOST_HOLES {
            let next = hole(stream);
            covered += next.width * next.height;
            holes.push(next);
        }
        holes
    }
}

impl Transform for CoarseDropout {
    fn check(&self) -> Result<(), Wrong> {
        if self.by_share() {
            Bounds::within("num_holes_range", self.num_holes_range, 0.0, 1.0)?;
        } else {
            Bounds::whole("num_holes_range", self.num_holes_range)?;
            Bounds::within("num_holes_range", self.num_holes_range, 0.0, 100_000.0)?;
        }
        for (name, range) in
            [("hole_height_range", self.hole_height_range), ("hole_width_range", self.hole_width_range)]
        {
            Bounds::within(name, range, 0.0, f64::INFINITY)?;
            if range.high >= 1.0 && range.low < 1.0 && range.low != 0.0 && range.high != 1.0 {
                return Err((
                    name,
                    format!("both ends must be shares below 1 or whole pixels, got [{}, {}]", range.low, range.high),
                ));
            }
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        self.num_holes_range.high > 0.0
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let holes = sampler.value("holes", |stream| self.draw(stream, (shape.height, shape.width)))?;
        erase(sampler, holes, &self.fill, self.fill_mask.as_ref())
    }
}
