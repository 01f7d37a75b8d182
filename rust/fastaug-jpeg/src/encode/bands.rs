//! Pixels to quantized blocks, a band at a time, so that what one stage writes is still near when the next one reads
//! it.

use super::{
    Picture, PixelFormat, Subsampling,
    colour::{self, Order},
    downsample, forward,
    layout::{Component, Layout},
    quantize::Quantizer,
};
use fearless_simd::{Simd, i16x16, prelude::*, u8x16};
use fearless_simd_macros::simd;

/// A block's coefficients, row by row.
pub type Block = [i16; 64];

/// What turns one band after another into blocks.
pub struct Bands<'p> {
    picture: Picture<'p>,
    layout: &'p Layout,
    /// How chroma is reduced; of no meaning for gray.
    subsampling: Subsampling,
    /// For luma and for chroma.
    quantizers: &'p [Quantizer; 2],
    /// Bytes of a row of planes, a multiple of what all stages work on at once.
    stride: usize,
    memory: &'p mut Memory,
}

/// The samples of a band; used again for the next picture.
#[derive(Debug, Default)]
pub struct Memory {
    /// All components at the size of the image.
    planes: [Vec<u8>; 3],
    /// Both chroma planes at their own size, if that is another.
    reduced: [Vec<u8>; 2],
}

impl<'p> Bands<'p> {
    /// For all bands of a picture.
    pub fn new(
        picture: Picture<'p>,
        layout: &'p Layout,
        subsampling: Subsampling,
        quantizers: &'p [Quantizer; 2],
        memory: &'p mut Memory,
    ) -> Self {
        let stride = (layout.units_wide * layout.unit_width).next_multiple_of(64);
        let plane = stride * layout.unit_height;
        let colours = layout.components.len() == 3;
        let chroma = if colours { plane } else { 0 };
        let across = layout.unit_width / 8;
        let reduced = if colours && layout.unit_width * layout.unit_height > 64 { stride / across * 8 } else { 0 };
        for (samples, length) in memory.planes.iter_mut().zip([plane, chroma, chroma]) {
            samples.resize(length, 0);
        }
        for samples in &mut memory.reduced {
            samples.resize(reduced, 0);
        }
        Self { picture, layout, subsampling, quantizers, stride, memory }
    }

    /// Computes the blocks of one band for each component, row of blocks after row of blocks.
    #[simd]
    pub fn blocks<S: Simd>(&mut self, simd: S, band: usize, blocks: &mut [&mut [Block]]) {
        self.fill_planes(simd, band);
        let across = self.layout.unit_width / 8;
        for (index, component) in self.layout.components.iter().enumerate() {
            let (plane, stride) = match index {
                0 => (&self.memory.planes[0], self.stride),
                _ if self.memory.reduced[0].is_empty() => (&self.memory.planes[index], self.stride),
                _ => (&self.memory.reduced[index - 1], self.stride / across),
            };
            let quantizer = &self.quantizers[usize::from(index > 0)];
            transform_component(simd, (plane, stride), component, band, quantizer, blocks[index]);
        }
    }

    /// Converts the band's pixels, and continues what lies beyond the image with its last columns and rows.
    #[inline(always)]
    fn fill_planes<S: Simd>(&mut self, simd: S, band: usize) {
        let (stride, width) = (self.stride, self.picture.width);
        let top = band * self.layout.unit_height;
        let rows = self.layout.unit_height.min(self.picture.height - top);
        let step = self.picture.format.bytes();
        for row in 0..rows {
            let pixels = &self.picture.pixels[(top + row) * self.picture.stride..][..width * step];
            let at = row * stride..(row + 1) * stride;
            let [luma, blue, red] = &mut self.memory.planes;
            match self.picture.format {
                PixelFormat::Gray => {
                    let luma = &mut luma[at];
                    luma[..width].copy_from_slice(pixels);
                    continue_row(luma, width);
                    continue;
                }
                format => {
                    let planes = [&mut luma[at.clone()], &mut blue[at.clone()], &mut red[at.clone()]];
                    match format {
                        PixelFormat::Bgr => colour::convert_row::<S, 3>(simd, pixels, Order::BGR, planes),
                        PixelFormat::Rgba => colour::convert_row::<S, 4>(simd, pixels, Order::RGB, planes),
                        PixelFormat::Bgra => colour::convert_row::<S, 4>(simd, pixels, Order::BGR, planes),
                        _ => colour::convert_row::<S, 3>(simd, pixels, Order::RGB, planes),
                    }
                }
            }
            for plane in &mut self.memory.planes {
                continue_row(&mut plane[at.clone()], width);
            }
        }
        continue_rows(&mut self.memory.planes[0], stride, rows);
        if self.layout.components.len() == 1 {
            return;
        }
        // Rows are repeated until there is a mean to take, and then the means are repeated: those of a last pair of
        // rows are not the same as its lower row's.
        let down = self.layout.unit_height / 8;
        let groups = rows.div_ceil(down);
        for plane in &mut self.memory.planes[1..] {
            continue_rows(&mut plane[..groups * down * stride], stride, rows);
        }
        if self.memory.reduced[0].is_empty() {
            for plane in &mut self.memory.planes[1..] {
                continue_rows(plane, stride, rows);
            }
            return;
        }
        let Memory { planes, reduced } = &mut *self.memory;
        for (plane, reduced) in planes[1..].iter().zip(reduced) {
            reduce(simd, self.subsampling, (plane, stride), reduced, groups);
            continue_rows(reduced, stride / (self.layout.unit_width / 8), groups);
        }
    }
}

