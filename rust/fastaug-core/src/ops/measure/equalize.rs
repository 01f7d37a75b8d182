//! Histogram equalization.

use super::{
    MeasureOp,
    histogram::{self, Histogram},
};
use crate::{
    image::Image,
    ops::{
        Context, Op,
        pointwise::{LumaLut, Lut},
    },
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EqualizeMode {
    /// OpenCV's: the pixels up to a level, those of the lowest level left out, as a share of 255.
    Cv,
    /// Pillow's: the pixels up to a level, in steps of a 255th of those below the highest level.
    Pil,
}

/// Spreads the histogram over the whole range. Floating-point images go through 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equalize {
    /// Whose formula.
    pub mode: EqualizeMode,
    /// Each channel by itself; otherwise the brightness of an RGB image.
    pub by_channels: bool,
}

impl fmt::Display for Equalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.by_channels { "equalize each channel" } else { "equalize brightness" })
    }
}

impl MeasureOp for Equalize {
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op {
        let label = "equalize";
        if !self.by_channels && input.shape().channels == 3 {
            return LumaLut { label, table: self.table(&histogram::of_brightness(input, context)) }.into();
        }
        let tables = histogram::of_channels(input, context).iter().map(|histogram| self.table(histogram)).collect();
        Lut::new(label, tables).into()
    }
}

impl Equalize {
    fn table(self, histogram: &Histogram) -> [u8; 256] {
        match self.mode {
            EqualizeMode::Cv => by_share(histogram),
            EqualizeMode::Pil => by_steps(histogram),
        }
    }
}

/// Where every pixel has the same level, there is nothing to spread.
const UNCHANGED: fn(usize) -> u8 = |level| level as u8;

fn by_share(histogram: &Histogram) -> [u8; 256] {
    let total: u32 = histogram.iter().sum();
    let lowest = histogram.iter().position(|&count| count > 0).unwrap_or(0);
    if histogram[lowest] == total {
        return std::array::from_fn(UNCHANGED);
    }
    let scale = 255.0 / (total - histogram[lowest]) as f32;
    let mut sum = 0;
    std::array::from_fn(|level| {
        if level > lowest {
            sum += histogram[level];
        }
        (sum as f32 * scale).round_ties_even() as u8
    })
}

fn by_steps(histogram: &Histogram) -> [u8; 256] {
    let total: u32 = histogram.iter().sum();
    let highest = histogram.iter().rfind(|&&count| count > 0).copied().unwrap_or(0);
    let step = (total - highest) / 255;
    if step == 0 {
        return std::array::from_fn(UNCHANGED);
    }
    let mut sum = step / 2;
    histogram.map(|count| {
        // Pillow itself leaves out the level's own pixels; Albumentations counts them.
        sum += count;
        (sum / step).min(255) as u8
    })
}
