//! Rows of components become rows of pixels.
//!
//! Factors are those of JFIF with 16 bits after the point, rounded as libjpeg rounds them.

use super::interleave::{self, PIXELS};
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

/// Colours of eight pixels from brightness less 128 and differences around 0: each less 128, not yet saturated.
#[inline(always)]
fn colours_of_eight<S: Simd>(y: i16x8<S>, cb: i16x8<S>, cr: i16x8<S>) -> [i16x8<S>; 3] {
    let simd = y.simd;
    // Rounds a product: 2 · 16384 is the half of 65536.
    let two = i16x8::splat(simd, 2);
    let red = y + cr + rounded(cr, two, [26345, 16384]);
    let blue = y + cb + cb + rounded(cb, two, [-14942, 16384]);
    // −46802 = 18734 − 65536, and rounding is left to the brightness of two: 0.
    let half = fearless_simd::i32x4::splat(simd, 32768);
    let factors = pairs(simd, [-22554, 18734]);
    let low = (cb.zip_low(cr).pairwise_dot_product(factors) + half) >> 16;
    let high = (cb.zip_high(cr).pairwise_dot_product(factors) + half) >> 16;
    let green = y - cr + low.saturating_narrow(high);
    [red, green, blue]
}

#[inline(always)]
fn pairs<S: Simd>(simd: S, [a, b]: [i16; 2]) -> i16x8<S> {
    i16x8::simd_from(simd, [a, b, a, b, a, b, a, b])
}

#[inline(always)]
fn rounded<S: Simd>(a: i16x8<S>, b: i16x8<S>, factors: [i16; 2]) -> i16x8<S> {
    let factors = pairs(a.simd, factors);
    let low = a.zip_low(b).pairwise_dot_product(factors) >> 16;
    let high = a.zip_high(b).pairwise_dot_product(factors) >> 16;
    low.saturating_narrow(high)
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
    let low = colours_of_eight(y[0], cb[0], cr[0]);
    let high = colours_of_eight(y[1], cb[1], cr[1]);
    let middle = u8x16::splat(simd, 128);
    [
        low[0].saturating_narrow(high[0]).bitcast::<u8x16<S>>() ^ middle,
        low[1].saturating_narrow(high[1]).bitcast::<u8x16<S>>() ^ middle,
        low[2].saturating_narrow(high[2]).bitcast::<u8x16<S>>() ^ middle,
    ]
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
            for begin in (0..whole).step_by(PIXELS) {
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
