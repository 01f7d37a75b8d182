//! Weighted sums with any kernel: motion blur, sharpening, embossing.
//!
//! Kernels of augmentations repeat a few weights many times (a line of equal ones, eight equal neighbours), so pixels of
//! equal weight are added first and multiplied once: `Σ weight · Σ pixel`, in the order in which the weights first occur
//! in the kernel, row by row; weights of zero cost nothing. The sums of `uint8` are exact, the products are added in
//! `float32` and rounded to nearest, ties to even, as OpenCV does with each pixel by itself. `float32` is kept in 0…1.

use super::{
    FilterOp,
    block::{BLOCK, block_at, blocks, load_bytes, store_bytes, write_block},
    margin::{mirror_ends, mirrored},
};
use crate::{
    image::{Element, Image, ImageMut, View, ViewMut},
    ops::Context,
};
use fearless_simd::{Simd, dispatch, f32x8, i32x8, prelude::*, u16x16, u32x8};
use fearless_simd_macros::simd;
use std::fmt;

/// Replaces each pixel by a weighted sum of the pixels around it; the kernel is not turned over.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolve {
    /// Side of the kernel; odd.
    pub size: usize,
    /// Its weights, row by row, the same for all channels.
    pub kernel: Vec<f32>,
}

impl fmt::Display for Convolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "convolve {0}×{0}", self.size)
    }
}

impl FilterOp for Convolve {
    fn any_channels(&self) -> bool {
        true
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        assert!(
            self.size % 2 == 1 && self.kernel.len() == self.size * self.size,
            "a kernel of {0}×{0} with {1} weights was sampled",
            self.size,
            self.kernel.len()
        );
        match (input, output) {
            (Image::U8(source), ImageMut::U8(target)) => self.convolve(source, target, context),
            (Image::F32(source), ImageMut::F32(target)) => self.convolve(source, target, context),
            _ => unreachable!("only pictures are convolved"),
        }
    }
}

impl Convolve {
    fn convolve<T: Weigh>(&self, source: View<'_, T>, target: ViewMut<'_, T>, context: &mut Context<'_>) {
        let shape = source.shape();
        let length = (shape.width + self.size - 1) * shape.channels + BLOCK;
        let mut rows = Rows { size: self.size, length, values: context.scratch.take(length * self.size) };
        let terms = self.terms(shape.channels, T::MOST);
        dispatch!(context.level, simd => convolve(simd, source, target, &terms, &mut rows));
        context.scratch.give(rows.values);
    }

    /// The weights that are not zero, each with the places it occurs at, at most `most` of them.
    fn terms(&self, channels: usize, most: usize) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        for (index, &weight) in self.kernel.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            let place = Place { row: index / self.size, shift: index % self.size * channels };
            match terms.iter_mut().find(|term| term.weight == weight && term.places.len() < most) {
                Some(term) => term.places.push(place),
                None => terms.push(Term { weight, places: vec![place] }),
            }
        }
        terms
    }
}

/// A weight and where in the kernel it stands.
struct Term {
    weight: f32,
    places: Vec<Place>,
}

/// A row of the kernel, and values from the left end of a padded row.
struct Place {
    row: usize,
    shift: usize,
}

/// As many rows of the image as the kernel has, with mirrored ends, used in turn.
struct Rows<T> {
    size: usize,
    length: usize,
    values: Vec<T>,
}

impl<T: Element> Rows<T> {
    /// The row buffer of the row with this number, counted from the first one above the image.
    fn slot(&self, number: usize) -> usize {
        number % self.size * self.length
    }

    /// Copies a row of the image in.
    fn read(&mut self, number: usize, source: View<'_, T>) {
        let shape = source.shape();
        let radius = self.size / 2;
        let from = source.row(mirrored(number as isize - radius as isize, shape.height));
        let slot = self.slot(number);
        let row = &mut self.values[slot..slot + self.length - BLOCK];
        row[radius * shape.channels..][..from.len()].copy_from_slice(from);
        mirror_ends(row, radius, shape.width, shape.channels);
    }
}

/// Pixels that can be weighed.
trait Weigh: Element {
    /// How many values the sum of a term can hold.
    const MOST: usize;

    /// One row of weighted sums; `begins` says where in `values` each place of each term begins.
    fn convolve_row<S: Simd>(simd: S, terms: &[Term], begins: &[usize], values: &[Self], target: &mut [Self]);
}

