//! From entropy-coded bytes to coefficients.

pub mod bits;
pub mod block;
pub mod cache;
pub mod markers;
pub mod progressive;
pub mod segments;
pub mod source;
pub mod tables;
