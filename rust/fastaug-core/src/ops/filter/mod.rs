//! Operations in which a pixel depends on its surroundings: one whole image is read, another of the same format written.

use super::{Context, family};
use crate::image::{Image, ImageMut};

/// What every filter can do.
pub trait FilterOp: std::fmt::Debug + std::fmt::Display {
    /// Writes the whole output, which has the input's format.
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>);
}

mod box_blur;
mod channel_subset;

pub use box_blur::BoxBlur;
pub use channel_subset::ChannelSubset;

family! {
    /// A filter.
    Filter: FilterOp { BoxBlur, ChannelSubset }
}
