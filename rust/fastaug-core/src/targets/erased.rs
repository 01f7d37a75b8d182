//! What erased rectangles leave of a box.

use super::BBox;
use crate::image::Rect;

/// The smallest box around the pixels of a box that no hole covers, and how many those are; `None` if there are none.
///
/// A box that no hole touches stays as it is, to the last bit; any other is counted in whole pixels.
pub fn visible_part(bbox: BBox, holes: &[Rect]) -> Option<(BBox, f64)> {
    let (left, top) = (bbox.x_min.floor().max(0.0) as usize, bbox.y_min.floor().max(0.0) as usize);
    let (right, bottom) = (bbox.x_max.ceil().max(0.0) as usize, bbox.y_max.ceil().max(0.0) as usize);
    let touching: Vec<[usize; 4]> = holes
        .iter()
        .map(|hole| {
            [
                hole.x.clamp(left, right),
                hole.y.clamp(top, bottom),
                (hole.x + hole.width).clamp(left, right),
                (hole.y + hole.height).clamp(top, bottom),
            ]
        })
        .filter(|[x0, y0, x1, y1]| x0 < x1 && y0 < y1)
        .collect();
    if touching.is_empty() {
        return Some((bbox, bbox.area()));
    }
    // Between two neighbouring edges nothing changes, so one look at each cell of the grid of edges is enough.
    let columns = edges(left, right, touching.iter().flat_map(|hole| [hole[0], hole[2]]));
    let rows = edges(top, bottom, touching.iter().flat_map(|hole| [hole[1], hole[3]]));
    let mut area = 0.0;
    let mut seen: Option<BBox> = None;
    for y in rows.windows(2) {
        for x in columns.windows(2) {
            if touching.iter().any(|[x0, y0, x1, y1]| *x0 <= x[0] && x[1] <= *x1 && *y0 <= y[0] && y[1] <= *y1) {
                continue;
            }
            // Whole pixels inside, the box's own fractions at its border.
            let cell = BBox::new(
                (x[0] as f64).max(bbox.x_min),
                (y[0] as f64).max(bbox.y_min),
                (x[1] as f64).min(bbox.x_max),
                (y[1] as f64).min(bbox.y_max),
            );
            area += cell.area();
            seen = Some(seen.map_or(cell, |seen| {
                BBox::new(
                    seen.x_min.min(cell.x_min),
                    seen.y_min.min(cell.y_min),
                    seen.x_max.max(cell.x_max),
                    seen.y_max.max(cell.y_max),
                )
            }));
        }
    }
    seen.filter(|seen| seen.area() > 0.0).map(|seen| (seen, area))
}

fn edges(first: usize, last: usize, between: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut edges: Vec<usize> = between.chain([first, last]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::visible_part;
    use crate::{image::Rect, targets::BBox};
    use proptest::prelude::*;

    #[test]
    fn an_untouched_box_keeps_its_fractions() {
        let bbox = BBox::new(1.25, 2.5, 7.75, 8.0);
        assert_eq!(visible_part(bbox, &[Rect { x: 20, y: 0, width: 5, height: 5 }]), Some((bbox, bbox.area())));
    }

    #[test]
    fn a_covered_box_is_gone() {
        assert_eq!(visible_part(BBox::new(2.0, 2.0, 6.0, 6.0), &[Rect { x: 0, y: 0, width: 9, height: 9 }]), None);
    }

    proptest! {
        #[test]
        fn equals_counting_pixels(
            (x0, y0, width, height) in (0usize..12, 0usize..12, 1usize..10, 1usize..10),
            holes in prop::collection::vec((0usize..16, 0usize..16, 1usize..10, 1usize..10), 0..5),
        ) {
            let holes: Vec<Rect> =
                holes.into_iter().map(|(x, y, width, height)| Rect { x, y, width, height }).collect();
            let visible: Vec<(usize, usize)> = (y0..y0 + height)
                .flat_map(|y| (x0..x0 + width).map(move |x| (x, y)))
                .filter(|&(x, y)| {
                    !holes.iter().any(|hole| {
                        (hole.x..hole.x + hole.width).contains(&x) && (hole.y..hole.y + hole.height).contains(&y)
                    })
                })
                .collect();
            let bbox = BBox::new(x0 as f64, y0 as f64, (x0 + width) as f64, (y0 + height) as f64);
            let found = visible_part(bbox, &holes);
            if visible.is_empty() {
                prop_assert_eq!(found, None);
            } else {
                let xs = visible.iter().map(|&(x, _)| x);
                let ys = visible.iter().map(|&(_, y)| y);
                let expected = BBox::new(
                    xs.clone().min().unwrap_or(0) as f64,
                    ys.clone().min().unwrap_or(0) as f64,
                    (xs.max().unwrap_or(0) + 1) as f64,
                    (ys.max().unwrap_or(0) + 1) as f64,
                );
                prop_assert_eq!(found, Some((expected, visible.len() as f64)));
            }
        }
    }
}
