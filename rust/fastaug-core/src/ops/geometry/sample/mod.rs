//! Values between pixels: what stands at any point of an image or around it.
//!
//! [`PixelReader::block`] answers for some points, given in fixed point. It finds out which of them have all their neighbours
//! inside the image; those are computed from the image itself. For the others the neighbours are laid out in memory of
//! their own first, as the border mode says, so that one kernel computes them all.

mod linear;
mod nearest;
mod neighbours;

pub use linear::Linear;
pub use nearest::Nearest;
pub use neighbours::{Cubic, Lanczos};

use super::pad::fill_pixels;
use crate::{
    image::{Element, Scratch, View},
    param::BorderMode,
};
use fearless_simd::Simd;
use std::ops::Range;

/// Points that are looked at together: all that is known of them stays in the first-level cache.
pub const BLOCK: usize = 64;

/// One coordinate of a block of points.
pub type Block = [i32; BLOCK];

/// A way to find a value from the pixels around a point.
pub trait Kernel<T: Element> {
    /// Neighbours on each axis: a power of two.
    const NEIGHBOURS: usize;

    /// Steps between pixels that points are rounded to, if there are any: a power of two.
    const STEPS: Option<u32> = None;

    /// Values that may be read from the first neighbour of each row on, neighbours and what lies after them.
    fn reach(channels: usize) -> usize;

    /// Computes some points.
    fn compute<S: Simd>(simd: S, points: Points<'_, T>, target: &mut [T]);
}

/// Points whose neighbours all exist.
#[derive(Clone, Copy, Debug)]
pub struct Points<'p, T> {
    /// Pixels.
    pub data: &'p [T],
    /// From a neighbour to the one below it.
    pub stride: usize,
    /// Values in a pixel.
    pub channels: usize,
    /// The first neighbour of each point, upper left.
    pub first: &'p [u32],
    /// Coordinates across; only what follows the point matters.
    pub x: &'p [i32],
    /// Coordinates down, likewise.
    pub y: &'p [i32],
    /// Bits after the point.
    pub bits: u32,
}

impl<'p, T> Points<'p, T> {
    /// The pixels, from the first row on, from the second, and so on, equally many of each: what lies inside one lies
    /// inside all.
    #[inline(always)]
    fn rows<const N: usize>(&self) -> [&'p [T]; N] {
        let length = self.data.len() - (N - 1) * self.stride;
        std::array::from_fn(|row| &self.data[row * self.stride..][..length])
    }

    /// How far a point lies to the right of the pixel left of it, 0…1.
    #[inline(always)]
    fn across(&self, point: usize) -> f32 {
        fraction(self.x[point], self.bits)
    }

    /// How far a point lies below the pixel above it.
    #[inline(always)]
    fn down(&self, point: usize) -> f32 {
        fraction(self.y[point], self.bits)
    }
}

/// What follows the point.
#[inline(always)]
fn fraction(coordinate: i32, bits: u32) -> f32 {
    (coordinate & ((1 << bits) - 1)) as f32 * (1.0 / (1u32 << bits) as f32)
}

/// Fixed-point coordinates, measured between pixel centres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPoint {
    /// Bits after the point.
    pub bits: u32,
    /// Coordinates are cut to ± this.
    pub furthest: f64,
    /// Adding this to a coordinate leaves it in the low bits, rounded.
    round: f64,
}

impl FixedPoint {
    /// The finest that holds all of an image whose longer side is `side`, and coordinates up to `furthest`, if that is
    /// not too far.
    pub fn new(side: usize, furthest: f64) -> Self {
        // What is not a number counts as far away.
        let wanted = furthest.max(side as f64 + 16.0).min((1 << 22) as f64);
        let whole = (wanted as u32).ilog2() + 1;
        let bits = (30 - whole).min(20);
        let furthest = f64::from((1u32 << (31 - bits)) - 1) - 1.0;
        Self { bits, furthest, round: 1.5 * (1u64 << (52 - bits)) as f64 }
    }

    /// Rounds coordinates to so many steps between pixels.
    #[inline(always)]
    pub fn round_to(self, steps: u32, points: &mut [i32]) {
        let step = (1 << self.bits) / steps as i32;
        for point in points {
            *point = (*point + step / 2) & -step;
        }
    }

    /// A coordinate in fixed point.
    #[inline(always)]
    pub fn fix(self, at: f64) -> i32 {
        // In this order, what is not a number counts as far away.
        let at = if at < self.furthest { at } else { self.furthest };
        let at = if at > -self.furthest { at } else { -self.furthest };
        (at + self.round).to_bits() as i32
    }
}

/// Whether the rows of an image follow each other downwards in memory, and closely enough for 32-bit places.
pub fn is_upright<T: Element>(source: View<'_, T>) -> bool {
    let (data, start, stride) = source.raw();
    stride >= 0 && u32::try_from(data.len() - start).is_ok()
}

