//! One block of a sequential scan: read, or only passed over.

use super::{
    bits::Bits,
    tables::{AcEntry, AcTable, DC_MOST, DcTable, END_OF_BLOCK, LOOK_UP, MOST, SKIP, SKIP_MOST},
};
use crate::standard::ZIGZAG;

/// Coefficients, row by row.
pub type Block = [i16; 64];

/// Where a position of the zigzag order stands; all beyond the end are the last.
static PLACES: [u8; 256] = {
    let mut places = [63; 256];
    let mut k = 0;
    while k < 64 {
        places[k] = ZIGZAG[k];
        k += 1;
    }
    places
};

/// Where a position of the zigzag order stands in a block.
#[inline(always)]
pub fn place(position: u8) -> usize {
    usize::from(PLACES[usize::from(position)] & 63)
}

#[inline(always)]
fn store<const CODED: bool>(block: &mut Block, position: u8, value: i16) {
    block[if CODED { usize::from(position.min(63)) } else { place(position) }] = value;
}

/// Look-ups between two refills must not take more bits than are there, even after a difference.
const _: () = assert!(DC_MOST + 3 * MOST <= 56 && DC_MOST + 3 * SKIP_MOST <= 56);

/// Reads a block into one that is zero; answers the position of the last coefficient that may not be zero.
#[inline(always)]
pub fn read(bits: &mut Bits<'_>, dc: &DcTable, ac: &AcTable, predictor: &mut i32, block: &mut Block) -> u8 {
    read_in::<false>(bits, dc, ac, predictor, block)
}

/// As [`read`], but coefficients stay in the order in which they are coded, so that zeros of many blocks are the last ones
/// and need not be kept.
#[inline(always)]
pub fn read_coded(bits: &mut Bits<'_>, dc: &DcTable, ac: &AcTable, predictor: &mut i32, block: &mut Block) -> u8 {
    read_in::<true>(bits, dc, ac, predictor, block)
}

/// Puts coefficients that stay in the order in which they are coded where they belong, in a block that is zero. They come
/// in eights: where one ends is then easily predicted.
#[inline(always)]
pub fn arrange(coded: &[i16], block: &mut Block) {
    let eights = coded.as_chunks::<8>().0;
    for index in 0..eights.len() {
        let values = &eights[index];
        for k in 0..8 {
            block[usize::from(ZIGZAG[(8 * index + k) & 63] & 63)] = values[k];
        }
    }
}

#[inline(always)]
fn read_in<const CODED: bool>(
    bits: &mut Bits<'_>,
    dc: &DcTable,
    ac: &AcTable,
    predictor: &mut i32,
    block: &mut Block,
) -> u8 {
    bits.refill();
    *predictor = predictor.wrapping_add(dc.read(bits));
    block[0] = *predictor as i16;
    let mut position = 0u8;
    'fetched: loop {
        // The entry of what is too long to be looked up.
        let long;
        /// Looks up what comes next; leaves the block with what is too long for that.
        macro_rules! look_up {
            ($look_ups:lifetime) => {
                let entry = ac.look_up(bits.peek(LOOK_UP));
                if entry.length == 0 {
                    long = entry;
                    break $look_ups;
                }
                let first = position + entry.first_step;
                let second = position + entry.step;
                // An end of block, or a run without a value, writes a zero where nothing is yet, or beyond the end.
                store::<CODED>(block, first, entry.first_value);
                store::<CODED>(block, second, entry.last_value(bits.buffer()));
                if second >= 63 {
                    return end::<CODED>(bits, entry, position, block);
                }
                bits.drop(u32::from(entry.length));
                position = second;
            };
        }
        'look_ups: {
            // 46 bits are there even after a difference, enough for three look-ups: to fetch more is what takes longest.
            look_up!('look_ups);
            look_up!('look_ups);
            look_up!('look_ups);
            bits.refill();
            continue 'fetched;
        }
        let (step, value) = ac.read_long(bits, long);
        if step == END_OF_BLOCK {
            return position;
        }
        position += step;
        store::<CODED>(block, position, value);
        if position >= 63 {
            return 63;
        }
        bits.refill();
    }
}

/// Ends a block with an entry whose coefficients are stored already.
#[inline(always)]
fn end<const CODED: bool>(bits: &mut Bits<'_>, entry: AcEntry, position: u8, block: &mut Block) -> u8 {
    let first = position + entry.first_step;
    if first < 63 {
        bits.drop(u32::from(entry.length));
        return if position + entry.step >= END_OF_BLOCK { first } else { 63 };
    }
    // The first one ends the block: what follows belongs to the next.
    bits.drop(u32::from(entry.first_length));
    if first >= END_OF_BLOCK {
        return position;
    }
    // The value of an only one was stored where the second's is.
    if entry.step != entry.first_step {
        store::<CODED>(block, first, entry.first_value);
    }
    63
}

/// Passes over a block; only the predictor is kept.
#[inline(always)]
pub fn skip(
    bits: &mut Bits<'_>,
    dc: &DcTable,
    ac: &AcTable,
    skips: &[super::tables::SkipEntry; 1 << SKIP],
    predictor: &mut i32,
) {
    bits.refill();
    *predictor = predictor.wrapping_add(dc.read(bits));
    let mut position = 0u8;
    /// Looks up what comes next; goes to the label where bits have to be fetched first.
    macro_rules! look_up {
        ($again:lifetime) => {
            let entry = skips[bits.peek(SKIP) as usize];
            let reached = position + (entry.step & 0x7F);
            if entry.length == 0 || reached >= 63 {
                // One by one: a long one, or the last ones of a block.
                position += one(bits, ac);
                if position >= 63 {
                    return;
                }
                bits.refill();
                continue $again;
            }
            bits.drop(u32::from(entry.length));
            if entry.step & 0x80 != 0 {
                return;
            }
            position = reached;
        };
    }
    'again: loop {
        look_up!('again);
        look_up!('again);
        look_up!('again);
        bits.refill();
    }
}

/// Passes over one coefficient; answers how far it moves the position.
#[inline(always)]
fn one(bits: &mut Bits<'_>, ac: &AcTable) -> u8 {
    let entry = ac.look_up(bits.peek(LOOK_UP));
    if entry.length == 0 {
        return ac.read_long(bits, entry).0;
    }
    bits.drop(u32::from(entry.first_length));
    entry.first_step
}
