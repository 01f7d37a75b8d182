//! OpenCV's linear interpolation of 8-bit pixels, in fixed point.
//!
//! `INTER_LINEAR` has weights of 11 bits, and row sums are cut to 15 bits before they are blended; `INTER_LINEAR_EXACT` has
//! weights of 8 bits and rounds once, at the end.

use super::axis::{Coordinates, step};
use crate::{
    image::{Scratch, Shape, View, ViewMut},
    ops::{
        Context,
        arithmetic::planes::{NONE, shuffles},
    },
};
use fearless_simd::{Simd, SimdBase, dispatch, i16x16, i32x8, prelude::*, u8x16, u8x32, u16x16, u32x8};
use fearless_simd_macros::simd;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `INTER_LINEAR`.
    Usual(Coordinates),
    /// `INTER_LINEAR_EXACT`.
    Exact,
}

impl Method {
    /// The source column at or before an output column, and the packed weights of it and the next.
    fn column(self, index: usize, from: usize, to: usize) -> (usize, u32) {
        match self {
            Self::Usual(coordinates) => {
                let (left, weight) = coordinates.position_inside(index, from, to);
                (left, pack_usual(weight))
            }
            Self::Exact => {
                let at = (index as f64 + 0.5) * step(from, to) - 0.5;
                let left = (at.max(0.0) as usize).min(from - 1);
                let weight = if at < 0.0 || left + 1 == from { 0.0 } else { at - left as f64 };
                let fixed = (weight * 256.0).round_ties_even() as u32;
                (left, (256 - fixed) | fixed << 16)
            }
        }
    }

    /// The two source rows of an output row, and their packed weights.
    fn rows(self, index: usize, from: usize, to: usize) -> ([usize; 2], u32) {
        match self {
            Self::Usual(coordinates) => {
                // At the edges both rows are the same one, blended with itself: OpenCV does not move the weight there,
                // and two roundings differ from one.
                let (upper, weight) = coordinates.position(index, from, to);
                ([upper, upper + 1].map(|row| row.clamp(0, from as isize - 1) as usize), pack_usual(weight))
            }
            Self::Exact => {
                let (upper, weights) = self.column(index, from, to);
                ([upper, (upper + 1).min(from - 1)], weights)
            }
        }
    }
}

/// Both weights of a pair of pixels in fixed point, the left one in the lower half of the word.
fn pack_usual(weight: f32) -> u32 {
    let fixed = |weight: f32| (weight * 2048.0).round_ties_even() as u32;
    fixed(1.0 - weight) | fixed(weight) << 16
}

/// Resizes.
pub fn resize(source: View<'_, u8>, target: ViewMut<'_, u8>, method: Method, context: &mut Context<'_>) {
    let columns = Columns::new(source.shape(), target.shape().width, method, context.scratch);
    let [mut first, mut second] = [(); 2].map(|()| context.scratch.take::<u16>(columns.sums));
    let sums = [first.as_mut_slice(), second.as_mut_slice()];
    dispatch!(context.level, simd => match method {
        Method::Usual(_) => run::<_, false>(simd, source, target, method, &columns, sums),
        Method::Exact => run::<_, true>(simd, source, target, method, &columns, sums),
    });
    context.scratch.give(first);
    context.scratch.give(second);
    columns.give(context.scratch);
}

#[simd]
fn run<S: Simd, const EXACT: bool>(
    simd: S,
    source: View<'_, u8>,
    mut target: ViewMut<'_, u8>,
    method: Method,
    columns: &Columns,
    sums: [&mut [u16]; 2],
) {
    let (from, to) = (source.shape().height, target.shape().height);
    let mut held = [usize::MAX; 2];
    for y in 0..to {
        let (rows, weights) = method.rows(y, from, to);
        let mut slots = [0; 2];
        for index in 0..2 {
            slots[index] = held.iter().position(|&row| row == rows[index]).unwrap_or_else(|| {
                let slot = usize::from(held[0] == rows[1 - index]);
                sum_row::<S, EXACT>(simd, source.row(rows[index]), columns, sums[slot]);
                held[slot] = rows[index];
                slot
            });
        }
        let [upper, lower] = slots.map(|slot| &*sums[slot]);
        if EXACT {
            blend_rows_exact(simd, upper, lower, weights, target.row_mut(y));
        } else {
            blend_rows(simd, upper, lower, weights, target.row_mut(y));
        }
    }
}