/// Repeats the last pixel of a row.
#[inline(always)]
fn continue_row(row: &mut [u8], width: usize) {
    let last = row[width - 1];
    row[width..].fill(last);
}

/// Repeats the last of `rows` rows to the end of the plane.
#[inline(always)]
fn continue_rows(plane: &mut [u8], stride: usize, rows: usize) {
    for at in (rows * stride..plane.len()).step_by(stride) {
        plane.copy_within((rows - 1) * stride..rows * stride, at);
    }
}

/// Writes `groups` rows of means.
#[simd]
fn reduce<S: Simd>(
    simd: S,
    subsampling: Subsampling,
    (plane, stride): (&[u8], usize),
    reduced: &mut [u8],
    groups: usize,
) {
    let (across, down) = subsampling.luma_blocks();
    let length = stride / across;
    for (group, out) in reduced.chunks_exact_mut(length).take(groups).enumerate() {
        let first = &plane[group * down * stride..][..stride];
        let second = &plane[(group * down + down - 1) * stride..][..stride];
        match subsampling {
            Subsampling::S444 => out.copy_from_slice(first),
            Subsampling::S422 => downsample::halve_columns(simd, first, out),
            Subsampling::S420 => downsample::halve_both(simd, [first, second], out),
            Subsampling::S440 => downsample::halve_rows(simd, [first, second], out),
            Subsampling::S411 => downsample::quarter_columns(simd, first, out),
        }
    }
}

/// One component's blocks of a band. Blocks that hold no pixels get the mean of the block that precedes them in their
/// unit, which costs the fewest bits.
#[simd]
fn transform_component<S: Simd>(
    simd: S,
    (plane, stride): (&[u8], usize),
    component: &Component,
    band: usize,
    quantizer: &Quantizer,
    blocks: &mut [Block],
) {
    let wide = component.blocks_wide;
    for line in 0..component.vertical {
        let (before, now) = blocks.split_at_mut(line * wide);
        let now = &mut now[..wide];
        if band * component.vertical + line < component.used_high {
            let (used, rest) = now.split_at_mut(component.used_wide);
            transform_line(simd, (&plane[8 * line * stride..], stride), quantizer, used);
            let mean = used[used.len() - 1][0];
            for block in rest {
                *block = only_mean(mean);
            }
        } else {
            let above = &before[(line - 1) * wide..];
            let units = now.chunks_exact_mut(component.horizontal).zip(above.chunks_exact(component.horizontal));
            for (unit, above) in units {
                unit.fill(only_mean(above[above.len() - 1][0]));
            }
        }
    }
}

#[inline(always)]
fn only_mean(mean: i16) -> Block {
    let mut block = [0; 64];
    block[0] = mean;
    block
}

/// Transforms and quantizes blocks that stand beside each other, two at a time. Rows are long enough for one block
/// more, of which nothing is kept.
#[inline(always)]
fn transform_line<S: Simd>(simd: S, (plane, stride): (&[u8], usize), quantizer: &Quantizer, blocks: &mut [Block]) {
    for (index, pair) in blocks.chunks_mut(2).enumerate() {
        let mut rows = [i16x16::splat(simd, 0); 8];
        for row in 0..8 {
            let samples = u8x16::from_slice(simd, &plane[row * stride + 16 * index..][..16]);
            let (low, high) = samples.widen();
            rows[row] = i16x16::from_bytes(low.combine(high).to_bytes()) - 128;
        }
        let rows = forward::transform(simd, rows);
        // Seeing factors that never change, the compiler would widen them before the loop and multiply 32 bits at a
        // time: the whole stage would take a sixth longer.
        let quantizer = std::hint::black_box(quantizer);
        for row in 0..8 {
            let (low, high) = quantizer.divide(simd, row, rows[row]).split();
            low.store_slice(&mut pair[0][8 * row..8 * row + 8]);
            if let Some(second) = pair.get_mut(1) {
                high.store_slice(&mut second[8 * row..8 * row + 8]);
            }
        }
    }
}
