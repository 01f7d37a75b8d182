//! Puts channels into another order.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::planes::{self, BLOCK},
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// Puts channels into another order.
#[derive(Clone, Debug, PartialEq)]
pub struct ShuffleChannels {
    /// For each channel of the output, the channel of the input.
    pub order: Vec<usize>,
}

impl fmt::Display for ShuffleChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channels in the order {:?}", self.order)
    }
}

impl PointwiseOp for ShuffleChannels {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        debug_assert_eq!(self.order.len(), place.shape.channels);
        match rows {
            Rows::U8(values) => {
                let values = if let [red, green, blue] = self.order[..] {
                    dispatch!(context.level, simd => shuffle_rgb(simd, values, [red, green, blue]))
                } else {
                    values
                };
                self.shuffle(values);
            }
            Rows::F32(values) => self.shuffle(values),
            _ => unreachable!("only the channels of pictures are shuffled"),
        }
    }
}

impl ShuffleChannels {
    fn shuffle<T: Copy + Default>(&self, values: &mut [T]) {
        match self.order[..] {
            [a, b] => each_pixel(values, |pixel| [pixel[a], pixel[b]]),
            [a, b, c] => each_pixel(values, |pixel| [pixel[a], pixel[b], pixel[c]]),
            [a, b, c, d] => each_pixel(values, |pixel| [pixel[a], pixel[b], pixel[c], pixel[d]]),
            _ => {
                let mut before = vec![T::default(); self.order.len()];
                for pixel in values.chunks_exact_mut(self.order.len()) {
                    before.copy_from_slice(pixel);
                    for (value, &channel) in pixel.iter_mut().zip(&self.order) {
                        *value = before[channel];
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn each_pixel<T: Copy, const CHANNELS: usize>(values: &mut [T], shuffle: impl Fn([T; CHANNELS]) -> [T; CHANNELS]) {
    for pixel in values.as_chunks_mut::<CHANNELS>().0 {
        *pixel = shuffle(*pixel);
    }
}

/// Shuffles whole blocks, and returns what is left of the values.
#[simd]
fn shuffle_rgb<S: Simd>(simd: S, values: &mut [u8], [red, green, blue]: [usize; 3]) -> &mut [u8] {
    if !planes::shuffles(simd) {
        return values;
    }
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let planes = planes::split_vectors(simd, block);
        planes::join_vectors(simd, [planes[red], planes[green], planes[blue]], block);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::ShuffleChannels;
    use crate::ops::{Role, pointwise::twins};

    #[test]
    fn channels_follow_the_order() {
        for order in [vec![0], vec![1, 0], vec![2, 0, 1], vec![1, 2, 0], vec![3, 1, 2, 0], vec![4, 0, 3, 1, 2]] {
            let op = ShuffleChannels { order: order.clone() };
            twins::check::<u8>(&op, [order.len()], Role::Image, |_, _, _, pixel| {
                let before = pixel.to_vec();
                for (value, &channel) in pixel.iter_mut().zip(&order) {
                    *value = before[channel];
                }
            });
            twins::check::<f32>(&op, [order.len()], Role::Image, |_, _, _, pixel| {
                let before = pixel.to_vec();
                for (value, &channel) in pixel.iter_mut().zip(&order) {
                    *value = before[channel];
                }
            });
        }
    }
}