/// The same image with rows that follow each other downwards; `copy` holds them where they do not yet.
pub fn upright<'c, T: Element>(source: View<'c, T>, copy: &'c mut [T]) -> View<'c, T> {
    if is_upright(source) {
        return source;
    }
    for (row, from) in copy.chunks_exact_mut(source.shape().row_len()).zip(source.rows()) {
        row.copy_from_slice(from);
    }
    View::contiguous(copy, source.shape())
}

/// Where a point's neighbours are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    /// All inside the image.
    Inside,
    /// Some outside.
    Edge,
    /// All outside, where a colour is.
    Outside,
}

/// The numbers that a first neighbour's place is checked with.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Neighbours before the pixel that a point follows.
    before: i32,
    /// Neighbours after the first.
    after: i32,
    /// Columns and rows that the first neighbour may be in, so that the last still lies inside.
    room: [u32; 2],
    /// Columns and rows that the last neighbour may be in, counted from the first pixel, so that any lies inside.
    any: [u32; 2],
    /// Places in memory that a kernel may begin at.
    begins: u32,
}

impl Limits {
    /// Where the neighbours are, whose first is at some column and row and at some place in memory.
    #[inline(always)]
    fn kind(&self, left: i32, top: i32, first: u32, outside: Kind) -> Kind {
        #[allow(
            clippy::needless_bitwise_bool,
            reason = "without branches the compiler works on several points at once"
        )]
        let inside = ((left as u32) < self.room[0]) & ((top as u32) < self.room[1]) & (first < self.begins);
        let touches = ((left + self.after) as u32) < self.any[0] && ((top + self.after) as u32) < self.any[1];
        if inside {
            Kind::Inside
        } else if touches {
            Kind::Edge
        } else {
            outside
        }
    }

    /// Whether two first neighbours lie so far beyond one side of the image that those of all points between them do.
    #[inline(always)]
    fn beyond_one_side(&self, ends: [[i32; 2]; 2]) -> bool {
        (0..2).any(|axis| {
            let last = ends.map(|end| end[axis] + self.after);
            last.iter().all(|&last| last < 0) || last.iter().all(|&last| last >= self.any[axis] as i32)
        })
    }
}

/// An image, its surroundings, and memory to lay out neighbours in.
#[derive(Debug)]
pub struct PixelReader<'a, T> {
    source: View<'a, T>,
    data: &'a [T],
    stride: usize,
    mode: BorderMode,
    fill: &'a [T],
    bits: u32,
    limits: Limits,
    first: [u32; BLOCK],
    kinds: [Kind; BLOCK],
    laid_out: Vec<T>,
}

/// Edge points whose neighbours are laid out at a time.
const LAID_OUT: usize = 16;

impl<'a, T: Element> PixelReader<'a, T> {
    /// A reader for an image, which must have at least one pixel and be [upright](is_upright).
    ///
    /// # Panics
    /// If the image has 2³² values or more.
    pub fn new<K: Kernel<T>>(
        source: View<'a, T>,
        mode: BorderMode,
        fill: &'a [T],
        fixed: FixedPoint,
        scratch: &mut Scratch,
    ) -> Self {
        let (data, start, stride) = source.raw();
        let (data, stride, shape) = (&data[start..], stride.unsigned_abs(), source.shape());
        assert!(u32::try_from(data.len()).is_ok(), "images of 2³² values cannot be warped");
        let length = LAID_OUT * K::NEIGHBOURS * K::NEIGHBOURS * shape.channels + K::reach(shape.channels);
        let mut laid_out = scratch.take(length);
        // What lies after the last neighbour is read, but never used.
        laid_out.fill(T::default());
        let sides = [shape.width, shape.height];
        let needed = (K::NEIGHBOURS - 1) * stride + K::reach(shape.channels);
        let limits = Limits {
            before: (K::NEIGHBOURS as i32 / 2 - 1).max(0),
            after: K::NEIGHBOURS as i32 - 1,
            room: sides.map(|side| (side + 1).saturating_sub(K::NEIGHBOURS) as u32),
            any: sides.map(|side| (side + K::NEIGHBOURS - 1) as u32),
            begins: (data.len() + 1).saturating_sub(needed) as u32,
        };
        let kinds = [Kind::Inside; BLOCK];
        Self { source, data, stride, mode, fill, bits: fixed.bits, limits, first: [0; BLOCK], kinds, laid_out }
    }

    /// Gives its memory back.
    pub fn give(self, scratch: &mut Scratch) {
        scratch.give(self.laid_out);
    }

