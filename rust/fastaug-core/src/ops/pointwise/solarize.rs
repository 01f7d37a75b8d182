//! Inverts the bright values of floating-point images.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{Context, Role};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Replaces each value from a threshold on by one minus itself; 8-bit images take a [`Lut`](super::Lut).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solarize {
    /// The least value that is inverted.
    pub threshold: f32,
}

impl fmt::Display for Solarize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "solarize from {}", self.threshold)
    }
}

impl PointwiseOp for Solarize {
    fn any_channels(&self) -> bool {
        true
    }

    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, _place: Place, _role: Role, context: &mut Context<'_>) {
        let Rows::F32(values) = rows else { unreachable!("solarizing was sampled for an image that is not float32") };
        dispatch!(context.level, simd => run(simd, values, self.threshold));
    }
}

#[simd]
fn run<S: Simd>(_: S, values: &mut [f32], threshold: f32) {
    for value in values {
        let folded = if *value >= threshold { 1.0 - *value } else { *value };
        *value = folded.clamp(0.0, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::Solarize;
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn bright_values_are_inverted() {
        for threshold in [0.0, 0.3, 1.0, 2.0] {
            twins::check::<f32>(&Solarize { threshold }, [1, 3, 5], Role::Image, |_, _, _, pixel| {
                for value in pixel {
                    *value = if *value < threshold { value.clamp(0.0, 1.0) } else { (1.0 - *value).clamp(0.0, 1.0) };
                }
            });
        }
    }
}
