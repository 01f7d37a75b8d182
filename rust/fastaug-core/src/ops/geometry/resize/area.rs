//! OpenCV's `INTER_AREA` where no axis grows: each output pixel is the mean of the area it covers.

use super::{axis::step, taps::Sample};
use crate::{
    image::{Element, ImageMut, Scratch, View, ViewMut},
    ops::Context,
};
use fearless_simd::{Simd, SimdBase, dispatch, f32x4};
use fearless_simd_macros::simd;

/// Resizes to a size that is not larger on either axis.
pub fn resize<T: Sample>(source: View<'_, T>, mut target: ViewMut<'_, T>, context: &mut Context<'_>) {
    let (from, to) = (source.shape(), target.shape());
    let whole = [(from.width, to.width), (from.height, to.height)]
        .map(|(from, to)| ((step(from, to) - (from / to) as f64).abs() < f64::EPSILON).then_some(from / to));
    if let [Some(across), Some(down)] = whole
        && let (Some(source), ImageMut::U8(target)) = (u8::view(T::image(source)), T::image_mut(target.reborrow()))
    {
        return resize_whole(source, target, across, down, context);
    }
    let columns = Cells::new(from.width, to.width, context.scratch);
    let rows = Cells::new(from.height, to.height, context.scratch);
    let (from, to) = (from.row_len(), to.row_len());
    let mut buffers = [from + SLACK, from + SLACK, to + SLACK, to].map(|length| context.scratch.take::<f32>(length));
    dispatch!(context.level, simd => run(simd, source, target, &columns, &rows, &mut buffers));
    for buffer in buffers {
        context.scratch.give(buffer);
    }
    columns.give(context.scratch);
    rows.give(context.scratch);
}

/// Values after the end of a row that kernels may read or overwrite.
const SLACK: usize = 4;

/// Which source pixels each output pixel of one axis covers, and how much of each.
struct Cells {
    /// The first entry of each output pixel, and the end of the last.
    begins: Vec<u32>,
    /// The first source pixel of each output pixel; the others follow.
    first: Vec<u32>,
    weights: Vec<f32>,
    length: usize,
}

impl Cells {
    fn new(from: usize, to: usize, scratch: &mut Scratch) -> Self {
        let mut cells = Self {
            begins: scratch.take(to + 1),
            first: scratch.take(to),
            weights: scratch.take(from + 2 * to),
            length: to,
        };
        let step = step(from, to);
        let mut entry = 0;
        for index in 0..to {
            let begin = index as f64 * step;
            let end = begin + step;
            let size = step.min(from as f64 - begin);
            let last = (end.floor() as usize).min(from - 1);
            let inner = (begin.ceil() as usize).min(last);
            cells.begins[index] = entry as u32;
            cells.first[index] = inner as u32;
            let mut push = |weight: f64| {
                cells.weights[entry] = weight as f32;
                entry += 1;
            };
            // OpenCV takes no notice of slivers below a thousandth of a pixel.
            if inner as f64 - begin > 1e-3 {
                cells.first[index] -= 1;
                push((inner as f64 - begin) / size);
            }
            for _ in inner..last {
                push(1.0 / size);
            }
            if end - last as f64 > 1e-3 {
                push((end - last as f64).min(1.0).min(size) / size);
            }
        }
        cells.begins[to] = entry as u32;
        cells
    }

    /// The first source pixel of an output pixel, and the weights of it and those after it.
    #[inline(always)]
    fn cell(&self, index: usize) -> (usize, &[f32]) {
        let entries = self.begins[index] as usize..self.begins[index + 1] as usize;
        (self.first[index] as usize, &self.weights[entries])
    }

    fn give(self, scratch: &mut Scratch) {
        scratch.give(self.begins);
        scratch.give(self.first);
        scratch.give(self.weights);
    }
}

#[simd]
fn run<S: Simd, T: Sample>(
    simd: S,
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    columns: &Cells,
    rows: &Cells,
    buffers: &mut [Vec<f32>; 4],
) {
    let [wide, padded, sums, total] = buffers;
    let (from, to) = (source.shape(), target.shape());
    let total = &mut total[..to.row_len()];
    let mut held = usize::MAX;
    for y in 0..to.height {
        let (first, weights) = rows.cell(y);
        for (index, (&weight, row)) in weights.iter().zip(first..).enumerate() {
            // Two output rows may share a source row.
            if held != row {
                let wide = T::load(source.row(row), &mut wide[..from.row_len()]);
                sum_row(simd, wide, from.channels, columns, padded, sums);
                held = row;
            }
            if index == 0 {
                for (total, &sum) in total.iter_mut().zip(&*sums) {
                    *total = sum * weight;
                }
            } else {
                for (total, &sum) in total.iter_mut().zip(&*sums) {
                    *total += sum * weight;
                }
            }
        }
        T::store(total, target.row_mut(y));
    }
}

