//! Weighted means with the bell curve.
//!
//! Columns first: the weighted sum of whole rows, which needs no care at the sides; then the row of sums, with mirrored
//! ends. Both kernels are symmetric, so two neighbours share one multiplication.
//!
//! `uint8` is computed in fixed point: weights have 16 bits, values between the passes 7 bits after the point. The result
//! is within 1 of the exact mean, and equal in 99 of 100 pixels. `float32` is multiplied and added in the order of the
//! weights, from the centre outwards, and kept in 0…1.

use super::{
    FilterOp,
    block::{
        self, BLOCK, block_at, blocks, load_bytes, load_floats, load_words, store_bytes, store_floats, store_words,
        write_block,
    },
    margin::{mirror_ends, mirrored},
};
use crate::{
    image::{Element, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, arithmetic::products::high_product},
};
use fearless_simd::{Simd, dispatch, f32x8, prelude::*, u16x16};
use fearless_simd_macros::simd;
use std::fmt;

/// Blurs with a symmetric kernel on each axis.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianBlur {
    /// Weights across, from the centre outwards; with both sides counted they add up to 1.
    pub horizontal: Vec<f64>,
    /// Weights down, likewise.
    pub vertical: Vec<f64>,
}

impl GaussianBlur {
    /// The same bell curve on both axes, `size` (odd) pixels wide.
    pub fn new(sigma: f64, size: usize) -> Self {
        let weights = bell(sigma, size);
        Self { horizontal: weights.clone(), vertical: weights }
    }
}

/// Weights on one side that 7 bits after the point suffice for: with twice 63 lost halves of the last bit, a flat image
/// stays exactly as it is.
const WIDEST: usize = 64;

/// One side of a bell curve that is `size` (odd) pixels wide, from the centre outwards.
pub fn bell(sigma: f64, size: usize) -> Vec<f64> {
    let mut weights: Vec<f64> = (0..=size / 2)
        .map(|distance| {
            let ratio = distance as f64 / sigma;
            // Without any width only the centre is left, where 0 / 0 would have no value.
            if distance == 0 { 1.0 } else { libm::exp(-0.5 * ratio * ratio) }
        })
        .collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

impl fmt::Display for GaussianBlur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gaussian blur {}×{}", 2 * self.horizontal.len() - 1, 2 * self.vertical.len() - 1)
    }
}

impl FilterOp for GaussianBlur {
    fn any_channels(&self) -> bool {
        true
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) if self.horizontal.len().max(self.vertical.len()) > WIDEST => {
                self.blur_as_floats(source, target, context);
            }
            (Image::U8(source), ImageMut::U8(target)) => self.blur::<Bytes>(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => self.blur::<Floats>(source, target, context),
            _ => unreachable!("only pictures are blurred"),
        }
    }
}

impl GaussianBlur {
    fn blur<A: Arithmetic>(
        &self,
        source: View<'_, A::Value>,
        target: ViewMut<'_, A::Value>,
        context: &mut Context<'_>,
    ) {
        let weights = Weights::<A> { horizontal: A::weights(&self.horizontal), vertical: A::weights(&self.vertical) };
        let shape = source.shape();
        let margin = (weights.horizontal.len() - 1) * shape.channels;
        let mut sums = context.scratch.take(shape.row_len() + 2 * margin + BLOCK);
        if shape.row_len() < BLOCK {
            // Rows are read in blocks, so rows that are shorter than one are copied to where there is room.
            let mut copy = context.scratch.take(shape.height * BLOCK);
            for (row, from) in copy.chunks_exact_mut(BLOCK).zip(source.rows()) {
                row[..from.len()].copy_from_slice(from);
            }
            let rows = View::contiguous(&copy, Shape::new(shape.height, BLOCK, 1));
            dispatch!(context.level, simd => blur::<A, _>(simd, rows, target, &weights, &mut sums));
            context.scratch.give(copy);
        } else {
            dispatch!(context.level, simd => blur::<A, _>(simd, source, target, &weights, &mut sums));
        }
        context.scratch.give(sums);
    }

