//! Files whose one scan holds all components: rows of MCUs become pixels while they are read, and nothing is kept but the
//! last of them.

use super::{Job, Workspace, huffman_table, multipliers};
use crate::{
    entropy::{
        bits::Bits,
        block::{self, Block},
        cache, markers,
        segments::{RST0, Segments},
        tables::{AcTable, DcTable},
    },
    error::{Error, Warnings},
    index::{SeekIndex, State},
    parse::{Frame, Parser, Scan},
    transform::{self, Multipliers},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::sync::Arc;

/// MCUs whose coefficients are kept at a time: few enough for a first-level cache, enough to transform blocks in pairs.
const GROUP: usize = 8;

/// A component's part in the scan.
struct Part {
    component: usize,
    dc: Arc<DcTable>,
    ac: Arc<AcTable>,
    multipliers: Multipliers,
    /// Blocks of an MCU, across and down.
    blocks: (usize, usize),
    needed: bool,
    /// Samples that a block becomes, across and down.
    size: usize,
    /// Where its blocks begin in a group's memory.
    begin: usize,
}

impl Part {
    /// Passes over its blocks of one MCU.
    #[inline(always)]
    fn skip(&self, bits: &mut Bits<'_>, predictor: &mut i32) {
        let skips = self.ac.skips();
        for _ in 0..self.blocks.0 * self.blocks.1 {
            block::skip(bits, &self.dc, &self.ac, skips, predictor);
        }
    }
}

/// How the scan is to be read.
pub struct Rules<'r> {
    pub index: Option<&'r SeekIndex>,
    pub strict: bool,
    pub warnings: &'r mut Warnings,
}

/// Reads the scan and makes the pixels. Answers where the marker behind it stands, if it was read to its end.
pub fn decode(
    parser: &Parser<'_>,
    frame: &Frame,
    scan: &Scan,
    rules: &mut Rules<'_>,
    job: &mut Job<'_, '_>,
    workspace: &mut Workspace,
) -> Result<Option<usize>, Error> {
    let (layout, index) = (job.layout, rules.index);
    let mut parts = parts(parser, frame, scan)?;
    let mut group_blocks = 0;
    for part in &mut parts {
        let plane = &layout.planes[part.component];
        (part.needed, part.size, part.begin) = (plane.needed, plane.size, group_blocks);
        group_blocks += if plane.needed { GROUP * part.blocks.0 * part.blocks.1 } else { 0 };
    }
    workspace.blocks.clear();
    workspace.blocks.resize(group_blocks, [0; 64]);
    workspace.lasts.clear();
    workspace.lasts.resize(group_blocks, 0);
    workspace.planes.prepare(layout);
    let buffer = std::mem::take(&mut workspace.bytes);
    let (interval, mcus_wide) = (parser.restart_interval, frame.mcus_wide());
    let first = layout.mcu_rows.start * mcus_wide + layout.mcu_columns.start;
    let segments = |byte| Segments::new(parser.bytes(), byte, interval, rules.strict, buffer, job.level);
    let restart;
    let known = if let Some(index) = index {
        index.before(first)
    } else {
        restart = restart_before(parser, first, job.level);
        restart.as_ref().map(|(at, state)| (*at, state))
    };
    let mut reader = match known {
        None => Reader { segments: segments(parser.position), parts, predictors: [0; 4], at: 0, begun: 0 },
        Some((at, state)) => Reader {
            segments: segments(state.byte).resumed(state.bit(), at),
            parts,
            predictors: state.predictors.map(i32::from),
            at,
            begun: state.bits - state.bit(),
        },
    };
    let result = reader.rows(frame, rules, job, workspace);
    let whole = layout.mcu_rows.end == layout.all_mcu_rows;
    let mut behind = None;
    // Below a region nothing is read.
    workspace.bytes = if whole && result.is_ok() {
        let (position, buffer) = reader.segments.finish();
        behind = Some(position);
        buffer
    } else {
        reader.segments.into_buffer()
    };
    result.map(|()| behind)
}

