//! Huffman coding of quantized blocks: symbols and their bits in the order of the file, codes from tables, and tables
//! that suit an image.

use super::{bands::Block, layout::Layout};
use crate::standard::{CHROMA_AC, CHROMA_DC, Codes, LUMA_AC, LUMA_DC, ZIGZAG};
use fearless_simd::{Simd, i16x16, prelude::*};
use fearless_simd_macros::simd;

/// Sixteen zeros before whatever follows.
const LONG_RUN: u8 = 0xF0;
/// Nothing but zeros follows.
const END_OF_BLOCK: u8 = 0;

/// A table as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Codes of length 1 to 16.
    pub counts: [u8; 16],
    /// Symbols in the order of their codes.
    pub symbols: Vec<u8>,
}

impl Table {
    /// Annex K's tables for differences and for the rest, of luma and then of chroma.
    pub fn standard() -> [Self; 4] {
        [LUMA_DC, LUMA_AC, CHROMA_DC, CHROMA_AC]
            .map(|Codes { counts, symbols }| Self { counts, symbols: symbols.into() })
    }

    /// The best codes for symbols that occur this often (annex K.2). Where two choices are equally good, the higher
    /// symbol gets the longer code, as in libjpeg.
    pub fn optimal(occurrences: &[u64; 256]) -> Self {
        // Another symbol keeps the code of ones alone, which the standard forbids, for itself.
        const RESERVED: usize = 256;
        let mut trees: Vec<(u64, Vec<usize>)> = (0..256)
            .filter(|&symbol| occurrences[symbol] > 0)
            .map(|symbol| (occurrences[symbol], vec![symbol]))
            .collect();
        trees.push((1, vec![RESERVED]));
        let mut lengths = [0usize; 257];
        while trees.len() > 1 {
            let rarest = rarest_of(&trees, None);
            let next = rarest_of(&trees, Some(rarest));
            let (count, symbols) = trees.remove(next);
            let rarest = rarest - usize::from(next < rarest);
            trees[rarest].0 += count;
            trees[rarest].1.extend(symbols);
            for &symbol in &trees[rarest].1 {
                lengths[symbol] += 1;
            }
        }
        let mut counts = [0usize; 257];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            counts[length] += 1;
        }
        shorten(&mut counts);
        let longest = (1..=16).rev().find(|&length| counts[length] > 0).unwrap_or(1);
        counts[longest] = counts[longest].saturating_sub(1);

        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| lengths[symbol as usize] > 0).collect();
        symbols.sort_by_key(|&symbol| lengths[symbol as usize]);
        Self { counts: std::array::from_fn(|length| counts[length + 1] as u8), symbols }
    }
}

/// Where the rarest tree stands, the last of several; one tree may be left out.
fn rarest_of(trees: &[(u64, Vec<usize>)], except: Option<usize>) -> usize {
    let mut found = None;
    for (index, &(count, _)) in trees.iter().enumerate() {
        if Some(index) != except && found.is_none_or(|(_, least)| count <= least) {
            found = Some((index, count));
        }
    }
    found.map_or(0, |(index, _)| index)
}

/// Brings codes of more than 16 bits down to 16, two at a time: one takes the place of their common beginning, the
/// other shares the place of a shorter code.
fn shorten(counts: &mut [usize; 257]) {
    for length in (17..257).rev() {
        while counts[length] > 0 {
            let shorter =
                (1..=length - 2).rev().find(|&shorter| counts[shorter] > 0).expect("a code that can be split");
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
}

/// The codes of a table by symbol.
#[derive(Clone, Debug)]
pub struct Encoder {
    /// The code above eight bits that say how long it is together with the bits that follow it.
    entries: [u32; 256],
}

impl Encoder {
    /// Codes in their order, as annex C counts them.
    pub fn new(table: &Table) -> Self {
        let mut entries = [0; 256];
        let mut symbols = table.symbols.iter();
        let mut code = 0u32;
        for (length, &count) in (1..).zip(&table.counts) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                entries[usize::from(symbol)] = code << 8 | (length + u32::from(symbol & 15));
                code += 1;
            }
            code <<= 1;
        }
        Self { entries }
    }

    /// Code and following bits in one number, and how many bits it has: 27 at most.
    #[inline(always)]
    pub fn encode(&self, symbol: u8, bits: u32) -> (u32, u32) {
        let entry = self.entries[usize::from(symbol)];
        ((entry >> 8) << (symbol & 15) | bits, entry & 255)
    }
}

