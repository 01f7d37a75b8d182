//! Sequential scans that several threads read at a time, each a piece, though no piece but the first tells where it begins.
//!
//! A reader that begins anywhere reads nonsense at first, but soon its codes, blocks and MCUs begin where those of the file
//! do, and then it stays with them. So each piece is read from a byte on as if an MCU began there, and notes where its first
//! MCUs begin; the one before reads a little further and notes the same. From the first MCU that begins at the same bit in
//! both, the piece is right: which MCU of the picture that is, and how far predictions are off, the one before knows. Where
//! they never meet, and where anything is out of the ordinary, there is no result, and the file is read from its beginning.

use super::{Job, Workspace, huffman_table, multipliers};
use crate::{
    entropy::{
        block::{self, Block},
        cache, markers,
        segments::Segments,
        tables::{AcTable, DcTable},
    },
    error::Error,
    parse::{Event, Frame, Parser, Scan},
    picture::Layout,
    transform::{self, Multipliers},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes in which a piece and the one before it have to meet: many times what it takes as a rule.
const OVERLAP: usize = 8 * 1024;

/// Bytes that are worth a piece of their own.
const PIECE: usize = 8 * OVERLAP;

/// MCUs that are transformed at a time.
const GROUP: usize = 8;

/// What is kept of a component's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    Nothing,
    /// Their means.
    First,
    All,
}

/// A component's part in a scan.
#[derive(Debug)]
struct Part {
    component: usize,
    /// Which of the scan's it is.
    number: usize,
    dc: Arc<DcTable>,
    ac: Arc<AcTable>,
    multipliers: Multipliers,
    /// Blocks of an MCU of the scan, across and down.
    blocks: (usize, usize),
    kept: Kept,
    /// Which of the blocks that are kept of an MCU is its first.
    first: usize,
}

/// A scan.
#[derive(Debug)]
struct ScanLayout {
    parts: Vec<Part>,
    /// MCUs, across and down.
    mcus: (usize, usize),
    /// Blocks that are kept of an MCU.
    kept: usize,
    /// Its pieces among all.
    pieces: std::ops::Range<usize>,
}

/// The place where an MCU begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// Bits of the piece that come before it.
    bits: usize,
    /// MCUs of the piece that come before it.
    mcu: usize,
    predictors: [i32; 4],
}

/// What was read of a piece, in memory that is used again.
#[derive(Debug, Default)]
pub struct Memory {
    /// Coefficients in the order in which they are coded, of each block up to its last and as many zeros as make eights.
    values: Vec<i16>,
    /// Positions of blocks' last coefficients.
    lasts: Vec<u8>,
    /// Where each block's begin, and where the last one's end.
    begins: Vec<u32>,
    /// Values that may not be zero.
    used: usize,
    /// MCUs.
    mcus: usize,
    /// Where the first MCUs begin.
    head: Vec<Start>,
    /// Where those begin that belong to the next piece as well.
    tail: Vec<Start>,
    /// Bits from the beginning of the piece to that of the next.
    length: usize,
}

impl Memory {
    fn clear(&mut self) {
        self.values[..self.used].fill(0);
        (self.used, self.mcus) = (0, 0);
        self.begins.clear();
        self.lasts.clear();
        self.head.clear();
        self.tail.clear();
    }

    /// Makes room for so many values.
    fn reserve(&mut self, length: usize) {
        if self.used == 0 && self.values.capacity() < length {
            // Memory that comes fresh from the system is zero without being written.
            self.values = vec![0; length];
        } else if self.values.len() < length {
            self.values.resize(length, 0);
        }
    }
}

/// Some bytes of a scan.
#[derive(Debug)]
struct Piece {
    scan: usize,
    begin: usize,
    end: usize,
    memory: Mutex<Memory>,
}

