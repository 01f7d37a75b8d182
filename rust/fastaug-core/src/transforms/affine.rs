//! Scales, shifts, rotates and shears in one resampling.
//!
//! Parameters: `scale`, `translate_percent` or `translate_px`, `rotate`, `shear`, `keep_ratio`, `balanced_scale`,
//! `fit_output`, interpolations, border, `rotate_method`. Operations: [`Warp`](crate::ops::geometry::Warp).

use super::{Transform, Wrong, shared::mapping::{Moves, Resampling, push_warp, shift}};
use crate::{
    Result,
    image::Shape,
    ops::geometry::{BoxMethod, Matrix, multiply},
    param::{Border, BorderMode, Bounds, Fill, Interpolation, Interpolations, Interval},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// A range for both axes, or one for each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be a pair [low, high], or a mapping with such a pair for x and for y")]
pub enum PerAxis {
    /// The same range.
    Both(Interval),
    /// A range each.
    Each {
        /// Across.
        x: Interval,
        /// Down.
        y: Interval,
    },
}

impl PerAxis {
    /// The ranges across and down.
    pub fn axes(self) -> (Interval, Interval) {
        match self {
            Self::Both(range) => (range, range),
            Self::Each { x, y } => (x, y),
        }
    }

    fn is_single(self) -> bool {
        let (x, y) = self.axes();
        x.is_single() && y.is_single()
    }
}

/// Moves the image around its middle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affine {
    scale: PerAxis,
    translate_percent: Option<PerAxis>,
    translate_px: Option<PerAxis>,
    rotate: Interval,
    shear: PerAxis,
    interpolation: Interpolation,
    mask_interpolation: Interpolation,
    fit_output: bool,
    keep_ratio: bool,
    rotate_method: BoxMethod,
    balanced_scale: bool,
    border_mode: BorderMode,
    fill: Fill,
    fill_mask: Fill,
}

impl Affine {
    fn draw_scale(&self, stream: &mut Stream, range: Interval) -> f64 {
        if !self.balanced_scale || range.low >= 1.0 || range.high <= 1.0 {
            return match (self.balanced_scale, range.low < 1.0, range.high > 1.0) {
                (true, false, false) => 1.0,
                _ => stream.uniform(range),
            };
        }
        // Smaller and larger equally often, however the range lies around 1.
        let part = if stream.chance(0.5) {
            Interval { low: range.low, high: 1.0 }
        } else {
            Interval { low: 1.0, high: range.high }
        };
        stream.uniform(part)
    }

    fn draw_translation(&self, sampler: &mut Sampler<'_>) -> Result<(f64, f64)> {
        let shape = sampler.shape();
        if let Some(pixels) = self.translate_px {
            let (x, y) = pixels.axes();
            let across = sampler.integer("translate_x", x.low as i64, x.high as i64)?;
            let down = sampler.integer("translate_y", y.low as i64, y.high as i64)?;
            return Ok((across as f64, down as f64));
        }
        let Some(shares) = self.translate_percent else { return Ok((0.0, 0.0)) };
        let (x, y) = shares.axes();
        let across = sampler.value("translate_x", |stream| (stream.uniform(x) * shape.width as f64).trunc())?;
        let down = sampler.value("translate_y", |stream| (stream.uniform(y) * shape.height as f64).trunc())?;
        Ok((across, down))
    }
}

/// The matrix and size that show the whole moved image.
fn fitted(matrix: Matrix, shape: Shape) -> (Matrix, (usize, usize)) {
    let (width, height) = (shape.width as f64, shape.height as f64);
    let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
    let moved = corners.map(|(x, y)| {
        let [[a, b, c], [d, e, f], _] = matrix;
        (a * x + b * y + c, d * x + e * y + f)
    });
    let least = |values: [f64; 4]| values.into_iter().fold(f64::INFINITY, f64::min).floor();
    let most = |values: [f64; 4]| values.into_iter().fold(f64::NEG_INFINITY, f64::max).ceil();
    let (xs, ys) = (moved.map(|(x, _)| x), moved.map(|(_, y)| y));
    let size = ((most(ys) - least(ys)) as usize + 1, (most(xs) - least(xs)) as usize + 1);
    (multiply(shift(-least(xs), -least(ys)), matrix), size)
}

impl Transform for Affine {
    fn check(&self) -> Result<(), Wrong> {
        let (x, y) = self.scale.axes();
        if x.low <= 0.0 || y.low <= 0.0 {
            return Err(("scale", format!("must be above 0, got {}", x.low.min(y.low))));
        }
        if self.translate_percent.is_some() && self.translate_px.is_some() {
            return Err(("translate_px", "give translate_percent or translate_px, not both".into()));
        }
        if let Some(pixels) = self.translate_px {
            let (x, y) = pixels.axes();
            Bounds::whole("translate_px", x)?;
            Bounds::whole("translate_px", y)?;
        }
        let (x, y) = self.shear.axes();
        Bounds::within("shear", x, -89.0, 89.0)?;
        Bounds::within("shear", y, -89.0, 89.0)
    }

    fn is_random(&self) -> bool {
        !(self.scale.is_single()
            && self.rotate.is_single()
            && self.shear.is_single()
            && self.translate_percent.is_none_or(PerAxis::is_single)
            && self.translate_px.is_none_or(PerAxis::is_single))
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let translate = self.draw_translation(sampler)?;
        let (x, y) = self.shear.axes();
        let shear = (-sampler.uniform("shear_x", x)?, -sampler.uniform("shear_y", y)?);
        let (x, y) = self.scale.axes();
        let scale_x = sampler.value("scale_x", |stream| self.draw_scale(stream, x))?;
        // Ranges that differ say that the proportions may change.
        let scale_y = if self.keep_ratio && x == y {
            scale_x
        } else {
            sampler.value("scale_y", |stream| self.draw_scale(stream, y))?
        };
        let rotate = sampler.uniform("rotate", self.rotate)?;
        let shape = sampler.shape();
        let matrix = Moves { translate, shear, scale: (scale_x, scale_y), rotate }.matrix(shape);
        let (matrix, size) =
            if self.fit_output { fitted(matrix, shape) } else { (matrix, (shape.height, shape.width)) };
        let resampling = Resampling {
            interpolations: Interpolations { image: self.interpolation, mask: self.mask_interpolation },
            border: Border { mode: self.border_mode, fill: self.fill.clone(), fill_mask: self.fill_mask.clone() },
            box_method: self.rotate_method,
        };
        push_warp(sampler, matrix, size, resampling, scale_x.max(scale_y));
        Ok(())
    }
}
