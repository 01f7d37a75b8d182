//! Turns the hue of floating-point images.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{Context, Role};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Turns the hue of floating-point RGB pixels; 8-bit images take
/// [`HueSaturationValue`](super::HueSaturationValue), whose hue has 180 steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hue {
    /// By how much of a full turn.
    pub turn: f32,
}

impl fmt::Display for Hue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hue {:+} turns", self.turn)
    }
}

impl PointwiseOp for Hue {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(place.shape.channels, 3, "hue needs red, green and blue");
        let Rows::F32(values) = rows else { unreachable!("a turn was sampled for an image that is not float32") };
        let degrees = (self.turn * 360.0).rem_euclid(360.0);
        dispatch!(context.level, simd => run(simd, values, degrees));
    }
}

/// Pixels that are turned together.
const PIXELS: usize = 16;

#[simd]
fn run<S: Simd>(_: S, values: &mut [f32], degrees: f32) {
    let (blocks, rest) = values.as_chunks_mut::<3>().0.as_chunks_mut::<PIXELS>();
    for block in blocks {
        let mut planes = [[0.0; PIXELS]; 3];
        for (index, pixel) in block.iter().enumerate() {
            [planes[0][index], planes[1][index], planes[2][index]] = *pixel;
        }
        let [reds, greens, blues] = &mut planes;
        for index in 0..PIXELS {
            [reds[index], greens[index], blues[index]] = turn([reds[index], greens[index], blues[index]], degrees);
        }
        for (index, pixel) in block.iter_mut().enumerate() {
            *pixel = [planes[0][index], planes[1][index], planes[2][index]];
        }
    }
    for pixel in rest {
        *pixel = turn(*pixel, degrees);
    }
}

/// To hue, saturation and value as OpenCV takes them, turned, and back.
#[inline(always)]
fn turn([red, green, blue]: [f32; 3], degrees: f32) -> [f32; 3] {
    let larger = |left: f32, right: f32| if left > right { left } else { right };
    let smaller = |left: f32, right: f32| if left < right { left } else { right };
    let value = larger(larger(red, green), blue);
    let range = value - smaller(smaller(red, green), blue);
    let saturation = range / (value.abs() + f32::EPSILON);
    let scale = 60.0 / (range + f32::EPSILON);
    let from_green_on = if value == green { (blue - red) * scale + 120.0 } else { (red - green) * scale + 240.0 };
    let hue = if value == red { (green - blue) * scale } else { from_green_on };
    let hue = if hue < 0.0 { hue + 360.0 } else { hue } + degrees;
    let hue = if hue >= 360.0 { hue - 360.0 } else { hue } * (6.0 / 360.0);
    // Each channel loses as much of the value as the hue is away from it.
    let channel = |away: f32| value * (1.0 - saturation * away.clamp(0.0, 1.0));
    [
        channel(smaller(hue - 1.0, 5.0 - hue)),
        channel(larger(1.0 - hue, hue - 3.0)),
        channel(larger(3.0 - hue, hue - 5.0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::{Hue, turn};
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn equal_on_every_level() {
        for part in [0.0, 0.1, -0.4, 0.5, 2.25] {
            twins::check::<f32>(&Hue { turn: part }, [3], Role::Image, |_, _, _, pixel| {
                let degrees = (part * 360.0).rem_euclid(360.0);
                pixel.copy_from_slice(&turn([pixel[0], pixel[1], pixel[2]], degrees));
            });
        }
    }

    #[test]
    fn a_third_of_a_turn_moves_the_channels_on() {
        let turned = turn([0.9, 0.3, 0.1], 120.0);
        for (value, expected) in turned.into_iter().zip([0.1, 0.9, 0.3]) {
            assert!((value - expected).abs() < 1e-6, "{turned:?}");
        }
    }
}
