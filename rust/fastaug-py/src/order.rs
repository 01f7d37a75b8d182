//! The order in which a loader goes through a source.

use crate::errors::PolicyError;
use fastaug_core::rng::Order;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

/// What stands at some places of an epoch's permutation of `length` entries.
#[pyfunction]
pub fn permuted<'py>(
    py: Python<'py>,
    seed: u64,
    epoch: u64,
    length: u64,
    places: PyReadonlyArray1<'py, i64>,
) -> PyResult<Bound<'py, PyArray1<i64>>> {
    let permutation = Order::new(seed, epoch).permutation(length);
    let at = |&place: &i64| match u64::try_from(place) {
        Ok(place) if place < length => Ok(permutation.at(place) as i64),
        _ => Err(PolicyError::new_err(format!("{place} is no place in an order of {length} entries"))),
    };
    let entries = places.as_array().iter().map(at).collect::<PyResult<Vec<i64>>>()?;
    Ok(PyArray1::from_vec(py, entries))
}

/// A number of 0…1, 1 excluded, for each of some places of an epoch.
#[pyfunction]
pub fn draws<'py>(
    py: Python<'py>,
    seed: u64,
    epoch: u64,
    places: PyReadonlyArray1<'py, i64>,
) -> Bound<'py, PyArray1<f64>> {
    let order = Order::new(seed, epoch);
    PyArray1::from_iter(py, places.as_array().iter().map(|&place| order.draw(place as u64)))
}
