//! Coloured fringes of a lens.
//!
//! Parameters: `primary_distortion_range`, `secondary_distortion_range`, `mode`, `interpolation`. Operations:
//! [`LensFringes`].

use super::Transform;
use crate::{
    Error, Result,
    ops::filter::{Bend, LensFringes},
    param::{Interpolation, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Which fringes appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Red and blue are bent the same way.
    GreenPurple,
    /// They are bent against each other.
    RedBlue,
    /// As it happens.
    Random,
}

/// Bends red and blue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChromaticAberration {
    primary_distortion_range: Interval,
    secondary_distortion_range: Interval,
    mode: Mode,
    interpolation: Interpolation,
}

impl ChromaticAberration {
    /// The blue channel's number once the mode has set its sign.
    fn blue(&self, red: f64, blue: f64) -> f64 {
        match self.mode {
            Mode::GreenPurple => alike(red, blue),
            Mode::RedBlue => -alike(red, -blue),
            Mode::Random => blue,
        }
    }
}

/// A number with its sign turned to that of a model, unless either is zero.
fn alike(model: f64, number: f64) -> f64 {
    if model * number < 0.0 { -number } else { number }
}

impl Transform for ChromaticAberration {
    fn is_random(&self) -> bool {
        !(self.primary_distortion_range.is_single() && self.secondary_distortion_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let channels = sampler.shape().channels;
        if channels != 3 {
            return Err(Error::Shape(format!("needs an image with 3 channels (RGB), got {channels}")));
        }
        let (primary, secondary) = (self.primary_distortion_range, self.secondary_distortion_range);
        // Both numbers of a channel pull the same way: the second has the sign of the first.
        let primary_red = sampler.uniform("primary_distortion_red", primary)?;
        let secondary_red = sampler
            .value("secondary_distortion_red", |stream| alike(primary_red, stream.uniform(secondary)))?;
        let primary_blue =
            sampler.value("primary_distortion_blue", |stream| self.blue(primary_red, stream.uniform(primary)))?;
        let secondary_blue = sampler
            .value("secondary_distortion_blue", |stream| alike(primary_blue, stream.uniform(secondary)))?;
        sampler.push(LensFringes {
            red: Bend { primary: primary_red as f32, secondary: secondary_red as f32 },
            blue: Bend { primary: primary_blue as f32, secondary: secondary_blue as f32 },
            interpolation: self.interpolation,
        });
        Ok(())
    }
}
