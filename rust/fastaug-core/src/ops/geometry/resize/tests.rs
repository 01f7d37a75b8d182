//! Every interpolation against a slow body that says the same thing plainly, at every SIMD level.

use super::{
    Resize,
    antialias::Filter,
    axis::{self, Coordinates, step},
    taps::{cubic, lanczos},
};
use crate::{
    image::{Element, Scratch, Shape, View, ViewMut},
    ops::{Context, Role, geometry::GeometryOp},
    param::{Interpolation, Interpolations},
    simd,
};
use fearless_simd::Level;

const SIZES: [([usize; 2], [usize; 2]); 14] = [
    ([1, 1], [1, 1]),
    ([1, 1], [3, 5]),
    ([5, 7], [1, 1]),
    ([1, 40], [1, 17]),
    ([40, 1], [17, 1]),
    ([9, 2], [4, 9]),
    ([12, 30], [6, 15]),
    ([12, 30], [4, 6]),
    ([13, 37], [11, 22]),
    ([13, 37], [13, 37]),
    ([13, 37], [29, 90]),
    ([30, 90], [7, 11]),
    ([30, 90], [7, 100]),
    ([11, 23], [50, 9]),
];

fn pixels(shape: Shape) -> Vec<u8> {
    (0..shape.len()).map(|index| (index as u32).wrapping_mul(2_654_435_761).rotate_left(13) as u8).collect()
}

fn run<T: Element>(data: &[T], from: Shape, to: Shape, interpolation: Interpolation, level: Level) -> Vec<T> {
    let mut output = vec![T::default(); to.len()];
    let resize = Resize {
        height: to.height,
        width: to.width,
        interpolations: Interpolations { image: interpolation, mask: Interpolation::Nearest },
    };
    let mut scratch = Scratch::default();
    // Used memory is not clean memory.
    scratch.give(vec![0xAAu8; 4096]);
    scratch.give(vec![f32::NAN; 4096]);
    let mut context = Context { level, scratch: &mut scratch };
    let (input, target) = (T::image(View::contiguous(data, from)), T::image_mut(ViewMut::contiguous(&mut output, to)));
    resize.run(input, target, Role::Image, &mut context);
    output
}

/// One axis after the other: for each output place, the source places and their weights.
type Weights = Vec<Vec<(usize, f64)>>;

fn weights(interpolation: Interpolation, from: usize, to: usize, shrinks: bool) -> Weights {
    let inside = |place: isize| place.clamp(0, from as isize - 1) as usize;
    let spread = |centre: isize, weights: &[f64]| {
        let first = centre + 1 - weights.len() as isize / 2;
        weights.iter().zip(first..).map(|(&weight, place)| (inside(place), weight)).collect()
    };
    let antialias = |filter: Filter, index: usize| {
        let scale = (from as f64 / to as f64).max(1.0);
        let centre = (index as f64 + 0.5) * (from as f64 / to as f64);
        let reach = filter.support() * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(from);
        let weight = |place: usize| filter.weight((place as f64 - centre + 0.5) * (1.0 / scale));
        let sum: f64 = (first..end).map(weight).sum();
        (first..end).map(|place| (place, weight(place) / sum)).collect()
    };
    (0..to)
        .map(|index| match interpolation {
            Interpolation::Nearest => vec![(axis::nearest(index, from, to), 1.0)],
            Interpolation::NearestExact => vec![(axis::nearest_exact(index, from, to), 1.0)],
            Interpolation::Linear | Interpolation::LinearExact => {
                let (left, weight) = Coordinates::Centres.position(index, from, to);
                spread(left, &[f64::from(1.0 - weight), f64::from(weight)])
            }
            Interpolation::Cubic => {
                let at = (index as f64 + 0.5) * step(from, to) - 0.5;
                spread(at.floor() as isize, &cubic(at - at.floor()))
            }
            Interpolation::Lanczos4 => {
                let (left, weight) = Coordinates::Centres.position(index, from, to);
                spread(left, &lanczos(weight).map(f64::from))
            }
            Interpolation::Area if shrinks => {
                let (begin, end) =
                    (index as f64 * from as f64 / to as f64, (index + 1) as f64 * from as f64 / to as f64);
                let covered = |place: usize| (end.min(place as f64 + 1.0) - begin.max(place as f64)).max(0.0);
                (0..from).map(|place| (place, covered(place) / (end - begin))).filter(|entry| entry.1 > 1e-9).collect()
            }
            Interpolation::Area => {
                let (left, weight) = Coordinates::Edges.position(index, from, to);
                spread(left, &[f64::from(1.0 - weight), f64::from(weight)])
            }
            Interpolation::Antialias => antialias(Filter::Bilinear, index),
            Interpolation::AntialiasCubic => antialias(Filter::Bicubic, index),
            Interpolation::AntialiasLanczos => antialias(Filter::Lanczos, index),
        })
        .collect()
}

