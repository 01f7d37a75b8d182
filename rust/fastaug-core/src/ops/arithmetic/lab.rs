//! 8-bit L\*a\*b\* (sRGB primaries, white D65; L over 0…255, a and b around 128), in the integers that OpenCV uses for it,
//! so that the pixels are OpenCV's: every colour there, every colour back.
//!
//! Pixels go through in groups: the look-ups one by one, the arithmetic between them in vectors.

use fearless_simd::{i32x4, prelude::*};
use fearless_simd_macros::simd;
use std::sync::LazyLock;

/// Pixels in a group.
const GROUP: usize = 64;
/// One in the fixed point of f(Y), f(X), f(Z), from which L, a and b are made.
const ONE: i32 = 1 << 15;
/// One in the fixed point of the way back.
const BASE: i32 = 1 << 14;
/// Linear light on the way there: 8 · 255 is one.
const LIGHT: f64 = 2040.0;
/// Steps of linear light on the way back.
const STEPS: usize = 4096;

/// Linear light to X/Xw, Y, Z/Zw and back, in 1/4096; the former add up to one.
const TO_XYZ: [[i32; 3]; 3] = [[1777, 1541, 778], [871, 2929, 296], [73, 448, 3575]];
const TO_RGB: [[i32; 3]; 3] = [[12615, -6296, -2223], [-3773, 7684, 185], [217, -836, 4715]];

struct Tables {
    /// What each value of R, G and B adds to X, Y and Z in linear light, 4096 · 2040 being one; the fourth is idle.
    shares: [[[i32; 4]; 256]; 3],
    /// f(t), the cube root with a straight beginning, of light.
    root: Box<[u16; INDEXABLE]>,
    /// Y and f(Y) of each L, in the lower and the upper half.
    lightness: [u32; 256],
    /// The sRGB value of light.
    value: Box<[u8; INDEXABLE]>,
}

/// Entries of a table that any 16-bit number may ask: no look-up has to check. What lies beyond the used part is never
/// touched.
const INDEXABLE: usize = 1 << 16;

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let light = |value: f64| {
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    let root = |t: f64| {
        let root = if t < 216.0 / 24389.0 { t * 841.0 / 108.0 + 16.0 / 116.0 } else { libm::cbrt(t) };
        // In single precision two entries are ties, which decides how they round.
        f64::from(root as f32)
    };
    let lightness = |l: f64| {
        let root = (l * 100.0 / 255.0 + 16.0) / 116.0;
        if l <= 20.0 {
            (l * 180.0 / (17.0 * 24389.0), 16.0 / 116.0 + l * 5.0 / (3.0 * 17.0 * 29.0))
        } else {
            (root * root * root, root)
        }
    };
    let value = |light: f64| {
        if light <= 0.0031308 { light * 12.92 } else { 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055 }
    };
    let round = |value: f64| value.round_ties_even();
    Tables {
        shares: std::array::from_fn(|channel| {
            std::array::from_fn(|value| {
                let light = round(LIGHT * light(value as f64 / 255.0)) as i32;
                std::array::from_fn(|axis| TO_XYZ.get(axis).map_or(0, |factors| factors[channel] * light))
            })
        }),
        root: table(LIGHT as usize + 1, |index| round(f64::from(ONE) * root(index as f64 / LIGHT)) as u16),
        lightness: std::array::from_fn(|index| {
            let (y, root) = lightness(index as f64);
            (round(f64::from(BASE) * y) as u32) | ((round(f64::from(BASE) * root) as u32) << 16)
        }),
        value: table(STEPS, |index| round(255.0 * value(index as f64 / STEPS as f64)) as u8),
    }
});

fn table<T: Copy + Default>(used: usize, entry: impl Fn(usize) -> T) -> Box<[T; INDEXABLE]> {
    let mut table = vec![T::default(); INDEXABLE];
    for (index, value) in table[..used].iter_mut().enumerate() {
        *value = entry(index);
    }
    table.try_into().unwrap_or_else(|_| unreachable!("made with this length"))
}

/// Splits RGB pixels into L, a and b.
#[simd]
pub fn from_rgb<S: Simd>(simd: S, pixels: &[u8], l: &mut [u8], a: &mut [u8], b: &mut [u8]) {
    let tables = &*TABLES;
    let width = l.len();
    let (pixels, (a, b)) = (pixels.as_chunks::<3>().0, (&mut a[..width], &mut b[..width]));
    for begin in (0..width).step_by(GROUP) {
        let pixels = &pixels[begin..width.min(begin + GROUP)];
        let mut root = [[0_u16; GROUP]; 3];
        for (index, [red, green, blue]) in pixels.iter().enumerate() {
            let share =
                |channel: usize, value: &u8| i32x4::load_array_ref(simd, &tables.shares[channel][*value as usize]);
            let sums = (share(0, red) + share(1, green) + share(2, blue) + 2048) >> 12;
            for axis in 0..3 {
                root[axis][index] = tables.root[sums[axis] as u16 as usize];
            }
        }
        let mut lab = [[0_u8; GROUP]; 3];
        for index in 0..GROUP {
            let [x, y, z] = [root[0][index], root[1][index], root[2][index]].map(i32::from);
            let round = |value: i32| ((value + ONE / 2) >> 15).clamp(0, 255) as u8;
            // 116 · 255 / 100 and 16 · 255 / 100 in fixed point, rounded as whole numbers.
            lab[0][index] = round(296 * y - 1336934);
            lab[1][index] = round(500 * (x - y) + 128 * ONE);
            lab[2][index] = round(200 * (y - z) + 128 * ONE);
        }
        let part = begin..begin + pixels.len();
        l[part.clone()].copy_from_slice(&lab[0][..pixels.len()]);
        a[part.clone()].copy_from_slice(&lab[1][..pixels.len()]);
        b[part].copy_from_slice(&lab[2][..pixels.len()]);
    }
}