    /// Very wide kernels, whose many small weights would not add up well in 16 bits.
    fn blur_as_floats(&self, source: View<'_, u8>, mut target: ViewMut<'_, u8>, context: &mut Context<'_>) {
        let shape = source.shape();
        let mut floats = context.scratch.take::<f32>(shape.len());
        let mut blurred = context.scratch.take::<f32>(shape.len());
        for (row, from) in floats.chunks_exact_mut(shape.row_len()).zip(source.rows()) {
            for (value, from) in row.iter_mut().zip(from) {
                *value = f32::from(*from) / 255.0;
            }
        }
        self.blur::<Floats>(View::contiguous(&floats, shape), ViewMut::contiguous(&mut blurred, shape), context);
        for (row, from) in target.rows_mut().zip(blurred.chunks_exact(shape.row_len())) {
            for (value, from) in row.iter_mut().zip(from) {
                // From 2²³ on, floats are whole numbers: the addition rounds to nearest.
                *value = (from * 255.0 + 8_388_608.0).to_bits() as u8;
            }
        }
        context.scratch.give(floats);
        context.scratch.give(blurred);
    }
}

struct Weights<A: Arithmetic> {
    horizontal: Vec<A::Sum>,
    vertical: Vec<A::Sum>,
}

/// How pixels of a type are weighed. Weights and sums between the passes are of one type.
trait Arithmetic {
    type Value: Element;
    type Sum: Element;

    /// Weights as the passes take them, from the centre outwards.
    fn weights(weights: &[f64]) -> Vec<Self::Sum>;

    /// A row of sums of weighted rows; the first is the centre, the others come in pairs.
    fn columns<S: Simd>(simd: S, rows: &[&[Self::Value]], weights: &[Self::Sum], sums: &mut [Self::Sum]);

    /// Sums of weighted neighbours, which lie `shift` apart; the first lies in the middle of `sums`.
    fn row<S: Simd>(simd: S, sums: &[Self::Sum], shift: usize, weights: &[Self::Sum], target: &mut [Self::Value]);
}

#[simd]
fn blur<A: Arithmetic, S: Simd>(
    simd: S,
    source: View<'_, A::Value>,
    mut target: ViewMut<'_, A::Value>,
    weights: &Weights<A>,
    sums: &mut [A::Sum],
) {
    let shape = target.shape();
    let radius = weights.horizontal.len() - 1;
    let margin = radius * shape.channels;
    let mut rows = Vec::with_capacity(2 * weights.vertical.len());
    for y in 0..shape.height {
        let row = |distance: isize| source.row(mirrored(y as isize + distance, shape.height));
        rows.clear();
        rows.push(row(0));
        for distance in 1..weights.vertical.len() as isize {
            rows.extend([row(-distance), row(distance)]);
        }
        A::columns(simd, &rows, &weights.vertical, &mut sums[margin..][..rows[0].len()]);
        mirror_ends(&mut sums[..shape.row_len() + 2 * margin], radius, shape.width, shape.channels);
        A::row(simd, sums, shape.channels, &weights.horizontal, target.row_mut(y));
    }
}

/// Fixed point. Each product loses what is below the last bit, half of it on average, which is given back at the start of
/// the sum.
enum Bytes {}

impl Bytes {
    /// Bits after the point between the passes: the sum of two values still fits 16 bits.
    const FRACTION: u32 = 7;

    fn start(pairs: &[u16]) -> u16 {
        pairs.len().div_ceil(2) as u16
    }
}

impl Arithmetic for Bytes {
    type Value = u8;
    type Sum = u16;

    /// The rounding error of each weight is handed to the next one inside, and the rest to the centre, so that they add
    /// up to 1 exactly. Weights that come out as nothing are left away.
    fn weights(weights: &[f64]) -> Vec<u16> {
        let (mut error, mut sum) = (0.0, 0);
        let mut fixed: Vec<u16> = weights[1..]
            .iter()
            .rev()
            .map(|weight| {
                let exact = weight * 65536.0 + error;
                let rounded = exact.round_ties_even();
                error = exact - rounded;
                sum += 2 * rounded as i32;
                rounded as u16
            })
            .skip_while(|weight| *weight == 0)
            .collect();
        // A centre that takes all is 1/65536 short of it, which rounding makes up for.
        fixed.push((65536 - sum).clamp(0, 65535) as u16);
        fixed.reverse();
        fixed
    }

