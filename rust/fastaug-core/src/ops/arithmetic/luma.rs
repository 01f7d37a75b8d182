//! One number for the channels of a pixel: the ways to make a picture gray.

use super::{
    planes::{self, PIXELS, Plane},
    weigh::weigh,
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::{fmt, sync::OnceLock};

/// How channels become one.
#[derive(Clone, Debug, PartialEq)]
pub enum Luma {
    /// 0.299 red + 0.587 green + 0.114 blue; 8-bit images in OpenCV's 15-bit fixed point.
    WeightedAverage,
    /// The lightness of CIE L\*a\*b\*, in OpenCV's 8-bit arithmetic; floating-point images go through 8 bits.
    FromLab,
    /// The middle between the largest and the smallest channel.
    Desaturation,
    /// The mean of all channels.
    Average,
    /// The largest channel.
    Max,
    /// `Σ weight · value + offset`, between 0 (black) and 1 (white), of values in the image's own units.
    Projection {
        /// A weight per channel.
        weights: Vec<f32>,
        /// What is added.
        offset: f32,
    },
}

impl fmt::Display for Luma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WeightedAverage => f.write_str("weighted average"),
            Self::FromLab => f.write_str("from lab"),
            Self::Desaturation => f.write_str("desaturation"),
            Self::Average => f.write_str("average"),
            Self::Max => f.write_str("max"),
            Self::Projection { weights, offset } => write!(f, "projection × {weights:?} + {offset}"),
        }
    }
}

/// Weights of red, green and blue in units of 2⁻¹⁵, and one half.
pub const WEIGHTS: [i16; 4] = [9798, 19235, 3735, 1 << 14];

/// Weights of red, green and blue for floating point.
pub const FLOAT_WEIGHTS: [f32; 3] = [0.299, 0.587, 0.114];

/// The gray of a block.
#[inline(always)]
pub fn weighted<S: Simd>(simd: S, planes: &[Plane; 3]) -> Plane {
    weigh::<_, 1, 15>(simd, planes, &[WEIGHTS])[0]
}

/// The gray of a floating-point pixel.
#[inline(always)]
pub fn weighted_float([red, green, blue]: [f32; 3]) -> f32 {
    red * FLOAT_WEIGHTS[0] + green * FLOAT_WEIGHTS[1] + blue * FLOAT_WEIGHTS[2]
}

/// A number for each pixel.
pub trait Brightness: Sized {
    /// Writes the gray of each pixel of some channels.
    fn write(luma: &Luma, pixels: &[Self], channels: usize, grays: &mut [Self], level: Level);
}

impl Brightness for u8 {
    fn write(luma: &Luma, pixels: &[u8], channels: usize, grays: &mut [u8], level: Level) {
        match luma {
            Luma::WeightedAverage => dispatch!(level, simd => each_block::<_, Weighted>(simd, pixels, grays)),
            Luma::Desaturation if channels == 3 => {
                dispatch!(level, simd => each_block::<_, Middle>(simd, pixels, grays));
            }
            Luma::Average if channels == 3 => dispatch!(level, simd => each_block::<_, Mean>(simd, pixels, grays)),
            Luma::Max if channels == 3 => dispatch!(level, simd => each_block::<_, Largest>(simd, pixels, grays)),
            Luma::Desaturation => each_pixel(pixels, channels, grays, |pixel| {
                let (least, greatest) = extremes(pixel);
                least.midpoint(greatest)
            }),
            Luma::Average => each_pixel(pixels, channels, grays, |pixel| {
                (pixel.iter().map(|&value| usize::from(value)).sum::<usize>() / channels) as u8
            }),
            Luma::Max => each_pixel(pixels, channels, grays, |pixel| extremes(pixel).1),
            Luma::FromLab => {
                let lightness = Lightness::get();
                each_pixel(pixels, 3, grays, |pixel| lightness.of([pixel[0], pixel[1], pixel[2]]));
            }
            Luma::Projection { weights, offset } => each_pixel(pixels, channels, grays, |pixel| {
                let share =
                    pixel.iter().zip(weights).fold(0.0, |sum, (&value, weight)| sum + f32::from(value) * weight);
                ((share + offset) * 255.0).round_ties_even() as u8
            }),
        }
    }
}

