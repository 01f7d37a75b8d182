//! The four steps that change a picture's look: shared by `ColorJitter` and `PhotoMetricDistort`.

use crate::{
    Error, Result,
    image::DType,
    ops::{
        measure::Contrast,
        pointwise::{Hue, HueSaturationValue, Lut, Saturation, ScaleShift},
    },
    policy::Sampler,
};

/// One step with its drawn strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// A factor for all values.
    Brightness(f64),
    /// A factor for the distance from the mean gray.
    Contrast(f64),
    /// A factor for the distance from gray.
    Saturation(f64),
    /// A turn of the hue; 1 is all the way round.
    Hue(f64),
}

/// Only pictures with one or three channels have a look.
pub fn check_channels(sampler: &Sampler<'_>) -> Result<()> {
    match sampler.shape().channels {
        1 | 3 => Ok(()),
        channels => Err(Error::Shape(format!("needs an image with 1 or 3 channels, got {channels}"))),
    }
}

/// Adds the operation of a step; steps that would change nothing add none.
pub fn push(sampler: &mut Sampler<'_>, look: Look) {
    let is_gray = sampler.shape().channels == 1;
    match look {
        Look::Brightness(factor) if factor != 1.0 => {
            if sampler.dtype() == DType::F32 {
                let clamp = Some([0.0, 1.0]);
                sampler.push(ScaleShift { scale: vec![factor as f32], offset: vec![0.0], clamp });
            } else {
                // Cut, not rounded, as Albumentations cuts.
                let table = std::array::from_fn(|value| (value as f32 * factor as f32).min(255.0) as u8);
                sampler.push(Lut::new("brightness", vec![table]));
            }
        }
        Look::Contrast(factor) if factor != 1.0 => sampler.push(Contrast { factor: factor as f32 }),
        Look::Saturation(factor) if factor != 1.0 && !is_gray => {
            sampler.push(Saturation { factor: factor as f32 });
        }
        Look::Hue(turn) if turn != 0.0 && !is_gray && sampler.dtype() == DType::F32 => {
            sampler.push(Hue { turn: turn as f32 });
        }
        Look::Hue(turn) if turn != 0.0 && !is_gray => {
            let hue = (turn * 180.0).rem_euclid(180.0) as i32;
            if hue != 0 {
                sampler.push(HueSaturationValue { hue, saturation: 0, value: 0 });
            }
        }
        _ => {}
    }
}
