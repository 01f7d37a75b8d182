//! Decoding: from the bytes of a file to pixels of a rectangle of its picture.

mod request;
mod sequential;
mod smoothing;
mod stored;
mod workspace;

pub use request::{Decoder, Info, Limits, Options, Report};
pub(crate) use sequential::states;
pub use workspace::Workspace;

use crate::{
    entropy::block::Block,
    error::{Error, Warnings},
    picture::{Colour, Conversion, Layout, Planes, Target},
    transform::{self, Multipliers},
};
use fearless_simd::{Level, Simd};
use fearless_simd_macros::simd;

/// What a decoder of scans is to make.
struct Job<'j, 't> {
    layout: &'j Layout,
    conversion: Conversion,
    colour: Colour,
    target: Target<'t>,
    strict: bool,
    max_scans: usize,
    level: Level,
    warnings: &'j mut Warnings,
}

/// What quantised coefficients are multiplied by; zeros for a component that no scan has mentioned.
fn multipliers(table: Option<&[u16; 64]>) -> Multipliers {
    table.map_or([0; 64], |table| table.map(|value| value as i16))
}

/// The samples of a row of blocks; `lasts` are the positions of their last coefficients that may not be zero.
#[simd]
fn transform_blocks<S: Simd>(
    simd: S,
    blocks: &[Block],
    lasts: &[u8],
    multipliers: &Multipliers,
    size: usize,
    target: &mut [u8],
    stride: usize,
) {
    if size != 8 {
        for (index, block) in blocks.iter().enumerate() {
            transform::scaled::inverse(simd, block, multipliers, size, &mut target[size * index..], stride);
        }
        return;
    }
    let (pairs, single) = blocks.as_chunks::<2>();
    for (index, (pair, lasts)) in pairs.iter().zip(lasts.as_chunks::<2>().0).enumerate() {
        let target = &mut target[16 * index..];
        let last = lasts[0].max(lasts[1]);
        if last == 0 {
            let mut row = [transform::flat(pair[0][0], multipliers[0]); 16];
            row[8..].fill(transform::flat(pair[1][0], multipliers[0]));
            for y in 0..8 {
                target[y * stride..y * stride + 16].copy_from_slice(&row);
            }
        } else {
            transform::inverse_pair(simd, pair, multipliers, last, target, stride);
        }
    }
    if let ([block], Some(&last)) = (single, lasts.last()) {
        transform::inverse(simd, block, multipliers, last, &mut target[16 * pairs.len()..], stride);
    }
}

impl Job<'_, '_> {
    fn row_is_done(&mut self, planes: &mut Planes, mcu_row: usize) {
        planes.row_is_done(self.layout, mcu_row, self.conversion, self.colour, &mut self.target, self.level);
    }
}

/// A table that a scan wants and that was never defined.
fn missing_table(offset: usize, place: usize) -> Error {
    Error::damaged(offset, 0xDA, format!("a scan uses Huffman table {place}, which is not defined"))
}
