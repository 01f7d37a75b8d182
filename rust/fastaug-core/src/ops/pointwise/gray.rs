//! Makes a picture gray and keeps its channels.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::Element,
    ops::{
        Context, Role,
        arithmetic::{
            luma::{Brightness, Luma},
            spread::spread,
        },
    },
};
use fearless_simd::Level;
use std::fmt;

/// Replaces all channels of a pixel by one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Gray {
    /// Which number.
    pub luma: Luma,
}

impl fmt::Display for Gray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gray ({})", self.luma)
    }
}

impl PointwiseOp for Gray {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        match rows {
            Rows::U8(values) => self.each_chunk(values, place.shape.channels, context.level),
            Rows::F32(values) => self.each_chunk(values, place.shape.channels, context.level),
            _ => unreachable!("only pictures become gray"),
        }
    }

    fn runs_from_elsewhere(&self) -> bool {
        true
    }

    fn run_from(&self, source: &[u8], target: &mut [u8], place: Place, context: &mut Context<'_>) {
        let channels = place.shape.channels;
        let mut grays = [0; CHUNK];
        for (source, target) in source.chunks(CHUNK * channels).zip(target.chunks_mut(CHUNK * channels)) {
            let grays = &mut grays[..source.len() / channels];
            u8::write(&self.luma, source, channels, grays, context.level);
            spread(grays, target, channels, context.level);
        }
    }
}

/// Pixels whose grays are held at once.
const CHUNK: usize = 512;

impl Gray {
    fn each_chunk<T: Element + Brightness>(&self, values: &mut [T], channels: usize, level: Level) {
        let mut grays = [T::default(); CHUNK];
        for pixels in values.chunks_mut(CHUNK * channels) {
            let grays = &mut grays[..pixels.len() / channels];
            T::write(&self.luma, pixels, channels, grays, level);
            spread(grays, pixels, channels, level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gray;
    use crate::ops::{Role, arithmetic::luma::Luma, pointwise::twins};

    #[test]
    fn every_channel_is_the_gray() {
        let op = Gray { luma: Luma::Max };
        twins::check::<u8>(&op, [1, 2, 3, 4, 5], Role::Image, |_, _, _, pixel| {
            let largest = *pixel.iter().max().unwrap();
            pixel.fill(largest);
        });
        twins::check::<f32>(&op, [1, 2, 3, 4, 5], Role::Image, |_, _, _, pixel| {
            let largest = pixel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            pixel.fill(largest);
        });
    }
}
