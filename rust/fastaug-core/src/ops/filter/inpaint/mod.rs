//! Continues an image into holes from what lies around them, step by step as OpenCV does it.
//!
//! A front marches from the edges of the holes inwards (Sethian's fast marching method). Each pixel that it reaches becomes
//! a weighted mean of the known pixels near it; how they are weighted is what the methods differ in.

mod front;
mod navier_stokes;
mod telea;
mod window;

use super::FilterOp;
use crate::{
    image::{Element, Image, ImageMut, Rect, View, ViewMut},
    ops::Context,
};
use std::fmt;
use window::{MARGIN, Window};

/// How a pixel is made of those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InpaintMethod {
    /// Telea's: pixels count that lie near, on the way of the front, and were reached at a similar time.
    Telea,
    /// Named after Navier and Stokes: pixels count that lie near and along lines of equal brightness.
    NavierStokes,
}

/// Fills holes with what is around them. All channels by themselves, floating-point images with 8 bits of precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Inpaint {
    /// What is filled; inside the image.
    pub holes: Vec<Rect>,
    /// How.
    pub method: InpaintMethod,
}

impl fmt::Display for Inpaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match self.method {
            InpaintMethod::Telea => "Telea",
            InpaintMethod::NavierStokes => "Navier and Stokes",
        };
        write!(f, "inpaint {} rectangles after {method}", self.holes.len())
    }
}

impl FilterOp for Inpaint {
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.fill(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => self.fill(source, target, context),
            _ => unreachable!("only pictures are inpainted"),
        }
    }
}

impl Inpaint {
    fn fill<T: Picture>(&self, source: View<'_, T>, mut target: ViewMut<'_, T>, context: &mut Context<'_>) {
        target.copy_from(source);
        for holes in apart(&self.holes) {
            let mut window = Window::take(&holes, source, self.method, context.scratch);
            window.fill(self.method);
            window.write(&holes, &mut target);
            window.give(context.scratch);
        }
    }
}

/// A value of a picture that can be had in 8 bits.
trait Picture: Element {
    fn to_byte(self) -> u8;
    fn from_byte(byte: u8) -> Self;
}

impl Picture for u8 {
    fn to_byte(self) -> u8 {
        self
    }

    fn from_byte(byte: u8) -> Self {
        byte
    }
}

impl Picture for f32 {
    fn to_byte(self) -> u8 {
        (self * 255.0).round_ties_even() as u8
    }

    fn from_byte(byte: u8) -> Self {
        Self::from(byte) / 255.0
    }
}

/// Divides holes into groups so far apart that none has to do with another: first from top to bottom, then from left to
/// right.
fn apart(holes: &[Rect]) -> Vec<Vec<Rect>> {
    let rows = split(holes.to_vec(), |hole| (hole.y, hole.height));
    rows.into_iter().flat_map(|row| split(row, |hole| (hole.x, hole.width))).collect()
}

/// Divides holes where a line of sufficient width has none of them; `span` says where they begin and how long they are.
fn split(mut holes: Vec<Rect>, span: impl Fn(&Rect) -> (usize, usize)) -> Vec<Vec<Rect>> {
    holes.retain(|hole| hole.width > 0 && hole.height > 0);
    holes.sort_by_key(|hole| span(hole));
    let mut groups: Vec<Vec<Rect>> = Vec::new();
    let mut end = 0;
    for hole in holes {
        let (start, length) = span(&hole);
        match groups.last_mut() {
            Some(group) if start < end + 2 * MARGIN => group.push(hole),
            _ => groups.push(vec![hole]),
        }
        end = end.max(start + length);
    }
    groups
}

#[cfg(test)]
mod tests;
