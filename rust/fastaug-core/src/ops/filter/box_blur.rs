//! The mean over a square.
//!
//! The sums of the columns slide down the image; each row of them is then summed over a window. Channels need no care
//! of their own, since neighbours are `channels` values apart. The mean of `uint8` is exact, rounded to nearest (an odd
//! square leaves no ties), which is what OpenCV computes.

use super::{
    FilterOp,
    block::{BLOCK, block_at, blocks, load_floats, load_words, store_bytes, store_floats, write_block},
    margin::{mirror_ends, mirrored},
};
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, arithmetic::products::high_product},
};
use fearless_simd::{Simd, dispatch, f32x8, prelude::*, u16x16};
use fearless_simd_macros::simd;
use std::{
    fmt,
    ops::{Add, Sub},
};

/// Replaces each pixel by the mean of the `size` × `size` pixels around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxBlur {
    /// Side of the square; odd and at most [`BoxBlur::LARGEST`].
    pub size: usize,
}

impl BoxBlur {
    /// The largest side for which the sum of `size` × `size` bytes fits 31 bits.
    pub const LARGEST: usize = 2901;
    /// The largest side whose columns are added one by one; the sum of `size` × `size` bytes fits 16 bits.
    const LARGEST_FEW: usize = 15;
}

impl fmt::Display for BoxBlur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blur {0}×{0}", self.size)
    }
}

impl FilterOp for BoxBlur {
    fn any_channels(&self) -> bool {
        true
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let size = self.size;
        assert!(size % 2 == 1 && size <= Self::LARGEST, "a box of {size}×{size} was sampled");
        let level = context.level;
        let shape = input.shape();
        match (input, output) {
            (Image::U8(source), ImageMut::U8(mut target)) if size == 1 => target.copy_from(source),
            (Image::F32(source), ImageMut::F32(mut target)) if size == 1 => target.copy_from(source),
            (Image::U8(source), ImageMut::U8(target)) if size <= Self::LARGEST_FEW => {
                let mut columns = Columns::take(size, shape, context);
                let mean = Division::by((size * size) as u16);
                dispatch!(level, simd => blur_bytes(simd, source, target, &mut columns, mean));
                columns.give(context);
            }
            (Image::U8(source), ImageMut::U8(target)) => {
                let mut columns = Columns::take(size, shape, context);
                let mean = Reciprocal::of_square(size);
                dispatch!(level, simd => blur_bytes(simd, source, target, &mut columns, mean));
                columns.give(context);
            }
            (Image::F32(source), ImageMut::F32(target)) => {
                let mut columns = Columns::take(size, shape, context);
                let mut ends = context.scratch.take(size * shape.row_len());
                let mut beginning = context.scratch.take(shape.row_len());
                let mean = Reciprocal::of_square(size);
                dispatch!(
                    level,
                    simd => blur_floats(simd, source, target, &mut columns, &mut ends, &mut beginning, mean)
                );
                context.scratch.give(ends);
                context.scratch.give(beginning);
                columns.give(context);
            }
            _ => unreachable!("only pictures are blurred"),
        }
    }
}

/// One row of column sums with mirrored ends, and memory to add up its windows.
struct Columns<A> {
    size: usize,
    shape: Shape,
    sums: Vec<A>,
    /// Sums over windows while their length doubles.
    doubled: [Vec<A>; 2],
    /// The growing sum over whole windows.
    window: Vec<A>,
}

impl<A: Element> Columns<A> {
    fn take(size: usize, shape: Shape, context: &mut Context<'_>) -> Self {
        let length = shape.row_len() + (size - 1) * shape.channels;
        let mut take = |length| context.scratch.take(length);
        Self {
            size,
            shape,
            sums: take(length + BLOCK),
            doubled: [take(length), take(length)],
            window: take(shape.row_len()),
        }
    }

    fn give(self, context: &mut Context<'_>) {
        let [first, second] = self.doubled;
        for buffer in [self.sums, first, second, self.window] {
            context.scratch.give(buffer);
        }
    }

    /// The part of the row that lies inside the image.
    fn inside(&mut self) -> &mut [A] {
        &mut self.sums[self.size / 2 * self.shape.channels..][..self.shape.row_len()]
    }

    fn mirror_ends(&mut self) {
        let Shape { width, channels, .. } = self.shape;
        mirror_ends(&mut self.sums[..(width + self.size - 1) * channels], self.size / 2, width, channels);
    }
}

