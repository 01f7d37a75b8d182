//! Normalization by the image's own statistics.

use super::{MeasureOp, histogram};
use crate::{
    image::{DType, Format, Image, View},
    ops::{Context, Op, convert::Normalize},
};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistics {
    /// Mean and deviation of all values.
    Image,
    /// Mean and deviation of each channel.
    ImagePerChannel,
    /// Least and greatest of all values.
    MinMax,
    /// Least and greatest value of each channel.
    MinMaxPerChannel,
}

/// Added to the divisor, so that an even image is not divided by zero. Albumentations adds it to some divisors of
/// floating-point images only; so does this, and to every divisor that would be zero.
const EPSILON: f64 = 1e-4;

/// Measures an image and becomes the [`Normalize`] that its statistics ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormalizeByStatistics {
    /// Which statistics.
    pub statistics: Statistics,
}

impl fmt::Display for NormalizeByStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "normalization by {:?}", self.statistics)
    }
}

impl MeasureOp for NormalizeByStatistics {
    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op {
        let mut channels = match input {
            Image::U8(_) => histogram::of_channels(input, context).iter().map(Channel::counted).collect(),
            Image::F32(view) => of_floats(view, context),
            _ => unreachable!("only pictures are normalized"),
        };
        if matches!(self.statistics, Statistics::Image | Statistics::MinMax) {
            channels = vec![channels.into_iter().fold(Channel::NOTHING, Channel::and)];
        }
        let epsilon =
            if input.dtype() == DType::U8 || self.adds_epsilon(input.shape().channels) { EPSILON } else { 0.0 };
        let factors = channels.iter().map(|channel| {
            let (zero, range) = match self.statistics {
                Statistics::Image | Statistics::ImagePerChannel => (channel.mean(), channel.deviation()),
                Statistics::MinMax | Statistics::MinMaxPerChannel => (channel.least, channel.greatest - channel.least),
            };
            let divisor = if range == 0.0 { EPSILON } else { range + epsilon };
            ((1.0 / divisor) as f32, (-zero / divisor) as f32)
        });
        let (scale, offset) = factors.unzip();
        Normalize { scale, offset }.into()
    }
}

impl NormalizeByStatistics {
    /// Whether a floating-point image's divisors are a little larger than its statistics.
    fn adds_epsilon(self, channels: usize) -> bool {
        match self.statistics {
            Statistics::Image => true,
            Statistics::ImagePerChannel => channels == 1,
            Statistics::MinMax => false,
            Statistics::MinMaxPerChannel => channels > 1,
        }
    }
}

/// What is known of one channel.
#[derive(Clone, Copy, Debug)]
struct Channel {
    count: f64,
    sum: f64,
    /// The sum of the squared distances from the mean.
    spread: f64,
    least: f64,
    greatest: f64,
}

impl Channel {
    const NOTHING: Self = Self { count: 0.0, sum: 0.0, spread: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY };

    /// From how often each byte occurs.
    fn counted(histogram: &histogram::Histogram) -> Self {
        let occurring = || {
            let levels = histogram.iter().enumerate().filter(|&(_, &count)| count > 0);
            levels.map(|(level, &count)| (level as f64, f64::from(count)))
        };
        let count: f64 = occurring().map(|(_, count)| count).sum();
        let sum: f64 = occurring().map(|(level, count)| level * count).sum();
        let mean = sum / count;
        Self {
            count,
            sum,
            spread: occurring().map(|(level, count)| (level - mean) * (level - mean) * count).sum(),
            least: occurring().map(|(level, _)| level).fold(f64::INFINITY, f64::min),
            greatest: occurring().map(|(level, _)| level).fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// Two channels as one.
    fn and(self, other: Self) -> Self {
        let count = self.count + other.count;
        // Each mean's distance from the common one adds to the spread.
        let apart = if self.count == 0.0 { 0.0 } else { self.mean() - other.mean() };
        Self {
            count,
            sum: self.sum + other.sum,
            spread: self.spread + other.spread + apart * apart * self.count * other.count / count,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    fn deviation(&self) -> f64 {
        libm::sqrt(self.spread / self.count)
    }
}

/// Pixels whose sums are kept apart: the order of additions is the same on every level.
const APART: usize = 16;

/// Sums of some channels' values, [`APART`] pixels side by side. Values are taken relative to the image's first pixel, so
/// that an even image has no spread at all.
struct Sums {
    origin: Vec<f32>,
    sum: Vec<f64>,
    squares: Vec<f64>,
    least: Vec<f32>,
    greatest: Vec<f32>,
}

fn of_floats(view: View<'_, f32>, context: &Context<'_>) -> Vec<Channel> {
    let shape = view.shape();
    let length = APART * shape.channels;
    let mut sums = Sums {
        origin: view.row(0)[..shape.channels].repeat(APART),
        sum: vec![0.0; length],
        squares: vec![0.0; length],
        least: vec![f32::INFINITY; length],
        greatest: vec![f32::NEG_INFINITY; length],
    };
    for row in view.rows() {
        dispatch!(context.level, simd => add_row(simd, row, &mut sums));
    }
    let count = (shape.height * shape.width) as f64;
    (0..shape.channels)
        .map(|channel| {
            let of_channel = |values: &[f64]| values.iter().skip(channel).step_by(shape.channels).sum::<f64>();
            let (sum, squares) = (of_channel(&sums.sum), of_channel(&sums.squares));
            Channel {
                count,
                sum: sum + count * f64::from(sums.origin[channel]),
                spread: (squares - sum * sum / count).max(0.0),
                least: sums
                    .least
                    .iter()
                    .skip(channel)
                    .step_by(shape.channels)
                    .copied()
                    .fold(f32::INFINITY, f32::min)
                    .into(),
                greatest: sums
                    .greatest
                    .iter()
                    .skip(channel)
                    .step_by(shape.channels)
                    .copied()
                    .fold(f32::NEG_INFINITY, f32::max)
                    .into(),
            }
        })
        .collect()
}

#[simd]
fn add_row<S: Simd>(_: S, row: &[f32], sums: &mut Sums) {
    let length = sums.origin.len();
    for values in row.chunks(length) {
        let length = values.len();
        let (origin, sum, squares) = (&sums.origin[..length], &mut sums.sum[..length], &mut sums.squares[..length]);
        let (least, greatest) = (&mut sums.least[..length], &mut sums.greatest[..length]);
        for index in 0..length {
            let value = values[index];
            let distance = f64::from(value) - f64::from(origin[index]);
            sum[index] += distance;
            squares[index] += distance * distance;
            least[index] = if value < least[index] { value } else { least[index] };
            greatest[index] = if value > greatest[index] { value } else { greatest[index] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NormalizeByStatistics, Statistics};
    use crate::{
        image::{Image, Scratch, Shape, View},
        ops::{
            Context, Op,
            convert::Convert,
            measure::MeasureOp,
            pointwise::twins::{self, RowElement},
        },
        simd::levels,
    };

    const ALL: [Statistics; 4] =
        [Statistics::Image, Statistics::ImagePerChannel, Statistics::MinMax, Statistics::MinMaxPerChannel];

    fn factors(image: Image<'_>, statistics: Statistics, level: fearless_simd::Level) -> (Vec<f32>, Vec<f32>) {
        let mut scratch = Scratch::default();
        let op = NormalizeByStatistics { statistics }.measure(image, &mut Context { level, scratch: &mut scratch });
        let Op::Convert(Convert::Normalize(op)) = op else { panic!("{op}") };
        (op.scale, op.offset)
    }

    /// Zero and range of some values, the obvious way.
    fn slow(values: &[f64], by_range: bool) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let spread = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if by_range { (least, greatest - least) } else { (mean, spread.sqrt()) }
    }

    fn check<T: RowElement + Into<f64>>(
        image: impl Fn(&[T], Shape) -> (Vec<f32>, Vec<f32>),
        statistics: Statistics,
        adds: fn(Statistics, usize) -> bool,
    ) {
        for channels in [1, 2, 3, 4, 5] {
            for (height, width) in [(1, 2), (3, 17), (5, 64), (2, 101)] {
                let shape = Shape::new(height, width, channels);
                let values = twins::image::<T>(shape);
                let (scale, offset) = image(&values, shape);
                let per_channel = matches!(statistics, Statistics::ImagePerChannel | Statistics::MinMaxPerChannel);
                let by_range = matches!(statistics, Statistics::MinMax | Statistics::MinMaxPerChannel);
                for channel in 0..if per_channel { channels } else { 1 } {
                    let step = if per_channel { channels } else { 1 };
                    let part: Vec<f64> =
                        values.iter().skip(channel).step_by(step).map(|value| (*value).into()).collect();
                    let (zero, range) = slow(&part, by_range);
                    let divisor = range + if adds(statistics, channels) || range == 0.0 { 1e-4 } else { 0.0 };
                    let close =
                        |made: f32, expected: f64| (f64::from(made) - expected).abs() <= 1e-5 * expected.abs().max(1.0);
                    assert!(close(scale[channel], 1.0 / divisor), "{statistics:?} {shape:?} {}", scale[channel]);
                    assert!(close(offset[channel], -zero / divisor), "{statistics:?} {shape:?} {}", offset[channel]);
                }
            }
        }
    }

    #[test]
    fn statistics_of_bytes() {
        for (statistics, level) in
            ALL.into_iter().flat_map(|statistics| levels().into_iter().map(move |level| (statistics, level)))
        {
            let image = |values: &[u8], shape| factors(Image::U8(View::contiguous(values, shape)), statistics, level);
            check::<u8>(image, statistics, |_, _| true);
        }
    }

    #[test]
    fn statistics_of_floats() {
        for statistics in ALL {
            let lowest = |values: &[f32], shape| {
                let image = Image::F32(View::contiguous(values, shape));
                let lowest = factors(image, statistics, levels()[0]);
                for level in levels() {
                    assert_eq!(factors(image, statistics, level), lowest);
                }
                lowest
            };
            check::<f32>(lowest, statistics, |statistics, channels| match statistics {
                Statistics::Image => true,
                Statistics::ImagePerChannel => channels == 1,
                Statistics::MinMax => false,
                Statistics::MinMaxPerChannel => channels > 1,
            });
        }
    }

    #[test]
    fn an_even_image_becomes_nothing() {
        let shape = Shape::new(7, 9, 3);
        let values: Vec<f32> = [0.3, 0.7, 0.1].repeat(63);
        for statistics in [Statistics::ImagePerChannel, Statistics::MinMaxPerChannel] {
            let (scale, offset) = factors(Image::F32(View::contiguous(&values, shape)), statistics, levels()[0]);
            for channel in 0..3 {
                assert!((values[channel] * scale[channel] + offset[channel]).abs() < 1e-3);
            }
        }
    }
}
