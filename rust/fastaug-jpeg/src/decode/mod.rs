//! Decoding: from the bytes of a file to pixels of a rectangle of its picture.

mod request;
mod sequential;
mod smoothing;
mod stored;
mod workspace;

pub use request::{Decoder, Info, Limits, Options, Report, RowsRead};
pub(crate) use sequential::states;
pub use workspace::Workspace;

use crate::{
    entropy::block::Block,
    error::{Error, Warnings},
    parse::{Component, DHT, Parser, SOS},
    picture::{Colour, Conversion, Layout, Planes, Target},
    standard::Codes,
    transform::{self, Multipliers},
};
use fearless_simd::{Level, Simd};
use fearless_simd_macros::simd;
use std::sync::Arc;

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

/// What a component's quantised coefficients are multiplied by.
fn multipliers(parser: &Parser<'_>, component: &Component, offset: usize) -> Result<Multipliers, Error> {
    let place = component.quantisation;
    let table = parser
        .quantisation
        .get(place)
        .and_then(Option::as_ref)
        .ok_or_else(|| Error::damaged(offset, SOS, format!("quantisation table {place} is not defined")))?;
    Ok(table.map(|value| value as i16))
}

/// The Huffman table that a scan wants from a place, prepared.
fn huffman_table<T>(
    places: &[Option<Codes<'_>>; 4],
    place: usize,
    offset: usize,
    prepare: fn(&Codes<'_>) -> Result<Arc<T>, &'static str>,
) -> Result<Arc<T>, Error> {
    let codes = places.get(place).copied().flatten().ok_or_else(|| {
        Error::damaged(offset, SOS, format!("a scan uses Huffman table {place}, which is not defined"))
    })?;
    prepare(&codes).map_err(|reason| Error::damaged(offset, DHT, reason))
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
