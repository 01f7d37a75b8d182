//! The file around the coded blocks: markers in the order in which libjpeg writes them, and bits with the zero byte
//! that follows every byte of ones.

use super::{
    huffman::{Encoder, Sink, Table},
    layout::Layout,
};
use crate::standard::ZIGZAG;

/// Everything before the first bit of the image.
pub fn header(
    out: &mut Vec<u8>,
    (width, height): (u16, u16),
    layout: &Layout,
    quantisation: [&[u8; 64]; 2],
    tables: &[Table; 4],
    restart_interval: u16,
) {
    let components = &layout.components;
    let used = components.len().min(2);
    out.extend([0xFF, 0xD8]);
    // JFIF 1.1, whose pixels are square and of no size.
    segment(out, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (index, steps) in quantisation.iter().enumerate().take(used) {
        let mut body = vec![index as u8];
        body.extend(ZIGZAG[..64].iter().map(|&place| steps[usize::from(place)]));
        segment(out, 0xDB, &body);
    }

    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.push(components.len() as u8);
    for (index, component) in components.iter().enumerate() {
        let sampling = component.horizontal << 4 | component.vertical;
        frame.extend([index as u8 + 1, sampling as u8, u8::from(index > 0)]);
    }
    segment(out, 0xC0, &frame);

    for (index, table) in tables.iter().enumerate().take(2 * used) {
        let mut body = vec![(index / 2 + 16 * (index % 2)) as u8];
        body.extend(table.counts);
        body.extend(&table.symbols);
        segment(out, 0xC4, &body);
    }
    if restart_interval > 0 {
        segment(out, 0xDD, &restart_interval.to_be_bytes());
    }

    let mut scan = vec![components.len() as u8];
    for index in 0..components.len() {
        scan.extend([index as u8 + 1, if index > 0 { 0x11 } else { 0 }]);
    }
    scan.extend([0, 63, 0]);
    segment(out, 0xDA, &scan);
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend(body);
}

/// Writes codes bit by bit. It is small and handed on by value, so that the compiler keeps the bits in registers.
pub struct BitWriter<'o> {
    out: &'o mut Vec<u8>,
    encoders: &'o [Encoder; 4],
    /// Bits that are not written yet, the last of them lowest; what stands above them has been written.
    bits: u64,
    /// How many more fit.
    free: u32,
}

impl<'o> BitWriter<'o> {
    /// Writes after what `out` holds.
    pub fn new(out: &'o mut Vec<u8>, encoders: &'o [Encoder; 4]) -> Self {
        Self { out, encoders, bits: 0, free: 64 }
    }

    #[inline(always)]
    fn put(&mut self, bits: u32, length: u32) {
        let bits = u64::from(bits);
        if length <= self.free {
            self.bits = self.bits << length | bits;
            self.free -= length;
        } else {
            let beyond = length - self.free;
            push(self.out, self.bits << self.free | bits >> beyond);
            self.bits = bits;
            self.free = 64 - beyond;
        }
    }

    /// Fills the last byte with ones and writes what is left.
    #[inline(always)]
    fn flush(&mut self) {
        let used = 64 - self.free;
        let fill = used.next_multiple_of(8) - used;
        self.put((1 << fill) - 1, fill);
        let bytes = (64 - self.free) as usize / 8;
        if bytes > 0 {
            push_stuffed(self.out, &(self.bits << self.free).to_be_bytes()[..bytes]);
        }
        (self.bits, self.free) = (0, 64);
    }

    /// Ends the file.
    pub fn finish(mut self) {
        self.flush();
        self.out.extend([0xFF, 0xD9]);
    }
}

#[inline(always)]
fn push(out: &mut Vec<u8>, bits: u64) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = bits.to_be_bytes();
    // Of all bytes whose top bit is set, only those that are all ones lose it when one is added (or some that a carry
    // from such a byte reaches).
    if bits & !bits.wrapping_add(ONES) & (ONES << 7) == 0 {
        out.extend_from_slice(&bytes);
    } else {
        push_stuffed(out, &bytes);
    }
}

#[cold]
fn push_stuffed(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        out.push(byte);
        if byte == 0xFF {
            out.push(0);
        }
    }
}

impl Sink for BitWriter<'_> {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32) {
        let (bits, length) = self.encoders[table].encode(symbol, bits);
        self.put(bits, length);
    }

    #[inline(always)]
    fn restart(&mut self, count: usize) {
        self.flush();
        self.out.extend([0xFF, 0xD0 + (count % 8) as u8]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(pieces: &[(u32, u32)]) -> Vec<u8> {
        let mut out = Vec::new();
        let encoders = Table::standard().each_ref().map(Encoder::new);
        let mut writer = BitWriter::new(&mut out, &encoders);
        for &(bits, length) in pieces {
            writer.put(bits, length);
        }
        writer.finish();
        out
    }

    #[test]
    fn bits_come_out_in_order() {
        assert_eq!(write(&[]), [0xFF, 0xD9]);
        assert_eq!(write(&[(0b101, 3)]), [0b1011_1111, 0xFF, 0xD9]);
        assert_eq!(write(&[(1, 1), (0x1234, 15), (0x56, 8)]), [0x92, 0x34, 0x56, 0xFF, 0xD9]);
        let mut state = 1u32;
        for length in 1..=27 {
            let pieces: Vec<(u32, u32)> = (0..100)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    // Every other number is mostly ones, so that bytes are stuffed.
                    let bits = (state >> 3 | if state >> 31 == 1 { 0x0FF0_FF00 } else { 0 }) & ((1 << length) - 1);
                    (bits, length)
                })
                .collect();
            let mut bits: Vec<u8> = pieces
                .iter()
                .flat_map(|&(bits, length)| (0..length).rev().map(move |at| (bits >> at & 1) as u8))
                .collect();
            bits.resize(bits.len().next_multiple_of(8), 1);
            let mut expected = Vec::new();
            for byte in bits.chunks(8).map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | bit)) {
                expected.push(byte);
                if byte == 0xFF {
                    expected.push(0);
                }
            }
            expected.extend([0xFF, 0xD9]);
            assert_eq!(write(&pieces), expected, "pieces of {length} bits");
        }
    }
}
