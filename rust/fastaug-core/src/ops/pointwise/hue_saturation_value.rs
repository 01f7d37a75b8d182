//! Shifts hue, saturation and value.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::{
        planes::{self, BLOCK, PIXELS, Plane},
        rounding::{MAGIC, nearest_byte},
    },
};
use fearless_simd::{Level, Simd, dispatch, f32x8, i16x16, i32x8, prelude::*, u8x32, u16x16};
use fearless_simd_macros::simd;
use std::fmt;

/// Shifts hue, saturation and value of RGB pixels in OpenCV's 8-bit HSV, where the hue has 180 steps. Pixels without
/// saturation stay so. Floating-point images go through 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HueSaturationValue {
    /// Steps of the hue; round the circle.
    pub hue: i32,
    /// Added to the saturation, then clipped.
    pub saturation: i32,
    /// Added to the value, then clipped.
    pub value: i32,
}

impl fmt::Display for HueSaturationValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hue {:+}, saturation {:+}, value {:+}", self.hue, self.saturation, self.value)
    }
}

impl PointwiseOp for HueSaturationValue {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(place.shape.channels, 3, "hue needs red, green and blue");
        let shift = Self { hue: self.hue.rem_euclid(180), ..*self };
        match rows {
            Rows::U8(values) => shift.shift_bytes(values, context.level),
            Rows::F32(values) => {
                let mut bytes = [0; CHUNK];
                for values in values.chunks_mut(CHUNK) {
                    let bytes = &mut bytes[..values.len()];
                    for (byte, value) in bytes.iter_mut().zip(&*values) {
                        *byte = nearest_byte(value * 255.0);
                    }
                    shift.shift_bytes(bytes, context.level);
                    for (value, byte) in values.iter_mut().zip(bytes) {
                        *value = f32::from(*byte) / 255.0;
                    }
                }
            }
            _ => unreachable!("only pictures have colours"),
        }
    }
}

/// Values of a floating-point image that are bytes at the same time.
const CHUNK: usize = 16 * BLOCK;

impl HueSaturationValue {
    fn shift_bytes(self, values: &mut [u8], level: Level) {
        dispatch!(level, simd => run(simd, values, self));
    }
}

#[simd]
fn run<S: Simd>(simd: S, values: &mut [u8], shift: HueSaturationValue) {
    if shift.saturation == 0 && shift.value == 0 {
        run_blocks::<S, false>(simd, values, shift);
    } else {
        run_blocks::<S, true>(simd, values, shift);
    }
}

/// `ALL` says whether anything but the hue is shifted.
#[inline(always)]
fn run_blocks<S: Simd, const ALL: bool>(simd: S, values: &mut [u8], shift: HueSaturationValue) {
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let shifted = shift_block::<S, ALL>(simd, &planes::split(simd, block), shift);
        planes::join(simd, &shifted, block);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    let shifted = shift_block::<S, ALL>(simd, &planes::split(simd, &block), shift);
    planes::join(simd, &shifted, &mut block);
    rest.copy_from_slice(&block[..rest.len()]);
}

/// Eight pixels.
const PART: usize = 8;

#[inline(always)]
fn shift_block<S: Simd, const ALL: bool>(simd: S, colours: &[Plane; 3], shift: HueSaturationValue) -> [Plane; 3] {
    let (angles, ranges, values) = measure(simd, colours);
    // Both ways are long chains of operations. All parts go one way and then the other, so that there are always several
    // chains that do not wait for each other.
    let mut shifted = [[f32x8::splat(simd, 0.0); 3]; PIXELS / PART];
    for index in 0..PIXELS / PART {
        let angle = f32x8::float_from(angles[index]);
        let range = f32x8::float_from(ranges[index]);
        let value = f32x8::float_from(values[index]);
        shifted[index] = shift_hsv::<S, ALL>(to_hsv(angle, range, value), shift);
    }
    let mut parts = [[i32x8::splat(simd, 0); 3]; PIXELS / PART];
    for index in 0..PIXELS / PART {
        parts[index] = to_rgb(shifted[index]);
    }
    [bytes(parts, 0), bytes(parts, 1), bytes(parts, 2)]
}

