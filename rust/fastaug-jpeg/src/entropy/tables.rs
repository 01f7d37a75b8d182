//! Huffman tables in the shape in which they are fastest to read.
//!
//! The tables of AC coefficients answer with up to two coefficients for each look-up: run, value and length of both. What
//! is too long for that is rare, and read step by step.

use crate::standard::Codes;
use std::{ops::Range, sync::OnceLock};

/// Bits that are looked up at once.
pub const LOOK_UP: u32 = 10;

/// Bits that such a look-up takes at most: those of the last value need not be seen.
pub const MOST: u32 = 15;

/// Bits that are looked up at once where values do not matter.
pub const SKIP: u32 = 12;

/// Bits that such a look-up passes over at most.
pub const SKIP_MOST: u32 = 15;

/// How far an end of block moves the position: beyond any that a coefficient can reach.
pub const END_OF_BLOCK: u8 = 80;

/// The codes of a table, for those that are too long to be looked up.
#[derive(Clone, Debug)]
struct Canonical {
    /// One more than the last code of each length, moved to the top of 16 bits; 0 if there is none.
    limits: [u32; 17],
    /// What turns a code of each length into the number of its symbol.
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl Canonical {
    fn new(codes: &Codes<'_>) -> Result<Self, &'static str> {
        let mut table = Self { limits: [0; 17], offsets: [0; 17], symbols: [0; 256] };
        table.symbols[..codes.symbols.len()].copy_from_slice(codes.symbols);
        let (mut code, mut number) = (0u32, 0i32);
        for length in 1..=16 {
            let count = u32::from(codes.counts[length - 1]);
            table.offsets[length] = number - code as i32;
            code += count;
            number += count as i32;
            // No code consists of ones only.
            if count > 0 && code >= 1 << length {
                return Err("more codes than there is room for in a Huffman table");
            }
            table.limits[length] = if count == 0 { 0 } else { code << (16 - length) };
            code <<= 1;
        }
        Ok(table)
    }

    /// The symbol and its length at the top of 16 bits; a code that stands for nothing is 17 bits long and means 0.
    #[inline(always)]
    fn find(&self, bits: u32) -> (u8, u32) {
        for length in 1..=16 {
            if bits < self.limits[length] {
                let code = (bits >> (16 - length)) as i32;
                return (self.symbols[(code + self.offsets[length]) as usize & 255], length as u32);
            }
        }
        (0, 17)
    }
}

/// The symbols whose codes have at most so many bits, with the lengths of the codes and the entries that begin with them.
/// Codes in their order take up a table from its beginning: no search for each of its entries.
fn spans(codes: &Codes<'_>, bits: u32) -> impl Iterator<Item = (u8, u32, Range<usize>)> {
    let lengths = (1..=bits).flat_map(|length| (0..codes.counts[length as usize - 1]).map(move |_| length));
    codes.symbols.iter().zip(lengths).scan(0, move |begin, (&symbol, length)| {
        let span = *begin..*begin + (1 << (bits - length));
        *begin = span.end;
        Some((symbol, length, span))
    })
}

impl Canonical {
    /// As [`find`](Self::find), for codes that are seldom enough not to be worth a place among the others.
    #[inline(never)]
    fn find_long(&self, bits: u32) -> (u8, u32) {
        self.find(bits)
    }
}

/// A signed number from the bits that stand for it.
#[inline(always)]
fn extend(bits: u32, size: u32) -> i32 {
    if size > 0 && bits < 1 << (size - 1) { bits as i32 - (1 << size) + 1 } else { bits as i32 }
}

/// A table for differences of DC coefficients.
#[derive(Clone, Debug)]
pub struct DcTable {
    /// Difference and length where both fit; else the size, and the length of its code; else 0.
    fast: Box<[DcEntry; 1 << DC_LOOK_UP]>,
    canonical: Canonical,
}

/// Bits of the code of a difference that are looked up at once.
pub const DC_LOOK_UP: u32 = 9;

/// Bits that such a look-up takes at most.
pub const DC_MOST: u32 = 11;

/// What begins with certain bits.
#[derive(Clone, Copy, Debug, Default)]
struct DcEntry {
    /// Bits of code and difference, 0 if they are too many.
    length: u8,
    /// Bits of the code, 0 if they are too many.
    code: u8,
    /// 63 minus the size of the difference.
    shift: u8,
}

impl DcTable {
    /// Prepares a table; the symbols of DC tables are sizes of at most 15 bits.
    pub fn new(codes: &Codes<'_>) -> Result<Self, &'static str> {
        if codes.symbols.iter().any(|&symbol| symbol > 15) {
            return Err("a DC coefficient of more than 15 bits in a Huffman table");
        }
        let canonical = Canonical::new(codes)?;
        let mut fast = vec![DcEntry::default(); 1 << DC_LOOK_UP];
        for (symbol, code, span) in spans(codes, DC_LOOK_UP) {
            let length = code + u32::from(symbol);
            let length = if length > DC_MOST { 0 } else { length as u8 };
            fast[span].fill(DcEntry { length, code: code as u8, shift: 63 - symbol });
        }
        Ok(Self { fast: fast.try_into().unwrap_or_else(|_| unreachable!("made of this length")), canonical })
    }

    /// Reads a difference; at least 56 bits are at hand, of which all but [`DC_MOST`] are there afterwards.
    #[inline(always)]
    pub fn read(&self, bits: &mut super::bits::Bits<'_>) -> i32 {
        let entry = self.fast[bits.peek(DC_LOOK_UP) as usize & ((1 << DC_LOOK_UP) - 1)];
        if entry.length != 0 {
            let value = signed(bits.buffer().wrapping_shl(u32::from(entry.code)), u32::from(entry.shift));
            bits.drop(u32::from(entry.length));
            return value as i32;
        }
        let size = if entry.code != 0 {
            bits.drop(u32::from(entry.code));
            63 - u32::from(entry.shift)
        } else {
            let (size, length) = self.canonical.find_long(bits.peek(16));
            bits.drop(length);
            u32::from(size)
        };
        let value = if size == 0 { 0 } else { bits.take_signed(size) };
        bits.refill();
        value
    }
}

/// The signed number that bits begin with, as the standard codes it; `shift` is 63 minus its size.
#[inline(always)]
fn signed(bits: u64, shift: u32) -> i64 {
    let value = (bits >> 1).wrapping_shr(shift);
    // A leading 0 stands for a negative number.
    let most = (u64::MAX >> 1).wrapping_shr(shift);
    value.wrapping_sub(most & !((bits as i64 >> 63) as u64)) as i64
}

/// A table for AC coefficients.
#[derive(Debug)]
pub struct AcTable {
    fast: Box<[AcEntry; 1 << LOOK_UP]>,
    /// Made when something is skipped for the first time.
    skip: OnceLock<Box<[SkipEntry; 1 << SKIP]>>,
    canonical: Canonical,
}

/// What begins with certain bits: up to two coefficients. The value of the last one is not part of it, but follows from the
/// bits: they need not be seen by the look-up, which therefore is seldom in vain. To guess wrong whether it is costs more than
/// the few instructions.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(8))]
pub struct AcEntry {
    /// Bits of all; 0 if not even the first fits. Then `first_length` is the length of the first one's code, 0 if that is too
    /// long, too, and `first_value` its size.
    pub length: u8,
    /// How far they move the position together.
    pub step: u8,
    /// How far the first does.
    pub first_step: u8,
    /// Bits before the value of the last.
    before_last: u8,
    /// 63 minus the size of that value.
    shift: u8,
    /// Bits of the first.
    pub first_length: u8,
    /// The value of the first, if it is not the last.
    pub first_value: i16,
}

impl AcEntry {
    /// The value of the last, which these bits begin with.
    #[inline(always)]
    pub fn last_value(self, bits: u64) -> i16 {
        signed(bits.wrapping_shl(u32::from(self.before_last)), u32::from(self.shift)) as i16
    }
}

/// What begins with certain bits where values do not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkipEntry {
    /// Bits of all coefficients that fit; 0 if not even one does.
    pub length: u8,
    /// How far they move the position; the top bit says that an end of block follows, and is counted in.
    pub step: u8,
}

/// A run and a size as a symbol holds them.
#[inline(always)]
fn step_and_size(symbol: u8) -> (u8, u32) {
    match symbol {
        0xF0 => (16, 0),
        symbol if symbol.trailing_zeros() >= 4 => (END_OF_BLOCK, 0),
        symbol => ((symbol >> 4) + 1, u32::from(symbol & 15)),
    }
}

impl AcTable {
    /// Prepares a table.
    pub fn new(codes: &Codes<'_>) -> Result<Self, &'static str> {
        let canonical = Canonical::new(codes)?;
        // Step, size and the length of the code for each beginning; the length is 0 where the code is too long.
        let mut symbols = vec![(0u8, 0u32, 0u32); 1 << LOOK_UP];
        for (symbol, length, span) in spans(codes, LOOK_UP) {
            let (step, size) = step_and_size(symbol);
            symbols[span].fill((step, size, length));
        }
        let mut fast = vec![AcEntry::default(); 1 << LOOK_UP];
        for (bits, entry) in fast.iter_mut().enumerate() {
            let (step, size, code) = symbols[bits];
            let length = code + size;
            if code == 0 {
                continue;
            }
            let first = AcEntry { step, first_step: step, ..AcEntry::default() };
            if length > MOST {
                *entry = AcEntry { first_length: code as u8, first_value: size as i16, ..first };
                continue;
            }
            let first = AcEntry { length: length as u8, first_length: length as u8, ..first };
            *entry = AcEntry { before_last: code as u8, shift: (63 - size) as u8, ..first };
            if length >= LOOK_UP || step == END_OF_BLOCK {
                continue;
            }
            let (next, next_size, next_code) = symbols[(bits << length) & ((1 << LOOK_UP) - 1)];
            let (before, all) = (length + next_code, length + next_code + next_size);
            if next_code != 0 && before <= LOOK_UP && all <= MOST {
                *entry = AcEntry {
                    length: all as u8,
                    step: step + next,
                    before_last: before as u8,
                    shift: (63 - next_size) as u8,
                    first_value: extend((bits >> (LOOK_UP - length)) as u32 & ((1 << size) - 1), size) as i16,
                    ..first
                };
            }
        }
        Ok(Self {
            fast: fast.try_into().unwrap_or_else(|_| unreachable!("made of this length")),
            skip: OnceLock::new(),
            canonical,
        })
    }

    /// The entry for the next bits.
    #[inline(always)]
    pub fn look_up(&self, bits: u32) -> AcEntry {
        self.fast[bits as usize & ((1 << LOOK_UP) - 1)]
    }

    /// The table that skips.
    pub fn skips(&self) -> &[SkipEntry; 1 << SKIP] {
        self.skip.get_or_init(|| {
            let mut entries = vec![SkipEntry::default(); 1 << SKIP];
            for (bits, entry) in entries.iter_mut().enumerate() {
                let (mut length, mut step) = (0, 0);
                loop {
                    let rest = (bits as u32) << (16 - SKIP + length) & 0xFFFF;
                    let (symbol, code) = self.canonical.find(rest);
                    let (next, size) = step_and_size(symbol);
                    // The bits of the last value need not be seen.
                    if length + code > SKIP || length + code + size > SKIP_MOST {
                        break;
                    }
                    if next == END_OF_BLOCK {
                        length += code;
                        step |= 0x80;
                        break;
                    }
                    if step + next > 63 {
                        break;
                    }
                    length += code + size;
                    step += next;
                    if length >= SKIP {
                        break;
                    }
                }
                *entry = SkipEntry { length: length as u8, step };
            }
            entries.try_into().unwrap_or_else(|_| unreachable!("made of this length"))
        })
    }

    /// Reads one coefficient that was not found by looking it up. Answers how far it moves the position, and its value.
    #[inline(always)]
    pub fn read_long(&self, bits: &mut super::bits::Bits<'_>, entry: AcEntry) -> (u8, i16) {
        bits.refill();
        let (step, size) = if entry.first_length != 0 {
            bits.drop(u32::from(entry.first_length));
            (entry.first_step, entry.first_value as u32)
        } else {
            let (symbol, length) = self.canonical.find_long(bits.peek(16));
            bits.drop(length);
            step_and_size(symbol)
        };
        (step, if size == 0 { 0 } else { bits.take_signed(size) as i16 })
    }
}

/// A table whose symbols are wanted as they are: those of progressive files.
#[derive(Debug)]
pub struct SymbolTable {
    fast: Box<[SymbolEntry; 1 << SYMBOL_LOOK_UP]>,
    canonical: Canonical,
}

const SYMBOL_LOOK_UP: u32 = 10;

/// What begins with certain bits.
#[derive(Clone, Copy, Debug, Default)]
struct SymbolEntry {
    /// The number that follows the code, if it fits.
    value: i16,
    symbol: u8,
    /// Bits of the code, and 16 times those of the number if that fits; 0 if the code does not.
    lengths: u8,
}

impl SymbolTable {
    /// Prepares a table.
    pub fn new(codes: &Codes<'_>) -> Result<Self, &'static str> {
        let canonical = Canonical::new(codes)?;
        let mut fast = vec![SymbolEntry::default(); 1 << SYMBOL_LOOK_UP];
        for (symbol, length, span) in spans(codes, SYMBOL_LOOK_UP) {
            let size = u32::from(symbol & 15);
            for (place, entry) in fast[span].iter_mut().enumerate() {
                *entry = SymbolEntry { value: 0, symbol, lengths: length as u8 };
                if size > 0 && length + size <= SYMBOL_LOOK_UP {
                    entry.value = extend((place >> (SYMBOL_LOOK_UP - length - size)) as u32, size) as i16;
                    entry.lengths |= (size << 4) as u8;
                }
            }
        }
        Ok(Self { fast: fast.try_into().unwrap_or_else(|_| unreachable!("made of this length")), canonical })
    }

    /// Reads a symbol and the number that follows it; at least 32 bits are at hand.
    #[inline(always)]
    pub fn read(&self, bits: &mut super::bits::Bits<'_>) -> (u8, i32) {
        let entry = self.fast[bits.peek(SYMBOL_LOOK_UP) as usize];
        if entry.lengths > 15 {
            bits.drop(u32::from(entry.lengths & 15) + u32::from(entry.lengths >> 4));
            return (entry.symbol, i32::from(entry.value));
        }
        let symbol = self.symbol(bits);
        let size = u32::from(symbol & 15);
        (symbol, if size == 0 { 0 } else { bits.take_signed(size) })
    }

    /// Reads a symbol; at least 17 bits are at hand.
    #[inline(always)]
    pub fn symbol(&self, bits: &mut super::bits::Bits<'_>) -> u8 {
        let entry = self.fast[bits.peek(SYMBOL_LOOK_UP) as usize];
        let (symbol, length) = if entry.lengths != 0 {
            (entry.symbol, u32::from(entry.lengths & 15))
        } else {
            self.canonical.find(bits.peek(16))
        };
        bits.drop(length);
        symbol
    }
}
