//! Blocks: the piece of a row that a vector loop holds in registers.

use fearless_simd::{Simd, f32x8, prelude::*, u8x32, u16x16};

/// Values in a block.
pub const BLOCK: usize = 64;

/// A block of 16-bit values.
pub type Words<S> = [u16x16<S>; BLOCK / 16];

/// A block of floats.
pub type Floats<S> = [f32x8<S>; BLOCK / 8];

/// Where the blocks of a row begin. The last one overlaps the one before it, so that no loop has a scalar tail; a row
/// shorter than a block has one that reaches beyond it, for which row buffers are [`BLOCK`] values longer than needed.
#[inline(always)]
pub fn blocks(length: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(BLOCK);
    (0..length.div_ceil(BLOCK)).map(move |block| (block * BLOCK).min(last))
}

/// The block of a row buffer that begins here.
///
/// # Panics
/// If the buffer ends before the block.
#[inline(always)]
pub fn block_at<T>(row: &[T], begin: usize) -> &[T; BLOCK] {
    row[begin..].first_chunk().expect("row buffers end with a block to spare")
}

/// Writes a block of a row, or as much of it as the row has. The function must be `#[inline(always)]`: outside its loop
/// it would be compiled for the lowest level.
#[inline(always)]
pub fn write_block<T: Copy + Default>(row: &mut [T], begin: usize, write: impl Fn(&mut [T; BLOCK])) {
    if let Some(target) = row[begin..].first_chunk_mut() {
        write(target);
    } else {
        let mut block = [T::default(); BLOCK];
        write(&mut block);
        let length = row.len();
        row.copy_from_slice(&block[..length]);
    }
}

/// Bytes as 16-bit values.
#[inline(always)]
pub fn load_bytes<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Words<S> {
    let (first, second) = u8x32::from_slice(simd, &block[..32]).widen();
    let (third, fourth) = u8x32::from_slice(simd, &block[32..]).widen();
    [first, second, third, fourth]
}

/// 16-bit values.
#[inline(always)]
pub fn load_words<S: Simd>(simd: S, block: &[u16; BLOCK]) -> Words<S> {
    let mut words = [u16x16::splat(simd, 0); BLOCK / 16];
    for (words, values) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        *words = u16x16::load_array_ref(simd, values);
    }
    words
}

/// Floats.
#[inline(always)]
pub fn load_floats<S: Simd>(simd: S, block: &[f32; BLOCK]) -> Floats<S> {
    let mut floats = [f32x8::splat(simd, 0.0); BLOCK / 8];
    for (floats, values) in floats.iter_mut().zip(block.as_chunks::<8>().0) {
        *floats = f32x8::load_array_ref(simd, values);
    }
    floats
}

/// Stores 16-bit values.
#[inline(always)]
pub fn store_words<S: Simd>(words: Words<S>, block: &mut [u16; BLOCK]) {
    for (words, values) in words.iter().zip(block.as_chunks_mut::<16>().0) {
        words.store_array(values);
    }
}

/// Stores 16-bit values as bytes; what is above 255 becomes 255.
#[inline(always)]
pub fn store_bytes<S: Simd>([first, second, third, fourth]: Words<S>, block: &mut [u8; BLOCK]) {
    first.saturating_narrow(second).store_slice(&mut block[..32]);
    third.saturating_narrow(fourth).store_slice(&mut block[32..]);
}

/// Stores floats.
#[inline(always)]
pub fn store_floats<S: Simd>(floats: Floats<S>, block: &mut [f32; BLOCK]) {
    for (floats, values) in floats.iter().zip(block.as_chunks_mut::<8>().0) {
        floats.store_array(values);
    }
}
