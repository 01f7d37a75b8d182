//! Rule, only when asked: resamplings that follow each other become one. The picture is sharper and made faster, but its
//! bytes differ from one resampling after another, so `Compose(merge_geometry=True)` has to ask for it.

use super::{Pass, Step, formats_before};
use crate::{
    image::{Format, Rect, Shape},
    ops::{
        Op,
        geometry::{Geometry, Symmetry, Warp, multiply},
    },
};

/// Applies the rule wherever a warp can take its neighbour in.
pub fn apply(mut steps: Vec<Step>, input: Format) -> Vec<Step> {
    loop {
        let shapes: Vec<Shape> = formats_before(&steps, input).iter().map(|format| format.shape).collect();
        let found = (0..steps.len().saturating_sub(1)).find_map(|index| {
            let after = shapes.get(index + 1).copied().unwrap_or(input.shape);
            merge(&steps[index], shapes[index], &steps[index + 1], after).map(|warp| (index, warp))
        });
        let Some((index, warp)) = found else { return steps };
        steps.splice(index..index + 2, [Step::Run(warp.into())]);
    }
}

/// One warp that stands for two steps, if at least one of them is a warp and both move pixels by a projective map.
fn merge(first: &Step, before: Shape, second: &Step, between: Shape) -> Option<Warp> {
    match (first, second) {
        (Step::Run(Op::Geometry(Geometry::Warp(first))), Step::Run(Op::Geometry(Geometry::Warp(second)))) => {
            // The outside of the second is drawn with its own border; the outside of the first, with its own, only
            // where both agree.
            (first.border == second.border).then(|| Warp {
                forward: multiply(second.forward, first.forward),
                backward: multiply(first.backward, second.backward),
                ..second.clone()
            })
        }
        (Step::Run(Op::Geometry(Geometry::Warp(warp))), other) => {
            let (forward, backward, height, width) = moved(other, between)?;
            Some(Warp {
                forward: multiply(forward, warp.forward),
                backward: multiply(warp.backward, backward),
                height,
                width,
                ..warp.clone()
            })
        }
        (other, Step::Run(Op::Geometry(Geometry::Warp(warp)))) => {
            let (forward, backward, ..) = moved(other, before)?;
            // Outside the crop there were pixels that the warp must not see.
            if matches!(other, Step::Crop(_)) {
                return None;
            }
            Some(Warp {
                forward: multiply(warp.forward, forward),
                backward: multiply(backward, warp.backward),
                ..warp.clone()
            })
        }
        _ => None,
    }
}

type Matrix = [[f64; 3]; 3];

/// The map of a step that moves pixels without a border: forward, backward, height and width.
fn moved(step: &Step, before: Shape) -> Option<(Matrix, Matrix, usize, usize)> {
    match step {
        Step::Run(Op::Geometry(Geometry::Resize(resize))) => {
            let x = resize.width as f64 / before.width as f64;
            let y = resize.height as f64 / before.height as f64;
            let forward = scale(x, y);
            Some((forward, scale(1.0 / x, 1.0 / y), resize.height, resize.width))
        }
        Step::Crop(Rect { x, y, width, height }) => {
            let (x, y) = (*x as f64, *y as f64);
            Some((shift(-x, -y), shift(x, y), *height, *width))
        }
        Step::Pass(Pass { symmetry, pad: None, takes_measured: false, body }) if body.is_empty() => {
            let after = symmetry.output_shape(before);
            Some((turn(*symmetry, after), turn(symmetry.inverse(), before), after.height, after.width))
        }
        _ => None,
    }
}

/// Scaling that keeps pixel edges where they are, coordinates measured between pixel centres.
fn scale(x: f64, y: f64) -> Matrix {
    [[x, 0.0, 0.5 * x - 0.5], [0.0, y, 0.5 * y - 0.5], [0.0, 0.0, 1.0]]
}

fn shift(x: f64, y: f64) -> Matrix {
    [[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]]
}

/// A symmetry whose output has this shape.
fn turn(symmetry: Symmetry, after: Shape) -> Matrix {
    let (sign_x, x) = if symmetry.flip_x { (-1.0, after.width as f64 - 1.0) } else { (1.0, 0.0) };
    let (sign_y, y) = if symmetry.flip_y { (-1.0, after.height as f64 - 1.0) } else { (1.0, 0.0) };
    if symmetry.transpose {
        [[0.0, sign_x, x], [sign_y, 0.0, y], [0.0, 0.0, 1.0]]
    } else {
        [[sign_x, 0.0, x], [0.0, sign_y, y], [0.0, 0.0, 1.0]]
    }
}
