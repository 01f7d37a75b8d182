//! The seek indexes of a whole data set in one file, to be looked at where it lies: mapped into memory, it is shared by all
//! processes, and opening it costs the same for a thousand pictures as for millions.
//!
//! Pictures are found by what is in them, not by name, so a data set can be moved, renamed and packed. The file begins with
//! [`MAGIC`]; then records follow, each with its kind, its length and a checksum:
//!
//! - an **entry**: a stamp of the writer's own, the fingerprint of a picture's file, and its index or the reason why it has none;
//! - a **table** of all entries before it: hash and place of each, by hash;
//! - an **end**, which says where the table begins. It is the last record of a file whose writer came to its end.
//!
//! A file without an end (its writer was interrupted) is read from the beginning up to the first record that is not whole;
//! so is one whose table was damaged. Every record that is used is checked first.

use super::{Fingerprint, SeekIndex, fingerprint::hash};
use crate::{Error, ErrorKind};
use std::ops::Range;

/// Begins the file; the last byte is the version of the format.
pub(super) const MAGIC: [u8; 8] = *b"FAINDEX\x01";

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Entry = 1,
    Table = 2,
    End = 3,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        [Self::Entry, Self::Table, Self::End].into_iter().find(|&kind| kind as u8 == byte)
    }
}

/// Bytes before a record's content: its kind and its length.
const HEAD: usize = 8;

/// Bytes behind it: the checksum of all that.
const TAIL: usize = 8;

/// Bytes of an end.
const END: usize = HEAD + 8 + TAIL;

/// Bytes of an entry's content before its index: stamp, hash, length.
const ENTRY: usize = 24;

/// Bytes of a table for each entry: hash, place.
const ROW: usize = 16;

/// Why a file has no seek index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NoIndex {
    /// It is progressive, or otherwise in several scans.
    SeveralScans = 1,
    /// It is damaged, or not supported.
    Damaged = 2,
    /// It is not a JPEG file.
    NotJpeg = 3,
}

impl NoIndex {
    fn of(byte: u8) -> Option<Self> {
        [Self::SeveralScans, Self::Damaged, Self::NotJpeg].into_iter().find(|&reason| reason as u8 == byte)
    }
}

/// What a database says of a file.
pub type Answer = Result<SeekIndex, NoIndex>;

/// What is to be said of a file: its index as far as `budget` bytes allow, or why there is none.
pub fn examine(bytes: &[u8], budget: Option<usize>) -> Answer {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err(NoIndex::NotJpeg);
    }
    match SeekIndex::build(bytes, budget) {
        Ok(Some(index)) => Ok(index),
        Ok(None) if crate::Decoder::new(bytes).is_ok_and(|decoder| !decoder.is_streamed()) => {
            Err(NoIndex::SeveralScans)
        }
        Ok(None) | Err(_) => Err(NoIndex::Damaged),
    }
}

/// A record of a file, checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'b> {
    pub kind: Kind,
    pub content: &'b [u8],
    /// Where the next one begins.
    pub end: usize,
}

impl<'b> Record<'b> {
    /// The record that begins at a place, if it is whole.
    pub fn at(bytes: &'b [u8], begin: usize) -> Option<Self> {
        let rest = bytes.get(begin..)?;
        let head = u64::from_le_bytes(*rest.first_chunk::<HEAD>()?);
        let length = usize::try_from(head >> 8).ok()?;
        let checked = rest.get(..HEAD.checked_add(length)?)?;
        let checksum = rest[checked.len()..].first_chunk::<TAIL>()?;
        if hash(checked) != u64::from_le_bytes(*checksum) {
            return None;
        }
        Some(Self { kind: Kind::of(head as u8)?, content: &checked[HEAD..], end: begin + checked.len() + TAIL })
    }

    /// Appends a record.
    pub fn write(kind: Kind, content: &[u8], to: &mut Vec<u8>) {
        let begin = to.len();
        to.extend(((content.len() as u64) << 8 | kind as u64).to_le_bytes());
        to.extend(content);
        let checksum = hash(&to[begin..]);
        to.extend(checksum.to_le_bytes());
    }
}

/// An entry of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'b> {
    pub stamp: u64,
    pub fingerprint: Fingerprint,
    /// The index; a byte for the reason why there is none; nothing where another entry has said it.
    answer: &'b [u8],
}

impl<'b> Entry<'b> {
    /// The entry that begins at a place, if it is whole.
    pub fn at(bytes: &'b [u8], place: u64) -> Option<Self> {
        Record::at(bytes, usize::try_from(place).ok()?).and_then(Self::of)
    }

    pub fn of(record: Record<'b>) -> Option<Self> {
        let (head, answer) = record.content.split_at_checked(ENTRY).filter(|_| record.kind == Kind::Entry)?;
        let [stamp, hash, length] = *head.as_chunks::<8>().0 else { return None };
        let fingerprint = Fingerprint { hash: u64::from_le_bytes(hash), length: u64::from_le_bytes(length) };
        Some(Self { stamp: u64::from_le_bytes(stamp), fingerprint, answer })
    }

    /// Whether it says something of its file.
    pub fn answers(&self) -> bool {
        !self.answer.is_empty()
    }

    pub fn answer(&self) -> Option<Answer> {
        match *self.answer {
            [] => None,
            [reason] => NoIndex::of(reason).map(Err),
            _ => {
                SeekIndex::from_bytes(self.answer).ok().filter(|index| index.fingerprint() == self.fingerprint).map(Ok)
            }
        }
    }

