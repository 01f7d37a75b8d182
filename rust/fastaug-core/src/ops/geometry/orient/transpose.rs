//! Rows that become columns, in tiles that fit registers.

use super::Symmetry;
use crate::{
    image::{Element, Shape, View, ViewMut},
    ops::arithmetic::planes::shuffles,
};
use fearless_simd::{Simd, SimdBase, prelude::*, u8x16, u16x8, u32x4};
use fearless_simd_macros::simd;

/// Writes a band of rows, from row `first` on, of an image that is transposed and perhaps flipped.
#[simd]
pub fn transpose_rows<S: Simd, T: Element>(
    simd: S,
    source: View<'_, T>,
    symmetry: Symmetry,
    first: usize,
    target: &mut ViewMut<'_, T>,
) {
    let (rows, columns) = (target.shape().height, target.shape().width);
    let place = Place { symmetry, output: symmetry.output_shape(source.shape()), first };
    let tiled = if shuffles(simd) {
        match source.shape().channels * T::DTYPE.size() {
            1 => tiles::<S, T, Singles>(simd, source, place, target),
            2 => tiles::<S, T, Pairs>(simd, source, place, target),
            3 => tiles::<S, T, Triples>(simd, source, place, target),
            4 => tiles::<S, T, Quads>(simd, source, place, target),
            _ => (0, 0),
        }
    } else {
        (0, 0)
    };
    single(source, place, target, 0..tiled.0, tiled.1..columns);
    single(source, place, target, tiled.0..rows, 0..columns);
}

/// Which rows of which image are written.
#[derive(Clone, Copy, Debug)]
struct Place {
    symmetry: Symmetry,
    /// The whole oriented image.
    output: Shape,
    /// The row of it that the band begins with.
    first: usize,
}

impl Place {
    /// The source row that becomes a column.
    #[inline(always)]
    fn source_row(&self, column: usize) -> usize {
        if self.symmetry.flip_x { self.output.width - 1 - column } else { column }
    }

    /// The source column that becomes a row of the band.
    #[inline(always)]
    fn source_column(&self, row: usize) -> usize {
        let row = self.first + row;
        if self.symmetry.flip_y { self.output.height - 1 - row } else { row }
    }
}

/// The definition.
#[inline(always)]
fn single<T: Element>(
    source: View<'_, T>,
    place: Place,
    target: &mut ViewMut<'_, T>,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
) {
    match source.shape().channels {
        1 => single_fixed::<T, 1>(source, place, target, rows, columns),
        2 => single_fixed::<T, 2>(source, place, target, rows, columns),
        3 => single_fixed::<T, 3>(source, place, target, rows, columns),
        4 => single_fixed::<T, 4>(source, place, target, rows, columns),
        channels => {
            for row in rows {
                let from = place.source_column(row) * channels;
                for column in columns.clone() {
                    let pixel = &mut target.row_mut(row)[column * channels..(column + 1) * channels];
                    pixel.copy_from_slice(&source.row(place.source_row(column))[from..from + channels]);
                }
            }
        }
    }
}

#[inline(always)]
fn single_fixed<T: Element, const CHANNELS: usize>(
    source: View<'_, T>,
    place: Place,
    target: &mut ViewMut<'_, T>,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
) {
    /// Source rows that are read together: a cache line of each stays at hand for all rows of the band.
    const TOGETHER: usize = 64;
    let (data, start, stride) = source.raw();
    for begin in columns.clone().step_by(TOGETHER) {
        let end = columns.end.min(begin + TOGETHER);
        for row in rows.clone() {
            let from = place.source_column(row) * CHANNELS;
            let pixels = target.row_mut(row)[begin * CHANNELS..end * CHANNELS].as_chunks_mut::<CHANNELS>().0;
            for (pixel, column) in pixels.iter_mut().zip(begin..end) {
                let at = (start as isize + place.source_row(column) as isize * stride) as usize + from;
                pixel.copy_from_slice(&data[at..at + CHANNELS]);
            }
        }
    }
}

/// A tile whose source rows, [`COLUMNS`](Self::COLUMNS) of them, become columns.
trait Tile {
    /// Singles of a pixel.
    const PIXEL: usize;
    /// Rows of the output that a tile makes.
    const ROWS: usize;
    /// Columns of the output that a tile makes.
    const COLUMNS: usize;

    /// Source rows into rows of the output; of each, the first [`COLUMNS`](Self::COLUMNS) pixels count.
    fn transpose<S: Simd>(simd: S, rows: &mut [u8x16<S>; 16]);
}

/// Zips registers until rows are columns: what stood in register `k` and `k + COUNT / 2` ends up side by side.
macro_rules! zip {
    ($rows:ident, $vector:ident, $count:literal) => {{
        let from = *$rows;
        for index in 0..$count / 2 {
            let first = from[index].bitcast::<$vector<S>>();
            let second = from[index + $count / 2].bitcast::<$vector<S>>();
            $rows[2 * index] = first.zip_low(second).bitcast();
            $rows[2 * index + 1] = first.zip_high(second).bitcast();
        }
    }};
}

/// One byte.
struct Singles;

impl Tile for Singles {
    const PIXEL: usize = 1;
    const ROWS: usize = 8;
    const COLUMNS: usize = 16;

    #[inline(always)]
    fn transpose<S: Simd>(_simd: S, rows: &mut [u8x16<S>; 16]) {
        // Only eight pixels of each row count, so the first round halves the registers.
        for index in 0..8 {
            rows[index] = rows[index].zip_low(rows[index + 8]);
        }
        zip!(rows, u8x16, 8);
        zip!(rows, u8x16, 8);
        zip!(rows, u8x16, 8);
    }
}

