//! Kernels that move pixels.

use super::{Kernels, SHAPE};
use criterion::Criterion;
use fastaug_core::{
    image::Rect,
    ops::geometry::{BoxMethod, Crop, Matrix, Orient, Pad, Resize, Symmetry, Warp, invert},
    param::{Border, BorderMode, Fill, Interpolation, Interpolations},
};

const INTERPOLATIONS: [(&str, Interpolation); 10] = [
    ("nearest", Interpolation::Nearest),
    ("nearest exact", Interpolation::NearestExact),
    ("linear", Interpolation::Linear),
    ("linear exact", Interpolation::LinearExact),
    ("cubic", Interpolation::Cubic),
    ("lanczos4", Interpolation::Lanczos4),
    ("area", Interpolation::Area),
    ("antialias", Interpolation::Antialias),
    ("antialias cubic", Interpolation::AntialiasCubic),
    ("antialias lanczos", Interpolation::AntialiasLanczos),
];

const SYMMETRIES: [(&str, Symmetry); 5] = [
    ("horizontal", Symmetry::FLIP_X),
    ("vertical", Symmetry::FLIP_Y),
    ("half turn", Symmetry::HALF_TURN),
    ("transpose", Symmetry::TRANSPOSE),
    ("quarter turn", Symmetry::quarter_turns(1)),
];

const BORDERS: [(&str, BorderMode); 5] = [
    ("constant", BorderMode::Constant),
    ("replicate", BorderMode::Replicate),
    ("reflect", BorderMode::Reflect),
    ("wrap", BorderMode::Wrap),
    ("reflect 101", BorderMode::Reflect101),
];

/// Every geometric kernel.
pub fn time(criterion: &mut Criterion) {
    let mut kernels = Kernels::new(criterion, "geometry");
    for (name, interpolation) in INTERPOLATIONS {
        kernels.time(&format!("resize to 224x224, {name}"), resize(224, 224, interpolation));
    }
    for (name, interpolation) in INTERPOLATIONS {
        kernels.time(&format!("resize to 480x640, {name}"), resize(480, 640, interpolation));
    }
    kernels.time("crop to 224x224", Crop { rect: Rect { x: 101, y: 51, width: 224, height: 224 } });
    for (name, symmetry) in SYMMETRIES {
        kernels.time(&format!("flip and turn, {name}"), Orient { symmetry });
    }
    for (name, mode) in BORDERS {
        kernels.time(
            &format!("pad by 32, {name}"),
            Pad { top: 32, bottom: 32, left: 32, right: 32, border: border(mode) },
        );
    }
    // Warping knows no others: "area" and the exact and antialiased ones are of resizing.
    for (name, interpolation) in INTERPOLATIONS {
        if matches!(name, "nearest" | "linear" | "cubic" | "lanczos4") {
            kernels.time(&format!("warp affine, {name}"), warp(rotation(), interpolation, BorderMode::Constant));
        }
    }
    kernels.time("warp affine, linear, reflect 101", warp(rotation(), Interpolation::Linear, BorderMode::Reflect101));
    let mut projective = rotation();
    projective[2] = [2e-4, -1e-4, 1.0];
    kernels.time("warp projective, linear", warp(projective, Interpolation::Linear, BorderMode::Constant));
}

fn resize(height: usize, width: usize, image: Interpolation) -> Resize {
    Resize { height, width, interpolations: Interpolations { image, mask: Interpolation::Nearest } }
}

fn border(mode: BorderMode) -> Border {
    Border { mode, fill: Fill::Channels(vec![1.0, 2.0, 3.0]), fill_mask: Fill::ZERO }
}

/// A turn by 15° around the middle.
fn rotation() -> Matrix {
    let (sine, cosine) = 15f64.to_radians().sin_cos();
    let (x, y) = (SHAPE.width as f64 / 2.0 - 0.5, SHAPE.height as f64 / 2.0 - 0.5);
    [[cosine, -sine, x - cosine * x + sine * y], [sine, cosine, y - sine * x - cosine * y], [0.0, 0.0, 1.0]]
}

fn warp(forward: Matrix, image: Interpolation, mode: BorderMode) -> Warp {
    Warp {
        forward,
        backward: invert(forward).expect("a turn can be undone"),
        height: SHAPE.height,
        width: SHAPE.width,
        interpolations: Interpolations { image, mask: Interpolation::Nearest },
        border: border(mode),
        box_method: BoxMethod::LargestBox,
        keypoint_scale: 1.0,
    }
}
