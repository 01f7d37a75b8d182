//! Ranges that a value is drawn from.

use serde::{Deserialize, Serialize};

/// A closed range, written in a policy as `[low, high]`. Both ends are finite and in order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct Interval {
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
}

impl Interval {
    /// A range; the ends must be finite and in order.
    pub fn new(low: f64, high: f64) -> Result<Self, String> {
        if !(low.is_finite() && high.is_finite()) {
            Err(format!("both ends must be finite numbers, got [{low}, {high}]"))
        } else if low > high {
            Err(format!("the first end must not be above the second, got [{low}, {high}]"))
        } else {
            Ok(Self { low, high })
        }
    }

    /// A range of one value.
    pub const fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Whether there is only one value to draw.
    pub fn is_single(&self) -> bool {
        self.low == self.high
    }
}

impl TryFrom<[f64; 2]> for Interval {
    type Error = String;

    fn try_from([low, high]: [f64; 2]) -> Result<Self, String> {
        Self::new(low, high)
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> [f64; 2] {
        [interval.low, interval.high]
    }
}

/// Checks of a parsed transform that no single type can make: each names the field and says what is accepted.
pub struct Bounds;

impl Bounds {
    /// The whole range must lie between two numbers.
    pub fn within(
        field: &'static str,
        interval: Interval,
        least: f64,
        greatest: f64,
    ) -> Result<(), (&'static str, String)> {
        if interval.low < least || interval.high > greatest {
            let reason = if greatest == f64::INFINITY {
                format!("both ends must be at least {least}, got [{}, {}]", interval.low, interval.high)
            } else {
                format!("both ends must lie between {least} and {greatest}, got [{}, {}]", interval.low, interval.high)
            };
            return Err((field, reason));
        }
        Ok(())
    }

    /// Both ends must be whole numbers.
    pub fn whole(field: &'static str, interval: Interval) -> Result<(), (&'static str, String)> {
        if interval.low.fract() != 0.0 || interval.high.fract() != 0.0 {
            return Err((field, format!("both ends must be whole numbers, got [{}, {}]", interval.low, interval.high)));
        }
        Ok(())
    }
}
