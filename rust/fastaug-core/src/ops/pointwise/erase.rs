//! Fills rectangles.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::{Element, Rect},
    ops::{Context, Role},
    param::Fill,
    rng::{PixelNoise, WORDS},
};
use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use std::fmt;

/// What rectangles are filled with.
#[derive(Clone, Debug, PartialEq)]
pub enum EraseFill {
    /// Nothing: pictures stay as they are, and only masks are filled.
    Nothing,
    /// A colour.
    Colour(Fill),
    /// Another random value in every channel of every pixel.
    Random {
        /// Numbers the noise.
        seed: u64,
    },
    /// A random colour for each rectangle.
    RandomUniform {
        /// Numbers the colours.
        seed: u64,
    },
}

/// Fills rectangles of pictures, and of masks if there is a label to fill them with. Where rectangles overlap, the one
/// that begins lower is on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Erase {
    /// Sorted by their tops, so that a tile finds its rectangles without looking at all.
    rects: Vec<Rect>,
    tallest: usize,
    fill: EraseFill,
    fill_mask: Option<Fill>,
}

impl fmt::Display for Erase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "erase {} rectangles", self.rects.len())
    }
}

impl Erase {
    /// Fills rectangles; without `fill_mask`, masks stay as they are.
    pub fn new(mut rects: Vec<Rect>, fill: EraseFill, fill_mask: Option<Fill>) -> Self {
        rects.retain(|rect| rect.width > 0 && rect.height > 0);
        rects.sort_by_key(|rect| (rect.y, rect.x, rect.height, rect.width));
        let tallest = rects.iter().map(|rect| rect.height).max().unwrap_or(0);
        Self { rects, tallest, fill, fill_mask }
    }

    /// The rectangles, from top to bottom.
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// Calls `paint` for the part of each rectangle that lies in rows `top..bottom`: its number, the row, the columns.
    fn each_row(&self, top: usize, bottom: usize, mut paint: impl FnMut(usize, usize, std::ops::Range<usize>)) {
        let first = self.rects.partition_point(|rect| rect.y + self.tallest <= top);
        let last = self.rects.partition_point(|rect| rect.y < bottom);
        for (index, rect) in self.rects[..last].iter().enumerate().skip(first) {
            for y in rect.y.max(top)..(rect.y + rect.height).min(bottom) {
                paint(index, y, rect.x..rect.x + rect.width);
            }
        }
    }

    fn fill_rows<T: Element>(&self, values: &mut [T], place: Place, fill: &Fill) {
        let shape = place.shape;
        let colour = fill.pixel::<T>(shape.channels);
        let same = colour.windows(2).all(|pair| pair[0] == pair[1]);
        let bottom = place.y + values.len() / shape.row_len();
        self.each_row(place.y, bottom, |_, y, columns| {
            let row = &mut values[(y - place.y) * shape.row_len()..][..shape.row_len()];
            let pixels = &mut row[columns.start * shape.channels..columns.end * shape.channels];
            if same {
                pixels.fill(colour[0]);
            } else {
                fill_with(pixels, &colour);
            }
        });
    }

    fn fill_random<T: RandomValue>(&self, values: &mut [T], place: Place, level: Level) {
        let shape = place.shape;
        let bottom = place.y + values.len() / shape.row_len();
        let mut colour = vec![T::default(); shape.channels];
        self.each_row(place.y, bottom, |index, y, columns| {
            let row = &mut values[(y - place.y) * shape.row_len()..][..shape.row_len()];
            let range = columns.start * shape.channels..columns.end * shape.channels;
            match self.fill {
                EraseFill::Random { seed } => {
                    let noise = PixelNoise::new(seed);
                    dispatch!(level, simd => fill_noise(simd, noise, y as u32, range.start, &mut row[range]));
                }
                EraseFill::RandomUniform { seed } => {
                    let noise = PixelNoise::new(seed);
                    dispatch!(level, simd => fill_noise(simd, noise, index as u32, 0, &mut colour));
                    fill_with(&mut row[range], &colour);
                }
                EraseFill::Nothing | EraseFill::Colour(_) => unreachable!("not filled with noise"),
            }
        });
    }
}