/// Two bytes.
struct Pairs;

impl Tile for Pairs {
    const PIXEL: usize = 2;
    const ROWS: usize = 8;
    const COLUMNS: usize = 8;

    #[inline(always)]
    fn transpose<S: Simd>(_simd: S, rows: &mut [u8x16<S>; 16]) {
        zip!(rows, u16x8, 8);
        zip!(rows, u16x8, 8);
        zip!(rows, u16x8, 8);
    }
}

/// Four bytes.
struct Quads;

impl Tile for Quads {
    const PIXEL: usize = 4;
    const ROWS: usize = 4;
    const COLUMNS: usize = 4;

    #[inline(always)]
    fn transpose<S: Simd>(_simd: S, rows: &mut [u8x16<S>; 16]) {
        zip!(rows, u32x4, 4);
        zip!(rows, u32x4, 4);
    }
}

/// Three bytes, moved as four.
struct Triples;

impl Tile for Triples {
    const PIXEL: usize = 3;
    const ROWS: usize = 4;
    const COLUMNS: usize = 4;

    #[inline(always)]
    fn transpose<S: Simd>(simd: S, rows: &mut [u8x16<S>; 16]) {
        const SPREAD: [u8; 16] = [0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11];
        const CLOSE_UP: [u8; 16] = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15];
        let (spread, close_up) = (u8x16::load_array(simd, SPREAD), u8x16::load_array(simd, CLOSE_UP));
        for row in &mut rows[..4] {
            *row = row.swizzle_dyn_within_blocks(spread);
        }
        Quads::transpose(simd, rows);
        for row in &mut rows[..4] {
            *row = row.swizzle_dyn_within_blocks(close_up);
        }
    }
}

/// Bytes that one load brings.
const BLOCK: usize = 16;

/// Makes as many whole tiles as fit; answers with the rows and columns that they cover.
#[inline(always)]
fn tiles<S: Simd, T: Element, K: Tile>(
    simd: S,
    source: View<'_, T>,
    place: Place,
    target: &mut ViewMut<'_, T>,
) -> (usize, usize) {
    let Shape { height, width, .. } = target.shape();
    let rows = height / K::ROWS * K::ROWS;
    // A store may write beyond its tile, what the next one or the rest overwrites, but not beyond its row.
    let columns = width.saturating_sub(BLOCK.div_ceil(K::PIXEL) - K::COLUMNS) / K::COLUMNS * K::COLUMNS;
    if columns == 0 {
        return (0, 0);
    }
    // All in bytes of the whole slices: rows would be looked up for every register of every tile.
    let size = T::DTYPE.size();
    let (values, start, stride) = source.raw();
    let values: &[u8] = bytemuck::cast_slice(values);
    let stride = stride * size as isize;
    let step = if place.symmetry.flip_x { -stride } else { stride };
    let mut row = 0;
    while row < rows {
        let mut together = TOGETHER.min(rows - row);
        let mut first;
        let mut window;
        loop {
            // The source column of the last row of the strip, where rows run backwards.
            let from = place.source_column(if place.symmetry.flip_y { row + together - 1 } else { row }) * K::PIXEL;
            first = (start * size + from) as isize + place.source_row(0) as isize * stride;
            window = (together - K::ROWS) * K::PIXEL + BLOCK;
            let last = first + (columns as isize - 1) * step;
            if first.max(last) as usize + window <= values.len() {
                break;
            }
            // The end of the slice is nearer than a load is long: so it is for one tile at most, the rightmost of the source.
            if together == K::ROWS {
                window = 0;
                break;
            }
            together = if place.symmetry.flip_y { K::ROWS } else { together - K::ROWS };
        }
        if window == 0 {
            single(source, place, target, row..row + together, 0..columns);
        } else {
            let (output, output_stride) = target.raw_mut();
            let output = &mut bytemuck::cast_slice_mut(output)[row * output_stride * size..];
            let mut strip = Vec::with_capacity(together);
            for bytes in output.chunks_mut(output_stride * size).take(together) {
                strip.push(&mut bytes[..width * K::PIXEL]);
            }
            if place.symmetry.flip_y {
                strip.reverse();
            }
            tiles_of_strip::<S, K>(simd, (values, first, step), window, columns, &mut strip);
        }
        row += together;
    }
    (rows, columns)
}

/// Rows of the output that are made together. The source is read down its columns, every few rows on another page of
/// memory: the more of each row is read at a time, the fewer cache lines and pages are looked for.
const TOGETHER: usize = 64;

/// Makes some rows of the output from end to end.
#[inline(always)]
fn tiles_of_strip<S: Simd, K: Tile>(
    simd: S,
    (values, mut from, step): (&[u8], isize, isize),
    window: usize,
    columns: usize,
    strip: &mut [&mut [u8]],
) {
    for column in (0..columns).step_by(K::COLUMNS) {
        let mut sources: [&[u8]; 16] = [&[]; 16];
        for source in &mut sources[..K::COLUMNS] {
            *source = &values[from as usize..][..window];
            from += step;
        }
        let at = column * K::PIXEL;
        for (tile, rows) in strip.chunks_exact_mut(K::ROWS).enumerate() {
            let mut registers = [u8x16::splat(simd, 0); 16];
            for (register, source) in registers.iter_mut().zip(&sources[..K::COLUMNS]) {
                *register = u8x16::from_slice(simd, &source[tile * K::ROWS * K::PIXEL..][..BLOCK]);
            }
            K::transpose(simd, &mut registers);
            for (row, register) in rows.iter_mut().zip(&registers[..K::ROWS]) {
                register.store_slice(&mut row[at..][..BLOCK]);
            }
        }
    }
}
