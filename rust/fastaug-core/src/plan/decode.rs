//! What of an encoded image a plan wants decoded: the first thing that is planned for files, and the last.

use super::{Pass, Plan, Step};
use crate::{
    codec::Scale,
    image::{Format, Rect, Shape},
    ops::{Op, geometry::Geometry},
};
use serde::Deserialize;

/// How files are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decode {
    /// The pixels that the plan reads, exactly.
    #[default]
    Exact,
    /// JPEG files that are resized to less at once: no larger than needed, which changes bytes.
    Scaled,
}

/// What is decoded, and what is left to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoding {
    /// How large the picture is made.
    pub scale: Scale,
    /// The rectangle of the scaled picture; none for all of it.
    pub region: Option<Rect>,
    /// The plan for that.
    pub rest: Plan,
}

impl Decoding {
    /// The format of what is decoded.
    pub fn decoded(&self) -> Format {
        self.rest.input
    }
}

impl Plan {
    /// Divides the plan for a file: into what the decoder does and what is done to its pixels. Only JPEG files can be
    /// `scaled`.
    pub fn decoding(&self, scaled: bool) -> Decoding {
        let (crop, rest) = match self.steps.split_first() {
            Some((Step::Crop(rect), rest)) => (Some(*rect), rest),
            _ => (None, self.steps.as_slice()),
        };
        let whole = self.input.shape;
        let read = crop.unwrap_or(Rect::whole(whole));
        let scale = if scaled { scale_for(rest, read) } else { Scale::Whole };
        let region = crop.map(|rect| scaled_rect(rect, scale, whole));
        let (height, width) = match region {
            Some(region) => (region.height, region.width),
            None => (scale.of(whole.height), scale.of(whole.width)),
        };
        let rest = Plan { steps: rest.to_vec(), input: self.input.with_size(height, width), output: self.output };
        Decoding { scale, region, rest }
    }
}

/// The smallest scale at which a rectangle still has all pixels that it is resized to.
fn scale_for(steps: &[Step], read: Rect) -> Scale {
    let Some((height, width)) = resized_to(steps) else { return Scale::Whole };
    Scale::ALL
        .into_iter()
        .rev()
        .find(|scale| scale.of(read.height) >= height && scale.of(read.width) >= width)
        .unwrap_or_default()
}

/// The size that an image is resized to before anything else depends on where its pixels lie, as seen from its beginning.
fn resized_to(steps: &[Step]) -> Option<(usize, usize)> {
    let mut is_transposed = false;
    for step in steps {
        match step {
            Step::Run(Op::Geometry(Geometry::Resize(resize))) => {
                let (height, width) = (resize.height, resize.width);
                return Some(if is_transposed { (width, height) } else { (height, width) });
            }
            Step::Pass(Pass { pad: None, symmetry, .. }) => is_transposed ^= symmetry.transpose,
            _ => return None,
        }
    }
    None
}

/// A rectangle of a picture, after that was scaled: its edges go to the nearest pixel.
fn scaled_rect(rect: Rect, scale: Scale, whole: Shape) -> Rect {
    let side = |begin: usize, length: usize, whole: usize| {
        let nearest = |edge: usize| (edge * scale.eighths() + 4) / 8;
        let all = scale.of(whole);
        let first = nearest(begin).min(all - 1);
        (first, nearest(begin + length).clamp(first + 1, all) - first)
    };
    let ((x, width), (y, height)) = (side(rect.x, rect.width, whole.width), side(rect.y, rect.height, whole.height));
    Rect { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{image::DType, plan};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scaled_rectangles_lie_inside_and_near(
            height in 1usize..500, width in 1usize..500, a in 0usize..1000, b in 0usize..1000, number in 0usize..4,
        ) {
            let whole = Shape::new(height, width, 3);
            let scale = Scale::ALL[number];
            let (x, y) = (a % width, b % height);
            let rect = Rect { x, y, width: 1 + b % (width - x), height: 1 + a % (height - y) };
            let scaled = scaled_rect(rect, scale, whole);
            prop_assert!(scaled.fits(Shape::new(scale.of(height), scale.of(width), 3)));
            prop_assert!(scaled.width > 0 && scaled.height > 0);
            let factor = scale.eighths() as f64 / 8.0;
            prop_assert!((scaled.x as f64 - rect.x as f64 * factor).abs() <= 1.0);
            // At least one row is left, also of one that the nearest edges would leave nothing of.
            prop_assert!(((scaled.y + scaled.height) as f64 - (rect.y + rect.height) as f64 * factor).abs() <= 1.5);
            if scale == Scale::Whole {
                prop_assert_eq!(scaled, rect);
            }
        }
    }

    #[test]
    fn a_plan_without_anything_is_all_of_the_file() {
        let format = Format::new(Shape::new(30, 40, 3), DType::U8);
        let plan = plan::build(&[], format, crate::ops::Role::Image, false);
        for scaled in [false, true] {
            let decoding = plan.decoding(scaled);
            assert_eq!((decoding.scale, decoding.region, decoding.decoded()), (Scale::Whole, None, format));
        }
    }
}