/// One channel of four times eight pixels.
#[inline(always)]
fn bytes<S: Simd>(parts: [[i32x8<S>; 3]; PIXELS / 8], channel: usize) -> Plane {
    let low: i16x16<S> = parts[0][channel].relaxed_narrow(parts[1][channel]);
    let high: i16x16<S> = parts[2][channel].relaxed_narrow(parts[3][channel]);
    low.bitcast::<u16x16<S>>().relaxed_narrow(high.bitcast::<u16x16<S>>()).into()
}

/// One number for each pixel of a block.
type Numbers<S> = [i32x8<S>; PIXELS / PART];

/// Of each pixel: the difference that gives the hue, the distance between the smallest and the largest channel, and the
/// largest channel.
#[inline(always)]
fn measure<S: Simd>(simd: S, [red, green, blue]: &[Plane; 3]) -> (Numbers<S>, Numbers<S>, Numbers<S>) {
    let red = u8x32::load_array_ref(simd, red);
    let green = u8x32::load_array_ref(simd, green);
    let blue = u8x32::load_array_ref(simd, blue);
    let largest = red.max(green).max(blue);
    let range = largest - red.min(green).min(blue);
    let (is_red, is_green) = (largest.simd_eq(red), largest.simd_eq(green));
    // The two channels whose difference counts, and how many ranges are added to it.
    let from = is_red.select(green, is_green.select(blue, red));
    let to = is_red.select(blue, is_green.select(red, green));
    let zero = u8x32::splat(simd, 0);
    let ranges = is_red.select(zero, is_green.select(u8x32::splat(simd, 2), u8x32::splat(simd, 4)));
    let ((from_low, from_high), (to_low, to_high)) = (from.widen(), to.widen());
    let ((range_low, range_high), (ranges_low, ranges_high)) = (range.widen(), ranges.widen());
    let low = (from_low - to_low + ranges_low * range_low).bitcast::<i16x16<S>>().widen();
    let high = (from_high - to_high + ranges_high * range_high).bitcast::<i16x16<S>>().widen();
    let (largest_low, largest_high) = largest.widen();
    let angles = [low.0, low.1, high.0, high.1];
    (angles, numbers(range_low, range_high), numbers(largest_low, largest_high))
}

#[inline(always)]
fn numbers<S: Simd>(low: u16x16<S>, high: u16x16<S>) -> Numbers<S> {
    let (low, high) = (low.bitcast::<i16x16<S>>().widen(), high.bitcast::<i16x16<S>>().widen());
    [low.0, low.1, high.0, high.1]
}

/// OpenCV's 8-bit arithmetic: divisions are products with reciprocals of 12 bits after the point.
#[inline(always)]
fn to_hsv<S: Simd>(angle: f32x8<S>, range: f32x8<S>, value: f32x8<S>) -> [f32x8<S>; 3] {
    // Where the range is zero so is the angle, and the reciprocal does not matter.
    let hue = fixed_product(angle, 122_880.0 / range.max(1.0));
    let saturation = fixed_product(range, 1_044_480.0 / value.max(1.0));
    [hue.simd_lt(0.0).select(hue + 180.0, hue), saturation, value]
}

/// A product with a number of 12 bits after the point, rounded.
#[inline(always)]
fn fixed_product<S: Simd>(value: f32x8<S>, factor: f32x8<S>) -> f32x8<S> {
    (value * (factor + MAGIC - MAGIC) * (1.0 / 4096.0) + 0.5).floor()
}

