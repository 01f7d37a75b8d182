//! Rows of components become rows of pixels.
//!
//! Factors are those of JFIF with 16 bits after the point, rounded as libjpeg rounds them.

use super::interleave::{self, PIXELS};
use crate::lanes::Lanes;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use crate::lanes::bytes_of;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{Avx2, i16x16, u8x32};
use fearless_simd::{Simd, i16x8, prelude::*, u8x16};
use fearless_simd_macros::simd;

/// What the components of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Brightness alone.
    Gray,
    /// Brightness and two differences.
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Four inks as they are.
    Cmyk,
    /// Four inks, of which three are stored as brightness and two differences.
    Ycck,
}

/// What the pixels are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Red, green, blue and an opacity of 255.
    Rgba,
    /// Brightness.
    Gray,
    /// Cyan, magenta, yellow, black; 0 is no ink.
    Cmyk,
}

impl Colour {
    /// Bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Bgr => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }
}

/// Makes a row of pixels of rows of components of its length.
#[simd]
pub fn convert_row<S: Simd>(simd: S, conversion: Conversion, colour: Colour, rows: [&[u8]; 4], pixels: &mut [u8]) {
    match colour {
        Colour::Gray => gray_row(simd, conversion, rows, pixels),
        Colour::Cmyk => ink_row(simd, conversion, rows, pixels),
        Colour::Rgb => colour_row::<S, RGB>(simd, conversion, rows, pixels),
        Colour::Bgr => colour_row::<S, BGR>(simd, conversion, rows, pixels),
        Colour::Rgba => colour_row::<S, RGBA>(simd, conversion, rows, pixels),
    }
}

const RGB: u8 = 0;
const BGR: u8 = 1;
const RGBA: u8 = 2;

/// Red, green and blue of one pixel; the definition for all.
#[inline(always)]
fn colours(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = y + ((91881 * cr + 32768) >> 16);
    let green = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
    let blue = y + ((116130 * cb + 32768) >> 16);
    [red.clamp(0, 255) as u8, green.clamp(0, 255) as u8, blue.clamp(0, 255) as u8]
}

/// Colours of pixels from brightness less 128 and differences around 0: each less 128, not yet saturated.
#[inline(always)]
fn colours_of<L: Lanes>(y: L, cb: L, cr: L) -> [L; 3] {
    let one = y.same(1);
    let twice = cb + cb;
    // 91881 = 65536 + 26345 and 116130 = 131072 − 14942; half of twice the product rounds it.
    let red = (((cr + cr).times_high(26345) + one) >> 1) + cr + y;
    let blue = ((twice.times_high(-14942) + one) >> 1) + twice + y;
    // −46802 = 18734 − 65536.
    let round = y.same(2).dot([16384, 0]);
    let low = cb.zip_lower(cr).dot([-22554, 18734]) + round;
    let high = cb.zip_upper(cr).dot([-22554, 18734]) + round;
    let green = y - cr + L::narrow::<16>(low, high);
    [red, green, blue]
}

/// Sixteen bytes less 128, in two halves.
#[inline(always)]
fn centred<S: Simd>(simd: S, bytes: &[u8; PIXELS]) -> [i16x8<S>; 2] {
    let bytes = u8x16::load_array_ref(simd, bytes);
    let (low, high) = (bytes ^ u8x16::splat(simd, 128)).bitcast::<fearless_simd::i8x16<S>>().widen();
    [low, high]
}

#[inline(always)]
fn colours_of_sixteen<S: Simd>(simd: S, y: &[u8; PIXELS], cb: &[u8; PIXELS], cr: &[u8; PIXELS]) -> [u8x16<S>; 3] {
    let (y, cb, cr) = (centred(simd, y), centred(simd, cb), centred(simd, cr));
    let low = colours_of(y[0], cb[0], cr[0]);
    let high = colours_of(y[1], cb[1], cr[1]);
    let middle = u8x16::splat(simd, 128);
    [
        low[0].saturating_narrow(high[0]).bitcast::<u8x16<S>>() ^ middle,
        low[1].saturating_narrow(high[1]).bitcast::<u8x16<S>>() ^ middle,
        low[2].saturating_narrow(high[2]).bitcast::<u8x16<S>>() ^ middle,
    ]
}

