//! Mixes red, green and blue.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::{
        planes::{self, BLOCK, Plane},
        weigh::{Weights, weigh},
    },
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Replaces the first three channels by weighted sums of them. On 8-bit images the weights are rounded to 1/1024, as
/// OpenCV's `transform` rounds them, unless one of them is 32 or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourMatrix {
    /// A row of weights for each channel of the output.
    pub rows: [[f32; 3]; 3],
}

impl fmt::Display for ColourMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "colour matrix {:?}", self.rows)
    }
}

/// Bits after the point of a fixed weight.
const SHIFT: i32 = 10;

impl PointwiseOp for ColourMatrix {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(place.shape.channels, 3, "a colour matrix needs red, green and blue");
        match rows {
            Rows::U8(values) => match self.fixed() {
                Some(weights) => dispatch!(context.level, simd => mix_bytes(simd, values, &weights)),
                None => dispatch!(context.level, simd => mix_large(simd, values, &self.rows)),
            },
            Rows::F32(values) => dispatch!(context.level, simd => mix_floats(simd, values, &self.rows)),
            _ => unreachable!("only the colours of pictures are mixed"),
        }
    }

    fn runs_from_elsewhere(&self) -> bool {
        self.fixed().is_some()
    }

    fn run_from(&self, source: &[u8], target: &mut [u8], _place: Place, context: &mut Context<'_>) {
        let Some(weights) = self.fixed() else { unreachable!("large weights are mixed in place") };
        dispatch!(context.level, simd => mix_bytes_from(simd, source, target, &weights));
    }
}

impl ColourMatrix {
    /// The weights in fixed point, each row with half a level to round by.
    fn fixed(&self) -> Option<[Weights; 3]> {
        let mut weights = [[0, 0, 0, 1 << (SHIFT - 1)]; 3];
        for (weights, row) in weights.iter_mut().zip(&self.rows) {
            for (weight, value) in weights.iter_mut().zip(row) {
                let scaled = (value * (1 << SHIFT) as f32).round_ties_even();
                if !(-32_768.0..=32_767.0).contains(&scaled) {
                    return None;
                }
                *weight = scaled as i16;
            }
        }
        Some(weights)
    }
}

#[simd]
fn mix_bytes<S: Simd>(simd: S, values: &mut [u8], weights: &[Weights; 3]) {
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let mixed = mix_block(simd, block, weights);
        planes::join(simd, &mixed, block);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    mix_rest(simd, block, rest, weights);
}

/// The same for values that are read elsewhere.
#[simd]
fn mix_bytes_from<S: Simd>(simd: S, source: &[u8], target: &mut [u8], weights: &[Weights; 3]) {
    let (sources, source_rest) = source.as_chunks::<BLOCK>();
    let (targets, target_rest) = target.as_chunks_mut::<BLOCK>();
    for (source, target) in sources.iter().zip(targets) {
        planes::join(simd, &mix_block(simd, source, weights), target);
    }
    let mut block = [0; BLOCK];
    block[..source_rest.len()].copy_from_slice(source_rest);
    mix_rest(simd, block, target_rest, weights);
}

#[inline(always)]
fn mix_block<S: Simd>(simd: S, block: &[u8; BLOCK], weights: &[Weights; 3]) -> [Plane; 3] {
    weigh::<_, 3, SHIFT>(simd, &planes::split(simd, block), weights)
}

/// Less than a block.
#[inline(always)]
fn mix_rest<S: Simd>(simd: S, mut block: [u8; BLOCK], rest: &mut [u8], weights: &[Weights; 3]) {
    let mixed = mix_block(simd, &block, weights);
    planes::join(simd, &mixed, &mut block);
    rest.copy_from_slice(&block[..rest.len()]);
}

/// The sum of a row; the order of additions is part of the definition.
#[inline(always)]
fn mix([red, green, blue]: [f32; 3], row: &[f32; 3]) -> f32 {
    row[0] * red + row[1] * green + row[2] * blue
}

#[simd]
fn mix_large<S: Simd>(_: S, values: &mut [u8], rows: &[[f32; 3]; 3]) {
    for pixel in values.as_chunks_mut::<3>().0 {
        let colour = pixel.map(f32::from);
        *pixel = [mix(colour, &rows[0]), mix(colour, &rows[1]), mix(colour, &rows[2])]
            .map(|value| value.round_ties_even() as u8);
    }
}

#[simd]
fn mix_floats<S: Simd>(_: S, values: &mut [f32], rows: &[[f32; 3]; 3]) {
    for pixel in values.as_chunks_mut::<3>().0 {
        let colour = *pixel;
        *pixel =
            [mix(colour, &rows[0]), mix(colour, &rows[1]), mix(colour, &rows[2])].map(|value| value.clamp(0.0, 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::ColourMatrix;
    use crate::ops::{Role, pointwise::twins};

    const SEPIA: [[f32; 3]; 3] = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];
    const MIXED: [[f32; 3]; 3] = [[1.5, -0.7, 0.2], [-1.0, 0.0, 1.0], [31.9, -31.9, -32.0]];

    #[test]
    fn bytes_are_mixed_in_fixed_point() {
        for rows in [SEPIA, MIXED] {
            twins::check::<u8>(&ColourMatrix { rows }, [3], Role::Image, |_, _, _, pixel| {
                let colour = [pixel[0], pixel[1], pixel[2]].map(i32::from);
                for (value, row) in pixel.iter_mut().zip(rows) {
                    let weights = row.map(|weight| (f64::from(weight) * 1024.0).round_ties_even() as i32);
                    let sum: i32 = colour.iter().zip(weights).map(|(value, weight)| value * weight).sum();
                    *value = ((sum + 512) >> 10).clamp(0, 255) as u8;
                }
            });
        }
    }

    #[test]
    fn large_weights_are_mixed_in_floating_point() {
        let rows = [[40.0, -0.5, 0.0], [0.25, 0.25, 0.25], [0.0, 0.0, 1.0]];
        twins::check::<u8>(&ColourMatrix { rows }, [3], Role::Image, |_, _, _, pixel| {
            let colour = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            for (value, row) in pixel.iter_mut().zip(rows) {
                let sum = row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2];
                *value = sum.round_ties_even().clamp(0.0, 255.0) as u8;
            }
        });
    }

    #[test]
    fn floats_are_mixed_and_clipped() {
        for rows in [SEPIA, MIXED] {
            twins::check::<f32>(&ColourMatrix { rows }, [3], Role::Image, |_, _, _, pixel| {
                let colour = [pixel[0], pixel[1], pixel[2]];
                for (value, row) in pixel.iter_mut().zip(rows) {
                    let sum = row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2];
                    *value = sum.clamp(0.0, 1.0);
                }
            });
        }
    }
}
