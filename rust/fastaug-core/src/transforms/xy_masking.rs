//! Erases stripes.
//!
//! Parameters: numbers and lengths of upright (x) and level (y) stripes, fills. Operations:
//! [`Erase`](crate::ops::pointwise::Erase).

use super::{Transform, Wrong, shared::holes::{HoleFill, erase}};
use crate::{
    Error, Result,
    image::Rect,
    param::{Bounds, Fill, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// Erases stripes from edge to edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XYMasking {
    num_masks_x_range: Interval,
    num_masks_y_range: Interval,
    mask_x_length_range: Interval,
    mask_y_length_range: Interval,
    fill: HoleFill,
    fill_mask: Option<Fill>,
}

/// Stripes across a length: their first pixels and widths.
fn stripes(stream: &mut Stream, counts: Interval, lengths: Interval, whole: usize) -> Vec<(usize, usize)> {
    let count = stream.integer(counts.low as i64, counts.high as i64);
    (0..count)
        .map(|_| {
            let length = (stream.integer(lengths.low as i64, lengths.high as i64) as usize).min(whole);
            (stream.index(whole - length + 1), length)
        })
        .collect()
}

impl XYMasking {
    fn draw(&self, stream: &mut Stream, (height, width): (usize, usize)) -> Vec<Rect> {
        let upright = stripes(stream, self.num_masks_x_range, self.mask_x_length_range, width);
        let level = stripes(stream, self.num_masks_y_range, self.mask_y_length_range, height);
        let upright = upright.into_iter().map(|(x, length)| Rect { x, y: 0, width: length, height });
        let level = level.into_iter().map(|(y, length)| Rect { x: 0, y, width, height: length });
        upright.chain(level).collect()
    }
}

impl Transform for XYMasking {
    fn check(&self) -> Result<(), Wrong> {
        for (name, range) in [
            ("num_masks_x_range", self.num_masks_x_range),
            ("num_masks_y_range", self.num_masks_y_range),
            ("mask_x_length_range", self.mask_x_length_range),
            ("mask_y_length_range", self.mask_y_length_range),
        ] {
            Bounds::whole(name, range)?;
            Bounds::within(name, range, 0.0, f64::INFINITY)?;
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        let can_appear = |counts: Interval, lengths: Interval| counts.high > 0.0 && lengths.high > 0.0;
        can_appear(self.num_masks_x_range, self.mask_x_length_range)
            || can_appear(self.num_masks_y_range, self.mask_y_length_range)
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        for (name, range, side, length) in [
            ("mask_x_length_range", self.mask_x_length_range, "width", shape.width),
            ("mask_y_length_range", self.mask_y_length_range, "height", shape.height),
        ] {
            if range.high > length as f64 {
                return Err(Error::Shape(format!(
                    "{name} reaches {} pixels, more than the image's {side} of {length}",
                    range.high
                )));
            }
        }
        let holes = sampler.value("holes", |stream| self.draw(stream, (shape.height, shape.width)))?;
        erase(sampler, holes, &self.fill, self.fill_mask.as_ref())
    }
}
