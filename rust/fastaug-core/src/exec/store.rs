//! The last step: rows of a finished band into the caller's memory, normalized, converted and laid out on the way.

use super::output::{Layout, Output, Slot};
use crate::{
    image::{Image, View},
    ops::{
        Context,
        arithmetic::factors::Factors,
        convert::{
            Normalize,
            floats::{Planes, Stored, Value, copy_planar, interleaved, planar, scatter},
        },
    },
};
use fearless_simd::Level;

/// Where a band belongs.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its first row.
    y: usize,
    /// Rows of the image.
    height: usize,
    layout: Layout,
    level: Level,
}

/// Writes rows `y…` of an image of `height` rows.
pub fn write(
    band: Image<'_>,
    normalize: Option<&Normalize>,
    y: usize,
    height: usize,
    output: &mut Output<'_>,
    context: &mut Context<'_>,
) {
    let place = Place { y, height, layout: output.layout, level: context.level };
    let one = Normalize { scale: vec![1.0], offset: vec![0.0] };
    let normalize_or_one = normalize.unwrap_or(&one);
    match (band, &mut output.slot) {
        (Image::F32(band), Slot::F32(slot)) if normalize.is_none() => copy(band, slot, place),
        (Image::U8(band), Slot::U8(slot)) => copy(band, slot, place),
        (Image::U8(band), Slot::F32(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::F32(band), Slot::F32(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::U8(band), Slot::F16(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::F32(band), Slot::F16(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::U8(band), Slot::Bf16(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::F32(band), Slot::Bf16(slot)) => floats(band, normalize_or_one, slot, place),
        (Image::U16(band), Slot::U16(slot)) => copy_rows(band, slot, place),
        (Image::U32(band), Slot::U32(slot)) => copy_rows(band, slot, place),
        (Image::U64(band), Slot::U64(slot)) => copy_rows(band, slot, place),
        _ => unreachable!("the caller has checked that the output's type can hold the image's"),
    }
}

fn floats<T: Value, U: Stored>(band: View<'_, T>, normalize: &Normalize, slot: &mut [U], place: Place) {
    let shape = band.shape();
    let factors = Factors::new(&normalize.scale, &normalize.offset, shape.channels);
    match place.layout {
        Layout::Hwc => {
            let targets = slot[place.y * shape.row_len()..].chunks_exact_mut(shape.row_len());
            for (row, target) in band.rows().zip(targets) {
                interleaved(row, &factors, target, place.level);
            }
        }
        Layout::Chw => {
            let mut planes = Planes { values: slot, height: place.height, width: shape.width };
            for (y, row) in (place.y..).zip(band.rows()) {
                planar(row, &factors, y, &mut planes, place.level);
            }
        }
    }
}

fn copy<T: Value>(band: View<'_, T>, slot: &mut [T], place: Place) {
    let shape = band.shape();
    match place.layout {
        Layout::Hwc => copy_rows(band, slot, place),
        Layout::Chw => {
            let mut planes = Planes { values: slot, height: place.height, width: shape.width };
            for (y, row) in (place.y..).zip(band.rows()) {
                copy_planar(row, shape.channels, y, &mut planes, place.level);
            }
        }
    }
}

fn copy_rows<T: crate::image::Element>(band: View<'_, T>, slot: &mut [T], place: Place) {
    let shape = band.shape();
    match place.layout {
        Layout::Hwc => {
            let targets = slot[place.y * shape.row_len()..].chunks_exact_mut(shape.row_len());
            for (row, target) in band.rows().zip(targets) {
                target.copy_from_slice(row);
            }
        }
        Layout::Chw => {
            let mut planes = Planes { values: slot, height: place.height, width: shape.width };
            for (y, row) in (place.y..).zip(band.rows()) {
                scatter(row, shape.channels, y, &mut planes);
            }
        }
    }
}
