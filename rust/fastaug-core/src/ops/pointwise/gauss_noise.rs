//! Adds normal noise.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::{Element, Scratch, Shape},
    ops::{
        Context, Role,
        arithmetic::planes::{self, BLOCK, PIXELS},
    },
    rng::{NORMALS, PixelNoise},
};
use fearless_simd::{Simd, dispatch, f32x8, i16x16, i32x8, prelude::*};
use fearless_simd_macros::simd;
use std::fmt;

/// Adds normal noise to each value, numbered by its place; what is added to 8-bit values is cut to whole levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussNoise {
    /// Numbers the noise.
    pub seed: u64,
    /// Mean, in the image's own units.
    pub mean: f32,
    /// Standard deviation, likewise.
    pub std: f32,
    /// Whether each channel has noise of its own; otherwise all channels of a pixel get the same.
    pub per_channel: bool,
    /// Size of the noise relative to the image; below 1 it is made coarse, and stretched by linear interpolation.
    pub scale: f64,
}

impl fmt::Display for GaussNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "normal noise of {} ± {}", self.mean, self.std)
    }
}

impl PointwiseOp for GaussNoise {
    fn any_channels(&self) -> bool {
        true
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        match rows {
            Rows::U8(values) => self.each_row(values, place, context),
            Rows::F32(values) => self.each_row(values, place, context),
            _ => unreachable!("noise is added to pictures only"),
        }
    }
}

impl GaussNoise {
    /// Adds noise to rows.
    fn each_row<T: Noisy>(&self, values: &mut [T], place: Place, context: &mut Context<'_>) {
        let Place { y: first, shape } = place;
        let (level, scratch) = (context.level, &mut *context.scratch);
        let noise = PixelNoise::new(self.seed);
        let per_pixel = if self.per_channel { shape.channels } else { 1 };
        // Values that one number is added to.
        let shared = shape.channels / per_pixel;
        let mut coarse = (self.scale < 1.0).then(|| Coarse::new(shape, self.scale, per_pixel, scratch));
        for (index, row) in values.chunks_exact_mut(shape.row_len()).enumerate() {
            let y = first + index;
            if let Some(coarse) = &mut coarse {
                coarse.move_to(y, |y, row| dispatch!(level, simd => fill(simd, noise, y, row)));
                dispatch!(level, simd => add_coarse(simd, row, coarse, shared, self.mean, self.std));
            } else {
                dispatch!(level, simd => add_fine(simd, row, noise, y as u32, shared, self.mean, self.std));
            }
        }
        if let Some(coarse) = coarse {
            coarse.give(scratch);
        }
    }
}

/// Noise on a smaller grid: the two of its rows around the current one, already as wide as the image.
struct Coarse {
    reduced: Shape,
    height: usize,
    /// For each value of a row, the value of the grid before it and how far on from there it lies.
    columns: Vec<u32>,
    weights: Vec<f32>,
    /// Values of a row.
    length: usize,
    /// A row of the grid, and its last pixel once more.
    narrow: Vec<f32>,
    rows: [Vec<f32>; 2],
    held: [usize; 2],
    /// How far below the first row the current one lies.
    below: f32,
}

impl Coarse {
    fn new(shape: Shape, scale: f64, per_pixel: usize, scratch: &mut Scratch) -> Self {
        let reduce = |size: usize| ((size as f64 * scale) as usize).max(1);
        let reduced = Shape::new(reduce(shape.height), reduce(shape.width), per_pixel);
        let length = shape.width * per_pixel;
        let mut columns = scratch.take::<u32>(length);
        let mut weights = scratch.take::<f32>(length);
        for index in 0..length {
            let (left, weight) = position(index / per_pixel, reduced.width, shape.width);
            columns[index] = (left * per_pixel + index % per_pixel) as u32;
            weights[index] = weight;
        }
        Self {
            reduced,
            height: shape.height,
            columns,
            weights,
            length,
            narrow: scratch.take(reduced.row_len() + per_pixel),
            rows: [scratch.take(length), scratch.take(length)],
            held: [usize::MAX; 2],
            below: 0.0,
        }
    }