impl Brightness for f32 {
    fn write(luma: &Luma, pixels: &[f32], channels: usize, grays: &mut [f32], _level: Level) {
        match luma {
            Luma::WeightedAverage => {
                for (gray, pixel) in grays.iter_mut().zip(pixels.as_chunks::<3>().0) {
                    *gray = weighted_float(*pixel);
                }
            }
            Luma::Desaturation => each_pixel(pixels, channels, grays, |pixel| {
                let (least, greatest) = extremes(pixel);
                ((greatest + least) / 2.0).clamp(0.0, 1.0)
            }),
            Luma::Average => {
                each_pixel(pixels, channels, grays, |pixel| {
                    pixel.iter().fold(0.0, |sum, value| sum + value) / channels as f32
                });
            }
            Luma::Max => each_pixel(pixels, channels, grays, |pixel| extremes(pixel).1),
            Luma::FromLab => {
                let lightness = Lightness::get();
                let byte = |value: f32| (value * 255.0).round_ties_even() as u8;
                each_pixel(pixels, 3, grays, |pixel| {
                    f32::from(lightness.of([byte(pixel[0]), byte(pixel[1]), byte(pixel[2])])) / 255.0
                });
            }
            Luma::Projection { weights, offset } => each_pixel(pixels, channels, grays, |pixel| {
                let share = pixel.iter().zip(weights).fold(0.0, |sum, (&value, weight)| sum + value * weight);
                (share + offset).clamp(0.0, 1.0)
            }),
        }
    }
}

#[inline(always)]
fn each_pixel<T>(pixels: &[T], channels: usize, grays: &mut [T], gray: impl Fn(&[T]) -> T) {
    for (value, pixel) in grays.iter_mut().zip(pixels.chunks_exact(channels)) {
        *value = gray(pixel);
    }
}

fn extremes<T: Copy + PartialOrd>(pixel: &[T]) -> (T, T) {
    pixel[1..].iter().fold((pixel[0], pixel[0]), |(least, greatest), &value| {
        (if value < least { value } else { least }, if value > greatest { value } else { greatest })
    })
}

/// A way to make a block of RGB pixels gray.
trait Body {
    fn gray<S: Simd>(simd: S, planes: &[Plane; 3]) -> Plane;
}

#[simd]
fn each_block<S: Simd, B: Body>(simd: S, pixels: &[u8], grays: &mut [u8]) {
    let (blocks, rest) = pixels.as_chunks::<{ planes::BLOCK }>();
    let (outputs, last) = grays.as_chunks_mut::<PIXELS>();
    for (block, output) in blocks.iter().zip(outputs) {
        *output = B::gray(simd, &planes::split(simd, block));
    }
    let mut block = [0; planes::BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    let output = B::gray(simd, &planes::split(simd, &block));
    last.copy_from_slice(&output[..last.len()]);
}

struct Weighted;

impl Body for Weighted {
    #[inline(always)]
    fn gray<S: Simd>(simd: S, planes: &[Plane; 3]) -> Plane {
        weighted(simd, planes)
    }
}

struct Middle;

impl Body for Middle {
    #[inline(always)]
    fn gray<S: Simd>(_: S, [red, green, blue]: &[Plane; 3]) -> Plane {
        let mut gray = [0; PIXELS];
        for index in 0..PIXELS {
            let least = red[index].min(green[index]).min(blue[index]);
            let greatest = red[index].max(green[index]).max(blue[index]);
            gray[index] = least.midpoint(greatest);
        }
        gray
    }
}

struct Mean;

impl Body for Mean {
    #[inline(always)]
    fn gray<S: Simd>(_: S, [red, green, blue]: &[Plane; 3]) -> Plane {
        let mut gray = [0; PIXELS];
        for index in 0..PIXELS {
            gray[index] = ((u16::from(red[index]) + u16::from(green[index]) + u16::from(blue[index])) / 3) as u8;
        }
        gray
    }
}

struct Largest;

impl Body for Largest {
    #[inline(always)]
    fn gray<S: Simd>(_: S, [red, green, blue]: &[Plane; 3]) -> Plane {
        let mut gray = [0; PIXELS];
        for index in 0..PIXELS {
            gray[index] = red[index].max(green[index]).max(blue[index]);
        }
        gray
    }
}

/// The lightness of 8-bit sRGB colours by tables: light is linear in steps of 1/2040.
struct Lightness {
    /// Each channel's share of the light, in units of 2⁻¹² steps.
    shares: [[u32; 256]; 3],
    /// The lightness of each step, scaled to 255.
    steps: [u8; 2048],
}

impl Lightness {
    /// The shares of red, green and blue in white, in units of 2⁻¹².
    const WHITE: [u32; 3] = [871, 2929, 296];

    fn get() -> &'static Self {
        static TABLES: OnceLock<Lightness> = OnceLock::new();
        TABLES.get_or_init(|| {
            let linear: [u32; 256] = std::array::from_fn(|value| {
                let value = value as f64 / 255.0;
                let light = if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) };
                (light * 2040.0).round_ties_even() as u32
            });
            let steps = std::array::from_fn(|step| {
                let light = step as f64 / 2040.0;
                let root = if light < 0.008_856 { light * 7.787 + 0.137_931_034_482_758_62 } else { libm::cbrt(light) };
                // 116 · ∛Y − 16, times 255 / 100, with factor and summand rounded as OpenCV rounds them.
                let root = (root * 32_768.0).round_ties_even() as i32;
                ((296 * root - 1_336_934 + (1 << 14)) >> 15).clamp(0, 255) as u8
            });
            Self { shares: Self::WHITE.map(|share| linear.map(|light| light * share)), steps }
        })
    }

    #[inline(always)]
    fn of(&self, [red, green, blue]: [u8; 3]) -> u8 {
        let [reds, greens, blues] = &self.shares;
        let light = reds[red as usize] + greens[green as usize] + blues[blue as usize];
        self.steps[(light + 2048) as usize >> 12 & 2047]
    }
}