/// As many pixels as fill vectors twice as wide, where the level has them; answers how many.
#[inline(always)]
fn colours_of_pairs<S: Simd, const ORDER: u8>(simd: S, rows: [&[u8]; 4], pixels: &mut [u8]) -> usize {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let (RGB | BGR, Some(avx2)) = (ORDER, simd.level().as_avx2()) {
        let pixels = pixels.as_chunks_mut::<{ 6 * PIXELS }>().0;
        let [y, cb, cr, _] = rows.map(|row| row.as_chunks::<{ 2 * PIXELS }>().0);
        for (index, pixels) in pixels.iter_mut().enumerate() {
            let (y, cb, cr) = (halves(avx2, &y[index]), halves(avx2, &cb[index]), halves(avx2, &cr[index]));
            let low = colours_of(y[0], cb[0], cr[0]);
            let high = colours_of(y[1], cb[1], cr[1]);
            let middle = u8x32::splat(avx2, 128);
            let red = bytes_of(avx2, low[0], high[0]) ^ middle;
            let green = bytes_of(avx2, low[1], high[1]) ^ middle;
            let blue = bytes_of(avx2, low[2], high[2]) ^ middle;
            let channels = if ORDER == RGB { [red, green, blue] } else { [blue, green, red] };
            interleave::pairs_of_threes(avx2, channels, pixels);
        }
        return pixels.len() * 2 * PIXELS;
    }
    let _ = (simd, rows, pixels);
    0
}

/// 32 bytes less 128, in two halves.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
fn halves(simd: Avx2, bytes: &[u8; 2 * PIXELS]) -> [i16x16<Avx2>; 2] {
    let bytes = u8x32::load_array_ref(simd, bytes) ^ u8x32::splat(simd, 128);
    let (low, high) = bytes.bitcast::<fearless_simd::i8x32<Avx2>>().widen();
    [low, high]
}

#[inline(always)]
fn store<S: Simd, const ORDER: u8>(simd: S, [red, green, blue]: [u8x16<S>; 3], pixels: &mut [u8]) {
    match ORDER {
        RGB => interleave::threes(simd, [red, green, blue], pixels.try_into().expect("sixteen pixels")),
        BGR => interleave::threes(simd, [blue, green, red], pixels.try_into().expect("sixteen pixels")),
        _ => {
            let opaque = u8x16::splat(simd, 255);
            interleave::fours([red, green, blue, opaque], pixels.try_into().expect("sixteen pixels"));
        }
    }
}

#[inline(always)]
fn store_one<const ORDER: u8>([red, green, blue]: [u8; 3], pixel: &mut [u8]) {
    match ORDER {
        RGB => pixel.copy_from_slice(&[red, green, blue]),
        BGR => pixel.copy_from_slice(&[blue, green, red]),
        _ => pixel.copy_from_slice(&[red, green, blue, 255]),
    }
}

#[inline(always)]
fn sixteen(row: &[u8], begin: usize) -> &[u8; PIXELS] {
    row[begin..begin + PIXELS].try_into().expect("of this length")
}

#[simd]
fn colour_row<S: Simd, const ORDER: u8>(simd: S, conversion: Conversion, rows: [&[u8]; 4], pixels: &mut [u8]) {
    let channels = if ORDER == RGBA { 4 } else { 3 };
    let count = pixels.len() / channels;
    let whole = count / PIXELS * PIXELS;
    match conversion {
        Conversion::YCbCr => {
            let done = colours_of_pairs::<S, ORDER>(simd, rows, pixels);
            for begin in (done..whole).step_by(PIXELS) {
                let colours =
                    colours_of_sixteen(simd, sixteen(rows[0], begin), sixteen(rows[1], begin), sixteen(rows[2], begin));
                store::<S, ORDER>(simd, colours, &mut pixels[begin * channels..(begin + PIXELS) * channels]);
            }
            for index in whole..count {
                let colours = colours(rows[0][index], rows[1][index], rows[2][index]);
                store_one::<ORDER>(colours, &mut pixels[index * channels..(index + 1) * channels]);
            }
        }
        Conversion::Rgb | Conversion::Gray => {
            let sources = if conversion == Conversion::Rgb { [0, 1, 2] } else { [0; 3] };
            for begin in (0..whole).step_by(PIXELS) {
                let colours = [
                    u8x16::load_array_ref(simd, sixteen(rows[sources[0]], begin)),
                    u8x16::load_array_ref(simd, sixteen(rows[sources[1]], begin)),
                    u8x16::load_array_ref(simd, sixteen(rows[sources[2]], begin)),
                ];
                store::<S, ORDER>(simd, colours, &mut pixels[begin * channels..(begin + PIXELS) * channels]);
            }
            for index in whole..count {
                let colours = sources.map(|source| rows[source][index]);
                store_one::<ORDER>(colours, &mut pixels[index * channels..(index + 1) * channels]);
            }
        }
        Conversion::Cmyk | Conversion::Ycck => {
            for (index, pixel) in pixels.chunks_exact_mut(channels).enumerate() {
                let inks = inks(conversion, rows, index);
                store_one::<ORDER>(without_inks(inks), pixel);
            }
        }
    }
}