    /// Makes sure that the rows around row `y` of the image are held.
    fn move_to(&mut self, y: usize, fill: impl Fn(usize, &mut [f32])) {
        let (upper, below) = position(y, self.reduced.height, self.height);
        self.below = below;
        let lower = (upper + 1).min(self.reduced.height - 1);
        if self.held[1] == upper {
            self.rows.swap(0, 1);
            self.held.swap(0, 1);
        }
        let (length, pixel) = (self.reduced.row_len(), self.reduced.channels);
        for (slot, wanted) in [upper, lower].into_iter().enumerate() {
            if self.held[slot] == wanted {
                continue;
            }
            fill(wanted, &mut self.narrow[..length]);
            self.narrow.copy_within(length - pixel..length, length);
            let places = self.columns.iter().zip(&self.weights);
            for (value, (&column, weight)) in self.rows[slot][..self.length].iter_mut().zip(places) {
                let (left, right) = (self.narrow[column as usize], self.narrow[column as usize + pixel]);
                *value = left + (right - left) * weight;
            }
            self.held[slot] = wanted;
        }
    }

    fn give(self, scratch: &mut Scratch) {
        scratch.give(self.columns);
        scratch.give(self.weights);
        scratch.give(self.narrow);
        let [upper, lower] = self.rows;
        scratch.give(upper);
        scratch.give(lower);
    }
}

/// The grid place before a pixel, and how far on from there the pixel lies; pixels are areas, and the outermost stand for
/// everything beyond them.
fn position(index: usize, reduced: usize, size: usize) -> (usize, f32) {
    let place = ((index as f64 + 0.5) * reduced as f64 / size as f64 - 0.5).clamp(0.0, (reduced - 1) as f64);
    (place as usize, place.fract() as f32)
}

/// Normal numbers of a row.
#[simd]
fn fill<S: Simd>(simd: S, noise: PixelNoise, y: usize, row: &mut [f32]) {
    for (batch, values) in row.chunks_mut(NORMALS).enumerate() {
        values.copy_from_slice(&noise.normals(simd, y as u32, batch as u32)[..values.len()]);
    }
}

/// Noise for 64 values or pixels.
type Chunk = [f32; NORMALS];

#[simd]
fn add_fine<S: Simd, T: Noisy>(simd: S, row: &mut [T], noise: PixelNoise, y: u32, shared: usize, mean: f32, std: f32) {
    for (batch, values) in row.chunks_mut(NORMALS * shared).enumerate() {
        let mut chunk = noise.normals(simd, y, batch as u32);
        for value in &mut chunk {
            *value = mean + *value * std;
        }
        T::add(simd, values, &chunk, shared);
    }
}

#[simd]
fn add_coarse<S: Simd, T: Noisy>(simd: S, row: &mut [T], coarse: &Coarse, shared: usize, mean: f32, std: f32) {
    let upper = coarse.rows[0][..coarse.length].chunks(NORMALS);
    let lower = coarse.rows[1][..coarse.length].chunks(NORMALS);
    for (values, (upper, lower)) in row.chunks_mut(NORMALS * shared).zip(upper.zip(lower)) {
        let mut chunk = [0.0; NORMALS];
        for (value, (upper, lower)) in chunk.iter_mut().zip(upper.iter().zip(lower)) {
            *value = mean + (upper + (lower - upper) * coarse.below) * std;
        }
        T::add(simd, values, &chunk, shared);
    }
}

/// A value that noise is added to.
trait Noisy: Element {
    /// Adds each number to as many values as share it.
    fn add<S: Simd>(simd: S, values: &mut [Self], chunk: &Chunk, shared: usize);
}