/// Repeats a colour, doubling what is there.
fn fill_with<T: Copy>(pixels: &mut [T], colour: &[T]) {
    let mut filled = colour.len().min(pixels.len());
    pixels[..filled].copy_from_slice(&colour[..filled]);
    while filled < pixels.len() {
        let more = filled.min(pixels.len() - filled);
        pixels.copy_within(..more, filled);
        filled += more;
    }
}

/// A value that can be made of random bits.
trait RandomValue: Element {
    /// How many are made of a batch of words.
    const IN_BATCH: usize;

    /// The value of this place in a batch.
    fn of_batch(words: &[u32; WORDS], place: usize) -> Self;
}

impl RandomValue for u8 {
    const IN_BATCH: usize = 4 * WORDS;

    /// Four to a word, all 256 values equally likely.
    #[inline(always)]
    fn of_batch(words: &[u32; WORDS], place: usize) -> Self {
        (words[place / 4] >> (8 * (place % 4))) as u8
    }
}

impl RandomValue for f32 {
    const IN_BATCH: usize = WORDS;

    /// A multiple of 2⁻²⁴ from 0 to 1, 1 excluded.
    #[inline(always)]
    fn of_batch(words: &[u32; WORDS], place: usize) -> Self {
        (words[place] >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
    }
}

/// Fills `values`, which begin at place `first` of a row of noise.
#[simd]
fn fill_noise<S: Simd, T: RandomValue>(simd: S, noise: PixelNoise, row: u32, first: usize, values: &mut [T]) {
    let mut batch = first / T::IN_BATCH;
    let mut skipped = first % T::IN_BATCH;
    let mut rest = values;
    while !rest.is_empty() {
        let mut words = [0; WORDS];
        for (words, part) in words.as_chunks_mut().0.iter_mut().zip(noise.batch(simd, row, batch as u32)) {
            part.store_array(words);
        }
        let (now, later) = rest.split_at_mut((T::IN_BATCH - skipped).min(rest.len()));
        for (index, value) in now.iter_mut().enumerate() {
            *value = T::of_batch(&words, skipped + index);
        }
        (batch, skipped, rest) = (batch + 1, 0, later);
    }
}

impl PointwiseOp for Erase {
    fn any_channels(&self) -> bool {
        true
    }

    fn applies_to(&self, role: Role) -> bool {
        match role {
            Role::Image => self.fill != EraseFill::Nothing,
            Role::Mask => self.fill_mask.is_some(),
        }
    }

