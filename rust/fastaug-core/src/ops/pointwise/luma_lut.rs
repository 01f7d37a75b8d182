//! Replaces the brightness of RGB pixels by looking it up, and leaves their colour.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::{
        planes::{self, BLOCK, PIXELS, Plane},
        rounding::nearest_byte,
    },
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// A table for Y of YCrCb, in OpenCV's 8-bit arithmetic. Floating-point images go through 8 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct LumaLut {
    /// What the table does, for [`Display`](fmt::Display).
    pub label: &'static str,
    /// The table.
    pub table: [u8; 256],
}

impl fmt::Display for LumaLut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "look-up of brightness ({})", self.label)
    }
}

impl PointwiseOp for LumaLut {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(place.shape.channels, 3, "brightness is looked up in RGB images");
        match rows {
            Rows::U8(values) => dispatch!(context.level, simd => run(simd, values, &self.table)),
            Rows::F32(values) => {
                let mut bytes = [0; BLOCK];
                for values in values.chunks_mut(BLOCK) {
                    let bytes = &mut bytes[..values.len()];
                    for (byte, value) in bytes.iter_mut().zip(&*values) {
                        *byte = nearest_byte(value * 255.0);
                    }
                    dispatch!(context.level, simd => run(simd, bytes, &self.table));
                    for (value, byte) in values.iter_mut().zip(bytes) {
                        *value = f32::from(*byte) / 255.0;
                    }
                }
            }
            _ => unreachable!("only pictures have brightness"),
        }
    }
}

#[simd]
fn run<S: Simd>(simd: S, values: &mut [u8], table: &[u8; 256]) {
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        look_up(simd, block, table);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    look_up(simd, &mut block, table);
    rest.copy_from_slice(&block[..rest.len()]);
}

#[inline(always)]
fn look_up<S: Simd>(simd: S, block: &mut [u8; BLOCK], table: &[u8; 256]) {
    let mut colours = planes::split(simd, block);
    let before = brightness(&colours);
    let mut after = [0; PIXELS];
    for (after, before) in after.iter_mut().zip(before) {
        *after = table[before as usize];
    }
    for index in 0..PIXELS {
        let (y, [red, _, blue]) = (i32::from(before[index]), colour(&colours, index));
        // The distances of red and blue from Y, kept in a byte between the two conversions.
        let chroma = |value: i32, factor: i32| scaled((value - y) * factor).clamp(-128, 127);
        let (red_chroma, blue_chroma) = (chroma(red, 11682), chroma(blue, 9241));
        let y = i32::from(after[index]);
        let byte = |value: i32| value.clamp(0, 255) as u8;
        colours[0][index] = byte(y + scaled(red_chroma * 22987));
        colours[1][index] = byte(y + scaled(blue_chroma * -5636 + red_chroma * -11698));
        colours[2][index] = byte(y + scaled(blue_chroma * 29049));
    }
    planes::join(simd, &colours, block);
}

/// Y of each pixel.
#[inline(always)]
pub fn brightness(colours: &[Plane; 3]) -> Plane {
    let mut plane = [0; PIXELS];
    for index in 0..PIXELS {
        let [red, green, blue] = colour(colours, index);
        plane[index] = scaled(red * 4899 + green * 9617 + blue * 1868) as u8;
    }
    plane
}

#[inline(always)]
fn colour(colours: &[Plane; 3], index: usize) -> [i32; 3] {
    [i32::from(colours[0][index]), i32::from(colours[1][index]), i32::from(colours[2][index])]
}

/// Out of 1/16384, to nearest.
#[inline(always)]
fn scaled(value: i32) -> i32 {
    (value + (1 << 13)) >> 14
}

#[cfg(test)]
mod tests {
    use super::LumaLut;
    use crate::ops::{Role, pointwise::twins};

    /// The conversions in floating point, rounded where the bytes are.
    fn slow(pixel: [u8; 3], table: &[u8; 256]) -> [f64; 3] {
        let [red, green, blue] = pixel.map(f64::from);
        let y = (0.299 * red + 0.587 * green + 0.114 * blue).round();
        let red_chroma = ((red - y) * 0.713).round().clamp(-128.0, 127.0);
        let blue_chroma = ((blue - y) * 0.564).round().clamp(-128.0, 127.0);
        let y = f64::from(table[y as usize]);
        [y + 1.403 * red_chroma, y - 0.714 * red_chroma - 0.344 * blue_chroma, y + 1.773 * blue_chroma]
    }

    #[test]
    fn brightness_alone_is_looked_up() {
        for table in [std::array::from_fn(|value| value as u8), std::array::from_fn(|value| 255 - value as u8 / 2)] {
            let op = LumaLut { label: "test", table };
            let shape = crate::image::Shape::new(7, 61, 3);
            let values = twins::image::<u8>(shape);
            let lowest = twins::run(&op, &values, shape, Role::Image, 7, fearless_simd::Level::fallback());
            for (made, pixel) in lowest.as_chunks::<3>().0.iter().zip(values.as_chunks::<3>().0) {
                for (made, expected) in made.iter().zip(slow(*pixel, &table)) {
                    assert!(
                        (f64::from(*made) - expected.clamp(0.0, 255.0)).abs() <= 2.0,
                        "{pixel:?} {made} {expected}"
                    );
                }
            }
            for level in crate::simd::levels() {
                assert_eq!(twins::run(&op, &values, shape, Role::Image, 2, level), lowest);
                let floats: Vec<f32> = values.iter().map(|value| f32::from(*value) / 255.0).collect();
                let bytes: Vec<u8> = twins::run(&op, &floats, shape, Role::Image, 3, level)
                    .iter()
                    .map(|value| (value * 255.0).round() as u8)
                    .collect();
                assert_eq!(bytes, lowest);
            }
        }
    }

    #[test]
    fn known_pixels_come_out_as_in_opencv() {
        let op = LumaLut { label: "test", table: std::array::from_fn(|value| value as u8) };
        let shape = crate::image::Shape::new(1, 4, 3);
        let values = [10u8, 200, 30, 255, 0, 0, 0, 0, 255, 90, 91, 92];
        let made = twins::run(&op, &values, shape, Role::Image, 1, crate::simd::level());
        assert_eq!(made, [10, 200, 30, 254, 0, 0, 0, 0, 254, 90, 91, 93]);
    }
}