/// A file's scans in pieces, each of which any thread may read.
#[derive(Debug)]
pub struct Pieces<'b> {
    bytes: &'b [u8],
    level: Level,
    scans: Vec<ScanLayout>,
    pieces: Vec<Piece>,
    /// Where the last scan's data end.
    pub(super) behind: usize,
}

/// Divides the scans of a file into pieces, so many of each long one; `None` where a piece could not be told from another
/// or where there is anything to complain about.
pub(super) fn divide<'b>(
    mut parser: Parser<'b>,
    frame: &Frame,
    first: &Scan,
    picture: &Layout,
    (count, level): (usize, Level),
    workspace: &mut Workspace,
) -> Option<Pieces<'b>> {
    let mut pieces = Pieces { bytes: parser.bytes(), level, scans: Vec::new(), pieces: Vec::new(), behind: 0 };
    let mut scan = first.clone();
    let mut seen = 0;
    loop {
        if parser.restart_interval > 0 {
            return None;
        }
        let layout = scan_layout(&parser, frame, &scan, picture).ok()?;
        let known = |part: &Part| {
            pieces.scans.iter().flat_map(|scan| &scan.parts).any(|other| other.component == part.component)
        };
        let tables = |part: &Part| (Arc::as_ptr(&part.dc), Arc::as_ptr(&part.ac));
        // With one table for all, blocks of one component look like those of another.
        let alike = layout.parts.len() > 1 && layout.parts.iter().all(|part| tables(part) == tables(&layout.parts[0]));
        if alike || layout.parts.iter().any(known) {
            return None;
        }
        seen += layout.parts.len();
        let begin = parser.position;
        parser.position = dispatch!(level, simd => markers::find(simd, pieces.bytes, begin)).end;
        pieces.add(layout, begin..parser.position, count, workspace);
        if seen == frame.components.len() {
            break;
        }
        match parser.next_event() {
            Ok(Event::Scan(next)) => scan = next,
            _ => return None,
        }
    }
    pieces.behind = parser.position;
    // Behind the only scan there is less that matters.
    let ends = first.components.len() == seen || matches!(parser.next_event(), Ok(Event::End));
    ends.then_some(pieces)
}

fn scan_layout(parser: &Parser<'_>, frame: &Frame, scan: &Scan, picture: &Layout) -> Result<ScanLayout, Error> {
    let alone = scan.components.len() == 1;
    let mut parts = Vec::with_capacity(scan.components.len());
    let mut kept = 0;
    for part in &scan.components {
        let component = frame.components[part.component];
        let plane = &picture.planes[part.component];
        let blocks = if alone { (1, 1) } else { (component.horizontal, component.vertical) };
        let part = Part {
            component: part.component,
            number: parts.len(),
            dc: huffman_table(&parser.dc, part.dc, scan.offset, cache::dc)?,
            ac: huffman_table(&parser.ac, part.ac, scan.offset, cache::ac)?,
            multipliers: multipliers(parser, &component, scan.offset)?,
            blocks,
            kept: match plane.size {
                _ if !plane.needed => Kept::Nothing,
                1 => Kept::First,
                _ => Kept::All,
            },
            first: kept,
        };
        kept += if part.kept == Kept::Nothing { 0 } else { blocks.0 * blocks.1 };
        parts.push(part);
    }
    let mcus = if alone {
        let component = frame.components[scan.components[0].component];
        (component.blocks_wide, component.blocks_high)
    } else {
        (frame.mcus_wide(), frame.mcu_rows())
    };
    Ok(ScanLayout { parts, mcus, kept, pieces: 0..0 })
}

