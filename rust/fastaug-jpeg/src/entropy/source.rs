//! Entropy-coded data as they lie in a file, piece by piece: up to the next marker, without stuffing.

use super::bits::{BitPosition, MARGIN};
use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x32};
use fearless_simd_macros::simd;

/// Bytes that are made available at a time: few enough to stay in a second-level cache.
const CHUNK: usize = 64 * 1024;

/// What ends a segment when the file does.
const EOI: u8 = 0xD9;

/// Feeds one scan: takes the stuffing out of a file's bytes in chunks, and stops at markers.
#[derive(Clone, Debug)]
pub struct Source<'b> {
    bytes: &'b [u8],
    /// The next byte of the file.
    raw: usize,
    /// Where in the file the chunk's first byte comes from, for messages.
    chunk_begin: usize,
    /// Bytes without stuffing, followed by zeros.
    chunk: Vec<u8>,
    /// Bytes of the chunk that count.
    filled: usize,
    /// Bytes without stuffing that came before the chunk.
    passed: usize,
    /// The marker that ended the segment, once it was reached; the raw position is behind it.
    marker: Option<u8>,
    /// Whether that was the end of the file.
    end_of_file: bool,
    /// A byte of the chunk, and where it comes from; only kept where somebody asks for it.
    mark: Option<Mark>,
    level: Level,
}

/// A byte without stuffing, and where it stands in the file.
#[derive(Clone, Copy, Debug)]
struct Mark {
    byte: usize,
    raw: usize,
}

impl<'b> Source<'b> {
    /// Begins at a byte of the file. The buffer is one that was used before, or an empty one.
    pub fn new(bytes: &'b [u8], position: usize, mut chunk: Vec<u8>, level: Level) -> Self {
        chunk.resize(CHUNK + MARGIN, 0);
        let mut source = Self {
            bytes,
            raw: position,
            chunk_begin: position,
            chunk,
            filled: 0,
            passed: 0,
            marker: None,
            end_of_file: false,
            mark: None,
            level,
        };
        source.fill();
        source
    }

    /// The bytes to read bits from; zeros follow those that count.
    #[inline(always)]
    pub fn data(&self) -> &[u8] {
        &self.chunk
    }

    /// Gives the buffer back.
    pub fn into_buffer(self) -> Vec<u8> {
        self.chunk
    }

    /// Whether an MCU that begins here can be read without asking for more.
    #[inline(always)]
    pub fn has_enough(&self, place: BitPosition) -> bool {
        self.marker.is_some() || place.0 / 8 + MARGIN <= self.filled
    }

    /// From now on, places can be told in the file.
    pub fn track(&mut self) {
        self.mark = Some(Mark { byte: 0, raw: self.chunk_begin });
    }

    /// The byte of the file that holds the next bit of a place, which never lies before one that was asked for earlier.
    pub fn raw_byte(&mut self, place: BitPosition) -> Option<usize> {
        let mark = self.mark.as_mut()?;
        while mark.byte < place.0 / 8 {
            // An FF takes all that follow with it, up to its zero.
            if self.bytes.get(mark.raw) == Some(&0xFF) {
                while self.bytes.get(mark.raw) == Some(&0xFF) {
                    mark.raw += 1;
                }
            }
            mark.raw += 1;
            mark.byte += 1;
        }
        Some(mark.raw)
    }

    /// Makes more bytes available; answers where the place is now.
    pub fn advance(&mut self, place: BitPosition) -> BitPosition {
        let done = (place.0 / 8).min(self.filled);
        self.raw_byte(BitPosition(8 * done));
        if let Some(mark) = &mut self.mark {
            mark.byte -= done;
        }
        self.chunk.copy_within(done..self.filled, 0);
        self.filled -= done;
        self.passed += done;
        self.chunk_begin = self.raw.saturating_sub(self.filled);
        self.fill();
        BitPosition(place.0 - 8 * done)
    }

    /// Bits without stuffing from where the source began to a place, if no marker lies between.
    pub fn bits_before(&self, place: BitPosition) -> usize {
        8 * self.passed + place.0
    }

    /// Moves a place forward over bits that are not looked at; answers where it is now.
    pub fn skip(&mut self, place: BitPosition, bits: usize) -> BitPosition {
        let mut target = BitPosition(place.0 + bits);
        while !self.has_enough(target) {
            target = self.advance(target);
        }
        target
    }

    /// Whether more bits were read than there are.
    #[inline(always)]
    pub fn is_beyond(&self, place: BitPosition) -> bool {
        self.marker.is_some() && place.0 > 8 * self.filled
    }

    /// A byte of the file near a place, for messages.
    pub fn file_offset(&self, place: BitPosition) -> usize {
        (self.chunk_begin + place.0 / 8).min(self.bytes.len())
    }

    /// Reads on to the marker that ends the segment; answers it and the byte of the file behind it.
    pub fn finish(&mut self) -> (u8, usize) {
        while self.marker.is_none() {
            self.filled = 0;
            self.fill();
        }
        (self.marker.unwrap_or(EOI), self.raw)
    }

    /// Whether the segment was ended by the end of the file.
    pub fn is_end_of_file(&self) -> bool {
        self.end_of_file
    }

    /// Goes on behind the marker with a new segment.
    pub fn next_segment(&mut self) {
        self.marker = None;
        self.filled = 0;
        self.chunk_begin = self.raw;
        if self.mark.is_some() {
            self.track();
        }
        self.fill();
    }

    /// Leaves the marker where it is and gives nothing but zeros in front of it.
    pub fn empty(&mut self) {
        // Zeros follow what counts: where nothing does, they are there already, restart after restart.
        if self.filled > 0 {
            self.filled = 0;
            self.chunk[..MARGIN].fill(0);
        }
    }