/// What symbols are handed to.
pub trait Sink {
    /// A symbol of one of four tables (luma's and chroma's, each for differences and for the rest). Its lower four bits
    /// say how many bits follow.
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32);

    /// Predictions begin anew; restarts are counted from 0.
    fn restart(&mut self, count: usize);
}

/// Counts symbols.
#[derive(Clone, Debug)]
pub struct Counter {
    /// How often each symbol of each table occurs.
    pub occurrences: [[u64; 256]; 4],
}

impl Sink for &mut Counter {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, _: u32) {
        self.occurrences[table][usize::from(symbol)] += 1;
    }

    fn restart(&mut self, _: usize) {}
}

/// The order of blocks in the file, band after band, and what carries over from one to the next.
pub struct Scan<'l> {
    layout: &'l Layout,
    /// The last mean of each component.
    means: [i16; 3],
    /// Units between restarts; 0 for none.
    interval: usize,
    units: usize,
}

impl<'l> Scan<'l> {
    /// From the first unit on.
    pub fn new(layout: &'l Layout, interval: u16) -> Self {
        Self { layout, means: [0; 3], interval: usize::from(interval), units: 0 }
    }

    /// Hands on the symbols of a band.
    #[simd]
    pub fn band<S: Simd, K: Sink>(&mut self, simd: S, blocks: &[&[Block]], mut sink: K) -> K {
        for unit in 0..self.layout.units_wide {
            if self.interval > 0 && self.units > 0 && self.units.is_multiple_of(self.interval) {
                sink.restart(self.units / self.interval - 1);
                self.means = [0; 3];
            }
            self.units += 1;
            for (index, component) in self.layout.components.iter().enumerate() {
                let tables = 2 * usize::from(index > 0);
                for line in 0..component.vertical {
                    let first = line * component.blocks_wide + unit * component.horizontal;
                    for block in &blocks[index][first..first + component.horizontal] {
                        encode_block(simd, block, self.means[index], tables, &mut sink);
                        self.means[index] = block[0];
                    }
                }
            }
        }
        sink
    }
}

#[inline(always)]
fn encode_block<S: Simd, K: Sink>(simd: S, block: &Block, mean: i16, tables: usize, sink: &mut K) {
    let (size, bits) = magnitude(i32::from(block[0]) - i32::from(mean));
    sink.symbol(tables, size as u8, bits);
    let mut rest = nonzero(simd, block) & !1;
    let mut last = 0;
    while rest != 0 {
        let at = rest.trailing_zeros();
        rest &= rest - 1;
        let mut run = at - last - 1;
        last = at;
        while run > 15 {
            sink.symbol(tables + 1, LONG_RUN, 0);
            run -= 16;
        }
        let (size, bits) = magnitude(i32::from(block[usize::from(ZIGZAG[at as usize] & 63)]));
        sink.symbol(tables + 1, (run << 4 | size) as u8, bits);
    }
    if last < 63 {
        sink.symbol(tables + 1, END_OF_BLOCK, 0);
    }
}

/// How many bits a value needs, and these: negative values are one less, without their sign.
#[inline(always)]
fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    (size, (value + (value >> 31)) as u32 & ((1 << size) - 1))
}

/// Which places of the zigzag order the bits of each row stand for.
static ZIGZAG_BITS: [[u64; 256]; 8] = {
    let mut bits = [[0; 256]; 8];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
        let mut mask = 0;
        while mask < 256 {
            if mask >> column & 1 == 1 {
                bits[row as usize][mask] |= 1 << k;
            }
            mask += 1;
        }
        k += 1;
    }
    bits
};

