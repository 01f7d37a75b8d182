//! Segments of objects, painted into masks: what sources of annotated images call.

use crate::errors::to_python;
use fastaug_core::targets::{Mask, runs_of_text};
use numpy::{PyReadonlyArray1, PyReadwriteArray2, PyUntypedArrayMethods};
use pyo3::{prelude::*, types::PyBytes};

/// Paints ones into a mask, wherever a polygon with these corners (x, y, x, y, …) covers it by COCO's definition.
#[pyfunction]
pub fn paint_polygon(
    py: Python<'_>,
    mut mask: PyReadwriteArray2<'_, u8>,
    corners: PyReadonlyArray1<'_, f64>,
) -> PyResult<()> {
    let width = mask.shape()[1];
    let pixels = mask.as_slice_mut()?;
    let corners = corners.as_slice()?;
    py.detach(|| Mask::new(pixels, width).paint_polygon(corners)).map_err(|error| to_python(&error))
}

/// Paints ones into a mask, wherever COCO's run lengths say so: an array of them, or the text that they were packed into.
#[pyfunction]
pub fn paint_runs(py: Python<'_>, mut mask: PyReadwriteArray2<'_, u8>, runs: &Bound<'_, PyAny>) -> PyResult<()> {
    let width = mask.shape()[1];
    let pixels = mask.as_slice_mut()?;
    let painted = if let Ok(text) = runs.cast::<PyBytes>() {
        let text = text.as_bytes();
        py.detach(|| Mask::new(pixels, width).paint_runs(&runs_of_text(text)?))
    } else {
        let runs: PyReadonlyArray1<'_, u32> = runs.extract()?;
        let runs = runs.as_slice()?;
        py.detach(|| Mask::new(pixels, width).paint_runs(runs))
    };
    painted.map_err(|error| to_python(&error))
}
