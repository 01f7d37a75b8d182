//! Files whose one scan holds all components: rows of MCUs become pixels while they are read, and nothing is kept but the
//! last of them.

use super::{Job, Workspace, missing_table, multipliers, transform_blocks};
use crate::{
    entropy::{
        block::{self, Block},
        cache,
        segments::Segments,
        tables::{AcTable, DcTable, SKIP, SkipEntry, refuse},
    },
    error::Error,
    parse::{Frame, Parser, Scan},
    transform::Multipliers,
};
use fearless_simd::{Simd, dispatch};
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
    predictor: i32,
}

/// Reads the scan and makes the pixels. Answers where the marker behind it stands, if it was read to its end.
pub fn decode(
    parser: &Parser<'_>,
    frame: &Frame,
    scan: &Scan,
    job: &mut Job<'_, '_>,
    workspace: &mut Workspace,
) -> Result<Option<usize>, Error> {
    let mut parts = Vec::with_capacity(scan.components.len());
    let mut group_blocks = 0;
    for part in &scan.components {
        let component = frame.components[part.component];
        let plane = &job.layout.planes[part.component];
        let dc = parser.dc.get(part.dc).copied().flatten().ok_or_else(|| missing_table(scan.offset, part.dc))?;
        let ac = parser.ac.get(part.ac).copied().flatten().ok_or_else(|| missing_table(scan.offset, part.ac))?;
        let table = parser.quantisation.get(component.quantisation).and_then(Option::as_ref).ok_or_else(|| {
            let place = component.quantisation;
            Error::damaged(scan.offset, 0xDA, format!("quantisation table {place} is not defined"))
        })?;
        let blocks = (component.horizontal, component.vertical);
        parts.push(Part {
            component: part.component,
            dc: cache::dc(&dc).map_err(|reason| refuse(scan.offset, reason))?,
            ac: cache::ac(&ac).map_err(|reason| refuse(scan.offset, reason))?,
            multipliers: multipliers(Some(table)),
            blocks,
            needed: plane.needed,
            size: plane.size,
            begin: group_blocks,
            predictor: 0,
        });
        group_blocks += if plane.needed { GROUP * blocks.0 * blocks.1 } else { 0 };
    }
    workspace.blocks.clear();
    workspace.blocks.resize(group_blocks, [0; 64]);
    workspace.lasts.clear();
    workspace.lasts.resize(group_blocks, 0);
    workspace.planes.prepare(job.layout);
    let mut reader = Reader {
        segments: Segments::new(
            parser.bytes(),
            parser.position,
            parser.restart_interval,
            job.strict,
            std::mem::take(&mut workspace.bytes),
            job.level,
        ),
        parts,
    };
    let result = reader.rows(frame, job, workspace);
    let whole = job.layout.mcu_rows.end == job.layout.all_mcu_rows;
    let (position, buffer) = reader.segments.finish();
    workspace.bytes = buffer;
    result?;
    Ok(whole.then_some(position))
}

