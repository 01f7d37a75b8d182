//! Image files, and parts of larger files: read by whoever decodes them, or ahead of that.

use crate::errors::{of_file, to_python};
use fastaug_core::{Error, Result};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyType},
};
use std::{
    ffi::{OsStr, OsString},
    fs::{File, OpenOptions},
    io::{self, Read},
    ops::Deref,
    path::{Path, PathBuf},
    sync::Mutex,
};

/// A file that stays open as long as something reads parts of it.
#[pyclass(frozen, module = "fastaug._core")]
pub struct OpenFile {
    path: PathBuf,
    file: File,
}

#[pymethods]
impl OpenFile {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let (file, _) = py.detach(|| open_file(&path)).map_err(|error| of_file(&path, &error))?;
        Ok(Self { path, file })
    }

    /// What the system calls it, for `os.fstat`.
    #[cfg(unix)]
    fn fileno(&self) -> i32 {
        use std::os::fd::AsRawFd;
        self.file.as_raw_fd()
    }
}

/// An image file within a larger file: a member of a tar file, a record of a packed data set.
///
/// It stands for its bytes and is read by whoever decodes it, which is quicker than to read it before: no other thread's cache
/// has to be asked for it. ``bytes(part)`` reads it, too.
///
/// Args:
///     file: The path of the larger file.
///     offset: Where the image file begins in it.
///     size: How many bytes it has.
#[pyclass(frozen, module = "fastaug.sources")]
pub struct FilePart {
    file: Larger,
    offset: u64,
    size: usize,
}

/// The file that a part belongs to.
enum Larger {
    Named(PathBuf),
    Open(Py<OpenFile>),
}

impl Larger {
    fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Open(file) => &file.get().path,
        }
    }
}

#[pymethods]
impl FilePart {
    #[new]
    fn new(file: &Bound<'_, PyAny>, offset: u64, size: usize) -> PyResult<Self> {
        let file = match file.cast::<OpenFile>() {
            Ok(open) => Larger::Open(open.clone().unbind()),
            Err(_) => Larger::Named(file.extract().map_err(|_| {
                PyTypeError::new_err("file must be the path of the file that the part belongs to".to_owned())
            })?),
        };
        Ok(Self { file, offset, size })
    }

    /// How many bytes it has.
    fn __len__(&self) -> usize {
        self.size
    }

    /// Reads it.
    fn __bytes__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let contents = py.detach(|| self.read()).map_err(|error| of_file(self.file.path(), &error))?;
        Ok(PyBytes::new(py, &contents))
    }

    /// The file that it belongs to.
    #[getter(path)]
    fn python_path(&self) -> &OsStr {
        self.file.path().as_os_str()
    }

    /// Where it begins in that file.
    #[getter]
    fn offset(&self) -> u64 {
        self.offset
    }

    fn __repr__(&self) -> String {
        format!("FilePart({:?}, {}, {})", self.file.path().display().to_string(), self.offset, self.size)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (OsString, u64, usize)) {
        let part = slf.get();
        (slf.get_type(), (part.file.path().as_os_str().to_owned(), part.offset, part.size))
    }
}

impl FilePart {
    fn open(&self) -> io::Result<Piece<'_>> {
        let (file, length) = match &self.file {
            Larger::Named(path) => open_file(path).map(|(file, length)| (Handle::Own(file), length))?,
            Larger::Open(open) => {
                let file = &open.get().file;
                (Handle::Shared(file), file.metadata()?.len())
            }
        };
        let missing = (self.size as u64).saturating_sub(length.saturating_sub(self.offset));
        if missing > 0 {
            let reason = format!("byte {}: the file ends {missing} bytes too early", self.offset);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        }
        Ok(Piece { file, offset: self.offset, size: self.size })
    }

    fn read(&self) -> io::Result<Contents> {
        self.open()?.read()
    }
}

/// Opens a file to read it, and tells its length. What is no file is refused: a pipe may have to be waited for for ever, and a
/// device may have no end.
pub fn open_file(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // To open a pipe would wait for somebody who writes. Files are read as ever.
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32);
    }
    let file = options.open(path)?;
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
    }
    if !found.is_file() {
        return Err(io::Error::new(NOT_A_FILE, "is not a file"));
    }
    Ok((file, found.len()))
}

/// The kind of error for a pipe, a device and the like.
const NOT_A_FILE: io::ErrorKind = io::ErrorKind::Unsupported;

/// Why a file cannot be read, in words, with its name.
pub fn unreadable(path: &Path, error: &io::Error) -> String {
    let reads = match error.kind() {
        io::ErrorKind::IsADirectory | NOT_A_FILE => "",
        _ => "cannot be read: ",
    };
    format!("{}: {reads}{error}", path.display())
}

/// An open file, or a part of one, that is about to be read.
struct Piece<'f> {
    file: Handle<'f>,
    offset: u64,
    size: usize,
}

/// A file of one's own, or one that others read from, too: only at given places.
enum Handle<'f> {
    Own(File),
    Shared(&'f File),
}

impl Deref for Handle<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            Self::Own(file) => file,
            Self::Shared(file) => file,
        }
    }
}