    pub fn write(stamp: u64, fingerprint: Fingerprint, answer: Option<&Answer>, to: &mut Vec<u8>) {
        let mut content = Vec::with_capacity(ENTRY);
        for word in [stamp, fingerprint.hash, fingerprint.length] {
            content.extend(word.to_le_bytes());
        }
        match answer {
            None => {}
            Some(Ok(index)) => content.extend(index.to_bytes()),
            Some(Err(reason)) => content.push(*reason as u8),
        }
        Record::write(Kind::Entry, &content, to);
    }
}

/// Hash and place of an entry.
pub(super) type Row = (u64, u64);

/// Appends a table of entries, and the end of the file.
pub(super) fn write_end(mut rows: Vec<Row>, place: u64, to: &mut Vec<u8>) {
    rows.sort_unstable();
    let mut content = Vec::with_capacity(ROW * rows.len());
    for (hash, place) in rows {
        content.extend(hash.to_le_bytes());
        content.extend(place.to_le_bytes());
    }
    Record::write(Kind::Table, &content, to);
    Record::write(Kind::End, &place.to_le_bytes(), to);
}

/// What was found by going through a file from its beginning.
pub(super) struct Walk {
    /// Stamps of all entries.
    pub stamps: Vec<u64>,
    /// The entries that say something.
    pub rows: Vec<Row>,
    /// Where the first record begins that is not whole: the length of the file, if all are.
    pub end: usize,
    /// Whether the last whole record is an end.
    pub is_complete: bool,
}

/// Goes through a file, whose first bytes were checked, from its beginning.
pub(super) fn walk(bytes: &[u8]) -> Walk {
    let mut walk = Walk { stamps: Vec::new(), rows: Vec::new(), end: MAGIC.len(), is_complete: false };
    while let Some(record) = Record::at(bytes, walk.end) {
        if let Some(entry) = Entry::of(record) {
            walk.stamps.push(entry.stamp);
            if entry.answers() {
                walk.rows.push((entry.fingerprint.hash, walk.end as u64));
            }
        }
        walk.end = record.end;
        walk.is_complete = record.kind == Kind::End;
    }
    walk
}

/// Refuses what does not begin like a database.
pub(super) fn check_magic(bytes: &[u8]) -> Result<(), Error> {
    let refuse =
        |reason: &str| Err(Error::new(ErrorKind::Argument, format!("not a database of seek indexes: {reason}")));
    match bytes.first_chunk::<8>() {
        Some(&MAGIC) => Ok(()),
        Some(magic) if magic[..7] == MAGIC[..7] => refuse("its format is of another version"),
        _ => refuse("it does not begin like one"),
    }
}

/// Where the entries are.
enum Table {
    /// In the file: rows in the order of their hashes.
    Stored(Range<usize>),
    /// Here, in the same order.
    Collected(Vec<Row>),
}

/// The seek indexes of a data set.
pub struct Database {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    table: Table,
}

impl Database {
    /// Looks into a database: a mapped file, or bytes.
    pub fn open(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        check_magic(bytes.as_ref())?;
        let table = stored_table(bytes.as_ref()).map_or_else(
            || {
                let mut rows = walk(bytes.as_ref()).rows;
                rows.sort_unstable();
                Table::Collected(rows)
            },
            Table::Stored,
        );
        Ok(Self { bytes: Box::new(bytes), table })
    }

    fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }

    /// Files that it says something of.
    pub fn len(&self) -> usize {
        match &self.table {
            Table::Stored(range) => range.len() / ROW,
            Table::Collected(rows) => rows.len(),
        }
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn row(&self, number: usize) -> Row {
        match &self.table {
            Table::Collected(rows) => rows[number],
            Table::Stored(range) => {
                let rows = self.bytes()[range.clone()].as_chunks::<8>().0;
                (u64::from_le_bytes(rows[2 * number]), u64::from_le_bytes(rows[2 * number + 1]))
            }
        }
    }

    /// What it says of a file: nothing also where an entry is damaged.
    pub fn find(&self, fingerprint: Fingerprint) -> Option<Answer> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.row(middle).0 < fingerprint.hash {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low..self.len()).map(|number| self.row(number)).take_while(|row| row.0 == fingerprint.hash).find_map(|row| {
            let entry = self.entry(row.1)?;
            entry.answer().filter(|_| entry.fingerprint == fingerprint)
        })
    }

    fn entry(&self, place: u64) -> Option<Entry<'_>> {
        Entry::at(self.bytes(), place)
    }

    /// Everything that it says; `None` for each entry that is damaged.
    pub fn answers(&self) -> impl Iterator<Item = Option<Answer>> + '_ {
        (0..self.len()).map(|number| self.entry(self.row(number).1)?.answer())
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Database").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Where the rows of the table are that the end of a file names.
fn stored_table(bytes: &[u8]) -> Option<Range<usize>> {
    let end = Record::at(bytes, bytes.len().checked_sub(END)?).filter(|record| record.kind == Kind::End)?;
    let place = usize::try_from(u64::from_le_bytes(*end.content.first_chunk::<8>()?)).ok()?;
    let table = Record::at(bytes, place).filter(|record| record.kind == Kind::Table)?;
    let begin = place + HEAD;
    table.content.len().is_multiple_of(ROW).then(|| begin..begin + table.content.len())
}
