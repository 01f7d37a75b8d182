//! Makes databases of seek indexes, and adds to them.

use super::{
    Fingerprint,
    database::{Answer, Entry, MAGIC, Row, check_magic, walk, write_end},
};
use std::{
    collections::HashSet,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Adds entries to a database file. What was handed to [`flush`](Self::flush) is kept whatever happens; [`finish`](Self::finish)
/// adds the table that makes opening the file quick.
///
/// Bytes that were written are never changed, so whoever has the file mapped meanwhile goes on reading what was there.
#[derive(Debug)]
pub struct DatabaseWriter {
    file: File,
    stamps: HashSet<u64>,
    known: HashSet<Fingerprint>,
    rows: Vec<Row>,
    /// Where the next record will stand.
    end: u64,
    waiting: Vec<u8>,
    /// Whether the file ends with a table of everything that was added.
    complete: bool,
}

impl DatabaseWriter {
    /// Opens a database to add to it, or makes a new one. No other process may be writing into it.
    ///
    /// What an interrupted writer has left behind its last whole record is taken off: in a copy, which then takes the file's
    /// place.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = locked(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut waiting = Vec::new();
        if bytes.is_empty() {
            waiting.extend(MAGIC);
            bytes.extend(MAGIC);
        } else {
            check_magic(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        }
        let walk = walk(&bytes);
        if walk.end < bytes.len() {
            file = replaced(path, &bytes[..walk.end])?;
        }
        let known =
            walk.rows.iter().filter_map(|row| Entry::at(&bytes, row.1)).map(|entry| entry.fingerprint).collect();
        Ok(Self {
            file,
            stamps: walk.stamps.into_iter().collect(),
            known,
            rows: walk.rows,
            end: walk.end as u64 - waiting.len() as u64,
            waiting,
            complete: walk.is_complete,
        })
    }

    /// Whether an entry has this stamp, a number by which callers recognise what they have seen without reading it.
    pub fn has_stamp(&self, stamp: u64) -> bool {
        self.stamps.contains(&stamp)
    }

    /// Whether something is said of this file already.
    pub fn knows(&self, fingerprint: Fingerprint) -> bool {
        self.known.contains(&fingerprint)
    }

    /// Files that something is said of.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Notes a file that was seen under this stamp, and what is to be said of it, unless that is known.
    pub fn add(&mut self, stamp: u64, fingerprint: Fingerprint, answer: Option<&Answer>) {
        let answer = answer.filter(|_| self.known.insert(fingerprint));
        if answer.is_some() {
            self.rows.push((fingerprint.hash, self.end + self.waiting.len() as u64));
        } else if self.stamps.contains(&stamp) {
            return;
        }
        self.complete = false;
        self.stamps.insert(stamp);
        Entry::write(stamp, fingerprint, answer, &mut self.waiting);
    }

    /// Writes what was added into the file.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.waiting)?;
        self.end += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Writes what was added, and the table of everything.
    pub fn finish(mut self) -> io::Result<()> {
        if self.complete {
            return Ok(());
        }
        let place = self.end + self.waiting.len() as u64;
        write_end(std::mem::take(&mut self.rows), place, &mut self.waiting);
        self.flush()?;
        self.file.sync_all()
    }
}

/// The file at a path, made if there is none, for this process alone to write into.
fn locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::WouldBlock, "another process is writing into it"))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Puts a new file with these bytes in the place of another.
fn replaced(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".repaired");
    let beside = PathBuf::from(name);
    let _ = std::fs::remove_file(&beside);
    let mut file = locked(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    Ok(file)
}
