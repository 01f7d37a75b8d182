//! Stretches each channel to the whole range.

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

/// What is done between the lowest and the highest level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoContrastMethod {
    /// A level becomes the share of the pixels up to it.
    Cdf,
    /// Levels are stretched evenly, as Pillow does.
    Pil,
}

/// Stretches each channel by itself. Floating-point images go through 8 bits.
///
/// Pixels of level 255 are not counted, since Albumentations' histogram ends before it; they stay white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutoContrast {
    /// Percent of the pixels left out at either end.
    pub cutoff: f64,
    /// A level that is neither counted nor changed.
    pub ignore: Option<u8>,
    /// How.
    pub method: AutoContrastMethod,
}

impl fmt::Display for AutoContrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stretch contrast, without {} % at either end", self.cutoff)
    }
}

impl MeasureOp for AutoContrast {
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op {
        let mut histograms = histogram::of_channels(input, context);
        let tables = histograms.iter_mut().map(|histogram| {
            histogram[255] = 0;
            if let Some(ignored) = self.ignore {
                histogram[ignored as usize] = 0;
            }
            self.table(histogram)
        });
        Lut::new("contrast stretched", tables.collect()).into()
    }
}

impl AutoContrast {
    fn table(self, histogram: &Histogram) -> [u8; 256] {
        let (low, high) = self.ends(histogram);
        if high <= low {
            return std::array::from_fn(|level| level as u8);
        }
        let mut table = match self.method {
            AutoContrastMethod::Cdf => by_share(histogram, low, high),
            AutoContrastMethod::Pil => evenly(low, high),
        };
        if let Some(ignored) = self.ignore {
            table[ignored as usize] = ignored;
        }
        table
    }

    /// The lowest and the highest level, after the cut.
    fn ends(self, histogram: &Histogram) -> (usize, usize) {
        let total: u32 = histogram.iter().sum();
        if total == 0 {
            return (0, 0);
        }
        if self.cutoff == 0.0 {
            let counted = |&count: &u32| count > 0;
            return (histogram.iter().position(counted).unwrap_or(0), histogram.iter().rposition(counted).unwrap_or(0));
        }
        let cut = (f64::from(total) * self.cutoff / 100.0) as f32;
        // The level at which the cut is reached is cut off below, but kept above.
        let reached = |sum: &mut u32, count: u32| {
            *sum += count;
            *sum as f32 >= cut
        };
        let (mut below, mut above) = (0, 0);
        let low = histogram.iter().position(|&count| reached(&mut below, count)).map_or(0, |level| level + 1);
        let high = histogram.iter().rposition(|&count| reached(&mut above, count)).unwrap_or(255);
        (low.min(255), high)
    }
}

fn by_share(histogram: &Histogram, low: usize, high: usize) -> [u8; 256] {
    let counted: u32 = histogram[low..=high].iter().sum();
    if counted == 0 {
        return std::array::from_fn(|level| level as u8);
    }
    let (first, range) = (histogram[low], (counted - histogram[low]) as f32);
    let mut sum = 0;
    std::array::from_fn(|level| {
        if level < low {
            return 0;
        }
        if level > high {
            return 255;
        }
        sum += histogram[level];
        // Without any range all are 0 of 0, which the conversion makes 0.
        ((sum - first) as f32 * 255.0 / range).round_ties_even() as u8
    })
}

fn evenly(low: usize, high: usize) -> [u8; 256] {
    let scale = 255.0 / (high - low) as f64;
    std::array::from_fn(|level| ((level as f64 - low as f64) * scale).round_ties_even() as u8)
}
