//! Contrast-limited adaptive histogram equalization, step by step as OpenCV does it.
//!
//! The image is divided into tiles. Each tile's histogram is clipped, what was clipped is spread over all values, and its
//! cumulative sum becomes the tile's table. A pixel is looked up in the tables of the four nearest tiles, and the four
//! results are mixed by its distance from their centres. Colour images are equalized in L of L\*a\*b\*.

use super::{FilterOp, bytes::through_bytes, margin::mirrored};
use crate::{
    image::{Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, arithmetic::lab},
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Equalizes gray images and the lightness of RGB images; of any other channels each by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clahe {
    /// The most that a value of a tile's histogram may have, as a multiple of the mean.
    pub clip_limit: f64,
    /// Tiles across.
    pub tiles_across: usize,
    /// Tiles down.
    pub tiles_down: usize,
}

impl fmt::Display for Clahe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "equalize {}×{} tiles, clipped at {}", self.tiles_down, self.tiles_across, self.clip_limit)
    }
}

impl FilterOp for Clahe {
    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.equalize(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => {
                through_bytes(source, target, context, |source, target, context| {
                    self.equalize(source, target, context);
                });
            }
            _ => unreachable!("only pictures are equalized"),
        }
    }
}

impl Clahe {
    fn equalize(&self, source: View<'_, u8>, mut target: ViewMut<'_, u8>, context: &mut Context<'_>) {
        let level = context.level;
        let shape = source.shape();
        let Shape { height, width, channels } = shape;
        if channels == 1 {
            let mut tiles = Tiles::take(self, source, context);
            for y in 0..height {
                tiles.equalize_row(y, source.row(y), target.row_mut(y), level);
            }
            tiles.give(context);
            return;
        }
        assert!(channels == 3, "adaptive equalization was sampled for {channels} channels");
        let area = height * width;
        let mut planes = context.scratch.take::<u8>(3 * area + width);
        let (l, rest) = planes.split_at_mut(area);
        let (a, rest) = rest.split_at_mut(area);
        let (b, equalized) = rest.split_at_mut(area);
        let equalized = &mut equalized[..width];
        for (y, row) in source.rows().enumerate() {
            let part = y * width..(y + 1) * width;
            let (l, a, b) = (&mut l[part.clone()], &mut a[part.clone()], &mut b[part]);
            dispatch!(level, simd => lab::from_rgb(simd, row, l, a, b));
        }
        let mut tiles = Tiles::take(self, View::contiguous(l, Shape::new(height, width, 1)), context);
        for (y, row) in target.rows_mut().enumerate() {
            let part = y * width..(y + 1) * width;
            tiles.equalize_row(y, &l[part.clone()], equalized, level);
            dispatch!(level, simd => lab::to_rgb(simd, equalized, &a[part.clone()], &b[part], row));
        }
        tiles.give(context);
        context.scratch.give(planes);
    }
}

/// The tables of all tiles, and how the pixels of the present row are mixed from them.
struct Tiles {
    across: usize,
    down: usize,
    tile_height: usize,
    /// One table per tile, row by row.
    tables: Vec<u8>,
    /// For each place between the centres of tiles, left of the first and right of the last included: of every value, the
    /// four entries at the corners (upper left, upper right, lower left, lower right) in one word.
    corners: Vec<u32>,
    /// The rows of tiles that `corners` was made of.
    rows: Option<[usize; 2]>,
    /// Where the pixels of each place between centres begin.
    begins: Vec<usize>,
    /// The weight of the right tile for each column.
    weights: Vec<f32>,
    /// The corners of each pixel of the row.
    words: Vec<u32>,
}

impl Tiles {
    fn take(settings: &Clahe, plane: View<'_, u8>, context: &mut Context<'_>) -> Self {
        let Shape { height, width, .. } = plane.shape();
        let (across, down) = (settings.tiles_across, settings.tiles_down);
        // An image that cannot be divided evenly is continued, in both directions and by at least one pixel.
        let even = height % down == 0 && width % across == 0;
        let divide = |length: usize, tiles: usize| if even { length / tiles } else { length / tiles + 1 };
        let (tile_width, tile_height) = (divide(width, across), divide(height, down));
        let mut tiles = Self {
            across,
            down,
            tile_height,
            tables: context.scratch.take(across * down * 256),
            corners: context.scratch.take((across + 1) * 256),
            rows: None,
            begins: vec![width; across + 2],
            weights: context.scratch.take(width),
            words: context.scratch.take(width),
        };
        for (index, table) in tiles.tables.as_chunks_mut::<256>().0[..across * down].iter_mut().enumerate() {
            let (x, y) = (index % across * tile_width, index / across * tile_height);
            *table = table_of(plane, x..x + tile_width, y..y + tile_height, settings.clip_limit);
        }
        for x in (0..width).rev() {
            let (left, weight) = between(x, tile_width);
            tiles.weights[x] = weight;
            tiles.begins[left] = x;
        }
        // A place without pixels begins where the next one does.
        for place in (0..=across).rev() {
            tiles.begins[place] = tiles.begins[place].min(tiles.begins[place + 1]);
        }
        tiles
    }

