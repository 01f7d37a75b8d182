//! Finds markers without reading what stands between them.

use fearless_simd::{Simd, prelude::*, u8x32};
use fearless_simd_macros::simd;

/// Entropy-coded bytes up to a marker or to where the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where the marker's `FF` stands, or where the search ended.
    pub end: usize,
    /// Bytes that only keep others from looking like markers.
    pub stuffing: usize,
    /// The marker, if there is one.
    pub marker: Option<u8>,
}

const BLOCK: usize = 32;

/// Looks for a marker from a byte on that belongs to none.
#[simd]
pub fn find<S: Simd>(simd: S, bytes: &[u8], begin: usize) -> Stretch {
    let (mut end, mut stuffing) = (begin, 0);
    let sought = u8x32::splat(simd, 0xFF);
    loop {
        if let Some(block) = bytes.get(end..end + BLOCK) {
            let found = u8x32::from_slice(simd, block).simd_eq(sought).to_bitmask();
            if found == 0 {
                end += BLOCK;
                continue;
            }
            end += found.trailing_zeros() as usize;
        } else if bytes.get(end).is_some_and(|&byte| byte != 0xFF) {
            end += 1;
            continue;
        }
        match bytes.get(end + 1) {
            Some(0) => {
                end += 2;
                stuffing += 1;
            }
            // Several of them are as good as one.
            Some(0xFF) => {
                end += 1;
                stuffing += 1;
            }
            Some(&marker) => return Stretch { end, stuffing, marker: Some(marker) },
            None => return Stretch { end: bytes.len(), stuffing, marker: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Stretch, find};
    use crate::{entropy::source::Source, levels};
    use fearless_simd::dispatch;

    #[test]
    fn finds_what_a_source_stops_at() {
        let mut state = 1u32;
        for length in (0..150).chain([3000]) {
            for density in [2, 7, 300] {
                let mut bytes: Vec<u8> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                        match (state >> 16) % density {
                            0 => 0xFF,
                            1 => 0,
                            _ => (state >> 24) as u8,
                        }
                    })
                    .collect();
                bytes.extend([1, 0xFF, 0xD3]);
                for level in levels() {
                    let Stretch { end, stuffing, marker } = dispatch!(level, simd => find(simd, &bytes, 0));
                    let mut source = Source::new(&bytes, 0, Vec::new(), level);
                    let (expected, behind) = source.finish();
                    assert_eq!((marker, end + 2), (Some(expected), behind));
                    // What is left is what the source holds.
                    let whole = super::super::bits::BitPosition(8 * (end - stuffing));
                    assert!(!source.is_beyond(whole));
                    assert!(source.is_beyond(super::super::bits::BitPosition(whole.0 + 1)));
                }
            }
        }
    }

    #[test]
    fn the_end_of_the_bytes_is_an_end() {
        for bytes in [&b""[..], b"\xFF", b"abc", b"abc\xFF\xFF", b"a\xFF\0"] {
            let level = levels()[0];
            let found = dispatch!(level, simd => find(simd, bytes, 0));
            assert_eq!((found.end, found.marker), (bytes.len(), None));
        }
    }
}
