//! How fast each kernel is, beside memcpy of its input: an image of 375×500×3 bytes, on one thread.
//!
//! ```text
//! cargo bench -p fastaug-benches                                     # all of them
//! cargo bench -p fastaug-benches -- warp                             # those with "warp" in their names
//! FASTAUG_SIMD=scalar cargo bench -p fastaug-benches -- pointwise    # at another SIMD level
//! ```
//!
//! Throughput is bytes of input per second, whatever the size of the output. Every kernel is planned and run the way a
//! policy runs it, from the input straight into the caller's memory; only measuring operations are called by themselves,
//! since what follows them is another kernel's time.

mod convert;
mod filter;
mod geometry;
mod measure;
mod pointwise;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use fastaug_core::{
    exec::{Layout, Output, Slot, run},
    image::{Image, ImageBuf, Scratch, Shape},
    ops::{Context, Op, Role},
    plan, simd,
};
use half::f16;
use std::{hint::black_box, time::Duration};

/// The size of a middling photo of `ImageNet`.
const SHAPE: Shape = Shape::new(375, 500, 3);

/// One family's kernels, with memcpy as the first of them.
struct Kernels<'c> {
    group: BenchmarkGroup<'c, WallTime>,
    image: ImageBuf,
}

impl<'c> Kernels<'c> {
    /// Kernels on bytes.
    fn new(criterion: &'c mut Criterion, family: &str) -> Self {
        Self::beside_memcpy(criterion, family, &pixels(), ImageBuf::U8)
    }

    /// Kernels on floating-point values.
    fn of_floats(criterion: &'c mut Criterion, family: &str) -> Self {
        let values: Vec<f32> = pixels().into_iter().map(|value| f32::from(value) / 255.0).collect();
        Self::beside_memcpy(criterion, family, &values, ImageBuf::F32)
    }

    fn beside_memcpy<T: Copy>(
        criterion: &'c mut Criterion,
        family: &str,
        values: &[T],
        image: fn(Vec<T>, Shape) -> ImageBuf,
    ) -> Self {
        let mut group = criterion.benchmark_group(family);
        group.throughput(Throughput::Bytes(size_of_val(values) as u64));
        let mut copy = values.to_vec();
        group.bench_function("memcpy", |bencher| {
            bencher.iter(|| black_box(&mut copy).copy_from_slice(black_box(values)));
        });
        Self { group, image: image(copy, SHAPE) }
    }

    /// Times an operation that keeps the type.
    fn time(&mut self, name: &str, op: impl Into<Op>) {
        let memory = match self.image {
            ImageBuf::F32(..) => Memory::F32(Vec::new()),
            _ => Memory::U8(Vec::new()),
        };
        self.time_into(name, &[op.into()], memory, Layout::Hwc);
    }

    /// Times operations that end in memory of some type and layout.
    fn time_into(&mut self, name: &str, ops: &[Op], mut memory: Memory, layout: Layout) {
        let image = self.image.as_image();
        let plan = plan::build(ops, image.format(), Role::Image, false);
        memory.resize(plan.output.shape.len());
        let mut scratch = Scratch::default();
        let mut context = Context { level: simd::level(), scratch: &mut scratch };
        self.group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let output = Output { slot: memory.slot(), layout };
                run(&plan, black_box(image), Role::Image, output, &mut context);
            });
        });
    }

    /// Times anything else that is done with the image.
    fn time_function<T>(&mut self, name: &str, mut function: impl FnMut(Image<'_>, &mut Context<'_>) -> T) {
        let image = self.image.as_image();
        let mut scratch = Scratch::default();
        let mut context = Context { level: simd::level(), scratch: &mut scratch };
        self.group.bench_function(name, |bencher| bencher.iter(|| function(black_box(image), &mut context)));
    }
}

/// Where an image is written.
enum Memory {
    U8(Vec<u8>),
    F32(Vec<f32>),
    F16(Vec<f16>),
}

impl Memory {
    fn resize(&mut self, length: usize) {
        match self {
            Self::U8(values) => values.resize(length, 0),
            Self::F32(values) => values.resize(length, 0.0),
            Self::F16(values) => values.resize(length, f16::ZERO),
        }
    }

    fn slot(&mut self) -> Slot<'_> {
        match self {
            Self::U8(values) => Slot::U8(black_box(values)),
            Self::F32(values) => Slot::F32(black_box(values)),
            Self::F16(values) => Slot::F16(black_box(values)),
        }
    }
}

/// Smooth gradients with some noise, as photos are: kernels that count or look up see values that differ and repeat.
fn pixels() -> Vec<u8> {
    let mut state = 137u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 28) as usize
    };
    let mut pixels = Vec::with_capacity(SHAPE.len());
    for y in 0..SHAPE.height {
        for x in 0..SHAPE.width {
            for channel in 0..SHAPE.channels {
                let value = 40 + x * 150 / SHAPE.width + y * (channel + 1) * 25 / SHAPE.height;
                pixels.push((value + noise()).min(255) as u8);
            }
        }
    }
    pixels
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    geometry::time(&mut criterion);
    pointwise::time(&mut criterion);
    convert::time(&mut criterion);
    filter::time(&mut criterion);
    measure::time(&mut criterion);
    criterion.final_summary();
}
