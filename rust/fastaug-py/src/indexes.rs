//! Seek indexes of data sets: a file that many processes look into, and the writer that makes it.

use crate::{
    errors::{DecodeError, of_file},
    files::{Stored, open_file},
};
use fastaug_core::{
    codec::{
        Database,
        index::{Answer, DatabaseWriter, Fingerprint, NoIndex, examine},
    },
    exec::pool,
};
use memmap2::Mmap;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyType},
};
use std::{
    fs::File,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The seek indexes of a data set, in a file that `fastaug index build` or `build_index` wrote.
///
/// Whatever is decoded with it begins to read a JPEG file near the rectangle that is wanted, and gives the same pixels.
/// Files are found by what is in them, not by name. The file is mapped into memory, which all processes share; pickling
/// an index carries its path only.
#[pyclass(frozen, module = "fastaug")]
pub struct SeekIndex {
    path: PathBuf,
    database: Arc<Database>,
    /// The file that is mapped, whatever stands at its path by now.
    file: File,
    /// How many bytes of it are mapped.
    length: u64,
}

impl SeekIndex {
    /// What the core looks into, where an index was given.
    pub fn database_of(index: Option<&Bound<'_, Self>>) -> PyResult<Option<Arc<Database>>> {
        index.map(|index| index.get().whole().cloned()).transpose()
    }

    /// What the core looks into, unless somebody has cut the file short: to read what is missing would end the process. To be
    /// asked for before each use.
    fn whole(&self) -> PyResult<&Arc<Database>> {
        let length = self.file.metadata().map_err(|error| of_file(&self.path, &error))?.len();
        if length < self.length {
            let path = self.path.display();
            return Err(DecodeError::new_err(format!("{path}: was cut short while it was in use")));
        }
        Ok(&self.database)
    }
}

#[pymethods]
impl SeekIndex {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let path = std::path::absolute(&path).map_err(|error| of_file(&path, &error))?;
        py.detach(|| {
            let (file, _) = open_file(&path).map_err(|error| of_file(&path, &error))?;
            // SAFETY: what is mapped must not change or end while it is read. `DatabaseWriter` never changes bytes that
            // it has written, never makes a file shorter (it puts a new one in its place), and nobody else writes such
            // files. Whoever does it all the same: a file that was cut short is found before each call or batch (`whole`),
            // and everything read from it is checked first, so that bytes changed by force give errors. What remains: a
            // file that is cut short while a call is at work with it still ends the process.
            let map = unsafe { Mmap::map(&file) }.map_err(|error| of_file(&path, &error))?;
            let length = map.len() as u64;
            let database =
                Database::open(map).map_err(|error| DecodeError::new_err(format!("{}: {error}", path.display())))?;
            Ok(Self { path, database: Arc::new(database), file, length })
        })
    }

    /// The file.
    #[getter]
    fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// Files that it says something of.
    fn __len__(&self) -> usize {
        self.database.len()
    }

    /// Whether it has an index of a file with these bytes.
    fn __contains__(&self, data: &Bound<'_, PyBytes>) -> PyResult<bool> {
        Ok(matches!(self.whole()?.find(Fingerprint::of(data.as_bytes())), Some(Ok(_))))
    }

    fn __repr__(&self) -> String {
        format!("SeekIndex({:?})", self.path.display().to_string())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String,)) {
        (slf.get_type(), (slf.get().path(),))
    }

    /// What it says of files, one word each, after going through each file once more: "right", "wrong", "missing", or why
    /// there is no index.
    #[pyo3(signature = (files, threads = 0))]
    fn check(&self, py: Python<'_>, files: Vec<Stored>, threads: usize) -> PyResult<Vec<&'static str>> {
        let database = self.whole()?;
        Ok(py.detach(|| {
            for_all(&files, threads, |file| {
                let Ok(bytes) = file.read() else { return UNREADABLE };
                match database.find(Fingerprint::of(&bytes)) {
                    None => "missing",
                    Some(Err(reason)) if examine(&bytes, Some(0)) == Err(reason) => word(reason),
                    Some(Ok(index)) if index.is_right(&bytes) => "right",
                    Some(_) => "wrong",
                }
            })
        }))
    }

    /// Entries that are damaged.
    fn damaged(&self, py: Python<'_>) -> PyResult<usize> {
        let database = self.whole()?;
        Ok(py.detach(|| database.answers().filter(Option::is_none).count()))
    }
}