impl Pieces<'_> {
    fn add(&mut self, mut scan: ScanLayout, bytes: std::ops::Range<usize>, count: usize, workspace: &mut Workspace) {
        let count = count.min(bytes.len() / PIECE).max(1);
        let first = self.pieces.len();
        let mut begin = bytes.start;
        for number in 1..=count {
            let mut end = bytes.start + bytes.len() * number / count;
            // No piece begins with a byte that belongs to an FF.
            while number < count && self.bytes[end - 1] == 0xFF {
                end += 1;
            }
            let memory = Mutex::new(workspace.pieces.pop().unwrap_or_default());
            self.pieces.push(Piece { scan: self.scans.len(), begin, end, memory });
            begin = end;
        }
        scan.pieces = first..self.pieces.len();
        self.scans.push(scan);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.pieces.len()
    }

    /// Scans of the file.
    pub(super) fn scans(&self) -> usize {
        self.scans.len()
    }

    /// Bytes of memory that they take at most.
    pub(super) fn memory(&self) -> u64 {
        let scans = self.scans.iter();
        // Each piece may be read to an MCU that is beyond the last.
        let blocks = scans.map(|scan| scan.pieces.len() as u64 * (scan.mcus.0 * scan.mcus.1 * scan.kept) as u64);
        blocks.sum::<u64>() * (size_of::<Block>() + size_of::<u32>()) as u64
    }

    /// Reads one of them. Each is to be read once; it does not matter by whom, or in which order.
    pub fn read(&self, number: usize, workspace: &mut Workspace) {
        let piece = &self.pieces[number];
        let scan = &self.scans[piece.scan];
        let mut memory = piece.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.clear();
        // What takes 8 bits in the file takes 4 values as a rule.
        memory.reserve(4 * (piece.end - piece.begin));
        let buffer = std::mem::take(&mut workspace.bytes);
        let mut reader = Reader {
            segments: Segments::new(self.bytes, piece.begin, 0, false, buffer, self.level),
            scan,
            predictors: [0; 4],
        };
        let level = self.level;
        let (mut head, mut tail) = (std::mem::take(&mut memory.head), std::mem::take(&mut memory.tail));
        if number > scan.pieces.start {
            dispatch!(level, simd => reader.mcus(simd, 8 * OVERLAP, &mut memory, Some(&mut head)));
        }
        if number + 1 < scan.pieces.end {
            let own = &self.bytes[..piece.end];
            let found = dispatch!(level, simd => markers::find(simd, own, piece.begin));
            memory.length = 8 * (piece.end - piece.begin - found.stuffing);
            let length = memory.length;
            dispatch!(level, simd => reader.mcus(simd, length, &mut memory, None));
            dispatch!(level, simd => reader.mcus(simd, length + 8 * OVERLAP, &mut memory, Some(&mut tail)));
        } else {
            dispatch!(level, simd => reader.mcus(simd, usize::MAX, &mut memory, None));
        }
        (memory.head, memory.tail) = (head, tail);
        let used = memory.used as u32;
        memory.begins.push(used);
        // Of an MCU that was begun and not finished, values are left behind the last.
        memory.used = (memory.used + scan.kept * size_of::<Block>() / size_of::<i16>()).min(memory.values.len());
        workspace.bytes = reader.segments.into_buffer();
    }

    /// Puts together what was read; or gives the pieces back, if they do not fit together.
    pub(super) fn joined(self) -> Result<Joined, Self> {
        let Some(runs) = self.runs() else { return Err(self) };
        let memories =
            self.pieces.into_iter().map(|piece| piece.memory.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(Joined { scans: self.scans, memories: memories.collect(), runs })
    }

    /// Gives the memory back.
    pub fn release(self, workspace: &mut Workspace) {
        let memories =
            self.pieces.into_iter().map(|piece| piece.memory.into_inner().unwrap_or_else(PoisonError::into_inner));
        workspace.pieces.extend(memories);
    }

    /// Which MCUs of the picture each piece holds.
    fn runs(&self) -> Option<Vec<Run>> {
        let mut runs: Vec<Run> = Vec::with_capacity(self.pieces.len());
        for scan in &self.scans {
            let all = scan.mcus.0 * scan.mcus.1;
            let mut run = Run { first: 0, shift: 0, differences: [0; 4] };
            for number in scan.pieces.clone() {
                runs.push(run);
                let memory = self.pieces[number].memory.lock().unwrap_or_else(PoisonError::into_inner);
                if number + 1 == scan.pieces.end {
                    if memory.mcus.wrapping_add(run.shift) < all {
                        return None;
                    }
                    break;
                }
                let next = self.pieces[number + 1].memory.lock().unwrap_or_else(PoisonError::into_inner);
                let (own, other) = meet(&memory.tail, memory.length, &next.head)?;
                let first = own.mcu.wrapping_add(run.shift);
                if first >= all {
                    return None;
                }
                run = Run {
                    first,
                    shift: first.wrapping_sub(other.mcu),
                    differences: std::array::from_fn(|part| {
                        run.differences[part].wrapping_add(own.predictors[part]).wrapping_sub(other.predictors[part])
                    }),
                };
            }
        }
        Some(runs)
    }
}