struct Reader<'b> {
    segments: Segments<'b>,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn rows(&mut self, frame: &Frame, job: &mut Job<'_, '_>, workspace: &mut Workspace) -> Result<(), Error> {
        let (columns, rows) = (job.layout.mcu_columns.clone(), job.layout.mcu_rows.clone());
        let mcus_wide = frame.mcus_wide();
        let level = job.level;
        // What lies between the last column that is needed and the first is passed over in one go.
        let mut passed = rows.start * mcus_wide + columns.start;
        for row in rows.clone() {
            self.skip(passed, job)?;
            for begin in columns.clone().step_by(GROUP) {
                let count = GROUP.min(columns.end - begin);
                self.read(count, job, workspace)?;
                let mcu = begin - columns.start;
                dispatch!(level, simd => self.transform(simd, count, mcu, job, workspace));
            }
            job.row_is_done(&mut workspace.planes, row);
            passed = mcus_wide - columns.len();
            if row + 1 == rows.end {
                // Below the picture's last row there is nothing to see, but whether it is whole matters.
                let to_end = if rows.end == job.layout.all_mcu_rows { mcus_wide - columns.end } else { 0 };
                self.skip(to_end, job)?;
            }
        }
        Ok(())
    }

    fn begin_anew(&mut self) {
        for part in &mut self.parts {
            part.predictor = 0;
        }
    }

    fn skip(&mut self, mut count: usize, job: &mut Job<'_, '_>) -> Result<(), Error> {
        while count > 0 {
            let (run, restarted) = self.segments.run(count, job.warnings);
            if restarted {
                self.begin_anew();
            }
            count -= run;
            let level = job.level;
            dispatch!(level, simd => self.skip_run(simd, run, job))?;
        }
        Ok(())
    }

    #[simd]
    fn skip_run<S: Simd>(&mut self, _: S, count: usize, job: &mut Job<'_, '_>) -> Result<(), Error> {
        let mut skips: [Option<&[SkipEntry; 1 << SKIP]>; 4] = [None; 4];
        let tables: Vec<Arc<AcTable>> = self.parts.iter().map(|part| Arc::clone(&part.ac)).collect();
        for (skip, table) in skips.iter_mut().zip(&tables) {
            *skip = Some(table.skips());
        }
        let mut left = count;
        while left > 0 && !self.segments.is_exhausted() {
            let mut bits = self.segments.bits();
            while left > 0 && self.segments.has_enough(bits.place()) {
                for (part, skips) in self.parts.iter_mut().zip(&skips) {
                    let Some(skips) = skips else { continue };
                    for _ in 0..part.blocks.0 * part.blocks.1 {
                        block::skip(&mut bits, &part.dc, &part.ac, skips, &mut part.predictor);
                    }
                }
                left -= 1;
                if self.segments.is_beyond(bits.place()) {
                    break;
                }
            }
            let place = bits.place();
            self.go_on(place, job)?;
        }
        Ok(())
    }

    /// Gets more bytes, or finds that there are none.
    fn go_on(&mut self, place: crate::entropy::bits::BitPosition, job: &mut Job<'_, '_>) -> Result<(), Error> {
        self.segments.set_place(place);
        if self.segments.is_beyond(place) {
            self.segments.exhaust(job.warnings)?;
        } else if !self.segments.has_enough(place) {
            self.segments.advance(place);
        }
        Ok(())
    }

    /// Reads the coefficients of a group of MCUs.
    fn read(&mut self, count: usize, job: &mut Job<'_, '_>, workspace: &mut Workspace) -> Result<(), Error> {
        workspace.blocks.fill([0; 64]);
        workspace.lasts.fill(0);
        let mut done = 0;
        while done < count {
            let (run, restarted) = self.segments.run(count - done, job.warnings);
            if restarted {
                self.begin_anew();
            }
            let level = job.level;
            dispatch!(level, simd => self.read_run(simd, done..done + run, job, workspace))?;
            done += run;
        }
        Ok(())
    }

    #[simd]
    fn read_run<S: Simd>(
        &mut self,
        _: S,
        mcus: std::ops::Range<usize>,
        job: &mut Job<'_, '_>,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let mut mcu = mcus.start;
        while mcu < mcus.end && !self.segments.is_exhausted() {
            let mut bits = self.segments.bits();
            while mcu < mcus.end && self.segments.has_enough(bits.place()) {
                for part in &mut self.parts {
                    let (across, down) = part.blocks;
                    if part.size == 1 && part.needed {
                        // Means are all that is wanted.
                        let skips = part.ac.skips();
                        for y in 0..down {
                            let first = part.begin + (y * GROUP + mcu) * across;
                            for block in &mut workspace.blocks[first..first + across] {
                                block::skip(&mut bits, &part.dc, &part.ac, skips, &mut part.predictor);
                                block[0] = part.predictor as i16;
                            }
                        }
                        continue;
                    }
                    if !part.needed {
                        let skips = part.ac.skips();
                        for _ in 0..across * down {
                            block::skip(&mut bits, &part.dc, &part.ac, skips, &mut part.predictor);
                        }
                        continue;
                    }
                    for y in 0..down {
                        let first = part.begin + (y * GROUP + mcu) * across;
                        let blocks: &mut [Block] = &mut workspace.blocks[first..first + across];
                        for (block, last) in blocks.iter_mut().zip(&mut workspace.lasts[first..first + across]) {
                            *last = block::read(&mut bits, &part.dc, &part.ac, &mut part.predictor, block);
                        }
                    }
                }
                mcu += 1;
                if self.segments.is_beyond(bits.place()) {
                    break;
                }
            }
            let place = bits.place();
            self.go_on(place, job)?;
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
                transform_blocks(
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
