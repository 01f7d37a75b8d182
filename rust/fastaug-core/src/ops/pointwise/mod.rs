//! Operations that change each pixel by itself, in place, keeping type and channel count.
//!
//! The executor runs a chain of them over a tile of a few rows while it is in the cache, so an operation may use its
//! position (to erase a rectangle, to number its noise) but must not depend on where tiles begin.

use super::{Context, Role, family};
use crate::image::Shape;

/// Whole rows of an image, contiguous, to be changed in place.
#[derive(Debug)]
pub enum Rows<'a> {
    /// 8-bit.
    U8(&'a mut [u8]),
    /// 16-bit labels.
    U16(&'a mut [u16]),
    /// 32-bit labels.
    U32(&'a mut [u32]),
    /// 64-bit labels.
    U64(&'a mut [u64]),
    /// Floating point.
    F32(&'a mut [f32]),
}

/// Where rows lie.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The first row's number in the image.
    pub y: usize,
    /// The shape of the whole image.
    pub shape: Shape,
}

/// What every pointwise operation can do.
pub trait PointwiseOp: std::fmt::Debug + std::fmt::Display {
    /// Whether it changes a target of this role; pictures only, unless it says otherwise.
    fn applies_to(&self, role: Role) -> bool {
        role == Role::Image
    }

    /// Whether the result depends on where the pixel lies. Such an operation stays where it is; any other may change
    /// places with crops and flips.
    fn depends_on_position(&self) -> bool {
        true
    }

    /// Whether it works on any number of channels, not only on as many as it was drawn for.
    fn any_channels(&self) -> bool {
        false
    }

    /// Changes the rows in place.
    fn run(&self, rows: Rows<'_>, place: Place, role: Role, context: &mut Context<'_>);

    /// Whether [`run_from`](Self::run_from) is there: worth it where reading costs about as much as the arithmetic.
    fn runs_from_elsewhere(&self) -> bool {
        false
    }

    /// Reads 8-bit rows in one place and writes what becomes of them in another.
    fn run_from(&self, _source: &[u8], _target: &mut [u8], _place: Place, _context: &mut Context<'_>) {
        unreachable!("{self} runs in place");
    }
}

mod colour_matrix;
mod drop_channels;
mod erase;
mod gauss_noise;
mod gray;
mod hue;
mod hue_saturation_value;
mod luma_lut;
mod lut;
mod pixel_dropout;
mod power;
mod saturation;
mod scale_shift;
mod shuffle_channels;
mod solarize;
#[cfg(test)]
pub(super) mod twins;

pub use colour_matrix::ColourMatrix;
pub use drop_channels::DropChannels;
pub use erase::{Erase, EraseFill};
pub use gauss_noise::GaussNoise;
pub use gray::Gray;
pub use hue::Hue;
pub use hue_saturation_value::HueSaturationValue;
pub use luma_lut::LumaLut;
pub(crate) use luma_lut::brightness;
pub use lut::Lut;
pub use pixel_dropout::PixelDropout;
pub use power::Power;
pub use saturation::Saturation;
pub use scale_shift::ScaleShift;
pub use shuffle_channels::ShuffleChannels;
pub use solarize::Solarize;

family! {
    /// A pointwise operation.
    Pointwise: PointwiseOp {
        ColourMatrix,
        DropChannels,
        Erase,
        GaussNoise,
        Gray,
        Hue,
        HueSaturationValue,
        LumaLut,
        Lut,
        PixelDropout,
        Power,
        Saturation,
        ScaleShift,
        ShuffleChannels,
        Solarize,
    }
}
