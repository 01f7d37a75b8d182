//! From coefficients to samples.

mod islow;
pub mod scaled;

pub use islow::{Multipliers, flat, inverse, inverse_pair};

#[cfg(test)]
pub use islow::reference;