/// Blends two rows of sums.
#[simd]
fn blend_rows<S: Simd>(simd: S, upper: &[u16], lower: &[u16], weights: u32, target: &mut [u8]) {
    let (upper_weight, lower_weight) = (weights as i16, (weights >> 16) as i16);
    let (upper, lower) = (&upper[..target.len()], &lower[..target.len()]);
    for ((value, &upper), &lower) in target.iter_mut().zip(upper).zip(lower) {
        // Sums stay below 2¹⁵ and weights below 2¹²: each step is one 16-bit instruction.
        let upper = ((i32::from(upper as i16) * i32::from(upper_weight)) >> 16) as i16;
        let lower = ((i32::from(lower as i16) * i32::from(lower_weight)) >> 16) as i16;
        *value = ((upper + lower + 2) >> 2) as u8;
    }
}

/// Blends two rows of sums that kept all their bits.
#[simd]
fn blend_rows_exact<S: Simd>(simd: S, upper: &[u16], lower: &[u16], weights: u32, target: &mut [u8]) {
    let (upper_weight, lower_weight) = (weights & 0xFFFF, weights >> 16);
    let (upper, lower) = (&upper[..target.len()], &lower[..target.len()]);
    for ((value, &upper), &lower) in target.iter_mut().zip(upper).zip(lower) {
        *value = ((u32::from(upper) * upper_weight + u32::from(lower) * lower_weight + (1 << 15)) >> 16) as u8;
    }
}

/// Bits that `INTER_LINEAR` cuts off a row sum.
const CUT: u32 = 4;

/// Sums that one register holds.
const LANES: usize = 8;

/// Sums that a kernel makes at once: two registers, packed into one.
const GROUP: usize = 2 * LANES;

/// Source values that one load brings.
const BLOCK: usize = 16;

/// How a row of sums is made: each sum is a lane; each half of a register takes its pairs from one block of the row.
struct Columns {
    channels: usize,
    /// Output columns.
    width: usize,
    /// Where each output column finds its left pixel.
    offsets: Vec<u32>,
    /// From a left pixel to its right one; none where there is but one column.
    next: usize,
    /// The weights of each column.
    weights: Vec<u32>,
    /// How the lanes are filled.
    fill: LaneFill,
    /// Sums, a multiple of [`GROUP`]; those beyond the last are never read.
    sums: usize,
    /// The weights of each lane.
    lane_weights: Vec<u32>,
    /// Where the block of each half of a register begins.
    blocks: Vec<u32>,
    /// Which bytes of the blocks go to which lane, each widened to 16 bits, left and right pixel side by side.
    indices: Vec<u8>,
}

/// How the lanes of a register are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LaneFill {
    /// All lie in one block.
    OneBlock,
    /// Each half lies in a block of its own.
    TwoBlocks,
    /// The pixels are too far apart, or the row is too short for blocks.
    Single,
}

impl Columns {
    fn new(source: Shape, width: usize, method: Method, scratch: &mut Scratch) -> Self {
        let channels = source.channels;
        let sums = (width * channels).next_multiple_of(GROUP);
        let mut columns = Self {
            channels,
            width,
            offsets: scratch.take(width),
            next: if source.width > 1 { channels } else { 0 },
            weights: scratch.take(width),
            fill: LaneFill::Single,
            sums,
            lane_weights: scratch.take(sums),
            blocks: scratch.take(sums / LANES * 2),
            indices: scratch.take(sums * 4),
        };
        for index in 0..width {
            let (mut left, mut weights) = method.column(index, source.width, width);
            // The last column has no right neighbour: the one before it takes the left place, without weight.
            if left + 1 == source.width && left > 0 {
                (left, weights) = (left - 1, weights << 16);
            }
            columns.offsets[index] = (left * channels) as u32;
            columns.weights[index] = weights;
        }
        if source.row_len() >= BLOCK && source.width > 1 {
            columns.fill = [(LaneFill::OneBlock, LANES), (LaneFill::TwoBlocks, LANES / 2)]
                .into_iter()
                .find(|&(_, together)| columns.place_blocks(source.row_len(), together))
                .map_or(LaneFill::Single, |(fill, _)| fill);
        }
        columns
    }

    /// Lets every run of `together` lanes share a block, if they lie close enough.
    fn place_blocks(&mut self, row: usize, together: usize) -> bool {
        let values = self.width * self.channels;
        let runs = self.sums / together;
        let blocks = self.blocks[..self.sums / LANES * 2].chunks_exact_mut(together * 2 / LANES);
        let indices = self.indices[..self.sums * 4].chunks_exact_mut(together * 4);
        let weights = self.lane_weights[..self.sums].chunks_exact_mut(together);
        let (mut column, mut channel) = (0, 0);
        for (((run, blocks), indices), weights) in (0..runs).zip(blocks).zip(indices).zip(weights) {
            let block = (self.offsets[column] as usize).min(row - BLOCK);
            blocks.fill(block as u32);
            for (lane, (indices, weights)) in indices.as_chunks_mut::<4>().0.iter_mut().zip(weights).enumerate() {
                let left = self.offsets[column] as usize + channel - block;
                if left + self.channels >= BLOCK {
                    return false;
                }
                *indices = [left as u8, NONE, (left + self.channels) as u8, NONE];
                *weights = self.weights[column];
                // The lanes beyond the last value repeat it.
                if run * together + lane + 1 < values {
                    channel += 1;
                    if channel == self.channels {
                        (column, channel) = (column + 1, 0);
                    }
                }
            }
        }
        true
    }

