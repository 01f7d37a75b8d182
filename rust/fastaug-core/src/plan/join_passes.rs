//! Rule: passes that follow each other become one. Flips and quarter turns are composed and carried out while the next
//! copy reads; pixel operations run one after the other on a tile that is still in the cache.

use super::{Pass, Step};
use crate::ops::geometry::{Pad, Symmetry};

/// Applies the rule at the first place where it can be; true if there was one.
pub fn apply(steps: &mut Vec<Step>) -> bool {
    for index in 0..steps.len().saturating_sub(1) {
        if let (Step::Pass(first), Step::Pass(second)) = (&steps[index], &steps[index + 1])
            && let Some(joined) = join(first, second)
        {
            steps.splice(index..index + 2, [Step::Pass(joined)]);
            return true;
        }
    }
    false
}

/// One pass that does what two did.
fn join(first: &Pass, second: &Pass) -> Option<Pass> {
    let does_nothing_to_pixels = first.body.is_empty() && !first.takes_measured;
    if second.pad.is_some() && !(does_nothing_to_pixels && first.pad.is_none()) {
        return None;
    }
    if !second.symmetry.is_identity() && !first.is_free() {
        return None;
    }
    let mut body = first.body.clone();
    body.extend(second.body.iter().cloned());
    Some(Pass {
        symmetry: first.symmetry.then(second.symmetry),
        pad: second.pad.clone().or_else(|| first.pad.as_ref().map(|pad| turned(pad, second.symmetry))),
        takes_measured: first.takes_measured,
        body,
    })
}

/// The padding whose sides have moved with the image.
fn turned(pad: &Pad, symmetry: Symmetry) -> Pad {
    let Pad { mut top, mut bottom, mut left, mut right, ref border } = *pad;
    if symmetry.transpose {
        (top, left) = (left, top);
        (bottom, right) = (right, bottom);
    }
    if symmetry.flip_x {
        (left, right) = (right, left);
    }
    if symmetry.flip_y {
        (top, bottom) = (bottom, top);
    }
    Pad { top, bottom, left, right, border: border.clone() }
}
