//! Walks through the segments of a scan: where bits come from, when restart markers are due, and what to do when they are
//! missing.

use super::{
    bits::{BitPosition, Bits},
    source::Source,
};
use crate::error::{Error, Warnings};
use fearless_simd::Level;

/// The first restart marker.
pub const RST0: u8 = 0xD0;

/// A scan's data with the state that restarts reset.
#[derive(Clone, Debug)]
pub struct Segments<'b> {
    source: Source<'b>,
    place: BitPosition,
    /// MCUs between restarts, 0 for none.
    interval: usize,
    /// MCUs to the next restart.
    to_go: usize,
    /// The number of the next restart marker.
    next: u8,
    /// Whether the segment ended before its MCUs did: the rest of them is left as it was.
    exhausted: bool,
    /// Whether the end of the file is an error.
    strict: bool,
}

impl<'b> Segments<'b> {
    /// Begins a scan at a byte of the file.
    pub fn new(bytes: &'b [u8], position: usize, interval: usize, strict: bool, buffer: Vec<u8>, level: Level) -> Self {
        Self {
            source: Source::new(bytes, position, buffer, level),
            place: BitPosition(0),
            interval,
            to_go: interval,
            next: 0,
            exhausted: false,
            strict,
        }
    }

    /// As if so many MCUs, at least one, had been read before; the next bit is one of the first byte.
    pub fn resumed(mut self, bit: usize, mcus: usize) -> Self {
        self.place = BitPosition(bit);
        // At the beginning of an interval its restart marker is still to come.
        if let Some(restarts) = (mcus - 1).checked_div(self.interval) {
            self.next = (restarts & 7) as u8;
            self.to_go = self.interval - 1 - (mcus - 1) % self.interval;
        }
        self
    }

    /// From now on, [`file_place`](Self::file_place) knows.
    pub fn track(&mut self) {
        self.source.track();
    }

    /// The byte of the file that holds the next bit, and how many bits came before that in the segment.
    pub fn file_place(&mut self) -> Option<(usize, usize)> {
        Some((self.source.raw_byte(self.place)?, self.bits_before()))
    }

    /// Bits that were read or passed over since the segment, or this reader of it, began.
    pub fn bits_before(&self) -> usize {
        self.source.bits_before(self.place)
    }

    /// Passes over bits of a segment that goes on behind them.
    pub fn pass_over(&mut self, bits: usize) {
        self.place = self.source.skip(self.place, bits);
    }

    /// Gives the buffer back.
    pub fn into_buffer(self) -> Vec<u8> {
        self.source.into_buffer()
    }

    /// Whether there are restart markers.
    pub fn has_restarts(&self) -> bool {
        self.interval > 0
    }

    /// How many of the next MCUs come before a restart, up to `wanted`; a restart that is due is carried out, and then
    /// `true` is answered: predictions begin anew.
    pub fn run(&mut self, wanted: usize, warnings: &mut Warnings) -> (usize, bool) {
        if self.interval == 0 {
            return (wanted, false);
        }
        let restarted = self.to_go == 0;
        if restarted {
            self.restart(warnings);
            self.to_go = self.interval;
        }
        let run = wanted.min(self.to_go);
        self.to_go -= run;
        (run, restarted)
    }

    /// Whether MCUs are to be left as they are since there are no data for them.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// Whether no MCU of the scan will have data any more.
    pub fn is_over(&self) -> bool {
        self.exhausted && (self.interval == 0 || self.source.is_at_last_marker())
    }

    /// The bits from the current place on.
    #[inline(always)]
    pub fn bits(&self) -> Bits<'_> {
        Bits::at(self.source.data(), self.place)
    }

    /// Whether a whole MCU can be read at a place.
    #[inline(always)]
    pub fn has_enough(&self, place: BitPosition) -> bool {
        self.source.has_enough(place)
    }

    /// Whether more was read than there is.
    #[inline(always)]
    pub fn is_beyond(&self, place: BitPosition) -> bool {
        self.source.is_beyond(place)
    }

    /// Remembers the place that was reached, and gets more bytes if an MCU may need them, or finds that there are none.
    pub fn go_on(&mut self, place: BitPosition, warnings: &mut Warnings) -> Result<(), Error> {
        self.place = place;
        if self.is_beyond(place) {
            self.exhaust(warnings)?;
        } else {
            self.move_to(place);
        }
        Ok(())
    }

    /// Remembers the place that was reached, and gets more bytes if an MCU may need them and there are any.
    pub fn move_to(&mut self, place: BitPosition) {
        self.place = place;
        if !self.has_enough(place) {
            self.place = self.source.advance(place);
        }
    }

    /// More was read than there is: the rest of the segment is missing.
    fn exhaust(&mut self, warnings: &mut Warnings) -> Result<(), Error> {
        let offset = self.source.file_offset(self.place);
        if self.source.is_end_of_file() && self.strict {
            return Err(Error::truncated(offset, None, "it ends inside of the entropy-coded data"));
        }
        warnings.add(offset, "entropy-coded data end too early");
        self.exhausted = true;
        Ok(())
    }

    /// Reads on to the marker behind the scan; answers where it stands, and the buffer.
    pub fn finish(mut self) -> (usize, Vec<u8>) {
        let (_, behind) = self.source.finish();
        (if self.source.is_end_of_file() { behind } else { behind - 2 }, self.source.into_buffer())
    }

    /// Goes on behind the restart marker that is due, as libjpeg does: a marker with one of the next two numbers means that
    /// this one was lost, and is left for its own turn; one of the two before is passed over.
    fn restart(&mut self, warnings: &mut Warnings) {
        let due = self.next;
        self.next = (due + 1) & 7;
        let (mut marker, _) = self.source.finish();
        self.place = BitPosition(0);
        if marker != RST0 + due {
            let offset = self.source.file_offset(self.place);
            warnings.add(offset, "a restart marker is missing or out of order");
            loop {
                let ahead = marker.wrapping_sub(RST0).wrapping_sub(due) & 7;
                if marker < 0xC0 || (RST0..RST0 + 8).contains(&marker) && matches!(ahead, 6 | 7) {
                    marker = self.source.next_marker();
                } else if !(RST0..RST0 + 8).contains(&marker) || matches!(ahead, 1 | 2) {
                    self.source.empty();
                    return;
                } else {
                    break;
                }
            }
        }
        self.source.next_segment();
        self.exhausted = false;
    }
}