/// Inks of a pixel; 0 is no ink. Files with four components hold them inverted.
#[inline(always)]
fn inks(conversion: Conversion, rows: [&[u8]; 4], index: usize) -> [u8; 4] {
    let stored = [rows[0][index], rows[1][index], rows[2][index], rows[3][index]];
    if conversion == Conversion::Ycck {
        let [red, green, blue] = colours(stored[0], stored[1], stored[2]);
        [red, green, blue, 255 - stored[3]]
    } else {
        stored.map(|value| 255 - value)
    }
}

/// What is left of white under inks, as Pillow works it out.
#[inline(always)]
fn without_inks([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = 255 - i32::from(black);
    [cyan, magenta, yellow].map(|ink| {
        let product = i32::from(ink) * light + 128;
        (light - (((product >> 8) + product) >> 8)).clamp(0, 255) as u8
    })
}

#[simd]
fn gray_row<S: Simd>(_: S, conversion: Conversion, rows: [&[u8]; 4], pixels: &mut [u8]) {
    match conversion {
        Conversion::Gray | Conversion::YCbCr => pixels.copy_from_slice(rows[0]),
        Conversion::Rgb => {
            for (index, pixel) in pixels.iter_mut().enumerate() {
                *pixel = brightness([rows[0][index], rows[1][index], rows[2][index]]);
            }
        }
        Conversion::Cmyk | Conversion::Ycck => {
            for (index, pixel) in pixels.iter_mut().enumerate() {
                *pixel = brightness(without_inks(inks(conversion, rows, index)));
            }
        }
    }
}

/// ITU-R 601's weights with 16 bits after the point, as libjpeg and Pillow round them.
#[inline(always)]
fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    ((19595 * u32::from(red) + 38470 * u32::from(green) + 7471 * u32::from(blue) + 32768) >> 16) as u8
}

#[simd]
fn ink_row<S: Simd>(_: S, conversion: Conversion, rows: [&[u8]; 4], pixels: &mut [u8]) {
    for (index, pixel) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *pixel = match conversion {
            Conversion::Cmyk | Conversion::Ycck => inks(conversion, rows, index),
            Conversion::Gray => [0, 0, 0, 255 - rows[0][index]],
            Conversion::YCbCr => {
                let [red, green, blue] = colours(rows[0][index], rows[1][index], rows[2][index]);
                [255 - red, 255 - green, 255 - blue, 0]
            }
            Conversion::Rgb => [255 - rows[0][index], 255 - rows[1][index], 255 - rows[2][index], 0],
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    #[test]
    fn vectors_equal_the_definition() {
        for y in [0u8, 1, 77, 128, 254, 255] {
            for cb in 0..=255u8 {
                let (ys, cbs): ([u8; 257], [u8; 257]) = ([y; 257], [cb; 257]);
                let crs: [u8; 257] = std::array::from_fn(|index| index as u8);
                for level in levels() {
                    let rows = [ys.as_slice(), &cbs, &crs, &[]];
                    for (colour, order) in
                        [(Colour::Rgb, [0, 1, 2]), (Colour::Bgr, [2, 1, 0]), (Colour::Rgba, [0, 1, 2])]
                    {
                        let mut pixels = vec![7; 257 * colour.channels()];
                        dispatch!(level, simd => convert_row(simd, Conversion::YCbCr, colour, rows, &mut pixels));
                        for (cr, pixel) in crs.iter().zip(pixels.chunks(colour.channels())) {
                            let expected = colours(y, cb, *cr);
                            assert_eq!([pixel[order[0]], pixel[order[1]], pixel[order[2]]], expected);
                            assert!(pixel.get(3).is_none_or(|&opacity| opacity == 255));
                        }
                    }
                }
            }
        }
    }
}
