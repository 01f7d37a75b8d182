//! The last step: rows of a finished band into the caller's memory, normalized, converted and laid out on the way.

use super::output::{Layout, Output, Slot};
use crate::{
    image::{Element, Image, View},
    ops::{Context, convert::Normalize},
};
use half::f16;

/// Writes rows `y…` of an image of `height` rows.
pub fn write(
    band: Image<'_>,
    normalize: Option<&Normalize>,
    y: usize,
    height: usize,
    output: &mut Output<'_>,
    context: &mut Context<'_>,
) {
    let _ = context;
    let layout = output.layout;
    match (band, &mut output.slot, normalize) {
        (Image::U8(band), Slot::F32(slot), Some(normalize)) => {
            scatter(band, y, height, layout, slot, |channel| {
                let (scale, offset) = normalize.channel(channel);
                move |value| f32::from(value) * scale + offset
            });
        }
        (Image::F32(band), Slot::F32(slot), Some(normalize)) => {
            scatter(band, y, height, layout, slot, |channel| {
                let (scale, offset) = normalize.channel(channel);
                move |value| value * scale + offset
            });
        }
        (Image::U8(band), Slot::F16(slot), Some(normalize)) => {
            scatter(band, y, height, layout, slot, |channel| {
                let (scale, offset) = normalize.channel(channel);
                move |value| f16::from_f32(f32::from(value) * scale + offset)
            });
        }
        (Image::F32(band), Slot::F16(slot), Some(normalize)) => {
            scatter(band, y, height, layout, slot, |channel| {
                let (scale, offset) = normalize.channel(channel);
                move |value| f16::from_f32(value * scale + offset)
            });
        }
        (Image::U8(band), Slot::U8(slot), None) => scatter(band, y, height, layout, slot, |_| |value| value),
        (Image::U16(band), Slot::U16(slot), None) => scatter(band, y, height, layout, slot, |_| |value| value),
        (Image::U32(band), Slot::U32(slot), None) => scatter(band, y, height, layout, slot, |_| |value| value),
        (Image::U64(band), Slot::U64(slot), None) => scatter(band, y, height, layout, slot, |_| |value| value),
        (Image::F32(band), Slot::F32(slot), None) => scatter(band, y, height, layout, slot, |_| |value| value),
        (Image::U8(band), Slot::F32(slot), None) => scatter(band, y, height, layout, slot, |_| f32::from),
        (Image::U8(band), Slot::F16(slot), None) => scatter(band, y, height, layout, slot, |_| f16::from),
        (Image::F32(band), Slot::F16(slot), None) => scatter(band, y, height, layout, slot, |_| f16::from_f32),
        _ => unreachable!("the caller has checked that the output's type can hold the image's"),
    }
}

/// Writes each value, made by its channel's function, where the layout wants it.
fn scatter<T: Element, U: Copy, F: Fn(T) -> U>(
    band: View<'_, T>,
    y: usize,
    height: usize,
    layout: Layout,
    slot: &mut [U],
    function: impl Fn(usize) -> F,
) {
    let shape = band.shape();
    let (width, channels) = (shape.width, shape.channels);
    for channel in 0..channels {
        let convert = function(channel);
        for (offset, row) in band.rows().enumerate() {
            let values = row.iter().skip(channel).step_by(channels);
            let row_number = y + offset;
            match layout {
                Layout::Hwc => {
                    let target = &mut slot[row_number * shape.row_len()..][..shape.row_len()];
                    for (target, value) in target.iter_mut().skip(channel).step_by(channels).zip(values) {
                        *target = convert(*value);
                    }
                }
                Layout::Chw => {
                    let target = &mut slot[(channel * height + row_number) * width..][..width];
                    for (target, value) in target.iter_mut().zip(values) {
                        *target = convert(*value);
                    }
                }
            }
        }
    }
}
