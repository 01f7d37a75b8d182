//! Floating-point pictures for filters that are defined on bytes.

use crate::{
    image::{View, ViewMut},
    ops::{Context, arithmetic::rounding::nearest_byte},
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;

/// Rounds a picture to bytes, runs a filter on them, and writes what comes of it as 0…1.
pub fn through_bytes(
    source: View<'_, f32>,
    mut target: ViewMut<'_, f32>,
    context: &mut Context<'_>,
    filter: impl FnOnce(View<'_, u8>, ViewMut<'_, u8>, &mut Context<'_>),
) {
    let shape = source.shape();
    let mut bytes = context.scratch.take(shape.len());
    let mut filtered = context.scratch.take(shape.len());
    for (row, from) in bytes.chunks_exact_mut(shape.row_len()).zip(source.rows()) {
        dispatch!(context.level, simd => quantize(simd, from, row));
    }
    filter(View::contiguous(&bytes, shape), ViewMut::contiguous(&mut filtered, shape), context);
    for (row, from) in target.rows_mut().zip(filtered.chunks_exact(shape.row_len())) {
        dispatch!(context.level, simd => to_floats(simd, from, row));
    }
    context.scratch.give(bytes);
    context.scratch.give(filtered);
}

/// 0…1 as bytes, to nearest.
#[simd]
fn quantize<S: Simd>(_: S, row: &[f32], bytes: &mut [u8]) {
    for (byte, value) in bytes.iter_mut().zip(row) {
        *byte = nearest_byte(value * 255.0);
    }
}

/// Bytes as 0…1.
#[simd]
fn to_floats<S: Simd>(_: S, bytes: &[u8], row: &mut [f32]) {
    for (value, byte) in row.iter_mut().zip(bytes) {
        *value = f32::from(*byte) / 255.0;
    }
}