    /// Writes the values at the first `count` points. Points that are known to lie on a line need not be looked at one
    /// by one, when both ends of the line lie inside or beyond the same side.
    #[inline(always)]
    pub fn block<S: Simd, K: Kernel<T>>(
        &mut self,
        simd: S,
        x: &Block,
        y: &Block,
        count: usize,
        on_a_line: bool,
        target: &mut [T],
    ) {
        let channels = self.source.shape().channels;
        let outside = if self.mode == BorderMode::Constant { Kind::Outside } else { Kind::Edge };
        let (stride, step) = (self.stride as u32, channels as u32);
        let (bits, limits) = (self.bits, self.limits);
        let place = |x: i32, y: i32| {
            let (left, top) = (pixel::<K, T>(x, bits) - limits.before, pixel::<K, T>(y, bits) - limits.before);
            (left, top, (top as u32).wrapping_mul(stride).wrapping_add((left as u32).wrapping_mul(step)))
        };
        if on_a_line {
            let ends = [place(x[0], y[0]), place(x[count - 1], y[count - 1])];
            if ends.iter().all(|&(left, top, first)| limits.kind(left, top, first, outside) == Kind::Inside) {
                for index in 0..BLOCK {
                    self.first[index] = place(x[index], y[index]).2;
                }
                self.inside::<S, K>(simd, x, y, 0..count, target);
                return;
            }
            if outside == Kind::Outside && limits.beyond_one_side(ends.map(|(left, top, _)| [left, top])) {
                fill_pixels(target, self.fill);
                return;
            }
        }
        let (x, y) = (&x[..count], &y[..count]);
        let places = self.first.iter_mut().zip(&mut self.kinds);
        for ((first, kind), (&x, &y)) in places.zip(x.iter().zip(y)) {
            let (left, top);
            (left, top, *first) = place(x, y);
            *kind = limits.kind(left, top, *first, outside);
        }
        let mut begin = 0;
        while begin < x.len() {
            let kind = self.kinds[begin];
            let end = begin + self.kinds[begin..x.len()].iter().take_while(|&&other| other == kind).count();
            let target = &mut target[begin * channels..end * channels];
            match kind {
                Kind::Inside => self.inside::<S, K>(simd, x, y, begin..end, target),
                Kind::Edge => self.edge::<S, K>(simd, x, y, begin..end, target),
                Kind::Outside => fill_pixels(target, self.fill),
            }
            begin = end;
        }
    }

    /// Computes points from the image itself.
    #[inline(always)]
    fn inside<S: Simd, K: Kernel<T>>(&self, simd: S, x: &[i32], y: &[i32], range: Range<usize>, target: &mut [T]) {
        let points = Points {
            data: self.data,
            stride: self.stride,
            channels: self.source.shape().channels,
            first: &self.first[range.clone()],
            x: &x[range.clone()],
            y: &y[range],
            bits: self.bits,
        };
        K::compute(simd, points, target);
    }

    /// Computes points some of whose neighbours are outside the image.
    #[inline(always)]
    fn edge<S: Simd, K: Kernel<T>>(&mut self, simd: S, x: &[i32], y: &[i32], range: Range<usize>, target: &mut [T]) {
        let channels = self.source.shape().channels;
        let stride = K::NEIGHBOURS * channels;
        let size = K::NEIGHBOURS * stride;
        let first: [u32; LAID_OUT] = std::array::from_fn(|point| (point * size) as u32);
        for (target, begin) in target.chunks_mut(LAID_OUT * channels).zip(range.step_by(LAID_OUT)) {
            let count = target.len() / channels;
            for point in 0..count {
                let (x, y) = (pixel::<K, T>(x[begin + point], self.bits), pixel::<K, T>(y[begin + point], self.bits));
                self.lay_out::<K>(x - self.limits.before, y - self.limits.before, point * size);
            }
            let points = Points {
                data: &self.laid_out,
                stride,
                channels,
                first: &first[..count],
                x: &x[begin..begin + count],
                y: &y[begin..begin + count],
                bits: self.bits,
            };
            K::compute(simd, points, target);
        }
    }

    /// Puts the neighbours of one point, whose first is at some column and row, at a place in memory.
    #[inline(always)]
    fn lay_out<K: Kernel<T>>(&mut self, left: i32, top: i32, at: usize) {
        let shape = self.source.shape();
        let channels = shape.channels;
        let block = &mut self.laid_out[at..at + K::NEIGHBOURS * K::NEIGHBOURS * channels];
        let mut columns = [None; 8];
        for (column, x) in columns[..K::NEIGHBOURS].iter_mut().zip(left..) {
            *column = self.mode.index(x as isize, shape.width);
        }
        for (values, y) in block.chunks_exact_mut(K::NEIGHBOURS * channels).zip(top..) {
            let row = self.mode.index(y as isize, shape.height).map(|row| self.source.row(row));
            for (pixel, &column) in values.chunks_exact_mut(channels).zip(&columns) {
                let from = match (row, column) {
                    (Some(row), Some(column)) => &row[column * channels..(column + 1) * channels],
                    _ => self.fill,
                };
                // Pixels are too small for a call.
                for (value, &from) in pixel.iter_mut().zip(from) {
                    *value = from;
                }
            }
        }
    }
}

/// The pixel before a coordinate, or the nearest one (the even one of two).
#[inline(always)]
fn pixel<K: Kernel<T>, T: Element>(at: i32, bits: u32) -> i32 {
    if K::NEIGHBOURS == 1 {
        let half = 1 << (bits - 1);
        (at + (half - 1) + ((at >> bits) & 1)) >> bits
    } else {
        at >> bits
    }
}