impl Noisy for u8 {
    #[inline(always)]
    fn add<S: Simd>(simd: S, values: &mut [u8], chunk: &Chunk, shared: usize) {
        let mut levels = [0; NORMALS];
        let (sources, targets) = (chunk.as_chunks::<16>().0, levels.as_chunks_mut::<16>().0);
        for (source, target) in sources.iter().zip(targets) {
            let low = i32x8::truncate_from(f32x8::load_array_ref(simd, source.first_chunk().unwrap_or(&[0.0; 8])));
            let high = i32x8::truncate_from(f32x8::load_array_ref(simd, source.last_chunk().unwrap_or(&[0.0; 8])));
            let levels: i16x16<S> = low.saturating_narrow(high);
            levels.store_array(target);
        }
        match shared {
            1 => {
                if let Ok(values) = <&mut [u8; NORMALS]>::try_from(&mut *values) {
                    for index in 0..NORMALS {
                        values[index] = add_level(values[index], levels[index]);
                    }
                } else {
                    for (value, level) in values.iter_mut().zip(levels) {
                        *value = add_level(*value, level);
                    }
                }
            }
            3 => {
                let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
                let (levels, last) = (levels.as_chunks().0, blocks.len());
                for (block, levels) in blocks.iter_mut().zip(levels) {
                    add_block(simd, block, levels);
                }
                if !rest.is_empty() {
                    let mut block = [0; BLOCK];
                    block[..rest.len()].copy_from_slice(rest);
                    add_block(simd, &mut block, &levels[last]);
                    rest.copy_from_slice(&block[..rest.len()]);
                }
            }
            _ => {
                for (pixel, level) in values.chunks_exact_mut(shared).zip(levels) {
                    for value in pixel {
                        *value = add_level(*value, level);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn add_level(value: u8, level: i16) -> u8 {
    i16::from(value).saturating_add(level).clamp(0, 255) as u8
}

#[inline(always)]
fn add_block<S: Simd>(simd: S, block: &mut [u8; BLOCK], levels: &[i16; PIXELS]) {
    let mut planes = planes::split(simd, block);
    for plane in &mut planes {
        for index in 0..PIXELS {
            plane[index] = add_level(plane[index], levels[index]);
        }
    }
    planes::join(simd, &planes, block);
}

impl Noisy for f32 {
    #[inline(always)]
    fn add<S: Simd>(_: S, values: &mut [f32], chunk: &Chunk, shared: usize) {
        if shared == 1 {
            for (value, noise) in values.iter_mut().zip(chunk) {
                *value = (*value + noise).clamp(0.0, 1.0);
            }
        } else if shared == 3 {
            // First three times, then added, so that at least the sums are vectorized.
            let mut tripled = [0.0; 3 * NORMALS];
            for (tripled, noise) in tripled.as_chunks_mut().0.iter_mut().zip(chunk) {
                *tripled = [*noise; 3];
            }
            for (value, noise) in values.iter_mut().zip(&tripled) {
                *value = (*value + noise).clamp(0.0, 1.0);
            }
        } else {
            for (pixel, noise) in values.chunks_exact_mut(shared).zip(chunk) {
                for value in pixel {
                    *value = (*value + noise).clamp(0.0, 1.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GaussNoise;
    use crate::{
        image::Shape,
        ops::{Role, pointwise::twins},
        rng::{NORMALS, PixelNoise},
        simd::level,
    };
    use fearless_simd::{Level, Simd, dispatch};
    use fearless_simd_macros::simd;
    use std::sync::OnceLock;

    #[simd]
    fn batch_of<S: Simd>(simd: S, y: u32, batch: u32) -> [f32; NORMALS] {
        PixelNoise::new(3).normals(simd, y, batch)
    }

    /// The normal number at a place of a row.
    fn normal(y: usize, at: usize) -> f32 {
        static ROWS: OnceLock<Vec<[f32; NORMALS]>> = OnceLock::new();
        let rows = ROWS.get_or_init(|| {
            let batches = (0..5).flat_map(|y| (0..30).map(move |batch| (y, batch)));
            batches.map(|(y, batch)| dispatch!(Level::fallback(), simd => batch_of(simd, y, batch))).collect()
        });
        rows[y * 30 + at / NORMALS][at % NORMALS]
    }

    /// The number added to a value, before it is cut to levels.
    fn noise(op: &GaussNoise, shape: Shape, y: usize, x: usize, channel: usize) -> f32 {
        let (per_pixel, channel) = if op.per_channel { (shape.channels, channel) } else { (1, 0) };
        if op.scale >= 1.0 {
            return op.mean + normal(y, x * per_pixel + channel) * op.std;
        }
        let reduce = |size: usize| ((size as f64 * op.scale) as usize).max(1);
        let between = |index: usize, size: usize| {
            let reduced = reduce(size);
            let place = ((index as f64 + 0.5) * reduced as f64 / size as f64 - 0.5).clamp(0.0, (reduced - 1) as f64);
            (place.floor() as usize, (place.floor() as usize + 1).min(reduced - 1), place.fract() as f32)
        };
        let (upper, lower, below) = between(y, shape.height);
        let (left, right, beside) = between(x, shape.width);
        let row = |y: usize| {
            let [left, right] = [left, right].map(|x| normal(y, x * per_pixel + channel));
            left + (right - left) * beside
        };
        let (upper, lower) = (row(upper), row(lower));
        op.mean + (upper + (lower - upper) * below) * op.std
    }

    fn check(per_channel: bool, scale: f64) {
        let op = GaussNoise { seed: 3, mean: 4.5, std: 40.0, per_channel, scale };
        twins::check::<u8>(&op, [1, 2, 3, 4, 5], Role::Image, |shape, y, x, pixel| {
            for (channel, value) in pixel.iter_mut().enumerate() {
                let level = noise(&op, shape, y, x, channel) as i32;
                *value = (i32::from(*value) + level).clamp(0, 255) as u8;
            }
        });
        let op = GaussNoise { mean: -0.1, std: 0.3, ..op };
        twins::check::<f32>(&op, [1, 2, 3, 4, 5], Role::Image, |shape, y, x, pixel| {
            for (channel, value) in pixel.iter_mut().enumerate() {
                *value = (*value + noise(&op, shape, y, x, channel)).clamp(0.0, 1.0);
            }
        });
    }

    #[test]
    fn each_channel() {
        check(true, 1.0);
    }

    #[test]
    fn all_channels_the_same() {
        check(false, 1.0);
    }

    #[test]
    fn coarse_noise_is_stretched() {
        check(true, 0.4);
        check(false, 0.25);
        check(false, 0.01);
    }

    #[test]
    fn levels_are_distributed_as_normal_numbers_cut_to_whole() {
        let shape = Shape::new(200, 500, 3);
        let op = GaussNoise { seed: 11, mean: 0.0, std: 20.0, per_channel: true, scale: 1.0 };
        let noisy = twins::run(&op, &vec![128u8; shape.len()], shape, Role::Image, 200, level());
        // Chi squared over the levels from −60 to 60, everything beyond in the outermost.
        let mut counts = [0.0; 121];
        for value in noisy {
            counts[((i32::from(value) - 128).clamp(-60, 60) + 60) as usize] += 1.0;
        }
        let below = |value: f64| 0.5 * libm::erfc(-value / 20.0 / std::f64::consts::SQRT_2);
        let chance = |level: i32| {
            // Cutting towards zero: level 0 holds everything between −1 and 1.
            let (low, high) = match level {
                0 => (-1.0, 1.0),
                level if level > 0 => (f64::from(level), f64::from(level) + 1.0),
                level => (f64::from(level) - 1.0, f64::from(level)),
            };
            let low = if level == -60 { 0.0 } else { below(low) };
            let high = if level == 60 { 1.0 } else { below(high) };
            high - low
        };
        let total = shape.len() as f64;
        let squares: f64 = (-60..=60)
            .map(|level| {
                let expected = total * chance(level);
                (counts[(level + 60) as usize] - expected).powi(2) / expected
            })
            .sum();
        // 120 degrees of freedom: one in a thousand is above 173.6.
        assert!(squares < 173.6, "chi squared is {squares}");
    }
}