    fn give(self, context: &mut Context<'_>) {
        context.scratch.give(self.tables);
        context.scratch.give(self.corners);
        context.scratch.give(self.weights);
        context.scratch.give(self.words);
    }

    fn equalize_row(&mut self, y: usize, row: &[u8], target: &mut [u8], level: fearless_simd::Level) {
        let (upper, weight) = between(y, self.tile_height);
        let rows = [upper.saturating_sub(1), upper.min(self.down - 1)];
        if self.rows != Some(rows) {
            self.rows = Some(rows);
            self.join_corners(rows);
        }
        for (place, corners) in self.corners.as_chunks::<256>().0[..=self.across].iter().enumerate() {
            let part = self.begins[place]..self.begins[place + 1];
            for (word, value) in self.words[part.clone()].iter_mut().zip(&row[part]) {
                *word = corners[*value as usize];
            }
        }
        dispatch!(level, simd => mix(simd, &self.words, &self.weights, weight, target));
    }

    fn join_corners(&mut self, rows: [usize; 2]) {
        let tables = self.tables.as_chunks::<256>().0;
        for (place, corners) in self.corners.as_chunks_mut::<256>().0[..=self.across].iter_mut().enumerate() {
            let columns = [place.saturating_sub(1), place.min(self.across - 1)];
            let [[a, b], [c, d]] = rows.map(|row| columns.map(|column| &tables[row * self.across + column]));
            for value in 0..256 {
                corners[value] = u32::from_le_bytes([a[value], b[value], c[value], d[value]]);
            }
        }
    }
}

/// Between which centres of tiles a row or column lies (0: before the first), and how far it is to the second of them.
fn between(position: usize, tile: usize) -> (usize, f32) {
    let place = position as f32 * (1.0 / tile as f32) - 0.5;
    let before = place.floor();
    ((before as isize + 1) as usize, place - before)
}

/// The table of one tile, which may reach beyond the image.
fn table_of(
    plane: View<'_, u8>,
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
    clip_limit: f64,
) -> [u8; 256] {
    let Shape { height, width, .. } = plane.shape();
    let area = columns.len() * rows.len();
    // Four histograms, so that equal neighbours do not wait for each other.
    let mut histograms = [[0_u32; 256]; 4];
    for y in rows {
        let row = plane.row(mirrored(y as isize, height));
        let inside = &row[columns.start.min(width)..columns.end.min(width)];
        let (quads, rest) = inside.as_chunks::<4>();
        for quad in quads {
            for (histogram, value) in histograms.iter_mut().zip(quad) {
                histogram[*value as usize] += 1;
            }
        }
        for value in rest {
            histograms[0][*value as usize] += 1;
        }
        for x in columns.start.max(width)..columns.end {
            histograms[0][row[mirrored(x as isize, width)] as usize] += 1;
        }
    }
    let mut histogram: [u32; 256] = std::array::from_fn(|value| histograms.iter().map(|counts| counts[value]).sum());
    let limit = ((clip_limit * area as f64 / 256.0) as u32).max(1);
    let mut clipped = 0;
    for count in &mut histogram {
        clipped += count.saturating_sub(limit);
        *count = (*count).min(limit);
    }
    let (share, rest) = (clipped / 256, clipped as usize % 256);
    for count in &mut histogram {
        *count += share;
    }
    // Below 256 nothing is shared out evenly: what is left goes to values as far apart as possible.
    let apart = 256_usize.checked_div(rest).unwrap_or(256).max(1);
    for count in histogram.iter_mut().step_by(apart).take(rest) {
        *count += 1;
    }
    let scale = 255.0 / area as f32;
    let mut sum = 0;
    histogram.map(|count| {
        sum += count;
        (sum as f32 * scale).round_ties_even() as u8
    })
}

/// Mixes the four corners of each pixel.
#[simd]
fn mix<S: Simd>(_: S, words: &[u32], weights: &[f32], lower: f32, target: &mut [u8]) {
    let upper = 1.0 - lower;
    for ((target, word), right) in target.iter_mut().zip(words).zip(weights) {
        let left = 1.0 - right;
        let corner = |index: u32| ((word >> (8 * index)) & 0xFF) as i32 as f32;
        let above = corner(0) * left + corner(1) * right;
        let below = corner(2) * left + corner(3) * right;
        // From 2²³ on, floats are whole numbers: the addition rounds to nearest.
        *target = (above * upper + below * lower + 8_388_608.0).to_bits() as u8;
    }
}
