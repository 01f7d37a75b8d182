//! Erases the squares of a grid.
//!
//! Parameters: `ratio`, `unit_size_range` or `holes_number_xy`, `random_offset` or `shift_xy`, fills. Operations:
//! [`Erase`](crate::ops::pointwise::Erase).

use super::{Transform, Wrong, shared::holes::{HoleFill, erase}};
use crate::{
    Error, Result,
    image::Rect,
    param::{Bounds, Fill, Interval, Size},
    policy::Sampler,
    rng::Stream,
};
use serde::{Deserialize, Serialize};

/// Erases one rectangle in each cell of a grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridDropout {
    ratio: f64,
    random_offset: bool,
    unit_size_range: Option<Interval>,
    holes_number_xy: Option<(Size, Size)>,
    shift_xy: (u32, u32),
    fill: HoleFill,
    fill_mask: Option<Fill>,
}

impl GridDropout {
    /// Cells down and across.
    fn cells(&self, stream: &mut Stream, (height, width): (usize, usize)) -> (usize, usize) {
        if let Some((across, down)) = self.holes_number_xy {
            return (down.get().min(height), across.get().min(width));
        }
        let (unit_height, unit_width) = match self.unit_size_range {
            Some(range) if range.high > 1.0 => {
                let unit = stream.integer(range.low as i64, range.high as i64) as usize;
                (unit, unit)
            }
            Some(range) => {
                let unit = (stream.uniform(range) * height.min(width) as f64) as usize;
                (unit.max(2), unit.max(2))
            }
            None => ((height / 10).max(2), (width / 10).max(2)),
        };
        ((height / unit_height).max(1), (width / unit_width).max(1))
    }

    fn draw(&self, stream: &mut Stream, image: (usize, usize)) -> Vec<Rect> {
        let (down, across) = self.cells(stream, image);
        let rows = split(stream, image.0, down);
        let columns = split(stream, image.1, across);
        let mut holes = Vec::with_capacity(down * across);
        for row in rows.windows(2) {
            for column in columns.windows(2) {
                let (top, cell_height) = (row[0], row[1] - row[0]);
                let (left, cell_width) = (column[0], column[1] - column[0]);
                let (height, width) = (self.side(cell_height), self.side(cell_width));
                let (down, across) = if self.random_offset {
                    (stream.index(cell_height - height + 1), stream.index(cell_width - width + 1))
                } else {
                    (self.shift_xy.1 as usize, self.shift_xy.0 as usize)
                };
                let x = (left + across).min(image.1 - width);
                let y = (top + down).min(image.0 - height);
                holes.push(Rect { x, y, width, height });
            }
        }
        holes
    }

    /// A hole's side in a cell of some length: at least a pixel, and a pixel less than the cell where that is possible.
    fn side(&self, cell: usize) -> usize {
        ((cell as f64 * self.ratio) as usize).max(1).min(cell.saturating_sub(1).max(1)).min(cell)
    }
}

/// The edges of `parts` nearly equal parts of a length; which parts get a pixel more is drawn.
fn split(stream: &mut Stream, length: usize, parts: usize) -> Vec<usize> {
    let (base, more) = (length / parts, length % parts);
    let order = stream.permutation(parts);
    let mut edges = vec![0];
    for part in 0..parts {
        let longer = usize::from(order[part] < more);
        edges.push(edges[part] + base + longer);
    }
    edges
}

impl Transform for GridDropout {
    fn check(&self) -> Result<(), Wrong> {
        if !(self.ratio > 0.0 && self.ratio <= 1.0) {
            return Err(("ratio", format!("must be above 0 and at most 1, got {}", self.ratio)));
        }
        match self.unit_size_range {
            Some(range) if range.high > 1.0 => {
                Bounds::whole("unit_size_range", range)?;
                Bounds::within("unit_size_range", range, 2.0, f64::INFINITY)
            }
            Some(range) if range.low <= 0.0 => {
                Err(("unit_size_range", format!("both ends must be above 0, got [{}, {}]", range.low, range.high)))
            }
            _ => Ok(()),
        }
    }

    fn is_random(&self) -> bool {
        true
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let shape = sampler.shape();
        let shorter = shape.height.min(shape.width) as f64;
        if let Some(range) = self.unit_size_range.filter(|range| range.high > 1.0 && range.high > shorter) {
            return Err(Error::Shape(format!(
                "unit_size_range reaches {} pixels, more than the shorter side of the image of {}×{}",
                range.high, shape.height, shape.width
            )));
        }
        let holes = sampler.value("holes", |stream| self.draw(stream, (shape.height, shape.width)))?;
        erase(sampler, holes, &self.fill, self.fill_mask.as_ref())
    }
}
