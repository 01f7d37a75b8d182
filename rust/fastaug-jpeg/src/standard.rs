//! Numbers from the standard (ITU-T T.81) that decoder and encoder share: the zigzag order and the tables of annex K.

/// Where the `k`-th coefficient of the zigzag order stands in a block, row by row. Damaged data may count beyond 63: it
/// ends up at the last place.
pub const ZIGZAG: [u8; 80] = {
    let mut order = [63; 80];
    let (mut x, mut y, mut k) = (0usize, 0usize, 0);
    while k < 64 {
        order[k] = (8 * y + x) as u8;
        // Even diagonals run upwards.
        if (x + y) % 2 == 0 {
            if x == 7 {
                y += 1;
            } else if y == 0 {
                x += 1;
            } else {
                (x, y) = (x + 1, y - 1);
            }
        } else if y == 7 {
            x += 1;
        } else if x == 0 {
            y += 1;
        } else {
            (x, y) = (x - 1, y + 1);
        }
        k += 1;
    }
    order
};

/// A Huffman table as a file holds it: how many codes there are of each length, and what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes<'a> {
    /// Codes of length 1 to 16.
    pub counts: [u8; 16],
    /// Symbols in the order of their codes.
    pub symbols: &'a [u8],
}

/// Annex K's table for differences of luma.
pub const LUMA_DC: Codes<'_> = Codes {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Annex K's table for differences of chroma.
pub const CHROMA_DC: Codes<'_> = Codes {
    counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Annex K's table for luma.
#[rustfmt::skip]
pub const LUMA_AC: Codes<'_> = Codes {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D],
    symbols: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
        0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72,
        0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37,
        0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
        0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
        0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3,
        0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
        0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2,
        0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
    ],
};

/// Annex K's table for chroma.
#[rustfmt::skip]
pub const CHROMA_AC: Codes<'_> = Codes {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    symbols: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
        0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1,
        0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36,
        0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
        0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
        0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A,
        0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
        0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA,
        0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
    ],
};

/// Annex K's quantisation of luma, row by row.
#[rustfmt::skip]
pub const LUMA_QUANTISATION: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Annex K's quantisation of chroma, row by row.
#[rustfmt::skip]
pub const CHROMA_QUANTISATION: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// A table of annex K for a quality between 1 and 100, as libjpeg scales it for baseline files.
pub fn quantisation(base: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    base.map(|value| ((u32::from(value) * percent + 50) / 100).clamp(1, 255) as u8)
}

/// The quality at which libjpeg's table of brightness comes nearest to this one in sum.
pub fn quality(table: &[u16; 64]) -> u8 {
    /// The sum of the table of each quality; the better, the less.
    static SUMS: [u32; 101] = {
        let mut sums = [0; 101];
        let mut quality = 1;
        while quality <= 100 {
            let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
            let mut index = 0;
            while index < 64 {
                let value = (LUMA_QUANTISATION[index] as u32 * percent as u32 + 50) / 100;
                sums[quality] += if value < 1 {
                    1
                } else if value > 255 {
                    255
                } else {
                    value
                };
                index += 1;
            }
            quality += 1;
        }
        sums
    };
    let sum: u32 = table.iter().map(|&value| u32::from(value)).sum();
    let above = SUMS[1..].partition_point(|&of_quality| of_quality > sum) + 1;
    let nearest = [above - 1, above].into_iter().filter(|quality| (1..=100).contains(quality));
    nearest.min_by_key(|&quality| SUMS[quality].abs_diff(sum)).unwrap_or(100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zigzag_visits_every_place_once() {
        assert_eq!(ZIGZAG[..10], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);
        assert_eq!(ZIGZAG[58..64], [61, 54, 47, 55, 62, 63]);
        let mut places = ZIGZAG[..64].to_vec();
        places.sort_unstable();
        assert_eq!(places, (0..64).collect::<Vec<u8>>());
        assert_eq!(ZIGZAG[64..], [63; 16]);
    }

    #[test]
    fn tables_hold_as_many_symbols_as_codes() {
        for codes in [LUMA_DC, LUMA_AC, CHROMA_DC, CHROMA_AC] {
            assert_eq!(codes.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), codes.symbols.len());
        }
    }

    #[test]
    fn quality_scales_as_libjpeg_does() {
        assert_eq!(quantisation(&LUMA_QUANTISATION, 50), LUMA_QUANTISATION);
        assert_eq!(quantisation(&LUMA_QUANTISATION, 100), [1; 64]);
        assert_eq!(quantisation(&LUMA_QUANTISATION, 75)[..4], [8, 6, 5, 8]);
        assert_eq!(quantisation(&CHROMA_QUANTISATION, 1), [255; 64]);
    }

    #[test]
    fn quality_is_found_again() {
        for wanted in 5..=100 {
            let table = quantisation(&LUMA_QUANTISATION, wanted).map(u16::from);
            assert_eq!(quality(&table), wanted);
        }
        assert_eq!(quality(&[65535; 64]), 1);
        assert_eq!(quality(&[0; 64]), 100);
    }
}
