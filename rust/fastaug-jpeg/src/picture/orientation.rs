//! How a stored picture is to be seen: as EXIF's eight numbers for a camera's position say.

use super::Region;

/// A number of EXIF in three questions, in the order in which they change the stored picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// Whether rows run from right to left.
    pub mirrored: bool,
    /// Whether the first row is at the bottom.
    pub upside_down: bool,
    /// Whether rows become columns after that.
    pub transposed: bool,
}

impl Orientation {
    /// The meaning of EXIF's number; what is none of the eight is as good as 1.
    pub fn of_exif(number: u8) -> Self {
        Self {
            mirrored: matches!(number, 2 | 3 | 7 | 8),
            upside_down: matches!(number, 3 | 4 | 6 | 7),
            transposed: matches!(number, 5..=8),
        }
    }

    /// Width and height of what is seen of a picture of this size.
    pub fn seen_size(self, (width, height): (usize, usize)) -> (usize, usize) {
        if self.transposed { (height, width) } else { (width, height) }
    }

    /// Where a rectangle of what is seen lies in the stored picture, whose size is given.
    pub fn stored(self, seen: Region, (width, height): (usize, usize)) -> Region {
        let mut region = seen;
        if self.transposed {
            region = Region { x: seen.y, y: seen.x, width: seen.height, height: seen.width };
        }
        if self.mirrored {
            region.x = width - region.x - region.width;
        }
        if self.upside_down {
            region.y = height - region.y - region.height;
        }
        region
    }
}