/// The last restart before an MCU, if all markers up to it are there in their order: whatever stands between them, reading
/// would have come to the same place.
pub fn restart_before(parser: &Parser<'_>, mcu: usize, level: Level) -> Option<(usize, State)> {
    let count = mcu.checked_div(parser.restart_interval)?;
    let mut position = parser.position;
    let mut last = None;
    for number in 0..count {
        let bytes = parser.bytes();
        let found = dispatch!(level, simd => markers::find(simd, bytes, position));
        if found.marker != Some(RST0 + (number & 7) as u8) {
            return None;
        }
        last = Some(found.end);
        position = found.end + 2;
    }
    // The marker itself is still to be read.
    Some((count * parser.restart_interval, State { byte: last?, bits: 0, predictors: [0; 4] }))
}

/// What stands at each of some MCUs, which are named by how many come before each. `None` for a file whose data end too
/// early.
pub fn states(
    parser: &Parser<'_>,
    frame: &Frame,
    scan: &Scan,
    places: impl Iterator<Item = usize>,
    level: Level,
) -> Result<Option<Vec<State>>, Error> {
    let parts = parts(parser, frame, scan)?;
    let mut segments =
        Segments::new(parser.bytes(), parser.position, parser.restart_interval, false, Vec::new(), level);
    segments.track();
    let mut reader = Reader { segments, parts, predictors: [0; 4], at: 0, begun: 0 };
    let mut states = Vec::with_capacity(places.size_hint().0);
    let mut warnings = Warnings::default();
    for place in places {
        reader.skip(place - reader.at, level, &mut warnings)?;
        let (byte, bits) = reader.segments.file_place().unwrap_or_else(|| unreachable!("places are tracked"));
        states.push(State { byte, bits, predictors: reader.predictors.map(|predictor| predictor as i16) });
    }
    reader.skip(frame.mcu_rows() * frame.mcus_wide() - reader.at, level, &mut warnings)?;
    Ok((warnings.count == 0).then_some(states))
}

fn parts(parser: &Parser<'_>, frame: &Frame, scan: &Scan) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::with_capacity(scan.components.len());
    for part in &scan.components {
        let component = frame.components[part.component];
        parts.push(Part {
            component: part.component,
            dc: huffman_table(&parser.dc, part.dc, scan.offset, cache::dc)?,
            ac: huffman_table(&parser.ac, part.ac, scan.offset, cache::ac)?,
            multipliers: multipliers(parser, &component, scan.offset)?,
            blocks: (component.horizontal, component.vertical),
            needed: false,
            size: 8,
            begin: 0,
        });
    }
    Ok(parts)
}

struct Reader<'b> {
    segments: Segments<'b>,
    parts: Vec<Part>,
    predictors: [i32; 4],
    /// MCUs that were read or passed over.
    at: usize,
    /// Bits of the segment that come before those that are read here.
    begun: usize,
}

