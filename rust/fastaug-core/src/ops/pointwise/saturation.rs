//! Blends a picture with its gray.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::{
        luma::{weighted, weighted_float},
        planes::{self, BLOCK, PIXELS, Plane},
        rounding::nearest_byte,
    },
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// `factor · value + (1 − factor) · gray`, where the gray of an 8-bit pixel is itself rounded to 8 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saturation {
    /// 0 is gray, 1 leaves the picture as it is.
    pub factor: f32,
}

impl fmt::Display for Saturation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "saturation × {}", self.factor)
    }
}

impl PointwiseOp for Saturation {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(place.shape.channels, 3, "saturation needs red, green and blue");
        match rows {
            Rows::U8(values) => dispatch!(context.level, simd => blend_bytes(simd, values, self.factor)),
            Rows::F32(values) => dispatch!(context.level, simd => blend_floats(simd, values, self.factor)),
            _ => unreachable!("only pictures have colours"),
        }
    }
}

#[simd]
fn blend_bytes<S: Simd>(simd: S, values: &mut [u8], factor: f32) {
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let blended = blend_block(simd, &planes::split(simd, block), factor);
        planes::join(simd, &blended, block);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    let blended = blend_block(simd, &planes::split(simd, &block), factor);
    planes::join(simd, &blended, &mut block);
    rest.copy_from_slice(&block[..rest.len()]);
}

#[inline(always)]
fn blend_block<S: Simd>(simd: S, colours: &[Plane; 3], factor: f32) -> [Plane; 3] {
    let grays = weighted(simd, colours);
    let mut shares = [0.0; PIXELS];
    for index in 0..PIXELS {
        shares[index] = f32::from(grays[index]) * (1.0 - factor);
    }
    let mut blended = [[0; PIXELS]; 3];
    for channel in 0..3 {
        for index in 0..PIXELS {
            blended[channel][index] = nearest_byte(f32::from(colours[channel][index]) * factor + shares[index]);
        }
    }
    blended
}

#[simd]
fn blend_floats<S: Simd>(_: S, values: &mut [f32], factor: f32) {
    for pixel in values.as_chunks_mut::<3>().0 {
        let gray = weighted_float(*pixel) * (1.0 - factor);
        for value in pixel {
            *value = (*value * factor + gray).clamp(0.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Saturation;
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn between_gray_and_colour() {
        for factor in [0.0, 0.3, 1.0, 1.7, 20.0] {
            twins::check::<u8>(&Saturation { factor }, [3], Role::Image, |_, _, _, pixel| {
                let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                let gray = ((red * 9798 + green * 19235 + blue * 3735 + 16384) >> 15) as f32 * (1.0 - factor);
                for value in pixel {
                    *value = (f32::from(*value) * factor + gray).round_ties_even().clamp(0.0, 255.0) as u8;
                }
            });
            twins::check::<f32>(&Saturation { factor }, [3], Role::Image, |_, _, _, pixel| {
                let gray = (pixel[0] * 0.299 + pixel[1] * 0.587 + pixel[2] * 0.114) * (1.0 - factor);
                for value in pixel {
                    *value = (*value * factor + gray).clamp(0.0, 1.0);
                }
            });
        }
    }
}