#[cfg(test)]
mod tests {
    use super::{Brightness, Luma};
    use crate::{
        image::Shape,
        ops::pointwise::twins::{RowElement, image},
        simd::levels,
    };

    fn check<T: Brightness + RowElement>(luma: &Luma, channels: usize, slow: impl Fn(&[T]) -> T) {
        for pixels in [1, 31, 32, 33, 100, 517] {
            let values = image::<T>(Shape::new(1, pixels, channels));
            let expected: Vec<T> = values.chunks(channels).map(&slow).collect();
            for level in levels() {
                let mut grays = vec![T::default(); pixels];
                T::write(luma, &values, channels, &mut grays, level);
                assert_eq!(grays, expected, "{luma} of {channels} channels at {level:?}");
            }
        }
    }

    fn sorted<T: Copy + PartialOrd>(pixel: &[T]) -> Vec<T> {
        let mut values = pixel.to_vec();
        values.sort_by(|left, right| left.partial_cmp(right).unwrap());
        values
    }

    #[test]
    fn bytes() {
        check::<u8>(&Luma::WeightedAverage, 3, |pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            ((red * 9798 + green * 19235 + blue * 3735 + 16384) >> 15) as u8
        });
        for channels in [2, 3, 4, 7] {
            check::<u8>(&Luma::Desaturation, channels, |pixel| {
                let values = sorted(pixel);
                ((u32::from(values[0]) + u32::from(values[channels - 1])) / 2) as u8
            });
            check::<u8>(&Luma::Average, channels, |pixel| {
                (pixel.iter().map(|&value| f64::from(value)).sum::<f64>() / channels as f64) as u8
            });
            check::<u8>(&Luma::Max, channels, |pixel| sorted(pixel)[channels - 1]);
        }
        let projection = Luma::Projection { weights: vec![0.002, -0.001, 0.003], offset: 0.25 };
        check::<u8>(&projection, 3, |pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            let share = 0.0 + red * 0.002 + green * -0.001 + blue * 0.003 + 0.25;
            (share * 255.0).round_ties_even().clamp(0.0, 255.0) as u8
        });
    }

    #[test]
    fn floats() {
        check::<f32>(&Luma::WeightedAverage, 3, |pixel| 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]);
        for channels in [2, 3, 4, 7] {
            check::<f32>(&Luma::Desaturation, channels, |pixel| {
                let values = sorted(pixel);
                ((values[channels - 1] + values[0]) / 2.0).clamp(0.0, 1.0)
            });
            check::<f32>(&Luma::Average, channels, |pixel| {
                pixel.iter().fold(0.0, |sum, value| sum + value) / channels as f32
            });
            check::<f32>(&Luma::Max, channels, |pixel| sorted(pixel)[channels - 1]);
        }
    }

    #[test]
    fn lightness_is_that_of_cie_lab() {
        // L* of a few sRGB colours, times 2.55.
        for ([red, green, blue], lightness) in [
            ([0, 0, 0], 0.0),
            ([255, 255, 255], 100.0),
            ([255, 0, 0], 53.24),
            ([0, 255, 0], 87.73),
            ([0, 0, 255], 32.30),
            ([119, 119, 119], 50.03),
        ] {
            let mut gray = [0];
            u8::write(&Luma::FromLab, &[red, green, blue], 3, &mut gray, crate::simd::level());
            assert!((f64::from(gray[0]) - lightness * 2.55).abs() < 1.0, "{red} {green} {blue}: {}", gray[0]);
        }
        check::<f32>(&Luma::FromLab, 3, |pixel| {
            let bytes: Vec<u8> = pixel.iter().map(|value| (value * 255.0).round_ties_even() as u8).collect();
            let mut gray = [0];
            u8::write(&Luma::FromLab, &bytes, 3, &mut gray, crate::simd::level());
            f32::from(gray[0]) / 255.0
        });
    }
}
