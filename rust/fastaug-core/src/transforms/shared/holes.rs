//! Erasing rectangles: shared by every transform that does.

use crate::{
    Error, Result,
    image::Rect,
    ops::{
        filter::{Inpaint, InpaintMethod},
        pointwise::{Erase, EraseFill},
    },
    param::{Fill, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// What erased pixels become, as a policy says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "must be a number, a list of numbers, \"random\", \"random_uniform\", \"inpaint_telea\" or \"inpaint_ns\""
)]
pub enum HoleFill {
    /// In words.
    Word(FillWord),
    /// A colour.
    Colour(Fill),
}

/// The words for a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillWord {
    /// Noise.
    Random,
    /// A random colour per hole.
    RandomUniform,
    /// Continued from around the hole.
    InpaintTelea,
    /// The same, along lines of equal brightness.
    InpaintNs,
}

/// Erases holes from image, boxes and keypoints, and from masks where asked. Holes without a pixel are left out.
pub fn erase(sampler: &mut Sampler<'_>, holes: Vec<Rect>, fill: &HoleFill, fill_mask: Option<&Fill>) -> Result<()> {
    let shape = sampler.shape();
    if let Some(hole) = holes.iter().find(|hole| !hole.fits(shape)) {
        return Err(Error::Shape(format!(
            "the hole of {}×{} at ({}, {}) does not lie inside the image of {}×{}",
            hole.height, hole.width, hole.x, hole.y, shape.height, shape.width
        )));
    }
    let holes: Vec<Rect> = holes.into_iter().filter(|hole| hole.width > 0 && hole.height > 0).collect();
    if holes.is_empty() {
        return Ok(());
    }
    let mut inpaint = |method| {
        sampler.push(Inpaint { holes: holes.clone(), method });
        EraseFill::Nothing
    };
    let fill = match fill {
        HoleFill::Colour(fill) => EraseFill::Colour(fill.clone()),
        HoleFill::Word(FillWord::Random) => EraseFill::Random { seed: sampler.seed("seed")? },
        HoleFill::Word(FillWord::RandomUniform) => EraseFill::RandomUniform { seed: sampler.seed("seed")? },
        HoleFill::Word(FillWord::InpaintTelea) => inpaint(InpaintMethod::Telea),
        HoleFill::Word(FillWord::InpaintNs) => inpaint(InpaintMethod::NavierStokes),
    };
    sampler.erase(&holes);
    // What is inpainted is filled already; only masks are left.
    if fill != EraseFill::Nothing || fill_mask.is_some() {
        sampler.push(Erase::new(holes, fill, fill_mask.cloned()));
    }
    Ok(())
}

/// A length from a range that is pixels where it reaches 1, and shares of `whole` below.
pub fn length(stream: &mut Stream, range: Interval, whole: usize) -> usize {
    let drawn = if range.high >= 1.0 {
        stream.integer(range.low as i64, range.high as i64) as usize
    } else {
        (stream.uniform(range) * whole as f64) as usize
    };
    drawn.min(whole)
}

/// A hole of a size at a random place.
pub fn place(stream: &mut Stream, (height, width): (usize, usize), image: (usize, usize)) -> Rect {
    let y = stream.index(image.0 - height + 1);
    let x = stream.index(image.1 - width + 1);
    Rect { x, y, width, height }
}