/// Exact sums, rounded (with `round`) at the end, or between the axes too.
fn slow(
    data: &[f64],
    from: Shape,
    to: Shape,
    interpolation: Interpolation,
    round: fn(f64) -> f64,
    between: bool,
) -> Vec<f64> {
    let shrinks = to.height <= from.height && to.width <= from.width;
    let columns = weights(interpolation, from.width, to.width, shrinks);
    let rows = weights(interpolation, from.height, to.height, shrinks);
    let wide = from.with_size(from.height, to.width);
    let mut narrowed = vec![0.0; wide.len()];
    for (index, value) in narrowed.iter_mut().enumerate() {
        let (y, x, channel) = place(index, wide);
        let sum = columns[x].iter().map(|&(x, weight)| data[(y * from.width + x) * from.channels + channel] * weight);
        *value = if between { round(sum.sum()) } else { sum.sum() };
    }
    (0..to.len())
        .map(|index| {
            let (y, x, channel) = place(index, to);
            let sum =
                rows[y].iter().map(|&(y, weight)| narrowed[(y * to.width + x) * from.channels + channel] * weight);
            round(sum.sum())
        })
        .collect()
}

fn place(index: usize, shape: Shape) -> (usize, usize, usize) {
    (index / shape.row_len(), index / shape.channels % shape.width, index % shape.channels)
}

fn round_byte(value: f64) -> f64 {
    (value + 0.5).floor().clamp(0.0, 255.0)
}

const ALL: [Interpolation; 10] = [
    Interpolation::Nearest,
    Interpolation::Linear,
    Interpolation::Cubic,
    Interpolation::Area,
    Interpolation::Lanczos4,
    Interpolation::LinearExact,
    Interpolation::NearestExact,
    Interpolation::Antialias,
    Interpolation::AntialiasCubic,
    Interpolation::AntialiasLanczos,
];

/// Pillow rounds between the axes.
fn rounds_between(interpolation: Interpolation) -> bool {
    matches!(interpolation, Interpolation::Antialias | Interpolation::AntialiasCubic | Interpolation::AntialiasLanczos)
}

fn each_case(mut check: impl FnMut(Shape, Shape, Interpolation)) {
    for ([height, width], [new_height, new_width]) in SIZES {
        for channels in 1..=5 {
            let from = Shape::new(height, width, channels);
            for interpolation in ALL {
                check(from, from.with_size(new_height, new_width), interpolation);
            }
        }
    }
}

#[test]
fn bytes_are_the_exact_sums_rounded_and_equal_on_every_level() {
    each_case(|from, to, interpolation| {
        let data = pixels(from);
        let exact: Vec<f64> = data.iter().map(|&value| f64::from(value)).collect();
        let expected = slow(&exact, from, to, interpolation, round_byte, rounds_between(interpolation));
        let scalar = run(&data, from, to, interpolation, Level::fallback());
        for (index, (&value, expected)) in scalar.iter().zip(expected).enumerate() {
            // Weights of 8 to 11 bits can miss a half by a little; of two roundings, both can.
            let distance = (f64::from(value) - expected).abs();
            assert!(distance <= 1.0, "{interpolation:?} {from:?} → {to:?}: {value} for {expected} at {index}");
        }
        for level in simd::levels() {
            assert!(
                run(&data, from, to, interpolation, level) == scalar,
                "{interpolation:?} {from:?} → {to:?} on {}",
                simd::name(level)
            );
        }
    });
}

#[test]
fn floats_are_the_exact_sums_and_equal_on_every_level() {
    each_case(|from, to, interpolation| {
        let data: Vec<f32> = pixels(from).iter().map(|&value| f32::from(value) / 255.0).collect();
        let exact: Vec<f64> = data.iter().map(|&value| f64::from(value)).collect();
        let expected = slow(&exact, from, to, interpolation, |value| value, false);
        let scalar = run(&data, from, to, interpolation, Level::fallback());
        for (index, (&value, expected)) in scalar.iter().zip(expected).enumerate() {
            let distance = (f64::from(value) - expected).abs();
            assert!(distance <= 2e-6, "{interpolation:?} {from:?} → {to:?}: {value} for {expected} at {index}");
        }
        for level in simd::levels() {
            let same =
                run(&data, from, to, interpolation, level).iter().zip(&scalar).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{interpolation:?} {from:?} → {to:?} on {}", simd::name(level));
        }
    });
}

