//! The core's errors as Python exceptions, all of them `ValueError`s.

use fastaug_core::Error;
use pyo3::{
    create_exception,
    exceptions::{PyException, PyFileNotFoundError, PyOSError, PyValueError},
    prelude::*,
};
use std::{io, path::Path};

create_exception!(fastaug, PolicyError, PyValueError, "A policy that cannot be: says where, and what is accepted.");
create_exception!(fastaug, DecodeError, PyValueError, "Bytes that are not an image that can be decoded.");
create_exception!(fastaug, ShapeError, PyValueError, "An array that the policy cannot work on.");
create_exception!(fastaug, TargetError, PyValueError, "A wrong box, keypoint, mask or label.");

/// The exception for an error of the core.
pub fn to_python(error: &Error) -> PyErr {
    let message = error.to_string();
    match error.root() {
        Error::Policy { .. } => PolicyError::new_err(message),
        Error::Decode(_) => DecodeError::new_err(message),
        Error::Target(_) => TargetError::new_err(message),
        Error::Shape(_) | Error::External(_) | Error::In { .. } => ShapeError::new_err(message),
    }
}

/// An error of the file system or of a file's contents, with the file's name.
pub fn of_file(path: &Path, error: &io::Error) -> PyErr {
    match error.kind() {
        io::ErrorKind::NotFound => PyFileNotFoundError::new_err(format!("{}: no such file", path.display())),
        io::ErrorKind::InvalidData => DecodeError::new_err(format!("{}: {error}", path.display())),
        _ => PyOSError::new_err(format!("{}: {error}", path.display())),
    }
}

/// Whether an exception is a sample's own failure: what is no `Exception`, as `KeyboardInterrupt`, is meant for the whole program.
pub fn is_of_a_sample(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py)
}
