//! Image files read ahead of those who decode them.

use crate::errors::to_python;
use fastaug_core::{Error, Result};
use pyo3::prelude::*;
use std::{
    fs::File,
    io::{self, Read},
    ops::Deref,
    path::{Path, PathBuf},
    sync::Mutex,
};

/// The bytes of a file, and where they come from.
#[pyclass(frozen, module = "fastaug._core")]
pub struct FileBytes {
    path: PathBuf,
    bytes: Contents,
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

/// Reads those of some files that a disk or another machine would have to be waited for, so that whoever decodes them does not
/// wait; what cannot be read is answered with its error. Several are asked of the system at once, so that a disk works on
/// the next ones while one is copied.
///
/// Files that the system has in memory are only looked at, and answered with nothing: copied by the thread that decodes them they
/// are in that thread's cache, which saves a tenth of its work.
#[pyfunction]
pub fn read_ahead(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Vec<Option<Py<PyAny>>>> {
    let read = py.detach(|| paths.chunks(AT_A_TIME).flat_map(read_together).collect::<Vec<_>>());
    paths
        .into_iter()
        .zip(read)
        .map(|(path, bytes)| match bytes {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => Ok(Some(Py::new(py, FileBytes { path, bytes })?.into_any())),
            Err(error) => Ok(Some(to_python(&unreadable(&path, &error)).into_value(py).into_any())),
        })
        .collect()
}

fn read_together(paths: &[PathBuf]) -> Vec<io::Result<Option<Contents>>> {
    let opened: Vec<io::Result<Option<File>>> = paths.iter().map(|path| open(path)).collect();
    opened.into_iter().map(|file| file?.map(Contents::of).transpose()).collect()
}

/// A file that has to be read; `None` for one that is in memory.
fn open(path: &Path) -> io::Result<Option<File>> {
    let file = File::open(path)?;
    if is_in_memory(&file)? {
        return Ok(None);
    }
    #[cfg(target_os = "linux")]
    {
        // Advice: whether it was taken makes no difference to what is read.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::WillNeed);
    }
    Ok(Some(file))
}

/// Whether a file can be read without waiting, as far as its ends and its middle tell.
#[cfg(target_os = "linux")]
fn is_in_memory(file: &File) -> io::Result<bool> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let Some(last) = file.metadata()?.len().checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    // Whatever else goes wrong is found by reading.
    Ok([0, last / 2, last]
        .into_iter()
        .all(|place| preadv2(file, &mut [io::IoSliceMut::new(&mut byte)], place, ReadWriteFlags::NOWAIT) == Ok(1)))
}

/// Whether a file can be read without waiting: nothing tells.
#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// The bytes of a file, in memory that is used again: what the C library gives back to the system, the system clears page by page
/// for the next file.
#[derive(Default)]
pub struct Contents(Vec<u8>);

/// Memory of files that nobody reads at the moment, the last used last.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Pieces that are kept at most, and bytes that one of them may have.
const MOST_PIECES: usize = 256;
const LARGEST: usize = 1 << 20;

impl Contents {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        File::open(path).and_then(Self::of).map_err(|error| unreadable(path, &error))
    }

    fn of(mut file: File) -> io::Result<Self> {
        // Whoever finds it locked does without: a forked child may have been born while another thread held the lock.
        let spare = SPARE.try_lock().ok().and_then(|mut spare| spare.pop());
        let mut contents = Self(spare.unwrap_or_default());
        contents.0.clear();
        file.read_to_end(&mut contents.0)?;
        Ok(contents)
    }
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        let is_kept = (1..=LARGEST).contains(&self.0.capacity());
        if let Some(mut spare) = SPARE.try_lock().ok().filter(|spare| is_kept && spare.len() < MOST_PIECES) {
            spare.push(std::mem::take(&mut self.0));
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Decode(format!("{}: cannot be read: {error}", path.display()))
}
