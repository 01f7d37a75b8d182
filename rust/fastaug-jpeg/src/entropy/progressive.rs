//! One block of a scan of a progressive file.

use super::{
    bits::Bits,
    block::{Block, place},
    tables::{DcTable, SymbolTable},
};

/// What a scan adds to coefficients.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    /// The first coefficient, in zigzag order.
    pub first: u8,
    /// The last one.
    pub last: u8,
    /// Bits that later scans add below.
    pub low: u32,
}

/// The upper bits of the first coefficient. `None` if the prediction left the range of numbers.
#[inline(always)]
pub fn dc_first(bits: &mut Bits<'_>, table: &DcTable, predictor: &mut i32, low: u32, block: &mut Block) -> Option<()> {
    bits.refill();
    *predictor = predictor.checked_add(table.read(bits))?;
    block[0] = (*predictor << low) as i16;
    Some(())
}

/// One more bit of the first coefficient.
#[inline(always)]
pub fn dc_refine(bits: &mut Bits<'_>, low: u32, block: &mut Block) {
    bits.refill();
    if bits.take_one() {
        block[0] |= 1 << low;
    }
}

/// The upper bits of a band. `run` counts blocks that end before they begin. Answers the position of the last one written.
#[inline(always)]
pub fn ac_first(bits: &mut Bits<'_>, table: &SymbolTable, band: Band, run: &mut u32, block: &mut Block) -> u8 {
    let mut position = band.first;
    let mut reached = 0;
    while position <= band.last {
        bits.refill();
        let (symbol, value) = table.read(bits);
        let (zeros, size) = (symbol >> 4, symbol & 15);
        if size != 0 {
            position += zeros;
            block[place(position)] = (value << band.low) as i16;
            reached = position;
            position += 1;
        } else if zeros == 15 {
            position += 16;
        } else {
            *run = (1 << zeros) - 1 + bits.take(u32::from(zeros));
            break;
        }
    }
    reached.min(63)
}

/// One more bit of each coefficient of a band, and coefficients that begin with it. Answers the position of the last one
/// that began.
#[inline(always)]
pub fn ac_refine(bits: &mut Bits<'_>, table: &SymbolTable, band: Band, run: &mut u32, block: &mut Block) -> u8 {
    let plus = 1i16 << band.low;
    let mut position = band.first;
    let mut reached = 0;
    if *run == 0 {
        while position <= band.last {
            bits.refill();
            let symbol = table.symbol(bits);
            let (mut zeros, size) = ((symbol >> 4) as i8, symbol & 15);
            let mut value = 0;
            if size != 0 {
                value = if bits.take_one() { plus } else { -plus };
            } else if zeros != 15 {
                *run = (1 << zeros) + bits.take(zeros as u32);
                break;
            }
            loop {
                let coefficient = &mut block[place(position)];
                if *coefficient != 0 {
                    correct(bits, plus, coefficient);
                } else {
                    zeros -= 1;
                    if zeros < 0 {
                        break;
                    }
                }
                position += 1;
                if position > band.last {
                    break;
                }
            }
            if value != 0 {
                block[place(position)] = value;
                reached = position;
            }
            position += 1;
        }
    }
    if *run > 0 {
        while position <= band.last {
            let coefficient = &mut block[place(position)];
            if *coefficient != 0 {
                correct(bits, plus, coefficient);
            }
            position += 1;
        }
        *run -= 1;
    }
    reached.min(63)
}

/// One more bit of a coefficient that is not 0.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, plus: i16, coefficient: &mut i16) {
    bits.need_one();
    if bits.take_one() && *coefficient & plus == 0 {
        *coefficient = coefficient.wrapping_add(if *coefficient >= 0 { plus } else { plus.wrapping_neg() });
    }
}
