//! Erases rectangles on objects only.
//!
//! Parameters: `num_holes_range` (of each object), `hole_height_range`, `hole_width_range` (shares of the object's size),
//! `mask_indices` or `bbox_labels`, fills. Operations: [`Erase`](crate::ops::pointwise::Erase). Looks at the mask where
//! that says what is an object.

use super::{Transform, Wrong, shared::holes::{HoleFill, erase}};
use crate::{
    Error, Result,
    image::{Image, Rect},
    param::{Bounds, Fill, Interval},
    policy::Sampler,
    rng::Stream,
    targets::{BBox, Label},
};
use serde::{Deserialize, Serialize};

/// Erases rectangles on boxes of some labels, or on connected areas of some labels of the mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConstrainedCoarseDropout {
    num_holes_range: Interval,
    hole_height_range: Interval,
    hole_width_range: Interval,
    fill: HoleFill,
    fill_mask: Option<Fill>,
    mask_indices: Option<Vec<i64>>,
    bbox_labels: Option<Vec<Label>>,
}

impl ConstrainedCoarseDropout {
    fn count(&self, stream: &mut Stream) -> usize {
        stream.integer(self.num_holes_range.low as i64, self.num_holes_range.high as i64) as usize
    }

    /// Holes that lie within boxes; their sides are shares of the box's.
    fn inside_boxes(&self, stream: &mut Stream, boxes: &[BBox]) -> Vec<Rect> {
        let count = self.count(stream);
        let mut holes = Vec::with_capacity(count * boxes.len());
        for bbox in boxes {
            for _ in 0..count {
                let height = (stream.uniform(self.hole_height_range) * bbox.height()).floor();
                let width = (stream.uniform(self.hole_width_range) * bbox.width()).floor();
                let x = bbox.x_min + stream.unit() * (bbox.width() - width);
                let y = bbox.y_min + stream.unit() * (bbox.height() - height);
                holes.push(Rect { x: x as usize, y: y as usize, width: width as usize, height: height as usize });
            }
        }
        holes
    }

    /// Holes around points of areas; their sides are shares of the root of the area.
    fn around_points(&self, stream: &mut Stream, areas: &[Vec<(usize, usize)>], (height, width): (usize, usize)) -> Vec<Rect> {
        let count = self.count(stream);
        let mut holes = Vec::with_capacity(count * areas.len());
        for area in areas {
            let size = (area.len() as f64).sqrt();
            for _ in 0..count {
                let (x, y) = area[stream.index(area.len())];
                let half = |share: f64| (share * size / 2.0).floor() as usize;
                let half_height = half(stream.uniform(self.hole_height_range));
                let half_width = half(stream.uniform(self.hole_width_range));
                let (left, top) = (x.saturating_sub(half_width), y.saturating_sub(half_height));
                let (right, bottom) = ((x + half_width).min(width), (y + half_height).min(height));
                holes.push(Rect { x: left, y: top, width: right - left, height: bottom - top });
            }
        }
        holes
    }
}

/// Areas of pixels that touch, at corners too, in the order of their first pixels; within each, pixels as they are read.
fn connected_areas(is_object: &[bool], width: usize) -> Vec<Vec<(usize, usize)>> {
    let height = is_object.len() / width;
    let mut seen = vec![false; is_object.len()];
    let mut areas = Vec::new();
    for start in 0..is_object.len() {
        if !is_object[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let mut waiting = vec![start];
        let mut area = Vec::new();
        while let Some(at) = waiting.pop() {
            area.push(at);
            let (x, y) = (at % width, at / width);
            for near_y in y.saturating_sub(1)..(y + 2).min(height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = near_y * width + near_x;
                    if is_object[near] && !seen[near] {
                        seen[near] = true;
                        waiting.push(near);
                    }
                }
            }
        }
        area.sort_unstable();
        areas.push(area.into_iter().map(|at| (at % width, at / width)).collect());
    }
    areas
}

