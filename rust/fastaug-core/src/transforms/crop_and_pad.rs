//! Crops or pads each side.
//!
//! Parameters: `px`, `percent` or a list of choices of either, `keep_size`, `sample_independently`, border, interpolations.
//! Operations: [`Crop`](crate::ops::geometry::Crop), [`Pad`](crate::ops::geometry::Pad),
//! [`Resize`](crate::ops::geometry::Resize).

use super::{Transform, Wrong, shared::sizing::{push_crop, push_resize}};
use crate::{
    Result,
    image::Rect,
    ops::geometry::Pad,
    param::{Border, BorderMode, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// What a side is changed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Amount {
    /// This much.
    Fixed(f64),
    /// A number from a range.
    Range(Interval),
    /// One of these.
    Choice(Vec<f64>),
}

/// What the sides are changed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be a number, a pair, or four numbers, pairs or lists: top, right, bottom, left")]
enum Amounts {
    /// Top, right, bottom, left. Tried first, since four numbers are not four choices for all.
    Sides(Amount, Amount, Amount, Amount),
    /// The same for all, or from the same range.
    All(Amount),
}

/// Crops (below zero) or pads (above).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropAndPad {
    px: Option<Amounts>,
    percent: Option<Amounts>,
    px_choices: Option<Vec<f64>>,
    percent_choices: Option<Vec<f64>>,
    keep_size: bool,
    sample_independently: bool,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

impl Amount {
    fn is_random(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Range(range) => !range.is_single(),
            Self::Choice(choices) => choices.len() > 1,
        }
    }

    fn draw(&self, stream: &mut Stream, whole: bool) -> f64 {
        match self {
            Self::Fixed(amount) => *amount,
            Self::Range(range) if whole => stream.integer(range.low as i64, range.high as i64) as f64,
            Self::Range(range) => stream.uniform(*range),
            Self::Choice(choices) => choices[stream.index(choices.len())],
        }
    }
}

impl CropAndPad {
    /// What the sides are changed by, and whether that is pixels.
    fn amounts(&self) -> Option<(Amounts, bool)> {
        let choice = |choices: &Vec<f64>| Amounts::All(Amount::Choice(choices.clone()));
        match (&self.px, &self.percent, &self.px_choices, &self.percent_choices) {
            (Some(amounts), None, None, None) => Some((amounts.clone(), true)),
            (None, Some(amounts), None, None) => Some((amounts.clone(), false)),
            (None, None, Some(choices), None) if !choices.is_empty() => Some((choice(choices), true)),
            (None, None, None, Some(choices)) if !choices.is_empty() => Some((choice(choices), false)),
            _ => None,
        }
    }

    /// The change of each side in pixels: top, right, bottom, left.
    fn draw(&self, stream: &mut Stream, height: usize, width: usize) -> [i64; 4] {
        let Some((amounts, whole)) = self.amounts() else { return [0; 4] };
        let drawn = match &amounts {
            Amounts::All(amount) if self.sample_independently => {
                std::array::from_fn(|_| amount.draw(stream, whole))
            }
            Amounts::All(amount) => [amount.draw(stream, whole); 4],
            Amounts::Sides(top, right, bottom, left) => {
                [top, right, bottom, left].map(|amount| amount.draw(stream, whole))
            }
        };
        let sides = [height, width, height, width];
        std::array::from_fn(|index| {
            let amount = if whole { drawn[index] } else { drawn[index] * sides[index] as f64 };
            amount as i64
        })
    }
}

/// What is cut from two opposite sides, weakened so that a pixel is left.
fn leaving_one(first: usize, second: usize, length: usize) -> (usize, usize) {
    let Some(excess) = (first + second + 1).checked_sub(length).filter(|&excess| excess > 0) else {
        return (first, second);
    };
    // Half of the excess comes off each, or more off the one that has more.
    let from_first = excess.div_ceil(2).min(first).max(excess.saturating_sub(second));
    (first - from_first, second - (excess - from_first))
}

impl Transform for CropAndPad {
    fn check(&self) -> Result<(), Wrong> {
        match self.amounts() {
            Some(_) => Ok(()),
            None => Err(("px", "give exactly one of px, percent, px_choices and percent_choices".into())),
        }
    }

    fn is_random(&self) -> bool {
        match self.amounts() {
            Some((Amounts::All(amount), _)) => amount.is_random(),
            Some((Amounts::Sides(top, right, bottom, left), _)) => {
                [top, right, bottom, left].iter().any(Amount::is_random)
            }
            None => false,
        }
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let (height, width) = (shape.height, shape.width);
        let sides = sampler.value("sides", |stream| self.draw(stream, height, width))?;
        let [top, right, bottom, left] = sides.map(|side| (-side).max(0) as usize);
        let (top, bottom) = leaving_one(top, bottom, height);
        let (left, right) = leaving_one(left, right, width);
        if (top, right, bottom, left) != (0, 0, 0, 0) {
            push_crop(sampler, Rect { x: left, y: top, width: width - left - right, height: height - top - bottom })?;
        }
        let [top, right, bottom, left] = sides.map(|side| side.max(0) as usize);
        if (top, right, bottom, left) != (0, 0, 0, 0) {
            let border =
                Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() };
            sampler.push(Pad { top, bottom, left, right, border });
        }
        if self.keep_size {
            let interpolations = Interpolations { image: self.interpolation, mask: self.mask_interpolation };
            push_resize(sampler, (height, width), interpolations, None, false);
        }
        Ok(())
    }
}
