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

/// Positions, in zigzag order, of the coefficients of a block that are not 0; the first one does not matter.
pub type Filled = u64;

impl Band {
    /// Its positions from one on.
    #[inline(always)]
    fn from(self, position: u8) -> Filled {
        (u64::MAX >> (63 - self.last)) & u64::MAX.checked_shl(u32::from(position)).unwrap_or(0)
    }

    /// All its positions.
    #[inline(always)]
    pub fn positions(self) -> Filled {
        self.from(self.first)
    }
}

/// Sets a coefficient; all positions beyond the end are the last one.
#[inline(always)]
fn set(block: &mut Block, filled: &mut Filled, position: u8, value: i16) {
    block[place(position)] = value;
    let position = position.min(63);
    *filled = *filled & !(1 << position) | u64::from(value != 0) << position;
}

/// The upper bits of a band. `run` counts blocks that end before they begin.
#[inline(always)]
pub fn ac_first(
    bits: &mut Bits<'_>,
    table: &SymbolTable,
    band: Band,
    run: &mut u32,
    block: &mut Block,
    filled: &mut Filled,
) {
    let mut position = band.first;
    while position <= band.last {
        bits.refill();
        let (symbol, value) = table.read(bits);
        let (zeros, size) = (symbol >> 4, symbol & 15);
        if size != 0 {
            position += zeros;
            set(block, filled, position, (value << band.low) as i16);
            position += 1;
        } else if zeros == 15 {
            position += 16;
        } else {
            *run = (1 << zeros) - 1 + bits.take(u32::from(zeros));
            break;
        }
    }
}

/// One more bit of each coefficient of a band, and coefficients that begin with it.
#[inline(always)]
pub fn ac_refine(
    bits: &mut Bits<'_>,
    table: &SymbolTable,
    band: Band,
    run: &mut u32,
    block: &mut Block,
    filled: &mut Filled,
) {
    let plus = 1i16 << band.low;
    let mut position = band.first;
    if *run == 0 {
        while position <= band.last {
            bits.refill();
            let symbol = table.symbol(bits);
            let (mut zeros, size) = (symbol >> 4, symbol & 15);
            let mut value = 0;
            if size != 0 {
                value = if bits.take_one() { plus } else { -plus };
            } else if zeros != 15 {
                *run = (1 << zeros) + bits.take(u32::from(zeros));
                break;
            }
            // On to the place behind so many zeros; what is not zero on the way gets its bit.
            while position <= band.last {
                let free = (*filled >> position).trailing_zeros().min(u32::from(band.last + 1 - position)) as u8;
                if zeros < free {
                    position += zeros;
                    break;
                }
                zeros -= free;
                position += free;
                if position <= band.last {
                    correct(bits, plus, &mut block[place(position)]);
                    position += 1;
                }
            }
            if value != 0 {
                set(block, filled, position, value);
            }
            position += 1;
        }
    }
    if *run > 0 {
        let mut rest = *filled & band.from(position);
        while rest != 0 {
            correct(bits, plus, &mut block[place(rest.trailing_zeros() as u8)]);
            rest &= rest - 1;
        }
        *run -= 1;
    }
}

/// One more bit of a coefficient that is not 0.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, plus: i16, coefficient: &mut i16) {
    bits.need_one();
    let grown = coefficient.wrapping_add(if *coefficient >= 0 { plus } else { plus.wrapping_neg() });
    if bits.take_one() && *coefficient & plus == 0 {
        *coefficient = grown;
    }
}
