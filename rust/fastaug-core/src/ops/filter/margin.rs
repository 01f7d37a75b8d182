//! Mirrored surroundings: what every filter sees beyond the edge of the image. The edge pixel itself is not repeated
//! (`dcb|abcd|cba`), as in OpenCV, and mirrors face each other where the window is larger than the image.

use crate::param::BorderMode;

/// The row or column that stands for one outside the image.
#[inline]
pub fn mirrored(index: isize, length: usize) -> usize {
    BorderMode::Reflect101.index(index, length).unwrap_or(0)
}

/// Fills both ends of a row whose middle holds the image's pixels: `left` pixels before it, the rest after it.
pub fn mirror_ends<T: Copy>(row: &mut [T], left: usize, width: usize, channels: usize) {
    let end = row.len() / channels;
    let mut copy = |to: usize, x: isize| {
        let from = (left + mirrored(x, width)) * channels;
        row.copy_within(from..from + channels, to * channels);
    };
    for distance in 1..=left {
        copy(left - distance, -(distance as isize));
    }
    for to in left + width..end {
        copy(to, (to - left) as isize);
    }
}
