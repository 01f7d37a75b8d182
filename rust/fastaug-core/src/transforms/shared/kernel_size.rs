//! Sides of kernels: odd numbers from a range.

use crate::{
    Result,
    ops::filter::BoxBlur,
    param::{Bounds, Interval},
    policy::Sampler,
    transforms::Wrong,
};

/// The largest side.
const LARGEST: usize = BoxBlur::LARGEST;

/// Both ends must be whole numbers of at least 0.
pub fn check(field: &'static str, range: Interval) -> Result<(), Wrong> {
    Bounds::whole(field, range)?;
    Bounds::within(field, range, 0.0, LARGEST as f64)
}

/// An odd number of at least 3 from a range, each equally likely; even ends move up.
pub fn draw(sampler: &mut Sampler<'_>, field: &'static str, range: Interval) -> Result<usize> {
    let odd = |end: f64| (end as i64 | 1).max(3);
    let (low, high) = (odd(range.low), odd(range.high));
    let size = sampler.value(field, |stream| low + 2 * stream.integer(0, (high - low) / 2))?;
    // A recorded size is taken as it is, but a kernel has a centre.
    Ok((size.clamp(1, LARGEST as i64) | 1) as usize)
}
