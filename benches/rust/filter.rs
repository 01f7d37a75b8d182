//! Kernels that look at a pixel's surroundings.

use super::Kernels;
use criterion::Criterion;
use fastaug_core::{
    ops::filter::{Bend, BoxBlur, Clahe, Convolve, GaussianBlur, JpegLoss, LensFringes, UnsharpMix, WebpLoss},
    param::Interpolation,
};

/// Every filter.
pub fn time(criterion: &mut Criterion) {
    let mut kernels = Kernels::new(criterion, "filter");
    for (size, sigma) in [(3, 0.8), (5, 1.1), (7, 1.4), (21, 3.5)] {
        kernels.time(&format!("gaussian blur {size}x{size}"), GaussianBlur::new(sigma, size));
    }
    for size in [3, 7, 21] {
        kernels.time(&format!("box blur {size}x{size}"), BoxBlur { size });
    }
    for size in [3, 5, 7] {
        // As motion blur makes them: a diagonal, and everywhere.
        let diagonal = (0..size * size).map(|at| if at % (size + 1) == 0 { 1.0 / size as f32 } else { 0.0 }).collect();
        kernels.time(&format!("convolve {size}x{size}, a diagonal"), Convolve { size, kernel: diagonal });
        let full =
            (0..size * size).map(|at| (at + 1) as f32 * 2.0 / (size * size * (size * size + 1)) as f32).collect();
        kernels.time(&format!("convolve {size}x{size}, all weights"), Convolve { size, kernel: full });
    }
    kernels.time("unsharp mask 5x5", UnsharpMix { blur: GaussianBlur::new(1.1, 5), amount: 0.3 });
    let (red, blue) = (Bend { primary: 0.01, secondary: 0.02 }, Bend { primary: -0.01, secondary: -0.02 });
    kernels.time("lens fringes, linear", LensFringes { red, blue, interpolation: Interpolation::Linear });
    kernels.time("CLAHE 8x8", Clahe { clip_limit: 3.0, tiles_across: 8, tiles_down: 8 });
    kernels.time("JPEG at quality 80", JpegLoss { quality: 80 });
    kernels.time("WebP at quality 80", WebpLoss { quality: 80 });
}
