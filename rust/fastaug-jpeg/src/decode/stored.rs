//! Files of several scans: all coefficients are collected before the first pixel is made.

use super::{
    Job, Workspace, huffman_table, multipliers,
    smoothing::{Progress, Surroundings},
};
use crate::{
    entropy::{
        bits::Bits,
        block::{self, Block},
        cache,
        progressive::{self, Band, Filled},
        segments::Segments,
        tables::{AcTable, DcTable, SymbolTable},
    },
    error::{Error, ErrorKind, Warnings},
    parse::{Component, Event, Frame, Parser, Process, SOS, Scan, ScanComponent},
    transform::{self, Multipliers},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::sync::Arc;

/// All coefficients of a picture, for any number of threads to make pixels of.
#[derive(Debug)]
pub struct Coefficients {
    components: Vec<Stored>,
    blocks: Vec<Block>,
    filled: Vec<Filled>,
    /// What is missing, where it is to be guessed.
    guess: Option<Progress>,
}

impl Coefficients {
    /// Gives the memory back.
    pub fn release(self, workspace: &mut Workspace) {
        (workspace.blocks, workspace.filled) = (self.blocks, self.filled);
    }
}

/// How scans are to be read.
pub struct Rules<'r> {
    pub strict: bool,
    pub max_scans: usize,
    pub level: Level,
    pub warnings: &'r mut Warnings,
}

/// All coefficients of a component.
#[derive(Debug)]
struct Stored {
    /// Where its blocks begin in the memory of all.
    begin: usize,
    /// Blocks in a row, those included that fill the last MCU.
    stride: usize,
    /// What its blocks are multiplied by: the table that stood in its place when its first scan began.
    multipliers: Option<Multipliers>,
    /// Whether a sequential scan has filled its blocks.
    filled: bool,
}

/// Rows of blocks that are kept of a component: those that libjpeg keeps, so that guesses find zeros where it does.
fn rows(frame: &Frame, component: &Component) -> usize {
    (frame.mcu_rows() * component.vertical).next_multiple_of(component.rows_at_a_time)
}

/// Memory for all coefficients of a frame.
pub fn memory(frame: &Frame) -> usize {
    let blocks = |component: &Component| frame.mcus_wide() * component.horizontal * rows(frame, component);
    frame.components.iter().map(blocks).sum::<usize>() * (size_of::<Block>() + size_of::<Filled>())
}

/// Reads all scans.
pub fn read(
    parser: &mut Parser<'_>,
    frame: &Frame,
    first: Scan,
    rules: &mut Rules<'_>,
    workspace: &mut Workspace,
) -> Result<Coefficients, Error> {
    let mut begin = 0;
    let mut stored: Vec<Stored> = Vec::with_capacity(frame.components.len());
    for component in &frame.components {
        let stride = frame.mcus_wide() * component.horizontal;
        stored.push(Stored { begin, stride, multipliers: None, filled: false });
        begin += stride * rows(frame, component);
    }
    // Memory that comes fresh from the system is zero without being written.
    if workspace.blocks.capacity() < begin {
        workspace.blocks = vec![[0; 64]; begin];
        workspace.filled = vec![0; begin];
    } else {
        workspace.blocks.clear();
        workspace.blocks.resize(begin, [0; 64]);
        workspace.filled.clear();
        workspace.filled.resize(begin, 0);
    }
    let mut progress = Progress::new(frame.components.len());
    let mut scan = first;
    for number in 1.. {
        if number > rules.max_scans {
            let reason = format!("more than {} scans; limits.scans is {}", rules.max_scans, rules.max_scans);
            return Err(Error::at(ErrorKind::Limit, scan.offset, SOS, reason));
        }
        read_scan(parser, frame, &scan, &mut stored, &mut progress, rules, workspace)?;
        match parser.next_event() {
            Ok(Event::Scan(next)) => scan = next,
            Ok(Event::End) => break,
            // What was read so far makes a picture, if a coarse one.
            Err(error) if !rules.strict && error.kind() == ErrorKind::Truncated => {
                rules.warnings.add(parser.position, "the file ends between its scans");
                break;
            }
            Err(error) => return Err(error),
        }
    }
    let incomplete = frame.process == Process::Progressive
        && progress.is_incomplete(stored.iter().map(|stored| stored.multipliers.as_ref()));
    Ok(Coefficients {
        components: stored,
        blocks: std::mem::take(&mut workspace.blocks),
        filled: std::mem::take(&mut workspace.filled),
        guess: incomplete.then_some(progress),
    })
}

