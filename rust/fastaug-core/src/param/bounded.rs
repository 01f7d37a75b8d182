//! Single numbers with a bound.

use serde::{Deserialize, Serialize};
use std::ops::Deref;

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident($inner:ty), $accepts:expr, $words:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name($inner);

        impl $name {
            /// The number.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = String;

            fn try_from(value: f64) -> Result<Self, String> {
                let accepts: fn(f64) -> bool = $accepts;
                if accepts(value) { Ok(Self(value as $inner)) } else { Err(format!("must be {}, got {value}", $words)) }
            }
        }

        impl From<$name> for f64 {
            fn from(value: $name) -> f64 {
                value.0 as f64
            }
        }
    };
}

bounded!(
    /// A probability.
    Probability(f64), |value| (0.0..=1.0).contains(&value), "between 0 and 1"
);
bounded!(
    /// A side of an image in pixels.
    Size(usize), |value| (1.0..=1_048_576.0).contains(&value) && value.fract() == 0.0, "a whole number from 1 to 1048576"
);
bounded!(
    /// A number above zero.
    Positive(f64), |value| value > 0.0 && value.is_finite(), "above 0"
);
bounded!(
    /// A number that is not below zero.
    NonNegative(f64), |value| value >= 0.0 && value.is_finite(), "at least 0"
);
bounded!(
    /// Any finite number.
    FiniteFloat(f64), f64::is_finite, "a finite number"
);
