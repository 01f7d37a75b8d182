//! Operations that change each pixel by itself into another type or channel count.

use super::{Context, family};
use crate::image::{Format, Image, ImageMut};

/// What every converting operation can do.
pub trait ConvertOp: std::fmt::Debug + std::fmt::Display {
    /// The format it makes.
    fn output(&self, input: Format) -> Format;

    /// Whether it works on any number of channels, not only on as many as it was drawn for.
    fn any_channels(&self) -> bool {
        false
    }

    /// Writes the whole output, which has the input's size.
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>);
}

pub(crate) mod floats;
mod gray;
mod normalize;
mod to_float;

pub use gray::GrayChannels;
pub use normalize::Normalize;
pub use to_float::{FromFloat, ToFloat};

family! {
    /// A converting operation.
    Convert: ConvertOp {
        FromFloat,
        GrayChannels,
        Normalize,
        ToFloat,
    }
}
