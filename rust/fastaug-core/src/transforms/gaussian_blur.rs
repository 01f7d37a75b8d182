//! A weighted mean, the weights falling off like a bell.
//!
//! Parameters: `blur_range` (side of the kernel, 0 takes it from sigma), `sigma_range`; the others concern volumes only.
//! Operations: [`GaussianBlur`](filter::GaussianBlur).

use super::{Transform, Wrong, shared::kernel_size};
use crate::{
    Result,
    ops::filter,
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// What is blurred of a volume; accepted for its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VolumeMode {
    /// Each slice by itself.
    Slice,
    /// All three axes.
    Volume,
}

/// Blurs with a bell of random width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianBlur {
    blur_range: Interval,
    sigma_range: Interval,
    blur_z_range: Option<Interval>,
    sigma_z_range: Option<Interval>,
    volume_mode: VolumeMode,
}

impl Transform for GaussianBlur {
    fn check(&self) -> Result<(), Wrong> {
        kernel_size::check("blur_range", self.blur_range)?;
        Bounds::within("sigma_range", self.sigma_range, 0.0, 1000.0)
    }

    fn is_random(&self) -> bool {
        !(self.blur_range.is_single() && self.sigma_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let sigma = sampler.uniform("sigma_range", self.sigma_range)?;
        let size = sampler.integer("blur_range", self.blur_range.low as i64, self.blur_range.high as i64)?;
        // Three and a half deviations on either side hold all but a thousandth of the bell.
        let size = if size <= 0 { (sigma * 3.5) as usize * 2 + 1 } else { size as usize | 1 };
        if sigma > 0.0 && size > 1 {
            sampler.push(filter::GaussianBlur::new(sigma, size));
        }
        Ok(())
    }
}
