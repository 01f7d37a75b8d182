//! Histogram equalization.

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

/// Whose rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EqualizeMode {
    /// OpenCV's.
    Cv,
    /// Pillow's.
    Pil,
}

/// Spreads the histogram of each channel over the whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equalize {
    /// Whose rounding.
    pub mode: EqualizeMode,
}

impl fmt::Display for Equalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "equalization ({:?})", self.mode)
    }
}

const IDENTITY: [u8; 256] = {
    let mut table = [0; 256];
    let mut value = 0;
    while value < 256 {
        table[value] = value as u8;
        value += 1;
    }
    table
};

impl MeasureOp for Equalize {
    fn measure(&self, input: Image<'_>, _context: &mut Context<'_>) -> Op {
        let table = match self.mode {
            EqualizeMode::Cv => opencv,
            EqualizeMode::Pil => pillow,
        };
        Lut { label: "equalize", tables: histogram::of_channels(input).iter().map(table).collect() }.into()
    }
}

/// The cumulated histogram from the first value that occurs, scaled to 255 in single precision and rounded.
fn opencv(histogram: &Histogram) -> [u8; 256] {
    let Some(first) = histogram.iter().position(|&count| count > 0) else { return IDENTITY };
    let total: u64 = histogram.iter().sum();
    if histogram[first] == total {
        // One value only: it stays.
        return [first as u8; 256];
    }
    let scale = 255.0 / (total - histogram[first]) as f32;
    let mut table = [0; 256];
    let mut sum = 0;
    for value in first + 1..256 {
        sum += histogram[value];
        table[value] = (sum as f32 * scale).round_ties_even() as u8;
    }
    table
}

/// Steps of equal population, in whole numbers.
fn pillow(histogram: &Histogram) -> [u8; 256] {
    let Some(last) = histogram.iter().rposition(|&count| count > 0) else { return IDENTITY };
    let total: u64 = histogram.iter().sum();
    let step = (total - histogram[last]) / 255;
    if step == 0 {
        return IDENTITY;
    }
    let mut sum = step / 2;
    let mut table = [0; 256];
    for (entry, count) in table.iter_mut().zip(histogram) {
        // Each value goes where the ones up to it end.
        sum += count;
        *entry = (sum / step).min(255) as u8;
    }
    table
}
