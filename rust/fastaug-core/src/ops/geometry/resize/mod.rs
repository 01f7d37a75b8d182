//! Changes the size.

mod antialias;
mod area;
mod axis;
mod linear;
mod nearest;
mod taps;
#[cfg(test)]
mod tests;

use super::GeometryOp;
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, Role},
    param::{Interpolation, Interpolations},
    targets::{BBox, Keypoint},
};
use antialias::{Filter, Wide};
use axis::Coordinates;
use linear::Method;
use std::fmt;
use taps::{Sample, Taps};

/// Resamples to another height and width.
///
/// Pictures, `u8` and `f32`, and `u16` labels are computed with; labels of other types take the nearest pixel, whichever
/// interpolation is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resize {
    /// Rows of the output.
    pub height: usize,
    /// Columns of the output.
    pub width: usize,
    /// How values between pixels are found.
    pub interpolations: Interpolations,
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resize to {}×{} ({})", self.height, self.width, self.interpolations)
    }
}

impl GeometryOp for Resize {
    fn output_shape(&self, input: Shape) -> Shape {
        input.with_size(self.height, self.width)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, role: Role, context: &mut Context<'_>) {
        let interpolation = match role {
            Role::Image => self.interpolations.image,
            Role::Mask => self.interpolations.mask,
        };
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => resize_bytes(source, target, interpolation, context),
            (Image::U16(source), ImageMut::U16(target)) => resize_wide(source, target, interpolation, context),
            (Image::F32(source), ImageMut::F32(target)) => resize_wide(source, target, interpolation, context),
            (input, output) => crate::with_element_pairs!(input, output, (source, target) => {
                resize_labels(source, target, interpolation, context);
            }),
        }
    }

    fn map_box(&self, input: Shape, bbox: BBox) -> BBox {
        let (x, y) = (self.width as f64 / input.width as f64, self.height as f64 / input.height as f64);
        BBox::new(bbox.x_min * x, bbox.y_min * y, bbox.x_max * x, bbox.y_max * y)
    }

    fn map_keypoint(&self, input: Shape, keypoint: Keypoint) -> Keypoint {
        let (x, y) = (self.width as f64 / input.width as f64, self.height as f64 / input.height as f64);
        Keypoint { x: keypoint.x * x, y: keypoint.y * y, scale: keypoint.scale * x.max(y), ..keypoint }
    }
}

/// Types that nothing is computed with.
fn resize_labels<T: Element>(
    source: View<'_, T>,
    target: ViewMut<'_, T>,
    interpolation: Interpolation,
    context: &mut Context<'_>,
) {
    let pick = if interpolation == Interpolation::NearestExact { axis::nearest_exact } else { axis::nearest };
    nearest::resize(source, target, pick, context);
}

fn resize_bytes(
    source: View<'_, u8>,
    target: ViewMut<'_, u8>,
    interpolation: Interpolation,
    context: &mut Context<'_>,
) {
    match interpolation {
        Interpolation::Nearest | Interpolation::NearestExact => resize_labels(source, target, interpolation, context),
        Interpolation::Linear => linear::resize(source, target, Method::Usual(Coordinates::Centres), context),
        Interpolation::LinearExact => linear::resize(source, target, Method::Exact, context),
        Interpolation::Cubic => taps::resize(source, target, Taps::Cubic, context),
        Interpolation::Lanczos4 => taps::resize_lanczos_fixed(source, target, context),
        Interpolation::Area if shrinks(source.shape(), target.shape()) => area::resize(source, target, context),
        Interpolation::Area => linear::resize(source, target, Method::Usual(Coordinates::Edges), context),
        Interpolation::Antialias => antialias::resize(source, target, Filter::Bilinear, context),
        Interpolation::AntialiasCubic => antialias::resize(source, target, Filter::Bicubic, context),
        Interpolation::AntialiasLanczos => antialias::resize(source, target, Filter::Lanczos, context),
    }
}

fn resize_wide<T: Sample + Wide>(
    source: View<'_, T>,
    target: ViewMut<'_, T>,
    interpolation: Interpolation,
    context: &mut Context<'_>,
) {
    match interpolation {
        Interpolation::Nearest | Interpolation::NearestExact => resize_labels(source, target, interpolation, context),
        Interpolation::Linear | Interpolation::LinearExact => {
            taps::resize(source, target, Taps::Linear(Coordinates::Centres), context);
        }
        Interpolation::Cubic => taps::resize(source, target, Taps::Cubic, context),
        Interpolation::Lanczos4 => taps::resize(source, target, Taps::Lanczos, context),
        Interpolation::Area if shrinks(source.shape(), target.shape()) => area::resize(source, target, context),
        Interpolation::Area => taps::resize(source, target, Taps::Linear(Coordinates::Edges), context),
        Interpolation::Antialias => antialias::resize_wide(source, target, Filter::Bilinear, context),
        Interpolation::AntialiasCubic => antialias::resize_wide(source, target, Filter::Bicubic, context),
        Interpolation::AntialiasLanczos => antialias::resize_wide(source, target, Filter::Lanczos, context),
    }
}

/// Whether no axis grows.
fn shrinks(from: Shape, to: Shape) -> bool {
    to.height <= from.height && to.width <= from.width
}