#[simd]
fn convolve<T: Weigh, S: Simd>(
    simd: S,
    source: View<'_, T>,
    mut target: ViewMut<'_, T>,
    terms: &[Term],
    rows: &mut Rows<T>,
) {
    let places = terms.iter().map(|term| term.places.len()).sum();
    // Where each place begins in the row buffers, for one row of the image.
    let mut begins = Vec::with_capacity(places);
    for number in 0..rows.size - 1 {
        rows.read(number, source);
    }
    for y in 0..source.shape().height {
        rows.read(y + rows.size - 1, source);
        begins.clear();
        for place in terms.iter().flat_map(|term| &term.places) {
            begins.push(rows.slot(y + place.row) + place.shift);
        }
        T::convolve_row(simd, terms, &begins, &rows.values, target.row_mut(y));
    }
}

impl Weigh for u8 {
    const MOST: usize = 257;

    #[simd]
    fn convolve_row<S: Simd>(simd: S, terms: &[Term], all_begins: &[usize], values: &[Self], target: &mut [Self]) {
        for at in blocks(target.len()) {
            let mut totals = [f32x8::splat(simd, 0.0); BLOCK / 8];
            let mut begins = all_begins;
            for term in terms {
                let (own, rest) = begins.split_at(term.places.len());
                begins = rest;
                let mut sums = [u16x16::splat(simd, 0); BLOCK / 16];
                for begin in own {
                    for (sum, value) in sums.iter_mut().zip(load_bytes(simd, block_at(values, begin + at))) {
                        *sum += value;
                    }
                }
                let weight = f32x8::splat(simd, term.weight);
                for (totals, sums) in totals.as_chunks_mut::<2>().0.iter_mut().zip(sums) {
                    let (low, high) = sums.widen();
                    totals[0] += low.bitcast::<i32x8<S>>().to_float::<f32x8<S>>() * weight;
                    totals[1] += high.bitcast::<i32x8<S>>().to_float::<f32x8<S>>() * weight;
                }
            }
            let mut words = [u16x16::splat(simd, 0); BLOCK / 16];
            for (words, [low, high]) in words.iter_mut().zip(totals.as_chunks::<2>().0) {
                *words = round(*low).relaxed_narrow(round(*high));
            }
            write_block(
                target,
                at,
                #[inline(always)]
                |target| store_bytes(words, target),
            );
        }
    }
}

/// To the nearest whole number, ties to even, within a byte.
#[inline(always)]
fn round<S: Simd>(totals: f32x8<S>) -> u32x8<S> {
    // From 2²³ on, floats are whole numbers: the addition rounds, and the last bits are the number.
    (totals.max(0.0).min(255.0) + 8_388_608.0).bitcast::<u32x8<S>>() & 0xFF
}

impl Weigh for f32 {
    const MOST: usize = usize::MAX;

    #[simd]
    fn convolve_row<S: Simd>(simd: S, terms: &[Term], begins: &[usize], values: &[Self], target: &mut [Self]) {
        for at in blocks(target.len()) {
            write_block(
                target,
                at,
                #[inline(always)]
                |target| {
                    // Sums and totals of a whole block would not fit the registers together.
                    for (half, target) in target.as_chunks_mut::<HALF>().0.iter_mut().enumerate() {
                        let at = at + half * HALF;
                        let mut totals = [f32x8::splat(simd, 0.0); HALF / 8];
                        let mut begins = begins;
                        for term in terms {
                            let (own, rest) = begins.split_at(term.places.len());
                            begins = rest;
                            let weight = f32x8::splat(simd, term.weight);
                            let mut sums = load_half(simd, values, own[0] + at);
                            for begin in &own[1..] {
                                for (sum, value) in sums.iter_mut().zip(load_half(simd, values, begin + at)) {
                                    *sum += value;
                                }
                            }
                            for (total, sum) in totals.iter_mut().zip(sums) {
                                *total += sum * weight;
                            }
                        }
                        for (values, total) in target.as_chunks_mut::<8>().0.iter_mut().zip(totals) {
                            total.store_array(values);
                        }
                        for value in target {
                            *value = value.clamp(0.0, 1.0);
                        }
                    }
                },
            );
        }
    }
}

const HALF: usize = BLOCK / 2;

#[inline(always)]
fn load_half<S: Simd>(simd: S, values: &[f32], begin: usize) -> [f32x8<S>; HALF / 8] {
    let block: &[f32; HALF] = values[begin..].first_chunk().expect("row buffers end with a block to spare");
    let mut floats = [f32x8::splat(simd, 0.0); HALF / 8];
    for (floats, values) in floats.iter_mut().zip(block.as_chunks::<8>().0) {
        *floats = f32x8::load_array_ref(simd, values);
    }
    floats
}
