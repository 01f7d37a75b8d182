//! Copies one source pixel for each output pixel.

use crate::{
    image::{Element, Scratch, Shape, View, ViewMut},
    ops::{
        Context,
        arithmetic::planes::{NONE, shuffles},
    },
};
use fearless_simd::{Simd, SimdBase, dispatch, u8x16};
use fearless_simd_macros::simd;

/// Resizes; `pick` names the source pixel on one axis, from the output pixel and both lengths.
pub fn resize<T: Element>(
    source: View<'_, T>,
    target: ViewMut<'_, T>,
    pick: fn(usize, usize, usize) -> usize,
    context: &mut Context<'_>,
) {
    let columns = Columns::new::<T>(source.shape(), target.shape().width, pick, context.scratch);
    dispatch!(context.level, simd => run(simd, source, target, pick, &columns));
    columns.give(context.scratch);
}

/// Bytes that one load brings, and one store takes.
const BLOCK: usize = 16;

/// Where the output columns come from.
struct Columns {
    /// The first value of each output column's source pixel.
    offsets: Vec<u32>,
    width: usize,
    /// Bytes that share one load; none where pixels are copied one by one.
    run: usize,
    /// Where the load of each run begins, in bytes.
    loads: Vec<u32>,
    /// Which byte of its load each output byte is; the bytes of other runs are left out.
    indices: Vec<u8>,
    /// Output bytes, a multiple of [`BLOCK`].
    bytes: usize,
}

impl Columns {
    fn new<T: Element>(
        source: Shape,
        width: usize,
        pick: fn(usize, usize, usize) -> usize,
        scratch: &mut Scratch,
    ) -> Self {
        let pixel = source.channels * T::DTYPE.size();
        let bytes = (width * pixel).next_multiple_of(BLOCK);
        let blocks = pixel <= 4 && source.width * pixel >= BLOCK;
        let mut columns = Self {
            offsets: scratch.take(width),
            width,
            run: 0,
            loads: scratch.take(if blocks { bytes / 4 } else { 0 }),
            indices: scratch.take(if blocks { bytes * 4 } else { 0 }),
            bytes,
        };
        for (x, offset) in columns.offsets[..width].iter_mut().enumerate() {
            *offset = (pick(x, source.width, width) * source.channels) as u32;
        }
        if blocks {
            let last = source.width * pixel - BLOCK;
            columns.run =
                [16, 8, 4].into_iter().find(|&run| columns.place(run, pixel, T::DTYPE.size(), last)).unwrap_or(0);
        }
        columns
    }

    /// Lets every run of output bytes share a load, if they lie close enough.
    fn place(&mut self, run: usize, pixel: usize, value: usize, last: usize) -> bool {
        let indices = self.indices[..self.bytes * BLOCK / run].chunks_exact_mut(BLOCK);
        let (mut column, mut byte) = (0, 0);
        for (number, (load, indices)) in self.loads.iter_mut().zip(indices).enumerate() {
            indices.fill(NONE);
            let begin = (self.offsets[column] as usize * value).min(last);
            *load = begin as u32;
            let place = number * run % BLOCK;
            for index in &mut indices[place..place + run] {
                let at = self.offsets[column] as usize * value + byte - begin;
                if at >= BLOCK {
                    return false;
                }
                *index = at as u8;
                // The bytes beyond the last pixel repeat it.
                byte += 1;
                if byte == pixel {
                    (column, byte) = ((column + 1).min(self.width - 1), 0);
                }
            }
        }
        true
    }

    fn give(self, scratch: &mut Scratch) {
        scratch.give(self.offsets);
        scratch.give(self.loads);
        scratch.give(self.indices);
    }
}

#[simd]
fn run<S: Simd, T: Element>(
    simd: S,
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    pick: fn(usize, usize, usize) -> usize,
    columns: &Columns,
) {
    let (from, to) = (source.shape(), target.shape());
    let mut written: Option<(usize, usize)> = None;
    for y in 0..to.height {
        let picked = pick(y, from.height, to.height);
        match written {
            // Enlarging repeats rows.
            Some((row, earlier)) if row == picked => {
                let (before, now) = target.row_pair_mut(earlier, y);
                now.copy_from_slice(before);
            }
            _ => {
                let (row, target) = (source.row(picked), target.row_mut(y));
                copy_row(simd, columns, from.channels, row, target);
                written = Some((picked, y));
            }
        }
    }
}

/// Makes one row.
#[inline(always)]
fn copy_row<S: Simd, T: Element>(simd: S, columns: &Columns, channels: usize, row: &[T], target: &mut [T]) {
    let run = if shuffles(simd) { columns.run } else { 0 };
    if run > 0 {
        let (row, target) = (bytemuck::cast_slice(row), bytemuck::cast_slice_mut(target));
        return match run {
            16 => copy_runs::<S, 1>(simd, columns, row, target),
            8 => copy_runs::<S, 2>(simd, columns, row, target),
            _ => copy_runs::<S, 4>(simd, columns, row, target),
        };
    }
    match channels {
        1 => copy_fixed::<T, 1>(columns, row, target),
        2 => copy_fixed::<T, 2>(columns, row, target),
        3 => copy_fixed::<T, 3>(columns, row, target),
        4 => copy_fixed::<T, 4>(columns, row, target),
        _ => {
            for (pixel, &offset) in target.chunks_exact_mut(channels).zip(&columns.offsets) {
                pixel.copy_from_slice(&row[offset as usize..][..channels]);
            }
        }
    }
}

#[inline(always)]
fn copy_fixed<T: Element, const CHANNELS: usize>(columns: &Columns, row: &[T], target: &mut [T]) {
    for (pixel, &offset) in target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(&columns.offsets) {
        pixel.copy_from_slice(&row[offset as usize..offset as usize + CHANNELS]);
    }
}

/// Puts each block of output bytes together from `RUNS` loads.
#[inline(always)]
fn copy_runs<S: Simd, const RUNS: usize>(simd: S, columns: &Columns, row: &[u8], target: &mut [u8]) {
    let loads = &columns.loads.as_chunks::<RUNS>().0[..columns.bytes / BLOCK];
    let indices = columns.indices.chunks_exact(RUNS * BLOCK);
    let (blocks, rest) = target.as_chunks_mut::<BLOCK>();
    let mut end = [0; BLOCK];
    for ((target, loads), indices) in blocks.iter_mut().chain([&mut end]).zip(loads).zip(indices) {
        let mut block = u8x16::splat(simd, 0);
        for (&load, indices) in loads.iter().zip(indices.as_chunks::<BLOCK>().0) {
            let bytes = u8x16::from_slice(simd, &row[load as usize..load as usize + BLOCK]);
            block |= bytes.swizzle_dyn_within_blocks(u8x16::load_array_ref(simd, indices));
        }
        block.store_array(target);
    }
    rest.copy_from_slice(&end[..rest.len()]);
}