/// The first MCU that begins at the same bit for both.
fn meet(tail: &[Start], length: usize, head: &[Start]) -> Option<(Start, Start)> {
    let mut others = head.iter().peekable();
    for own in tail {
        let bits = own.bits - length;
        while others.next_if(|other| other.bits < bits).is_some() {}
        match others.peek() {
            Some(other) if other.bits == bits => return Some((*own, **other)),
            Some(_) => {}
            None => return None,
        }
    }
    None
}

struct Reader<'p> {
    segments: Segments<'p>,
    scan: &'p ScanLayout,
    predictors: [i32; 4],
}

impl Reader<'_> {
    /// Reads MCUs as long as they begin before a bit of the piece and there are data for them; notes where they begin.
    #[simd]
    fn mcus<S: Simd>(&mut self, _: S, limit: usize, memory: &mut Memory, mut starts: Option<&mut Vec<Start>>) {
        let ScanLayout { parts, mcus, kept, .. } = self.scan;
        let (most, room) = (mcus.0 * mcus.1, 64 * kept);
        while memory.mcus < most {
            if memory.used + room > memory.values.len() {
                let length = (2 * memory.values.len()).max(memory.used + room);
                memory.reserve(length);
            }
            let mut bits = self.segments.bits();
            let passed = self.segments.bits_before() - bits.place().0;
            while memory.mcus < most
                && self.segments.has_enough(bits.place())
                && memory.used + room <= memory.values.len()
            {
                let begin = passed + bits.place().0;
                if begin >= limit {
                    let place = bits.place();
                    self.segments.move_to(place);
                    return;
                }
                if let Some(starts) = &mut starts {
                    starts.push(Start { bits: begin, mcu: memory.mcus, predictors: self.predictors });
                }
                let mut end = memory.used;
                for (part, predictor) in parts.iter().zip(&mut self.predictors) {
                    let skips = part.ac.skips();
                    for _ in 0..part.blocks.0 * part.blocks.1 {
                        if part.kept != Kept::All {
                            block::skip(&mut bits, &part.dc, &part.ac, skips, predictor);
                            if part.kept == Kept::First {
                                memory.begins.push(end as u32);
                                memory.lasts.push(0);
                                memory.values[end] = *predictor as i16;
                                end += 8;
                            }
                            continue;
                        }
                        memory.begins.push(end as u32);
                        let Some(values) = memory.values[end..].first_chunk_mut() else { return };
                        let last = block::read_coded(&mut bits, &part.dc, &part.ac, predictor, values);
                        memory.lasts.push(last);
                        end += usize::from(last | 7) + 1;
                    }
                }
                if self.segments.is_beyond(bits.place()) {
                    // The data end within this MCU, which is none.
                    memory.begins.truncate(memory.mcus * kept);
                    memory.lasts.truncate(memory.mcus * kept);
                    return;
                }
                memory.used = end;
                memory.mcus += 1;
            }
            let place = bits.place();
            self.segments.move_to(place);
        }
    }
}

/// The MCUs that a piece holds: those from one on.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The first of them in the picture.
    first: usize,
    /// By how much their numbers in the picture are greater than those in the piece.
    shift: usize,
    /// What the first coefficients of each part of the scan lack.
    differences: [i32; 4],
}

