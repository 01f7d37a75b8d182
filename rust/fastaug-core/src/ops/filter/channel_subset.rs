//! Runs operations on some channels only.

use super::FilterOp;
use crate::{
    exec::plain,
    image::{Element, Format, Image, ImageMut, Shape, View, ViewMut},
    ops::{Context, Op, Role},
};
use std::fmt;

/// Takes some channels out, runs operations on them, and puts them back.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelSubset {
    /// Which channels, in the order the operations see them.
    pub channels: Vec<usize>,
    /// What is done; keeps size, channel count and type.
    pub ops: Vec<Op>,
}

impl fmt::Display for ChannelSubset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "on channels {:?}:", self.channels)?;
        self.ops.iter().try_for_each(|op| write!(f, " [{op}]"))
    }
}

impl FilterOp for ChannelSubset {
    fn largest_side(&self) -> Option<usize> {
        self.ops.iter().filter_map(Op::largest_side).min()
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        let shape = Shape { channels: self.channels.len(), ..input.shape() };
        let mut part = context.scratch.take_image(Format::new(shape, input.dtype()));
        crate::with_element_pairs!(input, part.as_image_mut(), (source, target) => {
            self.copy_out(source, target);
        });
        let changed = plain::run_all(&self.ops, part, Role::Image, context);
        crate::with_element_pairs!(input, output, (source, target) => self.copy_back(source, &changed, target));
        context.scratch.give_image(changed);
    }
}

impl ChannelSubset {
    fn copy_out<T: Element>(&self, source: View<'_, T>, mut target: ViewMut<'_, T>) {
        let channels = source.shape().channels;
        for (row, from) in target.rows_mut().zip(source.rows()) {
            for (pixel, from) in row.chunks_exact_mut(self.channels.len()).zip(from.chunks_exact(channels)) {
                for (value, &channel) in pixel.iter_mut().zip(&self.channels) {
                    *value = from[channel];
                }
            }
        }
    }

    fn copy_back<T: Element>(&self, source: View<'_, T>, changed: &crate::image::ImageBuf, mut target: ViewMut<'_, T>) {
        let Some(changed) = T::view(changed.as_image()) else { unreachable!("the operations inside keep the type") };
        let channels = source.shape().channels;
        target.copy_from(source);
        for (row, from) in target.rows_mut().zip(changed.rows()) {
            for (pixel, from) in row.chunks_exact_mut(channels).zip(from.chunks_exact(self.channels.len())) {
                for (value, &channel) in from.iter().zip(&self.channels) {
                    pixel[channel] = *value;
                }
            }
        }
    }
}
