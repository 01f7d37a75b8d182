//! Why bytes could not be decoded, and where.

use std::fmt;

/// What kind of trouble there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes do not begin like a JPEG file.
    NotJpeg,
    /// The file ends too early.
    Truncated,
    /// Something in the file contradicts the standard or itself.
    Damaged,
    /// A JPEG process that this crate does not decode.
    Unsupported,
    /// The file asks for more than the limits allow.
    Limit,
    /// The caller asked for something that cannot be.
    Argument,
}

/// Why bytes could not be decoded, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: Option<usize>,
    marker: Option<u8>,
    reason: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, offset: None, marker: None, reason: reason.into() }
    }

    pub(crate) fn damaged(offset: usize, marker: u8, reason: impl Into<String>) -> Self {
        Self::at(ErrorKind::Damaged, offset, marker, reason)
    }

    pub(crate) fn at(kind: ErrorKind, offset: usize, marker: u8, reason: impl Into<String>) -> Self {
        Self { kind, offset: Some(offset), marker: Some(marker), reason: reason.into() }
    }

    pub(crate) fn truncated(offset: usize, marker: Option<u8>, reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Truncated, offset: Some(offset), marker, reason: reason.into() }
    }

    /// What kind of trouble there was.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The byte of the file at which it was found.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// The marker whose segment it was found in: the byte after `FF`.
    pub fn marker(&self) -> Option<u8> {
        self.marker
    }

    /// The reason in words.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::NotJpeg => "not a JPEG file: ",
            ErrorKind::Truncated => "the file is truncated: ",
            ErrorKind::Damaged => "the file is damaged: ",
            ErrorKind::Unsupported => "not supported: ",
            ErrorKind::Limit => "beyond the limit: ",
            ErrorKind::Argument => "",
        })?;
        f.write_str(&self.reason)?;
        match (self.marker, self.offset) {
            (Some(marker), Some(offset)) => write!(f, " ({}, byte {offset})", MarkerName(marker)),
            (None, Some(offset)) => write!(f, " (byte {offset})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A marker as the standard names it.
pub(crate) struct MarkerName(pub u8);

impl fmt::Display for MarkerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0xC4 => f.write_str("DHT"),
            0xC8 => f.write_str("JPG"),
            0xCC => f.write_str("DAC"),
            0xC0..=0xCF => write!(f, "SOF{}", self.0 - 0xC0),
            0xD0..=0xD7 => write!(f, "RST{}", self.0 - 0xD0),
            0xD8 => f.write_str("SOI"),
            0xD9 => f.write_str("EOI"),
            0xDA => f.write_str("SOS"),
            0xDB => f.write_str("DQT"),
            0xDC => f.write_str("DNL"),
            0xDD => f.write_str("DRI"),
            0xDE => f.write_str("DHP"),
            0xDF => f.write_str("EXP"),
            0xE0..=0xEF => write!(f, "APP{}", self.0 - 0xE0),
            0xFE => f.write_str("COM"),
            marker => write!(f, "marker FF{marker:02X}"),
        }
    }
}

/// Something wrong that did not keep the file from being decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The byte of the file at which it was found.
    pub offset: usize,
    /// What it was.
    pub reason: &'static str,
}

/// Warnings of one file: the first few, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// The first ones.
    pub first: Vec<Warning>,
    /// How many there were altogether.
    pub count: usize,
}

impl Warnings {
    /// Warnings that are kept.
    const KEPT: usize = 32;

    pub(crate) fn add(&mut self, offset: usize, reason: &'static str) {
        self.count += 1;
        if self.first.len() < Self::KEPT {
            self.first.push(Warning { offset, reason });
        }
    }
}
