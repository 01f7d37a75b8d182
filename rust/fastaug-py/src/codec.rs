//! Reading image files: `imread`, `imdecode`, `decode_info`.

use crate::{
    arrays::{not_encoded, to_array},
    errors::{DecodeError, to_python},
};
use fastaug_core::{
    codec::{self, ColourMode},
    exec::sample::with_context,
};
use pyo3::{
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict},
};
use std::path::PathBuf;

fn colour_mode(name: &str) -> PyResult<ColourMode> {
    match name {
        "rgb" => Ok(ColourMode::Rgb),
        "gray" => Ok(ColourMode::Gray),
        "rgba" => Ok(ColourMode::Rgba),
        "unchanged" => Ok(ColourMode::Unchanged),
        other => Err(DecodeError::new_err(format!("mode must be rgb, gray, rgba or unchanged, got {other:?}"))),
    }
}

/// The bytes of an object that holds some or of the file that it names.
fn bytes_of(object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Ok(bytes.to_vec());
    }
    if let Ok(path) = object.extract::<PathBuf>() {
        let read = object.py().detach(|| std::fs::read(&path));
        return read.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                pyo3::exceptions::PyFileNotFoundError::new_err(format!("{}: no such file", path.display()))
            }
            _ => DecodeError::new_err(format!("{}: cannot be read: {error}", path.display())),
        });
    }
    object
        .call_method0("tobytes")
        .and_then(|bytes| Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec()))
        .map_err(|_| not_encoded(object))
}

fn decode(py: Python<'_>, bytes: &[u8], mode: &str) -> PyResult<Py<PyAny>> {
    let mode = colour_mode(mode)?;
    let decoded = py
        .detach(|| with_context(|context| codec::decode(bytes, mode, context.scratch)))
        .map_err(|error| to_python(&error))?;
    let dimensions = if decoded.format().shape.channels == 1 { 2 } else { 3 };
    let array = to_array(py, decoded.as_image(), dimensions)?;
    with_context(|context| context.scratch.give_image(decoded));
    Ok(array)
}

/// Decodes the bytes of an image file.
#[pyfunction]
#[pyo3(signature = (data, mode = "rgb"))]
pub fn imdecode(data: &Bound<'_, PyAny>, mode: &str) -> PyResult<Py<PyAny>> {
    decode(data.py(), &bytes_of(data)?, mode)
}

/// Reads and decodes an image file.
#[pyfunction]
#[pyo3(signature = (path, mode = "rgb"))]
pub fn imread(path: &Bound<'_, PyAny>, mode: &str) -> PyResult<Py<PyAny>> {
    let bytes = bytes_of(path)?;
    decode(path.py(), &bytes, mode).map_err(|error| DecodeError::new_err(format!("{path}: {}", error.value(path.py()))))
}

/// Reads the header of an image file without decoding its pixels.
#[pyfunction]
pub fn decode_info(data: &Bound<'_, PyAny>) -> PyResult<Py<PyDict>> {
    let py = data.py();
    let bytes = bytes_of(data)?;
    let info = codec::info(&bytes).map_err(|error| to_python(&error))?;
    let dict = PyDict::new(py);
    dict.set_item("format", info.format)?;
    dict.set_item("height", info.height)?;
    dict.set_item("width", info.width)?;
    dict.set_item("channels", info.channels)?;
    dict.set_item("dtype", info.dtype.to_string())?;
    Ok(dict.unbind())
}