#[test]
fn words_are_the_exact_sums_rounded_and_equal_on_every_level() {
    each_case(|from, to, interpolation| {
        let data: Vec<u16> = pixels(from).iter().map(|&value| u16::from(value) * 257).collect();
        let exact: Vec<f64> = data.iter().map(|&value| f64::from(value)).collect();
        let round = |value: f64| (value + 0.5).floor().clamp(0.0, 65535.0);
        let expected = slow(&exact, from, to, interpolation, round, rounds_between(interpolation));
        let scalar = run(&data, from, to, interpolation, Level::fallback());
        for (index, (&value, expected)) in scalar.iter().zip(expected).enumerate() {
            let distance = (f64::from(value) - expected).abs();
            assert!(distance <= 1.0, "{interpolation:?} {from:?} → {to:?}: {value} for {expected} at {index}");
        }
        for level in simd::levels() {
            assert!(run(&data, from, to, interpolation, level) == scalar);
        }
    });
}

/// `INTER_LINEAR` as it is documented, value by value.
#[test]
fn linear_bytes_follow_the_fixed_point_formula() {
    let fixed = |weight: f32| (weight * 2048.0).round_ties_even() as i64;
    for ([height, width], [new_height, new_width]) in SIZES {
        let from = Shape::new(height, width, 3);
        let to = from.with_size(new_height, new_width);
        let data = pixels(from);
        let result = run(&data, from, to, Interpolation::Linear, simd::level());
        for (index, &value) in result.iter().enumerate() {
            let (y, x, channel) = place(index, to);
            let (left, across) = Coordinates::Centres.position_inside(x, width, to.width);
            let (upper, down) = Coordinates::Centres.position(y, height, to.height);
            let sum = |row: isize| {
                let row = row.clamp(0, height as isize - 1) as usize;
                let at = |x: usize| i64::from(data[(row * width + x.min(width - 1)) * 3 + channel]);
                at(left) * fixed(1.0 - across) + at(left + 1) * fixed(across)
            };
            let part = |weight: f32, sum: i64| (fixed(weight) * (sum >> 4)) >> 16;
            let expected = (part(1.0 - down, sum(upper)) + part(down, sum(upper + 1)) + 2) >> 2;
            assert_eq!(i64::from(value), expected, "{from:?} → {to:?} at {index}");
        }
    }
}

/// What Pillow 13.0.0 gives for `Image.resize((3, 2))` of the image 0, 10, …, 110 with its three filters.
const PILLOW: [(Interpolation, [u8; 6]); 3] = [
    (Interpolation::Antialias, [18, 30, 42, 68, 80, 92]),
    (Interpolation::AntialiasCubic, [14, 27, 40, 70, 83, 96]),
    (Interpolation::AntialiasLanczos, [13, 26, 39, 71, 84, 97]),
];

#[test]
fn antialias_gives_the_bytes_of_pillow() {
    let data: Vec<u8> = (0..12).map(|value| value * 10).collect();
    let (from, to) = (Shape::new(3, 4, 1), Shape::new(2, 3, 1));
    for (interpolation, expected) in PILLOW {
        assert_eq!(run(&data, from, to, interpolation, simd::level()), expected, "{interpolation:?}");
    }
}

#[test]
fn strided_input_is_read_in_place() {
    let whole = Shape::new(20, 40, 3);
    let data = pixels(whole);
    let rect = crate::image::Rect { x: 5, y: 3, width: 30, height: 12 };
    let view = View::contiguous(&data, whole).crop(rect);
    let cut: Vec<u8> = view.rows().flatten().copied().collect();
    let to = Shape::new(7, 13, 3);
    for interpolation in ALL {
        let mut output = vec![0; to.len()];
        let resize = Resize {
            height: 7,
            width: 13,
            interpolations: Interpolations { image: interpolation, mask: interpolation },
        };
        let mut scratch = Scratch::default();
        let mut context = Context { level: simd::level(), scratch: &mut scratch };
        let target = u8::image_mut(ViewMut::contiguous(&mut output, to));
        resize.run(u8::image(view), target, Role::Mask, &mut context);
        assert_eq!(output, run(&cut, view.shape(), to, interpolation, simd::level()), "{interpolation:?}");
    }
}

#[test]
fn labels_that_cannot_be_computed_with_take_the_nearest() {
    let data: Vec<u64> = (0..12).map(|value| u64::MAX - value).collect();
    let (from, to) = (Shape::new(3, 4, 1), Shape::new(5, 3, 1));
    let nearest = run(&data, from, to, Interpolation::Nearest, simd::level());
    assert_eq!(run(&data, from, to, Interpolation::Cubic, simd::level()), nearest);
}
