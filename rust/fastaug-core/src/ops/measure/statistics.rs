//! Normalization by the image's own statistics.

use super::MeasureOp;
use crate::{
    image::{DType, Element, Format, Image, View},
    ops::{Context, Op, convert::Normalize},
};
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

/// Keeps an even image from being divided by zero.
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

/// What is known of one channel.
#[derive(Clone, Copy, Debug)]
struct Channel {
    count: f64,
    sum: f64,
    squares: f64,
    least: f64,
    greatest: f64,
}

impl Channel {
    const NOTHING: Self =
        Self { count: 0.0, sum: 0.0, squares: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY };

    fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    fn deviation(&self) -> f64 {
        libm::sqrt((self.squares / self.count - self.mean() * self.mean()).max(0.0))
    }
}

/// Sums in `f64`, value after value: the order never depends on the level.
fn channels<T: Element>(view: View<'_, T>, value: impl Fn(T) -> f64) -> Vec<Channel> {
    let count = view.shape().channels;
    let mut channels = vec![Channel::NOTHING; count];
    for row in view.rows() {
        for pixel in row.chunks_exact(count) {
            for (channel, &raw) in channels.iter_mut().zip(pixel) {
                let value = value(raw);
                channel.count += 1.0;
                channel.sum += value;
                channel.squares += value * value;
                channel.least = channel.least.min(value);
                channel.greatest = channel.greatest.max(value);
            }
        }
    }
    channels
}

/// The same for bytes, by counting how often each occurs.
fn byte_channels(view: View<'_, u8>) -> Vec<Channel> {
    let count = view.shape().channels;
    let mut histograms = vec![[0_u64; 256]; count];
    for row in view.rows() {
        for pixel in row.chunks_exact(count) {
            for (histogram, &value) in histograms.iter_mut().zip(pixel) {
                histogram[value as usize] += 1;
            }
        }
    }
    histograms
        .iter()
        .map(|histogram| {
            let mut channel = Channel::NOTHING;
            for (value, &times) in histogram.iter().enumerate().filter(|&(_, &times)| times > 0) {
                let (value, times) = (value as f64, times as f64);
                channel.count += times;
                channel.sum += value * times;
                channel.squares += value * value * times;
                channel.least = channel.least.min(value);
                channel.greatest = channel.greatest.max(value);
            }
            channel
        })
        .collect()
}

/// The mean of all values, in the image's own units.
pub fn mean(image: Image<'_>) -> f64 {
    all(image).into_iter().fold(Channel::NOTHING, Channel::and).mean()
}

fn all(image: Image<'_>) -> Vec<Channel> {
    match image {
        Image::U8(view) => byte_channels(view),
        Image::F32(view) => channels(view, f64::from),
        _ => unreachable!("only pictures are measured"),
    }
}

impl MeasureOp for NormalizeByStatistics {
    fn output(&self, input: Format) -> Format {
        Format::new(input.shape, DType::F32)
    }

    fn measure(&self, input: Image<'_>, _context: &mut Context<'_>) -> Op {
        let mut measured = all(input);
        if matches!(self.statistics, Statistics::Image | Statistics::MinMax) {
            measured = vec![measured.into_iter().fold(Channel::NOTHING, Channel::and)];
        }
        let by_range = matches!(self.statistics, Statistics::MinMax | Statistics::MinMaxPerChannel);
        let factors = measured.iter().map(|channel| {
            if by_range {
                (channel.least, channel.greatest - channel.least + EPSILON)
            } else {
                (channel.mean(), channel.deviation() + EPSILON)
            }
        });
        let (scale, offset) =
            factors.map(|(shift, divisor)| ((1.0 / divisor) as f32, (-shift / divisor) as f32)).unzip();
        Normalize { scale, offset }.into()
    }
}
