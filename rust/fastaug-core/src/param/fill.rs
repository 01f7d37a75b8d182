//! What stands where no pixel of the input does.

use crate::image::{Element, Role};
use serde::{Deserialize, Serialize};

/// How the outside of an image is imagined. The names are OpenCV's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BorderMode {
    /// A fill colour.
    Constant,
    /// The edge pixel again and again: `aaa|abcd|ddd`.
    Replicate,
    /// Mirrored with the edge pixel: `cba|abcd|dcb`.
    Reflect,
    /// The other side: `bcd|abcd|abc`.
    Wrap,
    /// Mirrored without the edge pixel: `dcb|abcd|cba`.
    Reflect101,
}

impl BorderMode {
    /// The index inside `0..length` that stands for `index`; `None` where the fill colour does.
    #[inline]
    pub fn index(self, index: isize, length: usize) -> Option<usize> {
        let length = length as isize;
        if (0..length).contains(&index) {
            return Some(index as usize);
        }
        // One fold is what nearly every index needs, and saves the division.
        let folded = match self {
            Self::Constant => return None,
            Self::Replicate => index.clamp(0, length - 1),
            Self::Wrap => index + if index < 0 { length } else { -length },
            Self::Reflect => (if index < 0 { 0 } else { 2 * length }) - 1 - index,
            Self::Reflect101 => (if index < 0 { 0 } else { 2 * length - 2 }) - index,
        };
        if (0..length).contains(&folded) {
            return Some(folded as usize);
        }
        Some(match self {
            Self::Constant | Self::Replicate => folded,
            Self::Wrap => index.rem_euclid(length),
            Self::Reflect => {
                let folded = index.rem_euclid(2 * length);
                if folded < length { folded } else { 2 * length - 1 - folded }
            }
            Self::Reflect101 => {
                if length == 1 {
                    0
                } else {
                    let folded = index.rem_euclid(2 * length - 2);
                    if folded < length { folded } else { 2 * length - 2 - folded }
                }
            }
        } as usize)
    }
}

/// A colour: one number for all channels or one for each, in the image's own units (0…255 or 0…1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fill {
    /// The same in every channel.
    Value(f64),
    /// One number per channel; channels beyond the last take the last.
    Channels(Vec<f64>),
}

impl Fill {
    /// Black.
    pub const ZERO: Self = Self::Value(0.0);

    /// The value of one channel.
    pub fn channel(&self, channel: usize) -> f64 {
        match self {
            Self::Value(value) => *value,
            Self::Channels(values) => values.get(channel).or(values.last()).copied().unwrap_or(0.0),
        }
    }

    /// The colour as pixel values.
    pub fn pixel<T: Element>(&self, channels: usize) -> Vec<T> {
        (0..channels).map(|channel| T::from_f64(self.channel(channel))).collect()
    }
}

/// A border mode with its fill colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// How the outside is imagined.
    pub mode: BorderMode,
    /// The colour of a constant border of the image.
    pub fill: Fill,
    /// The label of a constant border of a mask.
    pub fill_mask: Fill,
}

impl Border {
    /// The fill for a target.
    pub fn fill(&self, role: Role) -> &Fill {
        match role {
            Role::Image => &self.fill,
            Role::Mask => &self.fill_mask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BorderMode::{self, Constant, Reflect, Reflect101, Replicate, Wrap};

    #[test]
    fn indices_follow_the_pictures_in_the_documentation() {
        let read = |mode: BorderMode| -> String {
            (-3..7).map(|index| mode.index(index, 4).map_or('-', |at| b"abcd"[at] as char)).collect()
        };
        assert_eq!(read(Constant), "---abcd---");
        assert_eq!(read(Replicate), "aaaabcdddd");
        assert_eq!(read(Reflect), "cbaabcddcb");
        assert_eq!(read(Wrap), "bcdabcdabc");
        assert_eq!(read(Reflect101), "dcbabcdcba");
    }

    #[test]
    fn a_single_pixel_is_its_own_surroundings() {
        for mode in [Replicate, Reflect, Wrap, Reflect101] {
            assert!((-5..5).all(|index| mode.index(index, 1) == Some(0)));
        }
    }
}