/// What is said of a file that could not be read.
const UNREADABLE: &str = "unreadable";

fn word(reason: NoIndex) -> &'static str {
    match reason {
        NoIndex::SeveralScans => "several scans",
        NoIndex::Damaged => "damaged",
        NoIndex::NotJpeg => "not a JPEG",
    }
}

/// Does something for every file, on many threads; the answers are in the order of the files.
fn for_all<T: Send + Sync>(files: &[Stored], threads: usize, work: impl Fn(&Stored) -> T + Sync) -> Vec<T> {
    let cells: Vec<OnceLock<T>> = files.iter().map(|_| OnceLock::new()).collect();
    pool::for_each(files.len(), threads, |number| {
        cells[number].get_or_init(|| work(&files[number]));
    });
    cells.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Makes a file of seek indexes, or adds to one.
#[pyclass(frozen, module = "fastaug._core")]
pub struct IndexWriter {
    path: PathBuf,
    /// None once it is finished.
    writer: Mutex<Option<DatabaseWriter>>,
    budget: usize,
}

/// What came of looking at a file.
enum Seen {
    Before,
    Now(u64, Fingerprint, Option<Answer>),
    Unreadable,
}

impl IndexWriter {
    fn look(&self, file: &Stored, writer: &DatabaseWriter) -> Seen {
        let Ok(stamp) = stamp(file) else { return Seen::Unreadable };
        if writer.has_stamp(stamp) {
            return Seen::Before;
        }
        let Ok(bytes) = file.read() else { return Seen::Unreadable };
        let fingerprint = Fingerprint::of(&bytes);
        let answer = (!writer.knows(fingerprint)).then(|| examine(&bytes, Some(self.budget)));
        Seen::Now(stamp, fingerprint, answer)
    }
}

/// A number that stands for a file's name, size and time of change, and where in it a part begins.
fn stamp(file: &Stored) -> io::Result<u64> {
    let found = std::fs::metadata(file.path())?;
    let changed = found.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mut words = std::path::absolute(file.path())?.into_os_string().into_encoded_bytes();
    words.extend(found.len().to_le_bytes());
    words.extend(changed.as_nanos().to_le_bytes());
    words.extend(file.offset().into_iter().flat_map(u64::to_le_bytes));
    Ok(Fingerprint::of(&words).hash())
}

#[pymethods]
impl IndexWriter {
    /// `budget` is how many bytes an index may have at most.
    #[new]
    fn new(py: Python<'_>, path: PathBuf, budget: usize) -> PyResult<Self> {
        let writer = py.detach(|| DatabaseWriter::open(&path)).map_err(|error| of_file(&path, &error))?;
        Ok(Self { path, writer: Mutex::new(Some(writer)), budget })
    }

    /// Looks at files and writes down what there is to say of them; one word for each: "indexed", "known", or why it has no
    /// index.
    #[pyo3(signature = (files, threads = 0))]
    fn add(&self, py: Python<'_>, files: Vec<Stored>, threads: usize) -> PyResult<Vec<&'static str>> {
        py.detach(|| {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = writer.as_mut().ok_or_else(|| PyValueError::new_err("the index is finished"))?;
            let seen = for_all(&files, threads, |file| self.look(file, writer));
            let mut words = Vec::with_capacity(seen.len());
            for seen in seen {
                words.push(match seen {
                    Seen::Before => "known",
                    Seen::Unreadable => UNREADABLE,
                    Seen::Now(stamp, fingerprint, answer) => {
                        let is_new = !writer.knows(fingerprint);
                        writer.add(stamp, fingerprint, answer.as_ref());
                        match answer {
                            Some(Ok(_)) if is_new => "indexed",
                            Some(Err(reason)) if is_new => word(reason),
                            _ => "known",
                        }
                    }
                });
            }
            writer.flush().map_err(|error| of_file(&self.path, &error))?;
            Ok(words)
        })
    }

    /// Writes the table of everything, by which the file is opened quickly, and closes it.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
            writer.map_or(Ok(()), DatabaseWriter::finish).map_err(|error| of_file(&self.path, &error))
        })
    }
}
