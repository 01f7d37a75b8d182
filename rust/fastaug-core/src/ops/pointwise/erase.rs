//! Fills rectangles.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::{Element, Rect},
    ops::{Context, Role},
    param::Fill,
    rng::PixelNoise,
};
use std::fmt;

/// What erased pixels of a picture become.
#[derive(Clone, Debug, PartialEq)]
pub enum EraseFill {
    /// A colour.
    Colour(Fill),
    /// Noise: every value random. Numbered by pixel, so it depends on the seed and the place alone.
    Random {
        /// The noise's seed.
        seed: u64,
    },
    /// One random colour per hole.
    RandomUniform {
        /// The colours' seed.
        seed: u64,
    },
}

/// Fills rectangles of the picture, and of masks where asked. Where rectangles overlap, the last one counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Erase {
    /// What is erased; inside the image.
    pub holes: Vec<Rect>,
    /// What pixels become.
    pub fill: EraseFill,
    /// What labels become; none leaves masks alone.
    pub fill_mask: Option<Fill>,
}

impl fmt::Display for Erase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "erase {} rectangles", self.holes.len())
    }
}

impl PointwiseOp for Erase {
    fn applies_to(&self, role: Role) -> bool {
        role == Role::Image || self.fill_mask.is_some()
    }

    fn run(&self, rows: Rows<'_>, place: Place, role: Role, _context: &mut Context<'_>) {
        match rows {
            Rows::U8(values) => self.run_typed(values, place, role, |word| word as u8),
            Rows::F32(values) => self.run_typed(values, place, role, |word| (word >> 8) as f32 / 16_777_216.0),
            // Labels are never random.
            Rows::U16(values) => self.run_typed(values, place, role, |_| 0),
            Rows::U32(values) => self.run_typed(values, place, role, |_| 0),
            Rows::U64(values) => self.run_typed(values, place, role, |_| 0),
        }
    }
}

impl Erase {
    fn run_typed<T: Element>(&self, values: &mut [T], place: Place, role: Role, random: impl Fn(u32) -> T) {
        let (row_len, channels) = (place.shape.row_len(), place.shape.channels);
        let rows = values.len() / row_len;
        for (number, hole) in self.holes.iter().enumerate() {
            let first = hole.y.max(place.y);
            let last = (hole.y + hole.height).min(place.y + rows);
            if first >= last {
                continue;
            }
            let colour = match (role, &self.fill) {
                (Role::Mask, _) => self.fill_mask.as_ref().unwrap_or(&Fill::ZERO).pixel(channels),
                (Role::Image, EraseFill::Colour(fill)) => fill.pixel(channels),
                (Role::Image, EraseFill::RandomUniform { seed }) => {
                    let noise = PixelNoise::new(*seed);
                    (0..channels).map(|channel| random(word(noise, number * channels + channel))).collect()
                }
                (Role::Image, EraseFill::Random { .. }) => Vec::new(),
            };
            for y in first..last {
                let begin = (y - place.y) * row_len + hole.x * channels;
                let part = &mut values[begin..begin + hole.width * channels];
                if let (Role::Image, EraseFill::Random { seed }) = (role, &self.fill) {
                    let noise = PixelNoise::new(*seed);
                    let number = (y * row_len) + hole.x * channels;
                    for (index, value) in part.iter_mut().enumerate() {
                        *value = random(word(noise, number + index));
                    }
                } else if let [only] = colour.as_slice() {
                    part.fill(*only);
                } else {
                    for pixel in part.chunks_exact_mut(channels) {
                        pixel.copy_from_slice(&colour);
                    }
                }
            }
        }
    }
}

/// The random word of this number.
fn word(noise: PixelNoise, number: usize) -> u32 {
    noise.words(number as u64 / 4)[number % 4]
}
