//! Python functions inside a policy (`Lambda`): called from any thread, with the GIL taken for the call.

use crate::arrays::{ArrayIn, to_array};
use fastaug_core::{
    Error, Result,
    exec::sample::{Callbacks, with_context},
    image::{Image, ImageBuf, Shape},
    ops::Role,
    targets::{BBox, Keypoint},
};
use numpy::{PyArray2, PyArrayMethods, PyUntypedArray};
use pyo3::{prelude::*, types::PyDict};
use std::sync::Mutex;

/// The functions of a policy, for one sample, and what the first of them to fail raised.
pub struct Functions<'p> {
    functions: &'p [Py<PyAny>],
    raised: Mutex<Option<PyErr>>,
}

impl<'p> Functions<'p> {
    /// The functions of a policy, by number.
    pub fn new(functions: &'p [Py<PyAny>]) -> Self {
        Self { functions, raised: Mutex::new(None) }
    }

    /// What a function raised, to be raised again.
    pub fn raised(self) -> Option<PyErr> {
        self.raised.into_inner().ok().flatten()
    }

    fn attempt<R>(&self, work: impl for<'py> FnOnce(Python<'py>) -> PyResult<R>) -> Result<R> {
        Python::attach(|py| {
            work(py).map_err(|error| {
                let message = error.to_string();
                if let Ok(mut raised) = self.raised.lock() {
                    raised.get_or_insert(error);
                }
                Error::External(message)
            })
        })
    }
}

fn function<'py>(
    py: Python<'py>,
    functions: &[Py<PyAny>],
    callback: u32,
    target: &str,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let of_targets = functions[callback as usize].bind(py).cast::<PyDict>()?.clone();
    of_targets.get_item(target)
}

impl Callbacks for Functions<'_> {
    fn pixels(&self, callback: u32, role: Role, image: Image<'_>) -> Result<Option<ImageBuf>> {
        let name = match role {
            Role::Image => "image",
            Role::Mask => "mask",
        };
        self.attempt(|py| {
            let Some(function) = function(py, self.functions, callback, name)? else { return Ok(None) };
            let dimensions = if image.shape().channels == 1 { 2 } else { 3 };
            let array = to_array(py, image, dimensions)?;
            let made = function.call((array,), Some(&keywords(py, image.shape())?))?;
            let made =
                ArrayIn::new(made.cast::<PyUntypedArray>()?, role, &format!("what the Lambda made of the {name}"))?;
            Ok(Some(with_context(|context| fastaug_core::exec::plain::copy_in(made.image(), context))))
        })
    }

    fn points(&self, callback: u32, shape: Shape, boxes: &mut [BBox], keypoints: &mut [Keypoint]) -> Result<()> {
        self.attempt(|py| {
            if let Some(function) = function(py, self.functions, callback, "bboxes")? {
                // Boxes are shown as Albumentations shows them: as shares of the image.
                let (width, height) = (shape.width as f64, shape.height as f64);
                let rows: Vec<Vec<f64>> = boxes
                    .iter()
                    .map(|bbox| vec![bbox.x_min / width, bbox.y_min / height, bbox.x_max / width, bbox.y_max / height])
                    .collect();
                for (bbox, row) in boxes.iter_mut().zip(call_on_rows(&function, &rows, shape, 4)?) {
                    *bbox = BBox::new(row[0] * width, row[1] * height, row[2] * width, row[3] * height);
                }
            }
            if let Some(function) = function(py, self.functions, callback, "keypoints")? {
                let rows: Vec<Vec<f64>> =
                    keypoints.iter().map(|point| vec![point.x, point.y, point.z, point.angle, point.scale]).collect();
                for (keypoint, row) in keypoints.iter_mut().zip(call_on_rows(&function, &rows, shape, 5)?) {
                    *keypoint = Keypoint { x: row[0], y: row[1], z: row[2], angle: row[3], scale: row[4] };
                }
            }
            Ok(())
        })
    }
}

/// What every function is told beside its target, as Albumentations tells it.
fn keywords(py: Python<'_>, shape: Shape) -> PyResult<Bound<'_, PyDict>> {
    let keywords = PyDict::new(py);
    keywords.set_item("shape", (shape.height, shape.width, shape.channels))?;
    Ok(keywords)
}

/// Calls a function on an array of rows; it must give back as many.
fn call_on_rows(
    function: &Bound<'_, PyAny>,
    rows: &[Vec<f64>],
    shape: Shape,
    columns: usize,
) -> PyResult<Vec<Vec<f64>>> {
    let py = function.py();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let array = PyArray2::from_vec2(py, rows)?;
    let made = function.call((array,), Some(&keywords(py, shape)?))?;
    let made: Vec<Vec<f64>> = made.extract().or_else(|_| {
        let array = made.cast::<PyArray2<f64>>()?;
        PyResult::Ok(array.readonly().as_array().rows().into_iter().map(|row| row.to_vec()).collect())
    })?;
    if made.len() != rows.len() || made.iter().any(|row| row.len() < columns) {
        return Err(crate::errors::TargetError::new_err(format!(
            "a Lambda was given {} rows of {columns} numbers and must give back as many, got {}",
            rows.len(),
            made.len()
        )));
    }
    Ok(made)
}