/// Makes means of the windows of a row of column sums.
trait Mean<A, T>: Copy {
    fn write<S: Simd>(self, simd: S, columns: &mut Columns<A>, target: &mut [T]);
}

/// Exact division of 16-bit sums by an odd area, rounded to nearest, as a multiplication.
#[derive(Clone, Copy)]
struct Division {
    half: u16,
    factor: u16,
    shift: u32,
}

impl Division {
    /// The factor is the least above 2^(16 + shift) / area. Its excess over the true quotient, times the largest sum,
    /// stays below 2^(16 + shift) for every odd area up to 15² (a test tries all of them).
    fn by(area: u16) -> Self {
        let shift = area.ilog2();
        Self { half: area / 2, factor: ((1_u32 << (16 + shift)) / u32::from(area) + 1) as u16, shift }
    }
}

impl Mean<u16, u8> for Division {
    #[simd]
    fn write<S: Simd>(self, simd: S, columns: &mut Columns<u16>, target: &mut [u8]) {
        let channels = columns.shape.channels;
        match columns.size {
            3 => self.write_known::<3, S>(simd, &columns.sums, channels, target),
            5 => self.write_known::<5, S>(simd, &columns.sums, channels, target),
            7 => self.write_known::<7, S>(simd, &columns.sums, channels, target),
            size => self.write_few(simd, size, &columns.sums, channels, target),
        }
    }
}

impl Division {
    /// The common sizes, unrolled.
    #[inline(always)]
    fn write_known<const SIZE: usize, S: Simd>(self, simd: S, sums: &[u16], channels: usize, target: &mut [u8]) {
        self.write_few(simd, SIZE, sums, channels, target);
    }

    #[inline(always)]
    fn write_few<S: Simd>(self, simd: S, size: usize, sums: &[u16], channels: usize, target: &mut [u8]) {
        for begin in blocks(target.len()) {
            let mut window = [u16x16::splat(simd, self.half); BLOCK / 16];
            for column in 0..size {
                let sums = load_words(simd, block_at(sums, begin + column * channels));
                for (window, sums) in window.iter_mut().zip(sums) {
                    *window += sums;
                }
            }
            let factor = std::hint::black_box(u16x16::splat(simd, self.factor));
            for window in &mut window {
                *window = high_product(*window, factor) >> self.shift;
            }
            write_block(
                target,
                begin,
                #[inline(always)]
                |target| store_bytes(window, target),
            );
        }
    }
}

/// Multiplication by the reciprocal of the area.
#[derive(Clone, Copy)]
struct Reciprocal(f32);

impl Reciprocal {
    fn of_square(size: usize) -> Self {
        Self(1.0 / (size * size) as f32)
    }
}

impl Mean<u32, u8> for Reciprocal {
    #[simd]
    fn write<S: Simd>(self, simd: S, columns: &mut Columns<u32>, target: &mut [u8]) {
        add_up_windows(simd, columns);
        for (target, sum) in target.iter_mut().zip(&columns.window) {
            // From 2²³ on, floats are whole numbers: the addition rounds to nearest.
            let rounded = *sum as i32 as f32 * self.0 + 8_388_608.0;
            *target = rounded.to_bits() as u8;
        }
    }
}

impl Mean<f32, f32> for Reciprocal {
    #[simd]
    fn write<S: Simd>(self, simd: S, columns: &mut Columns<f32>, target: &mut [f32]) {
        if columns.size > BoxBlur::LARGEST_FEW {
            add_up_windows(simd, columns);
            for (target, sum) in target.iter_mut().zip(&columns.window) {
                *target = sum * self.0;
            }
            return;
        }
        for begin in blocks(target.len()) {
            let mut window = [f32x8::splat(simd, 0.0); BLOCK / 8];
            for column in 0..columns.size {
                let sums = load_floats(simd, block_at(&columns.sums, begin + column * columns.shape.channels));
                for (window, sums) in window.iter_mut().zip(sums) {
                    *window += sums;
                }
            }
            for window in &mut window {
                *window *= self.0;
            }
            write_block(
                target,
                begin,
                #[inline(always)]
                |target| store_floats(window, target),
            );
        }
    }
}

