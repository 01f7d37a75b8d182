//! What kernels of several families have in common: how pixels are taken apart, weighed, rounded and put together.

pub mod factors;
pub mod lab;
pub mod luma;
pub mod planes;
pub mod products;
pub mod rounding;
pub mod spread;
pub mod weigh;