/// Joins L, a and b to RGB pixels.
#[simd]
pub fn to_rgb<S: Simd>(_: S, l: &[u8], a: &[u8], b: &[u8], pixels: &mut [u8]) {
    let tables = &*TABLES;
    let width = l.len();
    for (group, pixels) in pixels[..3 * width].chunks_mut(3 * GROUP).enumerate() {
        let part = group * GROUP..width.min((group + 1) * GROUP);
        let mut lightness = [0_u32; GROUP];
        for (entry, l) in lightness.iter_mut().zip(&l[part.clone()]) {
            *entry = tables.lightness[*l as usize];
        }
        let (mut a_values, mut b_values) = ([0_u8; GROUP], [0_u8; GROUP]);
        a_values[..part.len()].copy_from_slice(&a[part.clone()]);
        b_values[..part.len()].copy_from_slice(&b[part]);
        let mut light = [[0_u16; GROUP]; 3];
        for index in 0..GROUP {
            let (y, root) = ((lightness[index] & 0xFFFF) as i32, (lightness[index] >> 16) as i32);
            // a · BASE / 500 and b · BASE / 200, their middles taken off.
            let x = cube(root + ((i32::from(a_values[index]) * 268435 + 128) >> 13) - 4194);
            let z = cube(root - ((i32::from(b_values[index]) * 41943 + 16) >> 9) + 10484);
            for (channel, factors) in TO_RGB.iter().enumerate() {
                let sum = factors[0] * x + factors[1] * y + factors[2] * z;
                light[channel][index] = ((sum + (1 << 13)) >> 14).clamp(0, STEPS as i32 - 1) as u16;
            }
        }
        for (index, pixel) in pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            for channel in 0..3 {
                pixel[channel] = tables.value[light[channel][index] as usize];
            }
        }
    }
}

/// The reverse of f: the cube of a value in 1/BASE, with a straight beginning.
#[inline(always)]
fn cube(root: i32) -> i32 {
    // Zero times anything keeps the branch that is not taken within 32 bits.
    let steep = root.max(0);
    let cube = (((steep * steep) >> 14) * steep) >> 14;
    let straight = root.min(3390) * 108 / 841 - 290;
    if root <= 3390 { straight } else { cube }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{level, levels};
    use fearless_simd::dispatch;

    #[test]
    fn groups_of_any_size_agree_at_all_levels() {
        let pixels: Vec<u8> = (0..3 * 200).map(|index| (index * 89 % 257) as u8).collect();
        let one_by_one = |pixel: &[u8]| {
            let (mut l, mut a, mut b, mut back) = ([0], [0], [0], [0; 3]);
            dispatch!(level(), simd => from_rgb(simd, pixel, &mut l, &mut a, &mut b));
            dispatch!(level(), simd => to_rgb(simd, &l, &a, &b, &mut back));
            ([l[0], a[0], b[0]], back)
        };
        for level in levels() {
            for width in [1, 2, 63, 64, 65, 200] {
                let (mut l, mut a, mut b) = (vec![0; width], vec![0; width], vec![0; width]);
                let mut back = vec![0; 3 * width];
                dispatch!(level, simd => from_rgb(simd, &pixels[..3 * width], &mut l, &mut a, &mut b));
                dispatch!(level, simd => to_rgb(simd, &l, &a, &b, &mut back));
                for (x, pixel) in pixels[..3 * width].chunks(3).enumerate() {
                    let (lab, rgb) = one_by_one(pixel);
                    assert_eq!(([l[x], a[x], b[x]], &back[3 * x..3 * x + 3]), (lab, &rgb[..]), "{pixel:?}");
                }
            }
        }
    }

    #[test]
    fn known_colours_come_out_as_in_opencv() {
        let colours =
            [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [0, 98, 254]];
        let lab = [
            [0, 128, 128],
            [255, 128, 128],
            [136, 208, 195],
            [224, 42, 211],
            [82, 207, 20],
            [137, 128, 128],
            [119, 165, 45],
        ];
        for (colour, expected) in colours.iter().zip(lab) {
            let (mut l, mut a, mut b) = ([0], [0], [0]);
            dispatch!(level(), simd => from_rgb(simd, colour, &mut l, &mut a, &mut b));
            assert_eq!([l[0], a[0], b[0]], expected, "{colour:?}");
        }
    }
}
