//! Fills whole channels.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::Element,
    ops::{Context, Role},
    param::Fill,
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::{
    fmt,
    ops::{BitAnd, BitOr, Not},
};

/// Fills some channels with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct DropChannels {
    /// Which channels.
    pub channels: Vec<usize>,
    /// With what.
    pub fill: Fill,
}

impl fmt::Display for DropChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drop channels {:?}", self.channels)
    }
}

impl PointwiseOp for DropChannels {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        let channels = place.shape.channels;
        match rows {
            Rows::U8(values) => {
                let colour = self.fill.pixel::<u8>(channels);
                dispatch!(context.level, simd => fill::<_, _, 96>(simd, values, &self.channels, &colour));
            }
            Rows::F32(values) => {
                let colour = bytemuck::cast_vec(self.fill.pixel::<f32>(channels));
                let bits: &mut [u32] = bytemuck::cast_slice_mut(values);
                dispatch!(context.level, simd => fill::<_, _, 24>(simd, bits, &self.channels, &colour));
            }
            _ => unreachable!("channels are dropped from pictures only"),
        }
    }
}

/// Values that are looked at as bits.
trait Bits: Element + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {}

impl Bits for u8 {}
impl Bits for u32 {}

/// Fills channels of pixels; `N` values are whole vectors, and whole pixels of the usual channel counts.
#[simd]
fn fill<S: Simd, T: Bits, const N: usize>(_: S, values: &mut [T], dropped: &[usize], colour: &[T]) {
    let channels = colour.len();
    let rest = if N.is_multiple_of(channels) {
        let (mut keep, mut fill) = ([!T::default(); N], [T::default(); N]);
        for &channel in dropped {
            for index in (channel..N).step_by(channels) {
                (keep[index], fill[index]) = (T::default(), colour[channel]);
            }
        }
        let (blocks, rest) = values.as_chunks_mut::<N>();
        for block in blocks {
            for index in 0..N {
                block[index] = block[index] & keep[index] | fill[index];
            }
        }
        rest
    } else {
        values
    };
    for pixel in rest.chunks_exact_mut(channels) {
        for &channel in dropped {
            pixel[channel] = colour[channel];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DropChannels;
    use crate::{
        ops::{Role, pointwise::twins},
        param::Fill,
    };

    #[test]
    fn dropped_channels_are_filled() {
        let op = DropChannels { channels: vec![0, 2], fill: Fill::Channels(vec![3.0, 4.0, 5.0]) };
        twins::check::<u8>(&op, [3, 4, 5], Role::Image, |_, _, _, pixel| {
            pixel[0] = 3;
            pixel[2] = 5;
        });
        twins::check::<f32>(&op, [3, 4, 5], Role::Image, |_, _, _, pixel| {
            pixel[0] = 3.0;
            pixel[2] = 5.0;
        });
    }
}