/// What a scan does to a block.
enum Coding {
    Sequential(Vec<(Arc<DcTable>, Arc<AcTable>)>),
    DcFirst(Vec<Arc<DcTable>>),
    DcRefine,
    AcFirst(Arc<SymbolTable>),
    AcRefine(Arc<SymbolTable>),
}

impl Coding {
    fn of(parser: &Parser<'_>, frame: &Frame, scan: &Scan) -> Result<Self, Error> {
        let parts = scan.components.iter();
        let dc = |part: &ScanComponent| huffman_table(&parser.dc, part.dc, scan.offset, cache::dc);
        if frame.process != Process::Progressive {
            let tables = parts.map(|part| Ok((dc(part)?, huffman_table(&parser.ac, part.ac, scan.offset, cache::ac)?)));
            return Ok(Self::Sequential(tables.collect::<Result<_, Error>>()?));
        }
        let Scan { first, last, high, low, .. } = *scan;
        let is_dc = first == 0;
        let fits = if is_dc { last == 0 } else { first <= last && last < 64 && scan.components.len() == 1 };
        if !fits || high != 0 && high != low + 1 || low > 13 {
            let reason = format!("a scan of coefficients {first} to {last}, bits {high} to {low}");
            return Err(Error::damaged(scan.offset, SOS, reason));
        }
        Ok(match (is_dc, high == 0) {
            (true, true) => Self::DcFirst(parts.map(dc).collect::<Result<_, Error>>()?),
            (true, false) => Self::DcRefine,
            (false, first) => {
                let symbols = huffman_table(&parser.ac, scan.components[0].ac, scan.offset, cache::symbols)?;
                if first { Self::AcFirst(symbols) } else { Self::AcRefine(symbols) }
            }
        })
    }
}

/// The blocks of a component in one MCU of a scan.
struct Part {
    begin: usize,
    stride: usize,
    blocks: (usize, usize),
    predictor: i32,
    /// Whether its blocks hold something already, which zeros must not overwrite.
    filled: bool,
}

struct Reader<'b> {
    segments: Segments<'b>,
    coding: Coding,
    parts: Vec<Part>,
    band: Band,
    /// Blocks that end before they begin.
    run: u32,
    offset: usize,
}

fn read_scan(
    parser: &mut Parser<'_>,
    frame: &Frame,
    scan: &Scan,
    stored: &mut [Stored],
    progress: &mut Progress,
    rules: &mut Rules<'_>,
    workspace: &mut Workspace,
) -> Result<(), Error> {
    let coding = Coding::of(parser, frame, scan)?;
    if frame.process == Process::Progressive {
        progress.begin(scan);
    }
    let alone = scan.components.len() == 1;
    let mut parts = Vec::with_capacity(scan.components.len());
    for part in &scan.components {
        let component = frame.components[part.component];
        let stored = &mut stored[part.component];
        if stored.multipliers.is_none() {
            stored.multipliers = Some(multipliers(parser, &component, scan.offset)?);
        }
        let blocks = if alone { (1, 1) } else { (component.horizontal, component.vertical) };
        parts.push(Part { begin: stored.begin, stride: stored.stride, blocks, predictor: 0, filled: stored.filled });
        stored.filled |= matches!(coding, Coding::Sequential(_));
    }
    let (wide, high) = if alone {
        let component = frame.components[scan.components[0].component];
        (component.blocks_wide, component.blocks_high)
    } else {
        (frame.mcus_wide(), frame.mcu_rows())
    };
    let buffer = std::mem::take(&mut workspace.bytes);
    let mut reader = Reader {
        segments: Segments::new(
            parser.bytes(),
            parser.position,
            parser.restart_interval,
            rules.strict,
            buffer,
            rules.level,
        ),
        coding,
        parts,
        band: Band { first: scan.first.min(63) as u8, last: scan.last.min(63) as u8, low: scan.low },
        run: 0,
        offset: scan.offset,
    };
    let level = rules.level;
    let rows_at_a_time = if alone { frame.components[scan.components[0].component].rows_at_a_time } else { 1 };
    'scan: for row in 0..high {
        let mut column = 0;
        while column < wide {
            if reader.segments.is_over() {
                // A file may claim a huge picture, and a hundred scans without data.
                break 'scan;
            }
            let (run, restarted) = reader.segments.run(wide - column, rules.warnings);
            if restarted {
                reader.run = 0;
                for part in &mut reader.parts {
                    part.predictor = 0;
                }
            }
            if !reader.segments.is_exhausted() {
                progress.last_good_row = row / rows_at_a_time;
                dispatch!(level, simd => reader.mcus(simd, row, column..column + run, rules, workspace))?;
            }
            column += run;
        }
    }
    let (position, buffer) = reader.segments.finish();
    workspace.bytes = buffer;
    parser.position = position;
    Ok(())
}