    fn give(self, scratch: &mut Scratch) {
        scratch.give(self.offsets);
        scratch.give(self.weights);
        scratch.give(self.lane_weights);
        scratch.give(self.blocks);
        scratch.give(self.indices);
    }
}

/// Makes the sums of one source row.
#[simd]
fn sum_row<S: Simd, const EXACT: bool>(simd: S, row: &[u8], columns: &Columns, sums: &mut [u16]) {
    let fill = if shuffles(simd) { columns.fill } else { LaneFill::Single };
    match (fill, columns.channels) {
        (LaneFill::OneBlock, _) => sum_groups::<S, EXACT, true>(simd, row, columns, sums),
        (LaneFill::TwoBlocks, _) => sum_groups::<S, EXACT, false>(simd, row, columns, sums),
        (LaneFill::Single, 1) => sum_single::<EXACT>(row, 1, columns, sums),
        (LaneFill::Single, 3) => sum_single::<EXACT>(row, 3, columns, sums),
        (LaneFill::Single, channels) => sum_single::<EXACT>(row, channels, columns, sums),
    }
}

/// The definition of a row of sums.
#[inline(always)]
fn sum_single<const EXACT: bool>(row: &[u8], channels: usize, columns: &Columns, sums: &mut [u16]) {
    let places = columns.offsets[..columns.width].iter().zip(&columns.weights);
    for (pixel, (&offset, &weights)) in sums.chunks_exact_mut(channels).zip(places) {
        let left = &row[offset as usize..][..channels];
        let right = &row[offset as usize + columns.next..][..channels];
        let (left_weight, right_weight) = (weights & 0xFFFF, weights >> 16);
        for ((sum, &left), &right) in pixel.iter_mut().zip(left).zip(right) {
            let total = u32::from(left) * left_weight + u32::from(right) * right_weight;
            *sum = if EXACT { total } else { total >> CUT } as u16;
        }
    }
}

#[inline(always)]
fn sum_groups<S: Simd, const EXACT: bool, const ONE_BLOCK: bool>(
    simd: S,
    row: &[u8],
    columns: &Columns,
    sums: &mut [u16],
) {
    let groups = columns.sums / GROUP;
    let sums = &mut sums.as_chunks_mut::<GROUP>().0[..groups];
    let blocks = &columns.blocks.as_chunks::<4>().0[..groups];
    let indices = &columns.indices.as_chunks::<{ 4 * GROUP }>().0[..groups];
    let weights = &columns.lane_weights.as_chunks::<GROUP>().0[..groups];
    for (((sums, blocks), indices), weights) in sums.iter_mut().zip(blocks).zip(indices).zip(weights) {
        let [a, b, c, d] = *blocks;
        let low = sum_register::<S, ONE_BLOCK>(simd, row, [a, b], &indices[..32], &weights[..LANES]);
        let high = sum_register::<S, ONE_BLOCK>(simd, row, [c, d], &indices[32..], &weights[LANES..]);
        // Cut sums fit a signed word; whole ones need the unsigned one.
        let values = if EXACT { low.narrow(high) } else { (low >> CUT).saturating_narrow(high >> CUT) };
        values.bitcast::<u16x16<S>>().store_array(sums);
    }
}

/// The sums of one register.
#[inline(always)]
fn sum_register<S: Simd, const ONE_BLOCK: bool>(
    simd: S,
    row: &[u8],
    blocks: [u32; 2],
    indices: &[u8],
    weights: &[u32],
) -> i32x8<S> {
    let first = u8x16::from_slice(simd, &row[blocks[0] as usize..blocks[0] as usize + BLOCK]);
    let second =
        if ONE_BLOCK { first } else { u8x16::from_slice(simd, &row[blocks[1] as usize..blocks[1] as usize + BLOCK]) };
    let pairs = first.combine(second).swizzle_dyn_within_blocks(u8x32::from_slice(simd, indices));
    let weights = u32x8::from_slice(simd, weights).bitcast::<i16x16<S>>();
    pairs.bitcast::<i16x16<S>>().pairwise_dot_product(weights)
}
