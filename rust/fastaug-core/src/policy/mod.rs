//! Policies: a tree of transforms read from JSON, sampled for one image at a time.

mod sampler;

pub use sampler::{Applied, Layout, Pixels, Sampler};