/// Sums over windows of 1, 2, 4, 8, … columns, each made of two of the one before; the binary digits of the size say
/// which of them make up the whole.
#[simd]
fn add_up_windows<S: Simd, A: Copy + Add<Output = A>>(_: S, columns: &mut Columns<A>) {
    let (size, channels, length) = (columns.size, columns.shape.channels, columns.shape.row_len());
    let window = &mut columns.window[..length];
    window.copy_from_slice(&columns.sums[..length]);
    let [doubled, next] = &mut columns.doubled;
    let mut available = length + (size - 1) * channels;
    let (mut covered, mut span) = (1, 1);
    while covered < size {
        available -= span * channels;
        let before = if span == 1 { &columns.sums[..] } else { &doubled[..] };
        let (first, second) = (&before[..available], &before[span * channels..][..available]);
        for ((next, first), second) in next[..available].iter_mut().zip(first).zip(second) {
            *next = *first + *second;
        }
        std::mem::swap(doubled, next);
        span *= 2;
        if size & span != 0 {
            for (sum, more) in window.iter_mut().zip(&doubled[covered * channels..][..length]) {
                *sum = *sum + *more;
            }
            covered += span;
        }
    }
}

#[simd]
fn blur_bytes<S: Simd, A, M>(
    simd: S,
    source: View<'_, u8>,
    mut target: ViewMut<'_, u8>,
    columns: &mut Columns<A>,
    mean: M,
) where
    A: Element + From<u8> + Add<Output = A> + Sub<Output = A>,
    M: Mean<A, u8>,
{
    let height = source.shape().height;
    let radius = (columns.size / 2) as isize;
    let row = |y: isize| source.row(mirrored(y, height));
    for y in 0..height as isize {
        if y == 0 {
            columns.inside().fill(A::from(0));
            for y in -radius..=radius {
                add(simd, columns.inside(), row(y));
            }
        } else {
            slide(simd, columns.inside(), row(y + radius), row(y - 1 - radius));
        }
        columns.mirror_ends();
        mean.write(simd, columns, target.row_mut(y as usize));
    }
}

#[simd]
fn add<S: Simd, A: Copy + From<u8> + Add<Output = A>>(_: S, sums: &mut [A], row: &[u8]) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum = *sum + A::from(*value);
    }
}

#[simd]
fn slide<S: Simd, A>(_: S, sums: &mut [A], enters: &[u8], leaves: &[u8])
where
    A: Copy + From<u8> + Add<Output = A> + Sub<Output = A>,
{
    for ((sum, enters), leaves) in sums.iter_mut().zip(enters).zip(leaves) {
        *sum = *sum + A::from(*enters) - A::from(*leaves);
    }
}

/// A float that has left the window must leave no rounding error behind, and no infinity, so these sums cannot slide.
/// Instead rows are grouped in blocks of `size`: every window is the end of one block (`ends` holds those of all
/// lengths) and the beginning of the next, and both are running sums.
#[simd]
fn blur_floats<S: Simd>(
    simd: S,
    source: View<'_, f32>,
    mut target: ViewMut<'_, f32>,
    columns: &mut Columns<f32>,
    ends: &mut [f32],
    beginning: &mut [f32],
    mean: Reciprocal,
) {
    let (size, length) = (columns.size, source.shape().row_len());
    let row = |y: usize| source.row(mirrored(y as isize - (size / 2) as isize, source.shape().height));
    let beginning = &mut beginning[..length];
    for y in 0..source.shape().height {
        let within = y % size;
        if within == 0 {
            ends[(size - 1) * length..][..length].copy_from_slice(row(y + size - 1));
            for from in (0..size - 1).rev() {
                let (end, after) = ends[from * length..].split_at_mut(length);
                sum(simd, end, after, row(y + from));
            }
            columns.inside().copy_from_slice(&ends[..length]);
            beginning.fill(0.0);
        } else {
            accumulate(simd, beginning, row(y + size - 1));
            sum(simd, columns.inside(), &ends[within * length..], beginning);
        }
        columns.mirror_ends();
        mean.write(simd, columns, target.row_mut(y));
    }
}

#[simd]
fn sum<S: Simd>(_: S, sums: &mut [f32], first: &[f32], second: &[f32]) {
    for ((sum, first), second) in sums.iter_mut().zip(first).zip(second) {
        *sum = first + second;
    }
}

#[simd]
fn accumulate<S: Simd>(_: S, sums: &mut [f32], row: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += value;
    }
}