    /// Whether the segment ended with a marker that no restart passes over.
    pub fn is_at_last_marker(&self) -> bool {
        self.marker.is_some_and(|marker| marker >= 0xC0 && !(0xD0..=0xD7).contains(&marker))
    }

    /// Skips to the next marker behind the one that was reached, whatever lies between.
    pub fn next_marker(&mut self) -> u8 {
        self.marker = None;
        self.filled = 0;
        self.finish().0
    }

    fn fill(&mut self) {
        let room = CHUNK - self.filled;
        let target = &mut self.chunk[self.filled..CHUNK + MARGIN];
        let (bytes, raw, level) = (self.bytes, self.raw, self.level);
        let unstuffed = dispatch!(level, simd => unstuff(simd, bytes, raw, target, room));
        self.raw = unstuffed.raw;
        self.filled += unstuffed.written;
        self.marker = unstuffed.marker;
        self.end_of_file = unstuffed.end_of_file;
        if self.marker.is_some() {
            self.chunk[self.filled..self.filled + MARGIN].fill(0);
        }
    }
}

struct Unstuffed {
    raw: usize,
    written: usize,
    marker: Option<u8>,
    end_of_file: bool,
}

const BLOCK: usize = 32;

/// Copies bytes until a marker, the end of the file, or until `room` bytes are written; `target` is longer than that by
/// more than a block. `FF 00` stands for `FF`, and so does `FF FF 00`.
#[simd]
fn unstuff<S: Simd>(simd: S, bytes: &[u8], mut raw: usize, target: &mut [u8], room: usize) -> Unstuffed {
    let mut written = 0;
    let stuffing = u8x32::splat(simd, 0xFF);
    while written < room {
        if let (Some(block), Some(to)) = (bytes.get(raw..raw + BLOCK), target.get_mut(written..written + BLOCK)) {
            let values = u8x32::from_slice(simd, block);
            values.store_slice(to);
            let found = values.simd_eq(stuffing).to_bitmask();
            if found == 0 {
                raw += BLOCK;
                written += BLOCK;
                continue;
            }
            let plain = found.trailing_zeros() as usize;
            raw += plain;
            written += plain;
        } else if bytes.get(raw).is_some_and(|&byte| byte != 0xFF) {
            target[written] = bytes[raw];
            raw += 1;
            written += 1;
            continue;
        }
        // An FF, or the end.
        let mut after = raw + 1;
        while bytes.get(after) == Some(&0xFF) {
            after += 1;
        }
        match bytes.get(after) {
            Some(0) => {
                target[written] = 0xFF;
                written += 1;
                raw = after + 1;
            }
            Some(&marker) => return Unstuffed { raw: after + 1, written, marker: Some(marker), end_of_file: false },
            None => return Unstuffed { raw: bytes.len(), written, marker: Some(EOI), end_of_file: true },
        }
    }
    Unstuffed { raw, written, marker: None, end_of_file: false }
}

#[cfg(test)]
mod tests {
    use super::{Source, unstuff};
    use crate::levels;
    use fearless_simd::dispatch;

    /// The definition, byte by byte.
    fn slowly(bytes: &[u8]) -> (Vec<u8>, Option<u8>, usize) {
        let (mut result, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            if bytes[at] != 0xFF {
                result.push(bytes[at]);
                at += 1;
                continue;
            }
            while at < bytes.len() && bytes[at] == 0xFF {
                at += 1;
            }
            match bytes.get(at) {
                Some(0) => result.push(0xFF),
                Some(&marker) => return (result, Some(marker), at + 1),
                None => break,
            }
            at += 1;
        }
        (result, None, bytes.len())
    }

    #[test]
    fn stuffing_is_taken_out_up_to_the_marker() {
        let mut state = 1u32;
        for length in (0..200).chain([1000]) {
            for density in [2, 5, 40] {
                let bytes: Vec<u8> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                        match (state >> 16) % density {
                            0 => 0xFF,
                            1 => 0,
                            _ if density == 40 && (state >> 8).is_multiple_of(50) => 0xD3,
                            value => value as u8,
                        }
                    })
                    .collect();
                let (expected, marker, end) = slowly(&bytes);
                for level in levels() {
                    let mut target = vec![0; bytes.len() + 100];
                    let room = bytes.len() + 1;
                    let result = dispatch!(level, simd => unstuff(simd, &bytes, 0, &mut target, room));
                    assert_eq!(target[..result.written], expected);
                    assert_eq!((result.marker.unwrap(), result.raw), (marker.unwrap_or(0xD9), end));
                    assert_eq!(result.end_of_file, marker.is_none());
                }
            }
        }
    }

    #[test]
    fn chunks_join() {
        let mut bytes: Vec<u8> = (0..300_000u32).map(|index| (index.wrapping_mul(2654435761) >> 24) as u8).collect();
        for index in 1..bytes.len() {
            if bytes[index - 1] == 0xFF {
                bytes[index] = 0;
            }
        }
        bytes.extend([0xFF, 0xD9]);
        let (expected, _, end) = slowly(&bytes);
        let mut source = Source::new(&bytes, 0, Vec::new(), levels()[0]);
        let mut place = super::BitPosition(0);
        let mut read = Vec::new();
        while read.len() < expected.len() {
            if !source.has_enough(place) {
                place = source.advance(place);
            }
            read.push(source.data()[place.0 / 8]);
            place.0 += 8;
        }
        assert_eq!(read, expected);
        assert!(!source.is_beyond(place));
        place.0 += 1;
        assert!(source.is_beyond(place));
        assert_eq!(source.finish(), (0xD9, end));
    }
}