/// The coefficients of a picture that was read in pieces, for any number of threads to make pixels of.
#[derive(Debug)]
pub struct Joined {
    scans: Vec<ScanLayout>,
    /// Of all pieces.
    memories: Vec<Memory>,
    /// Of all pieces.
    runs: Vec<Run>,
}

impl Joined {
    /// Gives the memory back.
    pub fn release(self, workspace: &mut Workspace) {
        workspace.pieces.extend(self.memories);
    }

    /// Makes the pixels.
    pub(super) fn write(&self, job: &mut Job<'_, '_>, workspace: &mut Workspace) {
        let layout = job.layout;
        workspace.planes.prepare(layout);
        for row in layout.mcu_rows.clone() {
            for scan in &self.scans {
                for part in scan.parts.iter().filter(|part| part.kept != Kept::Nothing) {
                    let level = job.level;
                    dispatch!(level, simd => self.transform(simd, scan, part, row, layout, workspace));
                }
            }
            job.row_is_done(&mut workspace.planes, row);
        }
    }

    /// Makes samples of a component in a row of MCUs of the picture.
    #[simd]
    fn transform<S: Simd>(
        &self,
        simd: S,
        scan: &ScanLayout,
        part: &Part,
        row: usize,
        layout: &Layout,
        workspace: &mut Workspace,
    ) {
        let plane = &layout.planes[part.component];
        let (across, down) = plane.blocks;
        workspace.blocks.resize(workspace.blocks.len().max(GROUP * across), [0; 64]);
        workspace.lasts.resize(workspace.lasts.len().max(GROUP * across), 0);
        let columns = layout.mcu_columns.clone();
        for y in 0..down {
            for begin in columns.clone().step_by(GROUP) {
                let count = GROUP.min(columns.end - begin) * across;
                let (blocks, lasts) = (&mut workspace.blocks[..count], &mut workspace.lasts[..count]);
                self.gather(scan, part, row * down + y, begin * across, blocks, lasts);
                let (target, stride) = workspace.planes.blocks_mut(layout, part.component, y, begin - columns.start);
                transform::blocks(simd, blocks, lasts, &part.multipliers, plane.size, target, stride);
            }
        }
    }

    /// Copies blocks of a row from a column on. Those that fill the last MCU of a picture, and that a scan of one component
    /// does not hold, are zero.
    #[inline(always)]
    fn gather(
        &self,
        scan: &ScanLayout,
        part: &Part,
        row: usize,
        column: usize,
        blocks: &mut [Block],
        lasts: &mut [u8],
    ) {
        let (across, down) = part.blocks;
        let (mcu_row, first) = (row / down, part.first + row % down * across);
        for mcu in 0..blocks.len() / across {
            let (mcu_column, begin) = (column / across + mcu, mcu * across);
            if mcu_column >= scan.mcus.0 || mcu_row >= scan.mcus.1 {
                blocks[begin..begin + across].fill([0; 64]);
                lasts[begin..begin + across].fill(0);
                continue;
            }
            let mcu = mcu_row * scan.mcus.0 + mcu_column;
            let mut piece = scan.pieces.end - 1;
            while self.runs[piece].first > mcu {
                piece -= 1;
            }
            let (memory, run) = (&self.memories[piece], &self.runs[piece]);
            let difference = run.differences[part.number] as i16;
            let place = mcu.wrapping_sub(run.shift) * scan.kept + first;
            let begins = &memory.begins[place..=place + across];
            let own = &memory.lasts[place..place + across];
            for index in 0..across {
                let block = &mut blocks[begin + index];
                *block = [0; 64];
                block::arrange(&memory.values[begins[index] as usize..begins[index + 1] as usize], block);
                block[0] = block[0].wrapping_add(difference);
                lasts[begin + index] = own[index];
            }
        }
    }
}
