//! How often each of the 256 levels occurs.

use crate::{
    image::{Image, View},
    ops::{
        Context,
        arithmetic::{
            planes::{self, BLOCK, PIXELS},
            rounding::nearest_byte,
        },
        pointwise::brightness,
    },
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

/// One count per level.
pub type Histogram = [u32; 256];

/// The histogram of each channel; floating-point values are counted at the nearest level.
pub fn of_channels(image: Image<'_>, context: &mut Context<'_>) -> Vec<Histogram> {
    let channels = image.shape().channels;
    match channels {
        1 => count(image, Several::<1>::new(), context),
        3 => count(image, Several::<3>::new(), context),
        4 => count(image, Several::<4>::new(), context),
        _ => count(image, Any(vec![[0; 256]; channels]), context),
    }
}

/// The histogram of the brightness (Y of YCrCb) of an RGB image.
pub fn of_brightness(image: Image<'_>, context: &mut Context<'_>) -> Histogram {
    count(image, Brightness { counts: Several::new(), level: context.level }, context)[0]
}

/// What is counted.
trait Counter {
    /// Counts a row of whole pixels.
    fn count(&mut self, row: &[u8]);

    /// The histograms.
    fn finish(self) -> Vec<Histogram>;
}

fn count(image: Image<'_>, mut counter: impl Counter, context: &mut Context<'_>) -> Vec<Histogram> {
    match image {
        Image::U8(view) => view.rows().for_each(|row| counter.count(row)),
        Image::F32(view) => count_levels(view, &mut counter, context),
        _ => unreachable!("only pictures are counted"),
    }
    counter.finish()
}

fn count_levels(view: View<'_, f32>, counter: &mut impl Counter, context: &mut Context<'_>) {
    let length = view.shape().row_len();
    let mut levels = context.scratch.take::<u8>(length);
    for row in view.rows() {
        dispatch!(context.level, simd => quantize(simd, row, &mut levels[..length]));
        counter.count(&levels[..length]);
    }
    context.scratch.give(levels);
}

#[simd]
fn quantize<S: Simd>(_: S, row: &[f32], levels: &mut [u8]) {
    for (level, value) in levels.iter_mut().zip(row) {
        *level = nearest_byte(value * 255.0);
    }
}

/// Pixels counted side by side: equal neighbours would wait for each other in one histogram.
const COPIES: usize = 4;

/// A number of channels known in advance.
struct Several<const CHANNELS: usize>([[Histogram; CHANNELS]; COPIES]);

impl<const CHANNELS: usize> Several<CHANNELS> {
    fn new() -> Self {
        Self([[[0; 256]; CHANNELS]; COPIES])
    }
}

impl<const CHANNELS: usize> Counter for Several<CHANNELS> {
    fn count(&mut self, row: &[u8]) {
        let (groups, rest) = row.as_chunks::<CHANNELS>().0.as_chunks::<COPIES>();
        for group in groups {
            for (histograms, pixel) in self.0.iter_mut().zip(group) {
                for (histogram, value) in histograms.iter_mut().zip(pixel) {
                    histogram[*value as usize] += 1;
                }
            }
        }
        for pixel in rest {
            for (histogram, value) in self.0[0].iter_mut().zip(pixel) {
                histogram[*value as usize] += 1;
            }
        }
    }

    fn finish(self) -> Vec<Histogram> {
        (0..CHANNELS)
            .map(|channel| std::array::from_fn(|level| self.0.iter().map(|copy| copy[channel][level]).sum()))
            .collect()
    }
}

/// Any number of channels.
struct Any(Vec<Histogram>);

impl Counter for Any {
    fn count(&mut self, row: &[u8]) {
        for pixel in row.chunks_exact(self.0.len()) {
            for (histogram, value) in self.0.iter_mut().zip(pixel) {
                histogram[*value as usize] += 1;
            }
        }
    }

    fn finish(self) -> Vec<Histogram> {
        self.0
    }
}

/// The brightness of RGB pixels.
struct Brightness {
    counts: Several<1>,
    level: Level,
}

impl Counter for Brightness {
    fn count(&mut self, row: &[u8]) {
        for pixels in row.chunks(BLOCK) {
            let mut block = [0; BLOCK];
            block[..pixels.len()].copy_from_slice(pixels);
            let levels = dispatch!(self.level, simd => brightness_of(simd, &block));
            self.counts.count(&levels[..pixels.len() / 3]);
        }
    }

    fn finish(self) -> Vec<Histogram> {
        self.counts.finish()
    }
}

#[simd]
fn brightness_of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> [u8; PIXELS] {
    brightness(&planes::split(simd, block))
}