/// The weighted means along one row.
#[inline(always)]
fn sum_row<S: Simd>(simd: S, row: &[f32], channels: usize, columns: &Cells, padded: &mut [f32], sums: &mut [f32]) {
    match channels {
        1 => sum_single::<1>(row, columns, sums),
        2 => sum_single::<2>(row, columns, sums),
        3 => {
            // Room to read on after the last pixel.
            padded[..row.len()].copy_from_slice(row);
            sum_lanes::<S, 3>(simd, padded, columns, sums);
        }
        4 => sum_lanes::<S, 4>(simd, row, columns, sums),
        _ => {
            for (column, pixel) in sums.chunks_exact_mut(channels).take(columns.length).enumerate() {
                let (first, weights) = columns.cell(column);
                pixel.fill(0.0);
                for (source, &weight) in row[first * channels..].chunks_exact(channels).zip(weights) {
                    for (sum, &value) in pixel.iter_mut().zip(source) {
                        *sum += value * weight;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn sum_single<const CHANNELS: usize>(row: &[f32], columns: &Cells, sums: &mut [f32]) {
    let pixels = row.as_chunks::<CHANNELS>().0;
    for (column, pixel) in sums.as_chunks_mut::<CHANNELS>().0[..columns.length].iter_mut().enumerate() {
        let (first, weights) = columns.cell(column);
        let mut sum = [0.0; CHANNELS];
        for (source, &weight) in pixels[first..first + weights.len()].iter().zip(weights) {
            for channel in 0..CHANNELS {
                sum[channel] += source[channel] * weight;
            }
        }
        *pixel = sum;
    }
}

/// Three or four channels, each pixel in a register of four lanes.
#[inline(always)]
fn sum_lanes<S: Simd, const CHANNELS: usize>(simd: S, row: &[f32], columns: &Cells, sums: &mut [f32]) {
    for column in 0..columns.length {
        let (first, weights) = columns.cell(column);
        let mut sum = f32x4::splat(simd, 0.0);
        for (tap, &weight) in weights.iter().enumerate() {
            let at = (first + tap) * CHANNELS;
            sum += f32x4::from_slice(simd, &row[at..at + 4]) * f32x4::splat(simd, weight);
        }
        sum.store_slice(&mut sums[column * CHANNELS..column * CHANNELS + 4]);
    }
}

/// Resizes 8-bit pixels by whole factors: sums of whole numbers, rounded once.
fn resize_whole(source: View<'_, u8>, target: ViewMut<'_, u8>, across: usize, down: usize, context: &mut Context<'_>) {
    let mut sums = context.scratch.take::<u32>(source.shape().row_len());
    dispatch!(context.level, simd => run_whole(simd, source, target, across, down, &mut sums));
    context.scratch.give(sums);
}

#[simd]
fn run_whole<S: Simd>(
    simd: S,
    source: View<'_, u8>,
    mut target: ViewMut<'_, u8>,
    across: usize,
    down: usize,
    sums: &mut [u32],
) {
    let channels = source.shape().channels;
    for y in 0..target.shape().height {
        let row = target.row_mut(y);
        let sums = &mut sums[..row.len() * across];
        for (sum, &value) in sums.iter_mut().zip(source.row(y * down)) {
            *sum = u32::from(value);
        }
        for below in 1..down {
            for (sum, &value) in sums.iter_mut().zip(source.row(y * down + below)) {
                *sum += u32::from(value);
            }
        }
        match (channels, across) {
            (1, 2) => add_across::<1>(2, down, sums, row),
            (3, 2) => add_across::<3>(2, down, sums, row),
            (4, 2) => add_across::<4>(2, down, sums, row),
            (1, _) => add_across::<1>(across, down, sums, row),
            (3, _) => add_across::<3>(across, down, sums, row),
            (4, _) => add_across::<4>(across, down, sums, row),
            _ => {
                for (pixel, sums) in row.chunks_exact_mut(channels).zip(sums.chunks_exact(channels * across)) {
                    for (channel, value) in pixel.iter_mut().enumerate() {
                        *value = mean(sums.iter().skip(channel).step_by(channels).sum(), across, down);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn add_across<const CHANNELS: usize>(across: usize, down: usize, sums: &[u32], row: &mut [u8]) {
    let cells = sums.chunks_exact(CHANNELS * across);
    for (pixel, cell) in row.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(cells) {
        let mut total = [0; CHANNELS];
        for source in cell.as_chunks::<CHANNELS>().0 {
            for channel in 0..CHANNELS {
                total[channel] += source[channel];
            }
        }
        *pixel = total.map(|total| mean(total, across, down));
    }
}

/// Two by two rounds halves up, other factors to even.
#[inline(always)]
fn mean(total: u32, across: usize, down: usize) -> u8 {
    if (across, down) == (2, 2) {
        ((total + 2) >> 2) as u8
    } else {
        (total as f32 * (1.0 / (across * down) as f32)).round_ties_even() as u8
    }
}