impl Reader<'_> {
    #[simd]
    fn mcus<S: Simd>(
        &mut self,
        _: S,
        row: usize,
        columns: std::ops::Range<usize>,
        rules: &mut Rules<'_>,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let (blocks, filled) = (workspace.blocks.as_mut_slice(), workspace.filled.as_mut_slice());
        let mut column = columns.start;
        while column < columns.end && !self.segments.is_exhausted() {
            let mut bits = self.segments.bits();
            while column < columns.end && self.segments.has_enough(bits.place()) {
                if let (Coding::AcFirst(_), true) = (&self.coding, self.run > 0) {
                    let ended = (self.run as usize).min(columns.end - column);
                    self.run -= ended as u32;
                    column += ended;
                    continue;
                }
                if let (Coding::AcRefine(_), true) = (&self.coding, self.run > 0) {
                    // Blocks without anything to correct: a few bytes may speak of millions of them.
                    let begin = self.parts[0].begin + row * self.parts[0].stride;
                    let ended = filled[begin + column..begin + columns.end].iter().take(self.run as usize);
                    let ended = ended.take_while(|&filled| filled & self.band.positions() == 0).count();
                    self.run -= ended as u32;
                    column += ended;
                    if ended > 0 {
                        continue;
                    }
                }
                if mcu(&mut bits, &self.coding, &mut self.parts, self.band, &mut self.run, row, column, blocks, filled)
                    .is_none()
                {
                    return Err(Error::damaged(self.offset, SOS, "a first coefficient beyond all numbers"));
                }
                column += 1;
                if self.segments.is_beyond(bits.place()) {
                    break;
                }
            }
            let place = bits.place();
            self.segments.go_on(place, rules.warnings)?;
        }
        Ok(())
    }
}

/// Reads one MCU.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "parts of a reader whose bits are borrowed")]
fn mcu(
    bits: &mut Bits<'_>,
    coding: &Coding,
    parts: &mut [Part],
    band: Band,
    run: &mut u32,
    row: usize,
    column: usize,
    blocks: &mut [Block],
    filled: &mut [Filled],
) -> Option<()> {
    match coding {
        Coding::AcFirst(table) => {
            let index = parts[0].begin + row * parts[0].stride + column;
            progressive::ac_first(bits, table, band, run, &mut blocks[index], &mut filled[index]);
        }
        Coding::AcRefine(table) => {
            let index = parts[0].begin + row * parts[0].stride + column;
            progressive::ac_refine(bits, table, band, run, &mut blocks[index], &mut filled[index]);
        }
        Coding::DcRefine => {
            for part in parts {
                for index in part.blocks_of(row, column) {
                    progressive::dc_refine(bits, band.low, &mut blocks[index]);
                }
            }
        }
        Coding::DcFirst(tables) => {
            for (part, table) in parts.iter_mut().zip(tables) {
                for index in part.blocks_of(row, column) {
                    progressive::dc_first(bits, table, &mut part.predictor, band.low, &mut blocks[index])?;
                }
            }
        }
        Coding::Sequential(tables) => {
            for (part, (dc, ac)) in parts.iter_mut().zip(tables) {
                for index in part.blocks_of(row, column) {
                    let predictor = &mut part.predictor;
                    if part.filled {
                        let mut fresh = [0; 64];
                        let last = block::read(bits, dc, ac, predictor, &mut fresh);
                        blocks[index][0] = fresh[0];
                        for (coefficient, &new) in blocks[index].iter_mut().zip(&fresh) {
                            *coefficient = if new == 0 { *coefficient } else { new };
                        }
                        filled[index] |= u64::MAX >> (63 - last);
                    } else {
                        let last = block::read(bits, dc, ac, predictor, &mut blocks[index]);
                        filled[index] = u64::MAX >> (63 - last);
                    }
                }
            }
        }
    }
    Some(())
}