impl Piece<'_> {
    fn read(self) -> io::Result<Contents> {
        let mut contents = Contents::spare();
        if contents.0.capacity() < self.size {
            // To let it grow would copy what nobody wants any more.
            contents = Contents::default();
            contents.0.try_reserve_exact(self.size)?;
        }
        contents.0.resize(self.size, 0);
        read_exact_at(&self.file, &mut contents.0, self.offset)?;
        Ok(contents)
    }

    /// Whether it can be read without waiting, as far as its ends and its middle tell.
    #[cfg(target_os = "linux")]
    fn is_in_memory(&self) -> bool {
        use rustix::io::{ReadWriteFlags, preadv2};
        let Some(last) = (self.size as u64).checked_sub(1) else { return true };
        let mut byte = [0];
        // Whatever else goes wrong is found by reading.
        [0, last / 2, last].into_iter().all(|place| {
            let place = self.offset.saturating_add(place);
            preadv2(&*self.file, &mut [io::IoSliceMut::new(&mut byte)], place, ReadWriteFlags::NOWAIT) == Ok(1)
        })
    }

    /// Whether it can be read without waiting: nothing tells.
    #[cfg(not(target_os = "linux"))]
    fn is_in_memory(&self) -> bool {
        false
    }

    /// Asks the system to have it in memory soon.
    fn ask(&self) {
        #[cfg(target_os = "linux")]
        {
            // Advice: whether it was taken makes no difference to what is read.
            let length = std::num::NonZero::new(self.size as u64);
            let _ = rustix::fs::fadvise(&*self.file, self.offset, length, rustix::fs::Advice::WillNeed);
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let mut done = 0;
    while done < into.len() {
        match file.seek_read(&mut into[done..], offset + done as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => done += count,
        }
    }
    Ok(())
}

/// An image file on a disk.
pub enum Stored {
    /// A file of its own.
    Whole(PathBuf),
    /// A part of another one.
    Part(Py<FilePart>),
}

impl FromPyObject<'_, '_> for Stored {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match object.cast::<FilePart>() {
            Ok(part) => Ok(Self::Part(part.to_owned().unbind())),
            Err(_) => object.extract().map(Self::Whole),
        }
    }
}

impl Stored {
    /// The file that is opened for it.
    pub fn path(&self) -> &Path {
        match self {
            Self::Whole(path) => path,
            Self::Part(part) => part.get().file.path(),
        }
    }

    /// Where it begins in that file, if it is a part.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::Whole(_) => None,
            Self::Part(part) => Some(part.get().offset),
        }
    }

    /// Its name in messages.
    pub fn label(&self) -> String {
        let path = self.path().display();
        self.offset().map_or_else(|| path.to_string(), |offset| format!("{path}, byte {offset}"))
    }

    fn open(&self) -> io::Result<Piece<'_>> {
        match self {
            Self::Whole(path) => {
                let (file, length) = open_file(path)?;
                let size = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
                Ok(Piece { file: Handle::Own(file), offset: 0, size })
            }
            Self::Part(part) => part.get().open(),
        }
    }

    /// Its bytes.
    pub fn read(&self) -> io::Result<Contents> {
        let piece = self.open()?;
        if let (Self::Whole(_), 0) = (self, piece.size) {
            // Some file systems do not tell a file's length before it has been read.
            let mut contents = Contents::spare();
            contents.0.clear();
            (&*piece.file).read_to_end(&mut contents.0)?;
            return Ok(contents);
        }
        piece.read()
    }

    /// Its bytes, or an error that says what could not be read.
    pub fn load(&self) -> Result<Contents> {
        self.read().map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        Error::Decode(unreadable(self.path(), error))
    }
}

/// The bytes of an image file that was read ahead.
#[pyclass(frozen, module = "fastaug._core")]
pub struct FileBytes {
    label: String,
    bytes: Contents,
}

#[pymethods]
impl FileBytes {
    /// How many bytes there are.
    fn __len__(&self) -> usize {
        self.bytes.len()
    }
}

impl FileBytes {
    /// The bytes.
    pub fn contents(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's name in messages.
    pub fn label(&self) -> &str {
        &self.label
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
pub fn read_ahead(py: Python<'_>, files: Vec<Stored>) -> PyResult<Vec<Option<Py<PyAny>>>> {
    let read = py.detach(|| files.chunks(AT_A_TIME).flat_map(read_together).collect::<Vec<_>>());
    files
        .into_iter()
        .zip(read)
        .map(|(file, bytes)| match bytes {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => Ok(Some(Py::new(py, FileBytes { label: file.label(), bytes })?.into_any())),
            Err(error) => Ok(Some(to_python(&file.unreadable(&error)).into_value(py).into_any())),
        })
        .collect()
}

fn read_together(files: &[Stored]) -> Vec<io::Result<Option<Contents>>> {
    let opened: Vec<io::Result<Option<Piece<'_>>>> = files.iter().map(asked_for).collect();
    opened.into_iter().map(|piece| piece?.map(Piece::read).transpose()).collect()
}

/// A file that has to be read; `None` for one that is in memory.
fn asked_for(file: &Stored) -> io::Result<Option<Piece<'_>>> {
    let piece = file.open()?;
    if piece.is_in_memory() {
        return Ok(None);
    }
    piece.ask();
    Ok(Some(piece))
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
    /// Memory with anything in it. Whoever finds it locked does without: a forked child may have been born while another
    /// thread held the lock.
    fn spare() -> Self {
        Self(SPARE.try_lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default())
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