/// Which coefficients are not zero, in zigzag order, the first in the lowest bit.
#[inline(always)]
fn nonzero<S: Simd>(simd: S, block: &Block) -> u64 {
    let zero = i16x16::splat(simd, 0);
    let mut found = 0;
    for (index, rows) in block.as_chunks::<16>().0.iter().enumerate() {
        let mask = !i16x16::load_array_ref(simd, rows).simd_eq(zero).to_bitmask() as usize;
        found |= ZIGZAG_BITS[2 * index][mask & 255] | ZIGZAG_BITS[2 * index + 1][mask >> 8 & 255];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::dispatch;

    #[test]
    fn codes_count_up() {
        let encoder = Encoder::new(&Table::standard()[0]);
        assert_eq!(encoder.encode(0, 0), (0b00, 2));
        assert_eq!(encoder.encode(1, 1), (0b0101, 4));
        assert_eq!(encoder.encode(6, 0), (0b1110 << 6, 10));
        assert_eq!(encoder.encode(11, 2047), (0b1_1111_1110 << 11 | 2047, 20));
    }

    #[test]
    fn signs_are_in_the_first_bit() {
        assert_eq!(magnitude(0), (0, 0));
        assert_eq!(magnitude(1), (1, 1));
        assert_eq!(magnitude(-1), (1, 0));
        assert_eq!(magnitude(-2), (2, 0b01));
        assert_eq!(magnitude(-1024), (11, 0b011_1111_1111));
    }

    #[derive(Default)]
    struct Listed(Vec<(usize, u8, u32)>);

    impl Sink for &mut Listed {
        fn symbol(&mut self, table: usize, symbol: u8, bits: u32) {
            self.0.push((table, symbol, bits));
        }

        fn restart(&mut self, count: usize) {
            self.0.push((99, count as u8, 0));
        }
    }

    fn list(blocks: &[Block], interval: u16) -> Vec<(usize, u8, u32)> {
        let layout = Layout::new(8 * blocks.len(), 8, None);
        let mut lists = levels().into_iter().map(|level| {
            let mut listed = Listed::default();
            dispatch!(level, simd => Scan::new(&layout, interval).band(simd, &[blocks], &mut listed));
            listed.0
        });
        let first = lists.next().unwrap();
        assert!(lists.all(|list| list == first));
        first
    }

    #[test]
    fn runs_follow_the_zigzag() {
        let mut block = [0; 64];
        block[0] = -3;
        block[8] = 5; // the second of the zigzag
        block[62] = -1; // the last but one
        block[7] = 1; // the 28th
        let expected = [(0, 2, 0), (1, 0x13, 5), (1, LONG_RUN, 0), (1, 0x91, 1), (1, LONG_RUN, 0), (1, LONG_RUN, 0)];
        let found = list(&[block], 0);
        assert_eq!(found[..6], expected);
        assert_eq!(found[6..], [(1, 0x11, 0), (1, END_OF_BLOCK, 0)]);
        block[63] = 2;
        let found = list(&[block], 0);
        assert_eq!(found.last(), Some(&(1, 0x02, 2)), "a block that ends with a value has no end");
    }

    #[test]
    fn restarts_forget_means() {
        let mut block = [0; 64];
        block[0] = 4;
        let end = (1, END_OF_BLOCK, 0);
        assert_eq!(list(&[block; 2], 0), [(0, 3, 4), end, (0, 0, 0), end]);
        assert_eq!(list(&[block; 3], 2), [(0, 3, 4), end, (0, 0, 0), end, (99, 0, 0), (0, 3, 4), end]);
    }

    #[test]
    fn frequent_symbols_have_short_codes() {
        let mut occurrences = [0; 256];
        occurrences[7] = 100;
        occurrences[3] = 10;
        occurrences[200] = 10;
        let table = Table::optimal(&occurrences);
        assert_eq!(table.symbols, [7, 3, 200]);
        assert_eq!(table.counts[..4], [1, 1, 1, 0]);
    }

    #[test]
    fn no_code_is_longer_than_sixteen_bits() {
        // Fibonacci's numbers make the deepest tree.
        let mut occurrences = [0; 256];
        let (mut a, mut b) = (1, 1);
        for symbol in 0..40 {
            occurrences[symbol] = a;
            (a, b) = (b, a + b);
        }
        let table = Table::optimal(&occurrences);
        assert_eq!(table.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 40);
        let mut symbols = table.symbols.clone();
        symbols.sort_unstable();
        assert_eq!(symbols, (0..40).collect::<Vec<u8>>());
        let places = [39, 30, 20, 10, 0].map(|symbol| table.symbols.iter().position(|&other| other == symbol));
        assert!(places.is_sorted(), "{places:?}");
        // Kraft's sum leaves room for the code that is reserved.
        let sum: u64 = table.counts.iter().enumerate().map(|(index, &count)| u64::from(count) << (15 - index)).sum();
        assert!(sum < 1 << 16, "{sum}");
    }
}
