//! Rule: a crop moves ahead of flips, pads and pixel operations that do not care where they are, and two crops become
//! one. A crop at the front is a view: nothing outside it is ever read.

use super::{Pass, Step, formats_before};
use crate::{
    image::{Format, Rect, Shape},
    ops::geometry::{GeometryOp, Pad},
    param::BorderMode,
};

/// Applies the rule at the first place where it can be; true if there was one.
pub fn apply(steps: &mut Vec<Step>, input: Format) -> bool {
    for index in 0..steps.len().saturating_sub(1) {
        let before = formats_before(steps, input)[index].shape;
        let replacement = match (&steps[index], &steps[index + 1]) {
            (Step::Crop(outer), Step::Crop(inner)) => {
                Some(vec![Step::Crop(Rect { x: outer.x + inner.x, y: outer.y + inner.y, ..*inner })])
            }
            (Step::Pass(pass), Step::Crop(rect)) if pass.is_free() => crop_before(pass, *rect, before),
            (Step::Crop(rect), _) if *rect == Rect::whole(before) => Some(vec![steps[index + 1].clone()]),
            _ => None,
        };
        if let Some(replacement) = replacement {
            steps.splice(index..index + 2, replacement);
            return true;
        }
    }
    false
}

/// A crop and a pass that together do what the pass and then the crop did.
fn crop_before(pass: &Pass, rect: Rect, before: Shape) -> Option<Vec<Step>> {
    let turned = pass.symmetry.output_shape(before);
    let (inner, pad) = match &pass.pad {
        None => (rect, None),
        Some(pad) => crop_of_padded(pad, rect, turned)?,
    };
    let cropped = crop_of_turned(pass, inner, turned);
    Some(vec![Step::Crop(cropped), Step::Pass(Pass { pad, ..pass.clone() })])
}

/// The part of the unpadded image that a rectangle of the padded one shows, and the padding that is left.
fn crop_of_padded(pad: &Pad, rect: Rect, inside: Shape) -> Option<(Rect, Option<Pad>)> {
    // Mirrored borders read the image's far side; only a fill colour leaves the rest of the image out of it.
    if pad.border.mode != BorderMode::Constant {
        return None;
    }
    let (left, width, x) = visible(pad.left, inside.width, rect.x, rect.width)?;
    let (top, height, y) = visible(pad.top, inside.height, rect.y, rect.height)?;
    let inner = Rect { x, y, width, height };
    let right = rect.width - left - width;
    let bottom = rect.height - top - height;
    let rest = Pad { top, bottom, left, right, border: pad.border.clone() };
    let nothing = rest.output_shape(Shape::new(0, 0, 1)) == Shape::new(0, 0, 1);
    Some((inner, (!nothing).then_some(rest)))
}

/// On one axis: padding that is left before, pixels of the image that are seen, and the first of them; `None` if none.
fn visible(before: usize, length: usize, start: usize, size: usize) -> Option<(usize, usize, usize)> {
    let from = start.max(before);
    let to = (start + size).min(before + length);
    (from < to).then(|| (from - start, to - from, from - before))
}

/// The rectangle of the image that becomes `rect` once turned.
fn crop_of_turned(pass: &Pass, rect: Rect, turned: Shape) -> Rect {
    let symmetry = pass.symmetry;
    let x = if symmetry.flip_x { turned.width - rect.x - rect.width } else { rect.x };
    let y = if symmetry.flip_y { turned.height - rect.y - rect.height } else { rect.y };
    if symmetry.transpose { Rect { x: y, y: x, width: rect.height, height: rect.width } } else { Rect { x, y, ..rect } }
}
