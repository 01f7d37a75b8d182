//! For the tests of pointwise operations: each kernel against its slow twin, on every level, whole and in tiles.

use super::{Place, PointwiseOp, Rows};
use crate::{
    image::{Element, Scratch, Shape},
    ops::{Context, Role},
    simd::levels,
};
use std::fmt::Debug;

/// Sizes that leave every kind of remainder.
const SIZES: [(usize, usize); 6] = [(1, 1), (1, 31), (5, 7), (3, 64), (2, 101), (4, 300)];

/// An element whose rows a pointwise operation takes.
pub trait RowElement: Element {
    /// Wraps rows.
    fn rows(values: &mut [Self]) -> Rows<'_>;
    /// Runs an operation that reads rows elsewhere, where it does that for this type.
    fn run_from(
        _operation: &dyn PointwiseOp,
        _source: &[Self],
        _target: &mut [Self],
        _place: Place,
        _context: &mut Context<'_>,
    ) {
    }
    /// A test value made of random bits.
    fn sample(bits: u32) -> Self;
}

impl RowElement for u8 {
    fn rows(values: &mut [Self]) -> Rows<'_> {
        Rows::U8(values)
    }

    fn run_from(
        operation: &dyn PointwiseOp,
        source: &[Self],
        target: &mut [Self],
        place: Place,
        context: &mut Context<'_>,
    ) {
        if operation.runs_from_elsewhere() {
            let expected = target.to_vec();
            target.fill(77);
            operation.run_from(source, target, place, context);
            assert!(target == expected, "{operation} at {:?}: rows read elsewhere come out otherwise", context.level);
        }
    }

    fn sample(bits: u32) -> Self {
        // Extremes and grays come often enough to be tested.
        match bits & 0x700 {
            0 => 0,
            0x100 => 255,
            _ => bits as u8,
        }
    }
}

impl RowElement for u16 {
    fn rows(values: &mut [Self]) -> Rows<'_> {
        Rows::U16(values)
    }

    fn sample(bits: u32) -> Self {
        bits as u16
    }
}

impl RowElement for f32 {
    fn rows(values: &mut [Self]) -> Rows<'_> {
        Rows::F32(values)
    }

    fn sample(bits: u32) -> Self {
        match bits & 0xF00 {
            0 => 0.0,
            0x100 => 1.0,
            0x200 => -0.25,
            0x300 => 1.5,
            _ => (bits >> 12) as f32 / (1u32 << 20) as f32,
        }
    }
}

/// Reproducible values; every fourth pixel is gray.
pub fn image<T: RowElement>(shape: Shape) -> Vec<T> {
    let mut state = 0x9E37_79B9_u32;
    let mut values: Vec<T> = (0..shape.len())
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            T::sample(state)
        })
        .collect();
    for pixel in values.chunks_exact_mut(shape.channels).step_by(4) {
        let first = pixel[0];
        pixel.fill(first);
    }
    values
}

/// Runs an operation on an image in tiles of some rows.
pub fn run<T: RowElement>(
    operation: &dyn PointwiseOp,
    values: &[T],
    shape: Shape,
    role: Role,
    tile: usize,
    level: fearless_simd::Level,
) -> Vec<T> {
    let mut output = values.to_vec();
    let mut scratch = Scratch::default();
    let mut context = Context { level, scratch: &mut scratch };
    for (index, rows) in output.chunks_mut(shape.row_len() * tile).enumerate() {
        let place = Place { y: index * tile, shape };
        let source = rows.to_vec();
        operation.run(T::rows(rows), place, role, &mut context);
        T::run_from(operation, &source, rows, place, &mut context);
    }
    output
}

/// Compares an operation with a body that changes one pixel, given its row, column and values.
pub fn check<T: RowElement + Debug>(
    operation: &dyn PointwiseOp,
    channels: impl IntoIterator<Item = usize>,
    role: Role,
    slow: impl Fn(Shape, usize, usize, &mut [T]),
) {
    for channels in channels {
        for (height, width) in SIZES {
            let shape = Shape::new(height, width, channels);
            let values = image::<T>(shape);
            let mut expected = values.clone();
            for (index, pixel) in expected.chunks_exact_mut(channels).enumerate() {
                slow(shape, index / width, index % width, pixel);
            }
            for level in levels() {
                for tile in [height, 1, 2] {
                    let output = run(operation, &values, shape, role, tile, level);
                    let different = output
                        .iter()
                        .zip(&expected)
                        .position(|(left, right)| bytemuck::bytes_of(left) != bytemuck::bytes_of(right));
                    if let Some(at) = different {
                        panic!(
                            "{operation} at {level:?}, tiles of {tile} rows, {shape:?}: value {at} is {:?}, should be {:?}, was {:?}",
                            output[at], expected[at], values[at]
                        );
                    }
                }
            }
        }
    }
}
