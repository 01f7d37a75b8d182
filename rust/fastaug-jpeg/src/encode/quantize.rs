//! Division of coefficients by their step, rounded to the nearest (a half away from zero): a multiplication by the
//! reciprocal and a shift. The shift differs from lane to lane, so it is a multiplication by a power of two.

use super::lanes::{high_product, rounded_product};
use fearless_simd::{Simd, i16x16, prelude::*, u16x16};

/// What one table of steps divides by. Each row stands twice, for two blocks side by side.
#[derive(Clone, Debug)]
pub struct Quantizer {
    /// The steps, row by row.
    pub steps: [u8; 64],
    rows: [Row; 8],
}

/// The numbers for one row.
#[derive(Clone, Copy, Debug)]
struct Row {
    corrections: [u16; 16],
    reciprocals: [u16; 16],
    /// Half of what is shifted out: the last multiplication rounds, but the quotient is to be cut off.
    halves: [i16; 16],
    shifts: [i16; 16],
}

impl Quantizer {
    /// Of steps row by row.
    pub fn new(steps: [u8; 64]) -> Self {
        let row = Row { corrections: [0; 16], reciprocals: [0; 16], halves: [0; 16], shifts: [0; 16] };
        let mut quantizer = Self { steps, rows: [row; 8] };
        for (index, &step) in steps.iter().enumerate() {
            let row = &mut quantizer.rows[index / 8];
            let (correction, reciprocal, bits) = reciprocal(step);
            for column in [index % 8, index % 8 + 8] {
                row.corrections[column] = correction;
                row.reciprocals[column] = reciprocal;
                row.halves[column] = 1 << (bits - 1);
                row.shifts[column] = 1 << (15 - bits);
            }
        }
        quantizer
    }

    /// Divides a row of two blocks, whose coefficients are eight times as large as the standard's.
    #[inline(always)]
    pub fn divide<S: Simd>(&self, simd: S, row: usize, values: i16x16<S>) -> i16x16<S> {
        let row = &self.rows[row];
        let magnitudes = u16x16::from_bytes(values.abs().to_bytes());
        let sums = magnitudes + u16x16::load_array_ref(simd, &row.corrections);
        let products = high_product(sums, u16x16::load_array_ref(simd, &row.reciprocals));
        // Less than 2¹⁵, since the sums are.
        let products = i16x16::from_bytes(products.to_bytes()) - i16x16::load_array_ref(simd, &row.halves);
        let quotients = rounded_product(products, i16x16::load_array_ref(simd, &row.shifts));
        let signs = values >> 15;
        (quotients ^ signs) - signs
    }
}

/// What is added, the reciprocal in 16 bits, and by how many more bits to shift, for division by eight times the step.
/// The reciprocal of anything but a power of two is rounded; where it is rounded down, one more is added to make up for
/// it.
fn reciprocal(step: u8) -> (u16, u16, u32) {
    let divisor = 8 * u32::from(step.max(1));
    let bits = divisor.ilog2();
    let (quotient, rest) = ((1u32 << (16 + bits)) / divisor, (1u32 << (16 + bits)) % divisor);
    let half = divisor / 2;
    // The quotient of a power of two has one bit too many.
    let (correction, reciprocal, bits) = if rest == 0 {
        (half, quotient / 2, bits - 1)
    } else if rest <= half {
        (half + 1, quotient, bits)
    } else {
        (half, quotient + 1, bits)
    };
    (correction as u16, reciprocal as u16, bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;
    use fearless_simd_macros::simd;

    #[simd]
    fn divide_all<S: Simd>(simd: S, quantizer: &Quantizer, values: &mut [[i16; 16]]) {
        for row in values {
            *row = quantizer.divide(simd, 0, i16x16::load_array(simd, *row)).into();
        }
    }

    #[test]
    fn every_quotient_is_the_nearest_on_every_level() {
        // Coefficients reach ±8192; beyond it is room.
        let values: Vec<[i16; 16]> = (-10_000..10_000).collect::<Vec<i16>>().as_chunks::<16>().0.to_vec();
        for step in (1..=255).step_by(if cfg!(debug_assertions) { 7 } else { 1 }) {
            let quantizer = Quantizer::new([step; 64]);
            let divisor = 8 * i32::from(step);
            for level in levels() {
                let mut quotients = values.clone();
                dispatch!(level, simd => divide_all(simd, &quantizer, &mut quotients));
                for (&value, &quotient) in values.as_flattened().iter().zip(quotients.as_flattened()) {
                    let value = i32::from(value);
                    let expected = (value.abs() + divisor / 2) / divisor * value.signum();
                    assert_eq!(i32::from(quotient), expected, "{value} / {divisor} at {level:?}");
                }
            }
        }
    }
}
