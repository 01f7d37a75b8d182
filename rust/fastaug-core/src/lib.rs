//! fastaug's core: a policy is sampled into operations, planned, and run exact and fast. Knows nothing of Python.
#![forbid(unsafe_code)]

pub mod codec;
pub mod error;
pub mod exec;
pub mod image;
pub mod ops;
pub mod param;
pub mod plan;
pub mod policy;
pub mod rng;
pub mod simd;
pub mod targets;
pub mod transforms;

pub use error::{Error, Result};
