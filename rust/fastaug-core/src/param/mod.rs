//! Types of parameters: parsed once, impossible to be wrong afterwards.

mod bounded;
mod fill;
mod interpolation;
mod interval;

pub use bounded::{FiniteFloat, NonNegative, Positive, Probability, Size};
pub use fill::{Border, BorderMode, Fill};
pub use interpolation::{Interpolation, Interpolations};
pub use interval::{Bounds, Interval};
