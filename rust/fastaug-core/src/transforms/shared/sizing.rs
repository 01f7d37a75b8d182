//! Resizing with the options that every resizing transform has.

use crate::{
    Error, Result,
    image::Rect,
    ops::geometry::{Crop, Resize},
    param::{Interpolation, Interpolations},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// For which targets shrinking takes the mean over areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaForDownscale {
    /// Images.
    Image,
    /// Images and masks.
    ImageMask,
}

/// Resizes; `shrinks` says whether area interpolation may take the place of the given one.
pub fn push_resize(
    sampler: &mut Sampler<'_>,
    (height, width): (usize, usize),
    mut interpolations: Interpolations,
    area: Option<AreaForDownscale>,
    shrinks: bool,
) {
    let shape = sampler.shape();
    if (shape.height, shape.width) == (height, width) {
        return;
    }
    if shrinks && area.is_some() {
        interpolations.image = Interpolation::Area;
    }
    if shrinks && area == Some(AreaForDownscale::ImageMask) {
        interpolations.mask = Interpolation::Area;
    }
    sampler.push(Resize { height, width, interpolations });
}

/// Cuts a rectangle that may have been recorded for another image.
pub fn push_crop(sampler: &mut Sampler<'_>, rect: Rect) -> Result<()> {
    let shape = sampler.shape();
    if !rect.fits(shape) || rect.width == 0 || rect.height == 0 {
        return Err(Error::Shape(format!(
            "the crop of {}×{} at ({}, {}) does not lie inside the image of {}×{}",
            rect.height, rect.width, rect.x, rect.y, shape.height, shape.width
        )));
    }
    sampler.push(Crop { rect });
    Ok(())
}

/// A part of given size at a random place, every place equally likely.
pub fn random_place(stream: &mut Stream, (height, width): (usize, usize), image: (usize, usize)) -> Rect {
    let (height, width) = (height.clamp(1, image.0), width.clamp(1, image.1));
    let y = stream.index(image.0 - height + 1);
    let x = stream.index(image.1 - width + 1);
    Rect { x, y, width, height }
}

/// A part of given size in the middle.
pub fn middle_place((height, width): (usize, usize), image: (usize, usize)) -> Rect {
    let (height, width) = (height.clamp(1, image.0), width.clamp(1, image.1));
    Rect { x: (image.1 - width) / 2, y: (image.0 - height) / 2, width, height }
}

/// A side scaled and rounded as Python rounds, at least one pixel.
pub fn scaled(side: usize, scale: f64) -> usize {
    ((side as f64 * scale).round_ties_even() as usize).max(1)
}
