//! Blurs along a line.
//!
//! Parameters: `blur_range` (length), `angle_range`, `direction_range`, `allow_shifted`. Operations: [`Convolve`].

use super::{Transform, Wrong, shared::kernel_size};
use crate::{
    Result,
    ops::filter::Convolve,
    param::{Bounds, Interval},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// Blurs along a line of random length and angle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotionBlur {
    blur_range: Interval,
    allow_shifted: bool,
    angle_range: Interval,
    direction_range: Interval,
}

/// A kernel whose weights lie on a line through (or beside) its centre.
fn line_kernel(size: usize, degrees: f64, direction: f64, shift: [f64; 2]) -> Vec<f32> {
    let half = (size / 2) as f64;
    let angle = degrees.to_radians();
    let (across, down) = (libm::cos(angle), libm::sin(angle));
    // The line reaches less far on the side that the direction points away from.
    let (first, last) = match direction.clamp(-1.0, 1.0) {
        back if back < 0.0 => (-half, half * (1.0 + back)),
        ahead if ahead > 0.0 => (-half * (1.0 - ahead), half),
        _ => (-half, half),
    };
    let step = if size > 1 { (last - first) / (size - 1) as f64 } else { 0.0 };
    let mut kernel = vec![0.0_f32; size * size];
    for index in 0..size {
        let along = first + step * index as f64;
        let place = |offset: f64| offset.round_ties_even().clamp(0.0, (size - 1) as f64) as usize;
        let x = place(half + across * along + shift[0] * half / 2.0);
        let y = place(half + down * along + shift[1] * half / 2.0);
        kernel[y * size + x] = 1.0;
    }
    let total: f32 = kernel.iter().sum();
    kernel.iter().map(|weight| weight / total).collect()
}

impl Transform for MotionBlur {
    fn check(&self) -> Result<(), Wrong> {
        kernel_size::check("blur_range", self.blur_range)?;
        Bounds::within("direction_range", self.direction_range, -1.0, 1.0)
    }

    fn is_random(&self) -> bool {
        self.allow_shifted
            || !(self.blur_range.is_single() && self.angle_range.is_single() && self.direction_range.is_single())
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        let size = kernel_size::draw(sampler, "blur_range", self.blur_range)?;
        let angle = sampler.uniform("angle_range", self.angle_range)?;
        let direction = sampler.uniform("direction_range", self.direction_range)?;
        let shift = if self.allow_shifted {
            let both = Interval { low: -1.0, high: 1.0 };
            sampler.value("shift", |stream| [stream.uniform(both), stream.uniform(both)])?
        } else {
            [0.0, 0.0]
        };
        sampler.push(Convolve { size, kernel: line_kernel(size, angle, direction, shift) });
        Ok(())
    }
}
