//! Histogram equalization.

use super::MeasureOp;
use crate::{
    image::Image,
    ops::{Context, Op, pointwise::Lut},
};
use std::fmt;

/// Spreads the histogram of each channel over the whole range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equalize {}

impl fmt::Display for Equalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("equalize")
    }
}

impl MeasureOp for Equalize {
    fn measure(&self, _input: Image<'_>, _context: &mut Context<'_>) -> Op {
        Lut { label: "equalize", tables: vec![std::array::from_fn(|value| value as u8)] }.into()
    }
}