#[inline(always)]
fn shift_hsv<S: Simd, const ALL: bool>(
    [hue, saturation, value]: [f32x8<S>; 3],
    shift: HueSaturationValue,
) -> [f32x8<S>; 3] {
    let turned = hue + shift.hue as f32;
    let turned = turned.simd_ge(180.0).select(turned - 180.0, turned);
    if !ALL {
        return [turned, saturation, value];
    }
    let moved = (saturation + shift.saturation as f32).max(0.0).min(255.0);
    [turned, saturation.simd_eq(0.0).select(saturation, moved), (value + shift.value as f32).max(0.0).min(255.0)]
}

/// Each channel loses as much of the value as the hue is away from it.
#[inline(always)]
fn to_rgb<S: Simd>([hue, saturation, value]: [f32x8<S>; 3]) -> [i32x8<S>; 3] {
    let hue = hue * (6.0 / 180.0);
    let saturation = saturation * (1.0 / 255.0);
    let value = value * (1.0 / 255.0);
    [
        channel(value, saturation, (hue - 1.0).min(5.0 - hue)),
        channel(value, saturation, (1.0 - hue).max(hue - 3.0)),
        channel(value, saturation, (3.0 - hue).max(hue - 5.0)),
    ]
}

#[inline(always)]
fn channel<S: Simd>(value: f32x8<S>, saturation: f32x8<S>, away: f32x8<S>) -> i32x8<S> {
    i32x8::truncate_from(value * (1.0 - saturation * away.max(0.0).min(1.0)) * 255.0)
}

#[cfg(test)]
mod tests {
    use super::HueSaturationValue;
    use crate::ops::{Role, pointwise::twins};

    /// As one reads it in OpenCV's documentation, with its rounding.
    fn slow(pixel: &mut [u8], shift: HueSaturationValue) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i64::from);
        let (v, least) = (r.max(g).max(b), r.min(g).min(b));
        let d = v - least;
        let table = |scale: f64, by: i64| if by == 0 { 0 } else { (scale / by as f64).round_ties_even() as i64 };
        let angle = if v == r {
            g - b
        } else if v == g {
            b - r + 2 * d
        } else {
            r - g + 4 * d
        };
        let s = (d * table(f64::from(255 << 12), v) + 2048) >> 12;
        let h = ((angle * table(f64::from(180 << 12) / 6.0, d) + 2048) >> 12).rem_euclid(180);
        let h = (h + i64::from(shift.hue)).rem_euclid(180);
        let s = if s == 0 { 0 } else { (s + i64::from(shift.saturation)).clamp(0, 255) };
        let v = (v + i64::from(shift.value)).clamp(0, 255);
        let (hue, s, v) = (h as f32 * (6.0 / 180.0), s as f32 * (1.0 / 255.0), v as f32 * (1.0 / 255.0));
        let sector = hue.floor();
        let part = hue - sector;
        let [p, q, t] = [1.0, part, 1.0 - part].map(|share| v * (1.0 - s * share));
        let rgb = match sector as u8 {
            0 => [v, t, p],
            1 => [q, v, p],
            2 => [p, v, t],
            3 => [p, q, v],
            4 => [t, p, v],
            _ => [v, p, q],
        };
        for (value, colour) in pixel.iter_mut().zip(rgb) {
            *value = (colour * 255.0) as u8;
        }
    }

    #[test]
    fn equal_to_the_sectors_of_the_hue() {
        for [hue, saturation, value] in
            [[0, 0, 0], [10, 0, 0], [-17, 25, -13], [170, -255, 9], [7, 255, 255], [-180, -3, -255], [541, 1, 0]]
        {
            let op = HueSaturationValue { hue, saturation, value };
            twins::check::<u8>(&op, [3], Role::Image, |_, _, _, pixel| slow(pixel, op));
            twins::check::<f32>(&op, [3], Role::Image, |_, _, _, pixel| {
                let mut bytes = [pixel[0], pixel[1], pixel[2]].map(|value| (value * 255.0).round_ties_even() as u8);
                slow(&mut bytes, op);
                for (value, byte) in pixel.iter_mut().zip(bytes) {
                    *value = f32::from(byte) / 255.0;
                }
            });
        }
    }
}
