//! Operations that move pixels. Masks, boxes and keypoints follow.

mod crop;
mod orient;
mod pad;
mod resize;
pub mod sample;
mod warp;

pub use crop::Crop;
use orient::reverse_pixels;
pub use orient::{Orient, Symmetry, orient_row, orient_rows};
pub use pad::Pad;
pub use resize::Resize;
pub use warp::{BoxMethod, Matrix, Warp, invert, multiply};

use super::{Context, Role, family};
use crate::{
    image::{Image, ImageMut, Shape},
    param::Interpolation,
    targets::{BBox, Keypoint},
};

/// What every geometric operation can do.
pub trait GeometryOp: std::fmt::Debug + std::fmt::Display {
    /// The shape it makes.
    fn output_shape(&self, input: Shape) -> Shape;

    /// Writes the whole output, which has the input's type and [`output_shape`](Self::output_shape). An image with no
    /// pixel never gets here.
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, context: &mut Context<'_>);

    /// Where a box of an image of shape `input` comes to lie, before clipping.
    fn map_box(&self, input: Shape, bbox: BBox) -> BBox;

    /// Where a keypoint comes to lie, with its angle and scale.
    fn map_keypoint(&self, input: Shape, keypoint: Keypoint) -> Keypoint;
}

family! {
    /// A geometric operation.
    Geometry: GeometryOp { Crop, Orient, Pad, Resize, Warp }
}

impl Geometry {
    /// Replaces the interpolation of masks, where there is one.
    pub fn set_mask_interpolation(&mut self, interpolation: Interpolation) {
        match self {
            Self::Resize(Resize { interpolations, .. }) | Self::Warp(Warp { interpolations, .. }) => {
                interpolations.mask = interpolation;
            }
            Self::Crop(_) | Self::Orient(_) | Self::Pad(_) => {}
        }
    }
}
