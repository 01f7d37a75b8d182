//! `value · scale + offset` on floating-point images.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::factors::{Factors, LENGTH},
};
use fearless_simd::{Simd, dispatch, f32x8, prelude::*};
use fearless_simd_macros::simd;
use std::fmt;

/// Multiplies and shifts each channel of a floating-point image, and keeps the result inside bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleShift {
    /// Factor per channel; the last serves all further channels.
    pub scale: Vec<f32>,
    /// Summand per channel, likewise.
    pub offset: Vec<f32>,
    /// The least and the greatest result.
    pub clamp: Option<[f32; 2]>,
}

impl fmt::Display for ScaleShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scale × {:?} + {:?}", self.scale, self.offset)
    }
}

impl PointwiseOp for ScaleShift {
    fn any_channels(&self) -> bool {
        self.scale.len() == 1
    }

    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        let Rows::F32(values) = rows else { unreachable!("scaling was sampled for an image that is not float32") };
        let factors = Factors::new(&self.scale, &self.offset, place.shape.channels);
        let [low, high] = self.clamp.unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
        dispatch!(context.level, simd => run(simd, values, &factors, low, high));
    }
}

#[inline(always)]
fn apply(value: f32, scale: f32, offset: f32, low: f32, high: f32) -> f32 {
    let value = value * scale + offset;
    // Written so that what is not a number stays that.
    let value = if value < low { low } else { value };
    if value > high { high } else { value }
}

#[simd]
fn run<S: Simd>(simd: S, values: &mut [f32], factors: &Factors<'_>, low: f32, high: f32) {
    let rest = if let Some(factors) = factors.vectors(simd) {
        let (least, greatest) = (f32x8::splat(simd, low), f32x8::splat(simd, high));
        let (blocks, rest) = values.as_chunks_mut::<LENGTH>();
        for block in blocks {
            for (values, (scale, offset)) in block.as_chunks_mut::<8>().0.iter_mut().zip(factors) {
                let value = f32x8::load_array_ref(simd, values) * scale + offset;
                let value = value.simd_lt(least).select(least, value);
                value.simd_gt(greatest).select(greatest, value).store_array(values);
            }
        }
        rest
    } else {
        values
    };
    for pixel in rest.chunks_exact_mut(factors.channels()) {
        for (channel, value) in pixel.iter_mut().enumerate() {
            let (scale, offset) = factors.channel(channel);
            *value = apply(*value, scale, offset, low, high);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ScaleShift;
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn each_channel_has_its_factors() {
        let scale = vec![1.5, -1.0, 0.25];
        let offset = vec![-0.2, 1.0];
        for clamp in [None, Some([0.0, 1.0])] {
            let op = ScaleShift { scale: scale.clone(), offset: offset.clone(), clamp };
            twins::check::<f32>(&op, [1, 2, 3, 4, 5], Role::Image, |_, _, _, pixel| {
                for (channel, value) in pixel.iter_mut().enumerate() {
                    *value = *value * scale[channel.min(2)] + offset[channel.min(1)];
                    if let Some([low, high]) = clamp {
                        *value = value.clamp(low, high);
                    }
                }
            });
        }
    }
}