/// Which pixels of a mask have one of some labels, in any channel.
fn objects(mask: Image<'_>, labels: &[i64]) -> Vec<bool> {
    let shape = mask.shape();
    let mut found = Vec::with_capacity(shape.height * shape.width);
    // Masks of 64-bit floating-point labels travel as the bits of their numbers.
    macro_rules! find {
        ($view:expr, $value:ident => $equals:expr) => {
            for row in $view.rows() {
                for pixel in row.chunks_exact(shape.channels) {
                    found.push(pixel.iter().any(|&$value| labels.iter().any($equals)));
                }
            }
        };
    }
    match mask {
        Image::U8(view) => find!(view, value => |&label| label == i64::from(value)),
        Image::U16(view) => find!(view, value => |&label| label == i64::from(value)),
        Image::U32(view) => find!(view, value => |&label| label as u32 == value),
        Image::U64(view) => find!(view, value => |&label| label as u64 == value || (label as f64).to_bits() == value),
        Image::F32(view) => find!(view, value => |&label| label as f32 == value),
    }
    found
}

impl Transform for ConstrainedCoarseDropout {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::whole("num_holes_range", self.num_holes_range)?;
        Bounds::within("num_holes_range", self.num_holes_range, 1.0, 100_000.0)?;
        Bounds::within("hole_height_range", self.hole_height_range, 0.0, 1.0)?;
        Bounds::within("hole_width_range", self.hole_width_range, 0.0, 1.0)?;
        if self.mask_indices.is_some() == self.bbox_labels.is_some() {
            return Err(("mask_indices", "either this or bbox_labels must be given".into()));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let holes = if let Some(indices) = &self.mask_indices {
            let size = (shape.height, shape.width);
            let areas = match sampler.pixels()?.mask()? {
                Some(mask) if (mask.shape().height, mask.shape().width) != size => {
                    return Err(Error::Shape(format!(
                        "the mask of {}×{} does not have the image's size of {}×{}",
                        mask.shape().height,
                        mask.shape().width,
                        shape.height,
                        shape.width
                    )));
                }
                Some(mask) => connected_areas(&objects(mask, indices), shape.width),
                None => Vec::new(),
            };
            sampler.value("holes", |stream| self.around_points(stream, &areas, size))?
        } else {
            let wanted = self.bbox_labels.as_deref().unwrap_or_default();
            let labels = sampler.labels().unwrap_or_default();
            let boxes: Vec<BBox> = sampler
                .boxes()
                .iter()
                .filter(|tracked| labels.get(tracked.row).is_some_and(|label| wanted.contains(label)))
                .map(|tracked| tracked.bbox.clipped(shape))
                .collect();
            sampler.value("holes", |stream| self.inside_boxes(stream, &boxes))?
        };
        erase(sampler, holes, &self.fill, self.fill_mask.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::{connected_areas, objects};
    use crate::image::{Image, Shape, View};

    #[test]
    fn pixels_that_touch_at_corners_are_one_area() {
        let mask = [1u8, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 3];
        let image = Image::U8(View::contiguous(&mask, Shape::new(3, 4, 1)));
        let found = objects(image, &[1, 3]);
        assert_eq!(found.iter().filter(|&&object| object).count(), 3);
        assert_eq!(connected_areas(&found, 4), [vec![(0, 0), (1, 1)], vec![(3, 2)]]);
    }

    #[test]
    fn labels_of_any_type_are_found() {
        let shape = Shape::new(1, 3, 1);
        let words = [7u16, 300, 9];
        assert_eq!(objects(Image::U16(View::contiguous(&words, shape)), &[300]), [false, true, false]);
        let negative = [u32::MAX, 1, 2];
        assert_eq!(objects(Image::U32(View::contiguous(&negative, shape)), &[-1]), [true, false, false]);
        let doubles = [2.0f64.to_bits(), 3, 0];
        assert_eq!(objects(Image::U64(View::contiguous(&doubles, shape)), &[2, 3]), [true, true, false]);
    }
}
