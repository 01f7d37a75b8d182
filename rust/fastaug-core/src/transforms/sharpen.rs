//! Blends the image with a sharper one.
//!
//! Parameters: `alpha_range`, `method`, `lightness_range` (kernel), `kernel_size` and `sigma` (gaussian). Operations:
//! [`Convolve`], [`UnsharpMix`].

use super::{Transform, Wrong};
use crate::{
    Result,
    ops::filter::{Convolve, GaussianBlur, UnsharpMix},
    param::{Bounds, Interval, NonNegative},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// How the sharper image is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    /// By a kernel of 3×3.
    Kernel,
    /// By taking a blurred image away.
    Gaussian,
}

/// Sharpens by a random amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharpen {
    alpha_range: Interval,
    lightness_range: Interval,
    method: Method,
    kernel_size: usize,
    sigma: NonNegative,
}

impl Transform for Sharpen {
    fn check(&self) -> Result<(), Wrong> {
        Bounds::within("alpha_range", self.alpha_range, 0.0, 1.0)?;
        Bounds::within("lightness_range", self.lightness_range, 0.0, f64::INFINITY)?;
        if self.kernel_size.is_multiple_of(2) || self.kernel_size > 10_001 {
            return Err(("kernel_size", format!("must be odd and at most 10001, got {}", self.kernel_size)));
        }
        Ok(())
    }

    fn is_random(&self) -> bool {
        !(self.alpha_range.is_single() && (self.method == Method::Gaussian || self.lightness_range.is_single()))
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let alpha = sampler.uniform("alpha_range", self.alpha_range)?;
        if self.method == Method::Gaussian {
            // Without a sigma, the kernel's size decides, as in OpenCV.
            let sigma = match self.sigma.get() {
                0.0 => 0.3 * ((self.kernel_size as f64 - 1.0) * 0.5 - 1.0) + 0.8,
                sigma => sigma,
            };
            sampler.push(UnsharpMix { blur: GaussianBlur::new(sigma, self.kernel_size), amount: alpha as f32 });
            return Ok(());
        }
        let lightness = sampler.uniform("lightness_range", self.lightness_range)?;
        let mut kernel = vec![-alpha as f32; 9];
        kernel[4] = ((1.0 - alpha) + alpha * (8.0 + lightness)) as f32;
        sampler.push(Convolve { size: 3, kernel });
        Ok(())
    }
}
