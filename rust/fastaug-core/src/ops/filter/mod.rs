//! Operations in which a pixel depends on its surroundings: one whole image is read, another of the same format written.

use super::{Context, family};
use crate::image::{Image, ImageMut};

/// What every filter can do.
pub trait FilterOp: std::fmt::Debug + std::fmt::Display {
    /// Whether it works on any number of channels, not only on as many as it was drawn for.
    fn any_channels(&self) -> bool {
        false
    }

    /// The most rows or columns of an image that it works on, if there is such a limit.
    fn largest_side(&self) -> Option<usize> {
        None
    }

    /// Writes the whole output, which has the input's format.
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>);
}

mod block;
mod box_blur;
mod bytes;
mod channel_subset;
mod clahe;
mod compress;
mod convolve;
mod gaussian_blur;
mod inpaint;
mod lens_fringes;
mod margin;
mod unsharp_mix;

pub use box_blur::BoxBlur;
pub use channel_subset::ChannelSubset;
pub use clahe::Clahe;
pub use compress::{JpegLoss, WebpLoss};
pub use convolve::Convolve;
pub use gaussian_blur::{GaussianBlur, bell};
pub use inpaint::{Inpaint, InpaintMethod};
pub use lens_fringes::{Bend, LensFringes};
pub use unsharp_mix::UnsharpMix;

family! {
    /// A filter.
    Filter: FilterOp {
        BoxBlur, ChannelSubset, Clahe, Convolve, GaussianBlur, Inpaint, JpegLoss, LensFringes, UnsharpMix, WebpLoss,
    }
}
