//! Raises floating-point values to a power.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{Context, Role};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Raises each value to a power above zero; 8-bit images take a [`Lut`](super::Lut). What is below zero becomes NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// The exponent.
    pub exponent: f64,
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to the power of {}", self.exponent)
    }
}

impl PointwiseOp for Power {
    fn any_channels(&self) -> bool {
        true
    }

    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, _place: Place, _role: Role, context: &mut Context<'_>) {
        let Rows::F32(values) = rows else { unreachable!("a power was sampled for an image that is not float32") };
        dispatch!(context.level, simd => run(simd, values, self.exponent));
    }
}

/// Values that are raised together.
const LANES: usize = 16;

#[simd]
fn run<S: Simd>(_: S, values: &mut [f32], exponent: f64) {
    let (blocks, rest) = values.as_chunks_mut::<LANES>();
    for block in blocks {
        for value in block {
            *value = power(*value, exponent);
        }
    }
    for value in rest {
        *value = power(*value, exponent);
    }
}

/// `2^(exponent · log₂ value)` in double precision, without a call or a branch, so that it is vectorized.
#[inline(always)]
fn power(value: f32, exponent: f64) -> f32 {
    // Subnormal numbers borrow 24 from the exponent.
    let is_tiny = value < f32::MIN_POSITIVE;
    let scaled = if is_tiny { value * 16_777_216.0 } else { value };
    let borrowed = if is_tiny { 24 } else { 0 };

    // The mantissa is taken between √½ and √2; log₂ m = 2 · atanh((m − 1) / (m + 1)) / ln 2.
    let bits = scaled.to_bits() as i32;
    let whole = bits.wrapping_sub(0x3F35_04F3) >> 23;
    let mantissa = f64::from(f32::from_bits(bits.wrapping_sub(whole << 23) as u32));
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // Both series are summed in pairs, so that no term waits for all before it.
    let fourth = square * square;
    let series = TWO_OVER_LN_2
        * ((1.0 + square * (1.0 / 3.0))
            + fourth
                * ((1.0 / 5.0 + square * (1.0 / 7.0))
                    + fourth * ((1.0 / 9.0 + square * (1.0 / 11.0)) + fourth * (1.0 / 13.0))));
    let logarithm = f64::from(whole - borrowed) + ratio * series;

    // Beyond these bounds the result is zero or infinite anyway.
    let power = (exponent * logarithm).clamp(-160.0, 130.0);
    let rounded = power + ROUND;
    let fraction = (power - (rounded - ROUND)) * std::f64::consts::LN_2;
    let square = fraction * fraction;
    let fourth = square * square;
    let series = ((1.0 + fraction) + square * (0.5 + fraction * (1.0 / 6.0)))
        + fourth
            * ((1.0 / 24.0 + fraction * (1.0 / 120.0))
                + square * (1.0 / 720.0 + fraction * (1.0 / 5_040.0))
                + fourth * (1.0 / 40_320.0));
    let scale = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    let result = (series * scale) as f32;

    let result = if value == f32::INFINITY { value } else { result };
    let result = if value >= 0.0 { result } else { f32::NAN };
    if value == 0.0 { 0.0 } else { result }
}

const TWO_OVER_LN_2: f64 = 2.0 / std::f64::consts::LN_2;

/// Added, it leaves the nearest whole number in the lowest bits; taken away again, as a number.
const ROUND: f64 = 6_755_399_441_055_744.0;

#[cfg(test)]
mod tests {
    use super::{Power, power};
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn powers_are_those_of_the_mathematical_library() {
        for exponent in [0.01, 0.45, 0.8, 1.0, 1.2, 2.2, 10.0, 250.0] {
            for bits in (0..0x7F80_0000_u32).step_by(12_347) {
                let value = f32::from_bits(bits);
                let exact = libm::pow(f64::from(value), exponent) as f32;
                let found = power(value, exponent);
                let apart = (i64::from(found.to_bits()) - i64::from(exact.to_bits())).abs();
                assert!(apart <= 1, "{value}^{exponent}: {found}, should be {exact}");
            }
            assert_eq!(power(0.0, exponent), 0.0);
            assert_eq!(power(-0.0, exponent), 0.0);
            assert_eq!(power(f32::INFINITY, exponent), f32::INFINITY);
            assert!(power(-0.5, exponent).is_nan() && power(f32::NAN, exponent).is_nan());
        }
    }

    #[test]
    fn equal_on_every_level() {
        twins::check::<f32>(&Power { exponent: 0.7 }, [1, 3, 5], Role::Image, |_, _, _, pixel| {
            for value in pixel {
                *value = power(*value, 0.7);
            }
        });
    }
}
