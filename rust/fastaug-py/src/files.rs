//! Image files read ahead of those who decode them.

use crate::errors::to_python;
use fastaug_core::{Error, Result};
use pyo3::prelude::*;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The bytes of a file, and where they come from.
#[pyclass(frozen, module = "fastaug._core")]
pub struct FileBytes {
    path: PathBuf,
    bytes: Vec<u8>,
}

#[pymethods]
impl FileBytes {
    /// How many bytes there are.
    fn __len__(&self) -> usize {
        self.bytes.len()
    }

    /// Where they come from.
    #[getter(path)]
    fn python_path(&self) -> String {
        self.path.display().to_string()
    }
}

impl FileBytes {
    /// The bytes.
    pub fn contents(&self) -> &[u8] {
        &self.bytes
    }

    /// Where they come from.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// So many files are open at once.
const AT_A_TIME: usize = 16;

/// Reads files, one after the other; what cannot be read is answered with its error. Several are asked of the system at
/// once, so that a disk works on the next ones while one is copied.
#[pyfunction]
pub fn read_files(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Vec<Py<PyAny>>> {
    let read = py.detach(|| paths.chunks(AT_A_TIME).flat_map(read_together).collect::<Vec<_>>());
    paths
        .into_iter()
        .zip(read)
        .map(|(path, bytes)| match bytes {
            Ok(bytes) => Ok(Py::new(py, FileBytes { path, bytes })?.into_any()),
            Err(error) => Ok(to_python(&unreadable(&path, &error)).into_value(py).into_any()),
        })
        .collect()
}

fn read_together(paths: &[PathBuf]) -> Vec<io::Result<Vec<u8>>> {
    let opened: Vec<io::Result<File>> = paths.iter().map(|path| open(path)).collect();
    opened.into_iter().map(|file| read_all(file?)).collect()
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Decode(format!("{}: cannot be read: {error}", path.display()))
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    #[cfg(target_os = "linux")]
    {
        // Advice: whether it was taken makes no difference to what is read.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::WillNeed);
    }
    Ok(file)
}

fn read_all(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