    fn run(&self, rows: Rows<'_>, place: Place, role: Role, context: &mut Context<'_>) {
        let colour = match (role, &self.fill, &self.fill_mask) {
            (Role::Image, EraseFill::Colour(fill), _) | (Role::Mask, _, Some(fill)) => Some(fill),
            (Role::Image, EraseFill::Nothing, _) | (Role::Mask, _, None) => return,
            _ => None,
        };
        match (rows, colour) {
            (Rows::U8(values), Some(fill)) => self.fill_rows(values, place, fill),
            (Rows::U16(values), Some(fill)) => self.fill_rows(values, place, fill),
            (Rows::U32(values), Some(fill)) => self.fill_rows(values, place, fill),
            (Rows::U64(values), Some(fill)) => self.fill_rows(values, place, fill),
            (Rows::F32(values), Some(fill)) => self.fill_rows(values, place, fill),
            (Rows::U8(values), None) => self.fill_random(values, place, context.level),
            (Rows::F32(values), None) => self.fill_random(values, place, context.level),
            _ => unreachable!("only pictures are filled with noise"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Erase, EraseFill};
    use crate::{
        image::{Rect, Shape},
        ops::{
            Role,
            pointwise::{PointwiseOp, twins},
        },
        param::Fill,
        rng::PixelNoise,
        simd::levels,
    };

    /// Rectangles of every image size of the tests, also empty and overlapping ones; sorted from top to bottom.
    fn rects(shape: Shape) -> Vec<Rect> {
        let mut rects = Vec::new();
        for step in 0..7 {
            let (x, y) = (step * 5 % shape.width, step * 3 % shape.height);
            let (width, height) = ((step * 7 % 30).min(shape.width - x), (step % 4).min(shape.height - y));
            rects.push(Rect { x, y, width, height });
        }
        rects
    }

    fn inside(shape: Shape, y: usize, x: usize) -> Option<usize> {
        let mut rects = rects(shape);
        rects.retain(|rect| rect.width > 0 && rect.height > 0);
        rects.sort_by_key(|rect| (rect.y, rect.x, rect.height, rect.width));
        rects
            .iter()
            .rposition(|rect| (rect.x..rect.x + rect.width).contains(&x) && (rect.y..rect.y + rect.height).contains(&y))
    }

    /// Runs the test for each size, since the rectangles depend on it.
    fn check<T: twins::RowElement>(
        fill: &EraseFill,
        fill_mask: Option<Fill>,
        role: Role,
        colour: impl Fn(usize, usize, usize, usize, usize) -> T,
    ) {
        for (height, width, channels) in [(1, 1, 1), (5, 7, 3), (9, 64, 4), (13, 40, 1), (12, 33, 5)] {
            let shape = Shape::new(height, width, channels);
            let op = Erase::new(rects(shape), fill.clone(), fill_mask.clone());
            let values = twins::image::<T>(shape);
            let mut expected = values.clone();
            for (index, pixel) in expected.chunks_mut(channels).enumerate() {
                let (y, x) = (index / width, index % width);
                if let Some(number) = inside(shape, y, x) {
                    for (channel, value) in pixel.iter_mut().enumerate() {
                        *value = colour(number, y, x, channel, channels);
                    }
                }
            }
            for level in levels() {
                for tile in [1, 2, 3, height] {
                    assert_eq!(twins::run(&op, &values, shape, role, tile, level), expected);
                }
            }
        }
    }

    #[test]
    fn a_colour() {
        let colour = Fill::Channels(vec![3.0, 200.0, 7.0]);
        let values = [3, 200, 7, 7, 7];
        check::<u8>(&EraseFill::Colour(colour.clone()), None, Role::Image, |_, _, _, channel, _| values[channel]);
        check::<f32>(&EraseFill::Colour(colour), None, Role::Image, |_, _, _, channel, _| f32::from(values[channel]));
        check::<u8>(&EraseFill::Colour(Fill::Value(9.0)), None, Role::Image, |_, _, _, _, _| 9);
    }

    #[test]
    fn masks_only_where_asked() {
        let fill = EraseFill::Colour(Fill::Value(9.0));
        assert!(!Erase::new(Vec::new(), fill.clone(), None).applies_to(Role::Mask));
        let op = Erase::new(Vec::new(), fill.clone(), Some(Fill::ZERO));
        assert!(op.applies_to(Role::Mask));
        check::<u16>(&fill, Some(Fill::Value(60_000.0)), Role::Mask, |_, _, _, _, _| 60_000);
        check::<u16>(&EraseFill::Random { seed: 1 }, Some(Fill::Value(5.0)), Role::Mask, |_, _, _, _, _| 5);
    }

    #[test]
    fn only_masks() {
        let op = Erase::new(Vec::new(), EraseFill::Nothing, Some(Fill::ZERO));
        assert!(!op.applies_to(Role::Image));
        assert!(op.applies_to(Role::Mask));
        check::<u8>(&EraseFill::Nothing, Some(Fill::Value(5.0)), Role::Mask, |_, _, _, _, _| 5);
    }

    /// The word of this number in a row.
    fn word(seed: u64, row: usize, number: usize) -> u32 {
        let block = number / 32 * 8 + number % 8;
        PixelNoise::new(seed).words((row as u64) << 32 | block as u64)[number % 32 / 8]
    }

    #[test]
    fn noise_numbered_by_place() {
        check::<u8>(&EraseFill::Random { seed: 77 }, None, Role::Image, |_, y, x, channel, channels| {
            let at = x * channels + channel;
            (word(77, y, at / 4) >> (8 * (at % 4))) as u8
        });
        check::<f32>(&EraseFill::Random { seed: 77 }, None, Role::Image, |_, y, x, channel, channels| {
            (word(77, y, x * channels + channel) >> 8) as f32 / 16_777_216.0
        });
    }

    #[test]
    fn one_random_colour_for_each_rectangle() {
        check::<u8>(&EraseFill::RandomUniform { seed: 5 }, None, Role::Image, |number, _, _, channel, _| {
            (word(5, number, channel / 4) >> (8 * (channel % 4))) as u8
        });
        check::<f32>(&EraseFill::RandomUniform { seed: 5 }, None, Role::Image, |number, _, _, channel, _| {
            (word(5, number, channel) >> 8) as f32 / 16_777_216.0
        });
    }
}