impl Part {
    #[inline(always)]
    fn blocks_of(&self, row: usize, column: usize) -> impl Iterator<Item = usize> + use<> {
        let (across, down) = self.blocks;
        let (begin, stride) = (self.begin + row * down * self.stride + column * across, self.stride);
        (0..down).flat_map(move |y| (0..across).map(move |x| begin + y * stride + x))
    }
}

/// The position of the last coefficient that is not 0.
fn last_of(filled: Filled) -> u8 {
    63 - (filled | 1).leading_zeros() as u8
}

/// Makes pixels of the coefficients; those that a file's missing scans would have told are guessed.
pub fn write(frame: &Frame, coefficients: &Coefficients, job: &mut Job<'_, '_>, workspace: &mut Workspace) {
    let layout = job.layout;
    let Coefficients { components: stored, blocks, filled, guess } = coefficients;
    let Workspace { lasts, planes, .. } = workspace;
    planes.prepare(layout);
    let mut guessed = Vec::new();
    for row in layout.mcu_rows.clone() {
        for (component, (stored, plane)) in stored.iter().zip(&layout.planes).enumerate() {
            if !plane.needed {
                continue;
            }
            // Zeros for a component that no scan has mentioned.
            let multipliers = stored.multipliers.unwrap_or([0; 64]);
            let (across, down) = plane.blocks;
            let columns = layout.mcu_columns.start * across..layout.mcu_columns.end * across;
            for y in 0..down {
                let begin = stored.begin + (row * down + y) * stored.stride;
                let used = begin + columns.start..begin + columns.end;
                let mut blocks_used = &blocks[used.clone()];
                lasts.clear();
                lasts.extend(filled[used].iter().map(|&filled| last_of(filled)));
                if let Some(progress) = guess {
                    let component_blocks = &blocks[stored.begin..];
                    let own = row * down + y;
                    let missing = progress.missing(component, own / frame.components[component].rows_at_a_time);
                    let surroundings = surroundings(frame, component, stored, component_blocks, own);
                    guessed.clear();
                    for (column, &block) in columns.clone().zip(blocks_used) {
                        let inside = column < frame.components[component].blocks_wide;
                        guessed.push(if inside { surroundings.guess(column, &missing, &multipliers) } else { block });
                    }
                    lasts.iter_mut().for_each(|last| *last = (*last).max(9));
                    blocks_used = &guessed;
                }
                let (target, stride) = planes.blocks_mut(layout, component, y, 0);
                dispatch!(job.level, simd => transform::blocks(
                    simd, blocks_used, lasts, &multipliers, plane.size, target, stride
                ));
            }
        }
        job.row_is_done(planes, row);
    }
}

/// The rows of blocks around one. Where the picture ends, libjpeg counts rows as if it went through as many at a time
/// from the beginning as it does there.
fn surroundings<'b>(
    frame: &Frame,
    component: usize,
    stored: &Stored,
    blocks: &'b [Block],
    own: usize,
) -> Surroundings<'b> {
    let part = frame.components[component];
    let at_a_time = part.rows_at_a_time;
    let rows = rows(frame, &part);
    let (group, groups) = (own / at_a_time, rows / at_a_time);
    let high = match part.blocks_high % at_a_time {
        rest if group + 1 == groups && rest != 0 => rest,
        _ => at_a_time,
    };
    let (counted, count) = (group * high + own % at_a_time, groups * high);
    let above = if counted > 0 { own.saturating_sub(1) } else { own };
    let further_above = if counted > 1 { own.saturating_sub(2) } else { above };
    let below = if counted + 1 < count { own + 1 } else { own };
    let further_below = if counted + 2 < count { own + 2 } else { below };
    Surroundings::new([further_above, above, own, below, further_below].map(|row| {
        let begin = row.min(rows - 1) * stored.stride;
        &blocks[begin..begin + part.blocks_wide]
    }))
}
