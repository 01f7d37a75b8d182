//! What several transforms have in common: parameters that are read alike, and the operations that follow from them.

pub mod group;
pub mod holes;
pub mod jitter;
pub mod kernel_size;
pub mod mapping;
pub mod max_size;
pub mod placement;
pub mod sizing;