    #[inline(always)]
    fn columns<S: Simd>(simd: S, rows: &[&[u8]], weights: &[u16], sums: &mut [u16]) {
        let (centre, pairs) = rows.split_first().expect("the row itself");
        let (pairs, weights) = (pairs.as_chunks::<2>().0, weights.split_first().expect("the weight of the row itself"));
        for begin in blocks(sums.len()) {
            let mut block = [u16x16::splat(simd, Self::start(weights.1)); BLOCK / 16];
            let weight = u16x16::splat(simd, std::hint::black_box(*weights.0));
            for (sum, value) in block.iter_mut().zip(load_bytes(simd, block_at(centre, begin))) {
                *sum += high_product(value << Self::FRACTION, weight);
            }
            for (pair, weight) in pairs.iter().zip(weights.1) {
                let weight = u16x16::splat(simd, *weight);
                let first = load_bytes(simd, block_at(pair[0], begin));
                let second = load_bytes(simd, block_at(pair[1], begin));
                for index in 0..block.len() {
                    block[index] += high_product((first[index] + second[index]) << Self::FRACTION, weight);
                }
            }
            write_block(
                sums,
                begin,
                #[inline(always)]
                |target| store_words(block, target),
            );
        }
    }

    #[inline(always)]
    fn row<S: Simd>(simd: S, sums: &[u16], shift: usize, weights: &[u16], target: &mut [u8]) {
        let (centre, weights) = weights.split_first().expect("the weight of the pixel itself");
        let start = Self::start(weights) + (1 << (Self::FRACTION - 1));
        let margin = weights.len() * shift;
        for begin in blocks(target.len()) {
            let mut block = [u16x16::splat(simd, start); BLOCK / 16];
            let weight = u16x16::splat(simd, std::hint::black_box(*centre));
            for (sum, value) in block.iter_mut().zip(load_words(simd, block_at(sums, begin + margin))) {
                *sum += high_product(value, weight);
            }
            let (mut left, mut right) = (begin + margin, begin + margin);
            for weight in weights {
                (left, right) = (left - shift, right + shift);
                let weight = u16x16::splat(simd, *weight);
                let first = load_words(simd, block_at(sums, left));
                let second = load_words(simd, block_at(sums, right));
                for index in 0..block.len() {
                    block[index] += high_product(first[index] + second[index], weight);
                }
            }
            for sum in &mut block {
                *sum >>= Self::FRACTION;
            }
            write_block(
                target,
                begin,
                #[inline(always)]
                |target| store_bytes(block, target),
            );
        }
    }
}

/// Floating point, as it is.
enum Floats {}

impl Arithmetic for Floats {
    type Value = f32;
    type Sum = f32;

    fn weights(weights: &[f64]) -> Vec<f32> {
        weights.iter().map(|weight| *weight as f32).collect()
    }

    #[inline(always)]
    fn columns<S: Simd>(simd: S, rows: &[&[f32]], weights: &[f32], sums: &mut [f32]) {
        let (centre, pairs) = rows.split_first().expect("the row itself");
        for begin in blocks(sums.len()) {
            let mut block = weigh_floats(simd, block_at(centre, begin), weights[0]);
            for (pair, weight) in pairs.as_chunks::<2>().0.iter().zip(&weights[1..]) {
                add_floats(simd, &mut block, block_at(pair[0], begin), block_at(pair[1], begin), *weight);
            }
            write_block(
                sums,
                begin,
                #[inline(always)]
                |target| store_floats(block, target),
            );
        }
    }

    #[inline(always)]
    fn row<S: Simd>(simd: S, sums: &[f32], shift: usize, weights: &[f32], target: &mut [f32]) {
        let margin = (weights.len() - 1) * shift;
        for begin in blocks(target.len()) {
            let mut block = weigh_floats(simd, block_at(sums, begin + margin), weights[0]);
            let (mut left, mut right) = (begin + margin, begin + margin);
            for weight in &weights[1..] {
                (left, right) = (left - shift, right + shift);
                add_floats(simd, &mut block, block_at(sums, left), block_at(sums, right), *weight);
            }
            write_block(
                target,
                begin,
                #[inline(always)]
                |target| {
                    store_floats(block, target);
                    for value in target {
                        *value = value.clamp(0.0, 1.0);
                    }
                },
            );
        }
    }
}

#[inline(always)]
fn weigh_floats<S: Simd>(simd: S, values: &[f32; BLOCK], weight: f32) -> block::Floats<S> {
    let mut block = load_floats(simd, values);
    let weight = f32x8::splat(simd, weight);
    for value in &mut block {
        *value *= weight;
    }
    block
}

#[inline(always)]
fn add_floats<S: Simd>(simd: S, sums: &mut block::Floats<S>, first: &[f32; BLOCK], second: &[f32; BLOCK], weight: f32) {
    let (first, second) = (load_floats(simd, first), load_floats(simd, second));
    let weight = f32x8::splat(simd, weight);
    for index in 0..sums.len() {
        sums[index] += (first[index] + second[index]) * weight;
    }
}
