//! Stretching the values that occur to the whole range.

use super::{
    MeasureOp,
    histogram::{self, Histogram},
};
use crate::{
    image::Image,
    ops::{Context, Op, pointwise::Lut},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How values between the bounds are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// By the cumulated histogram.
    Cdf,
    /// Evenly.
    Pil,
}

/// Stretches each channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutoContrast {
    /// Percent of the values that are ignored at either end.
    pub cutoff: f64,
    /// A value that is not counted and stays; its channel number likewise, as in Albumentations.
    pub ignore: Option<u8>,
    /// How values between the bounds are spread.
    pub stretch: Stretch,
}

impl fmt::Display for AutoContrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "automatic contrast ({:?}, cutoff {}%)", self.stretch, self.cutoff)
    }
}

impl MeasureOp for AutoContrast {
    fn measure(&self, input: Image<'_>, _context: &mut Context<'_>) -> Op {
        let tables = histogram::of_channels(input)
            .into_iter()
            .enumerate()
            .map(|(channel, histogram)| self.table(channel, histogram))
            .collect();
        Lut { label: "automatic contrast", tables }.into()
    }
}

impl AutoContrast {
    fn table(&self, channel: usize, mut histogram: Histogram) -> [u8; 256] {
        let identity = std::array::from_fn(|value| value as u8);
        if let Some(ignored) = self.ignore {
            if channel == ignored as usize {
                return identity;
            }
            histogram[ignored as usize] = 0;
        }
        let (low, high) = bounds(&histogram, self.cutoff);
        if high <= low {
            return identity;
        }
        let mut table = match self.stretch {
            Stretch::Cdf => cumulated(&histogram, low, high),
            Stretch::Pil => evenly(low, high),
        };
        if let Some(ignored) = self.ignore {
            table[ignored as usize] = ignored;
        }
        table
    }
}

/// The least and greatest values once some percent of all are cut off at either end.
fn bounds(histogram: &Histogram, cutoff: f64) -> (usize, usize) {
    let total: u64 = histogram.iter().sum();
    if total == 0 {
        return (0, 0);
    }
    if cutoff == 0.0 {
        let occurs = |&count: &u64| count > 0;
        return (histogram.iter().position(occurs).unwrap_or(0), histogram.iter().rposition(occurs).unwrap_or(0));
    }
    let cut = total as f64 * cutoff / 100.0;
    if histogram.iter().all(|count| count == &histogram[0]) {
        let least = (256.0 * cutoff / 100.0) as usize;
        return (least, 255_usize.saturating_sub(least));
    }
    let least = reaching(histogram.iter().enumerate(), cut).map_or(0, |value| value + 1).min(255);
    let greatest = reaching(histogram.iter().enumerate().rev(), cut).unwrap_or(255);
    if least > greatest { (127, 127) } else { (least, greatest) }
}

/// The value at which the counts, summed in this order, reach `wanted`.
fn reaching<'h>(mut counts: impl Iterator<Item = (usize, &'h u64)>, wanted: f64) -> Option<usize> {
    let mut sum = 0;
    counts
        .find(|(_, count)| {
            sum += **count;
            sum as f64 >= wanted
        })
        .map(|(value, _)| value)
}

fn cumulated(histogram: &Histogram, low: usize, high: usize) -> [u8; 256] {
    let inside: u64 = histogram[low..=high].iter().sum();
    if inside == 0 {
        return std::array::from_fn(|value| value as u8);
    }
    let mut table = [0; 256];
    let span = (inside - histogram[low]) as f64;
    let mut sum = 0;
    for value in low..=high {
        sum += histogram[value];
        let above = (sum - histogram[low]) as f64;
        table[value] = if span > 0.0 { (above * 255.0 / span).round_ties_even() as u8 } else { 0 };
    }
    table[high + 1..].fill(255);
    table
}

fn evenly(low: usize, high: usize) -> [u8; 256] {
    let scale = 255.0 / (high - low) as f64;
    std::array::from_fn(|value| ((value as f64 - low as f64) * scale).round_ties_even() as u8)
}
