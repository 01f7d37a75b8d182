//! From bytes to headers and tables: everything of a file except the entropy-coded data.

mod exif;
mod frame;

pub use frame::{Component, Frame, Process, Scan, ScanComponent};

use crate::{
    error::{Error, ErrorKind, Warnings},
    standard::{self, Codes, ZIGZAG},
};

/// Reads the markers of a file one after the other and keeps what they said.
#[derive(Clone, Debug)]
pub struct Parser<'b> {
    bytes: &'b [u8],
    /// The next byte to be read.
    pub position: usize,
    /// Whether the end of the file stands for an end of image, again and again, instead of being an error.
    pub tolerant: bool,
    /// Markers that were read.
    markers: usize,
    /// Markers that may be read.
    pub max_markers: usize,
    /// What the frame header said.
    pub frame: Option<Frame>,
    /// Quantisation tables, row by row.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// Huffman tables for differences of DC coefficients.
    pub dc: [Option<Codes<'b>>; 4],
    /// Huffman tables for AC coefficients.
    pub ac: [Option<Codes<'b>>; 4],
    /// MCUs between restart markers, 0 for none.
    pub restart_interval: usize,
    /// Whether there was a JFIF header.
    pub jfif: bool,
    /// The colour transform of Adobe's marker.
    pub adobe: Option<u8>,
    /// EXIF's orientation, 1 to 8.
    pub orientation: u8,
    /// What was wrong so far.
    pub warnings: Warnings,
}

/// What a parser stopped at.
#[derive(Clone, Debug)]
pub enum Event {
    /// Entropy-coded data follow at the parser's position.
    Scan(Scan),
    /// The end of the image.
    End,
}

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
/// Begins Huffman tables.
pub const DHT: u8 = 0xC4;
/// Begins a scan.
pub const SOS: u8 = 0xDA;

impl<'b> Parser<'b> {
    /// Begins at the start of a file.
    pub fn new(bytes: &'b [u8], max_markers: usize) -> Result<Self, Error> {
        match bytes {
            [0xFF, SOI, ..] => {}
            [] => return Err(Error::new(ErrorKind::NotJpeg, "there are no bytes")),
            [0xFF] => return Err(Error::truncated(1, None, "there is one byte only")),
            [first, ..] => {
                let second = bytes.get(1).copied().unwrap_or_default();
                return Err(Error::new(
                    ErrorKind::NotJpeg,
                    format!("it begins with {first:02X} {second:02X}, not with FF D8"),
                ));
            }
        }
        Ok(Self {
            bytes,
            position: 2,
            tolerant: false,
            markers: 0,
            max_markers,
            frame: None,
            quantisation: [None; 4],
            dc: [None; 4],
            ac: [None; 4],
            restart_interval: 0,
            jfif: false,
            adobe: None,
            orientation: 1,
            warnings: Warnings::default(),
        })
    }

    /// The file.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Reads on to the next scan or the end of the image.
    pub fn next_event(&mut self) -> Result<Event, Error> {
        loop {
            let marker = self.next_marker()?;
            let offset = self.position - 2;
            self.markers += 1;
            if self.markers > self.max_markers {
                let reason = format!("more than {0} markers; limits.markers is {0}", self.max_markers);
                return Err(Error::at(ErrorKind::Limit, offset, marker, reason));
            }
            match marker {
                SOI => return Err(Error::damaged(offset, marker, "a second start of image")),
                EOI => return Ok(Event::End),
                0xC0..=0xC2 => self.frame_header(marker, offset)?,
                DHT => self.huffman_tables(offset)?,
                SOS => return self.scan_header(offset).map(Event::Scan),
                0xDB => self.quantisation_tables(offset)?,
                0xDD => self.restart_interval(offset)?,
                0xC3 | 0xC5..=0xCB | 0xCD..=0xCF => {
                    let process = frame::unsupported_process(marker);
                    return Err(Error::at(ErrorKind::Unsupported, offset, marker, process));
                }
                0xE0..=0xEF => self.application(marker, offset)?,
                // Comments, conditions of arithmetic coding, and the number of lines, which was looked for when needed.
                0xCC | 0xDC | 0xFE => {
                    self.segment(marker, offset)?;
                }
                // Restarts and TEM stand alone.
                0x01 | 0xD0..=0xD7 => {}
                0xDE | 0xDF => {
                    return Err(Error::at(ErrorKind::Unsupported, offset, marker, "hierarchical coding"));
                }
                _ => return Err(Error::damaged(offset, marker, "an unknown marker")),
            }
        }
    }

    fn byte(&mut self, marker: Option<u8>) -> Result<u8, Error> {
        let byte = match self.bytes.get(self.position) {
            Some(&byte) => byte,
            None if self.tolerant => {
                if self.position == self.bytes.len() {
                    self.warnings.add(self.position, "the file ends before the image does");
                }
                // As if the file went on with ends of the image.
                if (self.position - self.bytes.len()).is_multiple_of(2) { 0xFF } else { EOI }
            }
            None => return Err(Error::truncated(self.bytes.len(), marker, "it ends before the image does")),
        };
        self.position += 1;
        Ok(byte)
    }

    fn word(&mut self, marker: u8) -> Result<usize, Error> {
        Ok(usize::from(self.byte(Some(marker))?) << 8 | usize::from(self.byte(Some(marker))?))
    }

    /// The next marker, whatever stands before it.
    fn next_marker(&mut self) -> Result<u8, Error> {
        let begin = self.position;
        let mut padding = 0;
        loop {
            while self.byte(None)? != 0xFF {}
            let mut marker = self.byte(None)?;
            while marker == 0xFF {
                padding += 1;
                marker = self.byte(None)?;
            }
            if marker != 0 {
                if self.position - begin != 2 + padding {
                    self.warnings.add(begin, "bytes that belong to nothing before a marker");
                }
                return Ok(marker);
            }
        }
    }

    /// The content of a marker's segment, as far as the file goes.
    fn segment(&mut self, marker: u8, offset: usize) -> Result<&'b [u8], Error> {
        let length = self.word(marker)?.saturating_sub(2);
        let bytes = self.bytes;
        let begin = self.position.min(bytes.len());
        let end = self.position + length;
        if end > bytes.len() && !self.tolerant {
            return Err(Error::truncated(
                offset,
                Some(marker),
                format!("a segment of {length} bytes goes beyond its end"),
            ));
        }
        self.position = end;
        Ok(&bytes[begin..end.min(bytes.len())])
    }

    /// The content of a marker's segment, which must be there as a whole.
    fn whole_segment(&mut self, marker: u8, offset: usize) -> Result<&'b [u8], Error> {
        let before = self.position;
        let content = self.segment(marker, offset)?;
        if before + 2 + content.len() != self.position {
            return Err(Error::truncated(offset, Some(marker), "a segment goes beyond its end"));
        }
        Ok(content)
    }

    fn frame_header(&mut self, marker: u8, offset: usize) -> Result<(), Error> {
        if self.frame.is_some() {
            return Err(Error::damaged(offset, marker, "a second frame header"));
        }
        let content = self.whole_segment(marker, offset)?;
        let mut frame = Frame::parse(marker, offset, content)?;
        if frame.height == 0 {
            frame.height = self.number_of_lines().ok_or_else(|| {
                Error::damaged(offset, marker, "the height is 0 and no marker DNL tells it after the first scan")
            })?;
        }
        frame.finish(offset, marker)?;
        self.frame = Some(frame);
        Ok(())
    }

    /// The height that follows the first scan when the frame header does not know it.
    fn number_of_lines(&self) -> Option<usize> {
        let rest = self.bytes.get(self.position..)?;
        rest.windows(6).find_map(|window| match *window {
            [0xFF, 0xDC, 0, 4, high, low] => Some(usize::from(high) << 8 | usize::from(low)),
            _ => None,
        })
    }

    fn huffman_tables(&mut self, offset: usize) -> Result<(), Error> {
        let mut rest = self.whole_segment(DHT, offset)?;
        while let Some((&[class, ref counts @ ..], after)) = rest.split_first_chunk::<17>() {
            let counts: [u8; 16] = *counts;
            let count = counts.iter().map(|&count| usize::from(count)).sum::<usize>();
            if count > 256 || count > after.len() {
                return Err(Error::damaged(offset, DHT, format!("a Huffman table with {count} codes")));
            }
            let (symbols, after) = after.split_at(count);
            let tables = if class & 0x10 == 0 { &mut self.dc } else { &mut self.ac };
            let Some(table) = tables.get_mut(usize::from(class & !0x10)) else {
                return Err(Error::damaged(offset, DHT, format!("a Huffman table for place {class:#04x}")));
            };
            *table = Some(Codes { counts, symbols });
            rest = after;
        }
        if !rest.is_empty() {
            return Err(Error::damaged(offset, DHT, "the segment's length does not fit its tables"));
        }
        Ok(())
    }

    fn quantisation_tables(&mut self, offset: usize) -> Result<(), Error> {
        const DQT: u8 = 0xDB;
        let mut rest = self.whole_segment(DQT, offset)?;
        while let Some((&head, after)) = rest.split_first() {
            let wide = head >> 4 != 0;
            let length = if wide { 128 } else { 64 };
            let Some((values, after)) = after.split_at_checked(length) else {
                return Err(Error::damaged(offset, DQT, "the segment's length does not fit its tables"));
            };
            let Some(table) = self.quantisation.get_mut(usize::from(head & 15)) else {
                return Err(Error::damaged(offset, DQT, format!("a quantisation table for place {}", head & 15)));
            };
            let mut natural = [0; 64];
            for (k, &place) in ZIGZAG[..64].iter().enumerate() {
                natural[usize::from(place)] =
                    if wide { u16::from_be_bytes([values[2 * k], values[2 * k + 1]]) } else { u16::from(values[k]) };
            }
            *table = Some(natural);
            rest = after;
        }
        Ok(())
    }

    fn restart_interval(&mut self, offset: usize) -> Result<(), Error> {
        const DRI: u8 = 0xDD;
        match self.whole_segment(DRI, offset)? {
            &[high, low] => self.restart_interval = usize::from(high) << 8 | usize::from(low),
            content => {
                return Err(Error::damaged(offset, DRI, format!("a segment of {} bytes, not 2", content.len())));
            }
        }
        Ok(())
    }

    fn application(&mut self, marker: u8, offset: usize) -> Result<(), Error> {
        let content = self.segment(marker, offset)?;
        match marker {
            0xE0 if content.len() >= 14 && content.starts_with(b"JFIF\0") => self.jfif = true,
            0xE1 => {
                if let Some(orientation) = exif::orientation(content) {
                    self.orientation = orientation;
                }
            }
            0xEE if content.len() >= 12 && content.starts_with(b"Adobe") => self.adobe = Some(content[11]),
            _ => {}
        }
        Ok(())
    }

    fn scan_header(&mut self, offset: usize) -> Result<Scan, Error> {
        let Some(frame) = self.frame.clone() else {
            return Err(Error::damaged(offset, SOS, "a scan before the frame header"));
        };
        let content = self.whole_segment(SOS, offset)?;
        let scan = Scan::parse(&frame, offset, content)?;
        // Files of single pictures of a film leave out the tables of annex K.
        for (table, codes) in self.dc.iter_mut().zip([standard::LUMA_DC, standard::CHROMA_DC]) {
            table.get_or_insert(codes);
        }
        for (table, codes) in self.ac.iter_mut().zip([standard::LUMA_AC, standard::CHROMA_AC]) {
            table.get_or_insert(codes);
        }
        Ok(scan)
    }
}