impl Reader<'_> {
    fn rows(
        &mut self,
        frame: &Frame,
        rules: &mut Rules<'_>,
        job: &mut Job<'_, '_>,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let (columns, rows) = (job.layout.mcu_columns.clone(), job.layout.mcu_rows.clone());
        let mcus_wide = frame.mcus_wide();
        let level = job.level;
        for row in rows.clone() {
            // What lies between the last column that is needed and the first is passed over in one go.
            let first = row * mcus_wide + columns.start;
            if let Some((place, state)) = rules.index.and_then(|index| index.before(first)) {
                self.jump(place, state);
            }
            self.skip(first - self.at, level, rules.warnings)?;
            for begin in columns.clone().step_by(GROUP) {
                let count = GROUP.min(columns.end - begin);
                self.read(count, level, rules.warnings, workspace)?;
                let mcu = begin - columns.start;
                dispatch!(level, simd => self.transform(simd, count, mcu, job, workspace));
            }
            job.row_is_done(&mut workspace.planes, row);
        }
        if rows.end == job.layout.all_mcu_rows {
            // Below the picture's last row there is nothing to see, but whether it is whole matters.
            self.skip(rows.end * mcus_wide - self.at, level, rules.warnings)?;
        }
        Ok(())
    }

    /// Goes on at an MCU that a seek index knows, if it lies ahead.
    fn jump(&mut self, place: usize, state: &State) {
        // Bits are counted from the last restart on: over restarts, there is no jumping.
        let bits = state.bits.checked_sub(self.begun + self.segments.bits_before());
        if let (true, false, Some(bits)) = (place > self.at, self.segments.has_restarts(), bits) {
            self.segments.pass_over(bits);
            self.predictors = state.predictors.map(i32::from);
            self.at = place;
        }
    }

    fn skip(&mut self, mut count: usize, level: Level, warnings: &mut Warnings) -> Result<(), Error> {
        self.at += count;
        while count > 0 {
            let (run, restarted) = self.segments.run(count, warnings);
            if restarted {
                self.predictors = [0; 4];
            }
            count -= run;
            dispatch!(level, simd => self.skip_run(simd, run, warnings))?;
        }
        Ok(())
    }

    #[simd]
    fn skip_run<S: Simd>(&mut self, _: S, count: usize, warnings: &mut Warnings) -> Result<(), Error> {
        let mut left = count;
        while left > 0 && !self.segments.is_exhausted() {
            let mut bits = self.segments.bits();
            while left > 0 && self.segments.has_enough(bits.place()) {
                for (part, predictor) in self.parts.iter().zip(&mut self.predictors) {
                    part.skip(&mut bits, predictor);
                }
                left -= 1;
                if self.segments.is_beyond(bits.place()) {
                    break;
                }
            }
            let place = bits.place();
            self.segments.go_on(place, warnings)?;
        }
        Ok(())
    }

    /// Reads the coefficients of a group of MCUs.
    fn read(
        &mut self,
        count: usize,
        level: Level,
        warnings: &mut Warnings,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        workspace.blocks.fill([0; 64]);
        workspace.lasts.fill(0);
        self.at += count;
        let mut done = 0;
        while done < count {
            let (run, restarted) = self.segments.run(count - done, warnings);
            if restarted {
                self.predictors = [0; 4];
            }
            dispatch!(level, simd => self.read_run(simd, done..done + run, warnings, workspace))?;
            done += run;
        }
        Ok(())
    }

    #[simd]
    fn read_run<S: Simd>(
        &mut self,
        _: S,
        mcus: std::ops::Range<usize>,
        warnings: &mut Warnings,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let mut mcu = mcus.start;
        while mcu < mcus.end && !self.segments.is_exhausted() {
            let mut bits = self.segments.bits();
            while mcu < mcus.end && self.segments.has_enough(bits.place()) {
                for (part, predictor) in self.parts.iter().zip(&mut self.predictors) {
                    let (across, down) = part.blocks;
                    if part.size == 1 && part.needed {
                        // Means are all that is wanted.
                        let skips = part.ac.skips();
                        for y in 0..down {
                            let first = part.begin + (y * GROUP + mcu) * across;
                            for block in &mut workspace.blocks[first..first + across] {
                                block::skip(&mut bits, &part.dc, &part.ac, skips, predictor);
                                block[0] = *predictor as i16;
                            }
                        }
                        continue;
                    }
                    if !part.needed {
                        part.skip(&mut bits, predictor);
                        continue;
                    }
                    for y in 0..down {
                        let first = part.begin + (y * GROUP + mcu) * across;
                        let blocks: &mut [Block] = &mut workspace.blocks[first..first + across];
                        for (block, last) in blocks.iter_mut().zip(&mut workspace.lasts[first..first + across]) {
                            *last = block::read(&mut bits, &part.dc, &part.ac, predictor, block);
                        }
                    }
                }
                mcu += 1;
                if self.segments.is_beyond(bits.place()) {
                    break;
                }
            }
            let place = bits.place();
            self.segments.go_on(place, warnings)?;
        }
        Ok(())
    }

    #[simd]
    fn transform<S: Simd>(
        &mut self,
        simd: S,
        count: usize,
        mcu: usize,
        job: &mut Job<'_, '_>,
        workspace: &mut Workspace,
    ) {
        for part in &self.parts {
            if !part.needed {
                continue;
            }
            let (across, down) = part.blocks;
            for y in 0..down {
                let first = part.begin + y * GROUP * across;
                let blocks = first..first + count * across;
                let (target, stride) = workspace.planes.blocks_mut(job.layout, part.component, y, mcu);
                transform::blocks(
                    simd,
                    &workspace.blocks[blocks.clone()],
                    &workspace.lasts[blocks],
                    &part.multipliers,
                    part.size,
                    target,
                    stride,
                );
            }
        }
    }
}
