//! Samples of the last rows of MCUs, and the pixels that are made of them as soon as all samples around them are there.

use super::{
    Colour, Conversion, Layout, Orientation,
    colour::convert_row,
    layout::{PlaneLayout, Upsampling},
    transpose, upsample,
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

/// Rows that are kept of the row of MCUs before.
const KEPT: usize = 2;

/// Samples before the first column of a plane: room for the one that stands for what is left of the picture.
const LEFT: usize = 32;

/// Where pixels go: rows `stride` bytes apart.
#[derive(Debug)]
pub struct Target<'t> {
    /// The bytes.
    pub pixels: &'t mut [u8],
    /// From one row to the next.
    pub stride: usize,
    /// How the rows that are made lie in it.
    pub orientation: Orientation,
}

/// Where the samples of a component go.
#[derive(Debug)]
pub struct PlaneMut<'t> {
    /// The bytes.
    pub samples: &'t mut [u8],
    /// From one row to the next.
    pub stride: usize,
}

/// Samples of one component.
#[derive(Debug, Default)]
struct Plane {
    /// Rows kept, then the rows of the current row of MCUs.
    samples: Vec<u8>,
    stride: usize,
    /// The component's column that lies behind the room on the left.
    first_column: usize,
    /// The component's row that lies at the top, once rows were kept; it may be above the picture.
    top: isize,
}

impl Plane {
    fn row(&self, y: usize) -> &[u8] {
        let row = (y as isize - self.top) as usize;
        &self.samples[row * self.stride..(row + 1) * self.stride]
    }

    /// Samples of a row from a column on; the column may be one before the first.
    fn samples(&self, y: usize, columns: std::ops::Range<isize>) -> &[u8] {
        let begin = (columns.start - self.first_column as isize + LEFT as isize) as usize;
        &self.row(y)[begin..begin + (columns.end - columns.start) as usize]
    }
}

/// The planes of a picture that is being made.
#[derive(Debug, Default)]
pub struct Planes {
    planes: Vec<Plane>,
    /// Rows of pixels of each component, at full size.
    rows: Vec<Vec<u8>>,
    blended: Vec<u16>,
    /// Rows of components that do not lie in the target as they lie in the file.
    turned: Turned,
    /// Rows of the region that are done.
    done: usize,
}

impl Planes {
    /// Makes room for a picture, in memory of an earlier one.
    pub fn prepare(&mut self, layout: &Layout) {
        self.planes.resize_with(layout.planes.len(), Plane::default);
        self.rows.resize_with(layout.planes.len(), Vec::new);
        self.done = 0;
        let mcus = layout.mcu_columns.len();
        for (plane, part) in self.planes.iter_mut().zip(&layout.planes) {
            if !part.needed {
                continue;
            }
            let (across, down) = (part.blocks.0 * part.size, part.blocks.1 * part.size);
            plane.stride = LEFT + mcus * across + LEFT;
            plane.first_column = layout.mcu_columns.start * across;
            plane.top = (layout.mcu_rows.start * down) as isize - KEPT as isize;
            plane.samples.resize(plane.stride * (KEPT + down), 0);
        }
    }

    /// Where the samples of blocks go: of a component, a row of blocks of the MCU, and a column of MCUs counted from the
    /// first that is needed. Answers with the distance between rows.
    pub fn blocks_mut(&mut self, layout: &Layout, component: usize, down: usize, mcu: usize) -> (&mut [u8], usize) {
        let (plane, part) = (&mut self.planes[component], &layout.planes[component]);
        let begin = (KEPT + down * part.size) * plane.stride + LEFT + mcu * part.blocks.0 * part.size;
        (&mut plane.samples[begin..], plane.stride)
    }

    /// All samples of a row of MCUs are there: makes the pixels that can be made now, and keeps what the next ones need.
    pub fn row_is_done(
        &mut self,
        layout: &Layout,
        mcu_row: usize,
        conversion: Conversion,
        colour: Colour,
        target: &mut Target<'_>,
        level: Level,
    ) {
        for (plane, part) in self.planes.iter_mut().zip(&layout.planes) {
            if part.needed && part.blends_columns() {
                plane.repeat_edges(part);
            }
        }
        // Pixels of the last row may lie between samples of this row of MCUs and of the next.
        let is_last = mcu_row + 1 == layout.all_mcu_rows;
        let waits = !is_last && layout.planes.iter().any(|part| part.needed && part.blends_rows());
        let end = (mcu_row + 1) * layout.rows_per_mcu - usize::from(waits);
        let end = end.min(layout.region.y + layout.region.height);
        let begin = layout.region.y + self.done;
        if begin < end {
            dispatch!(level, simd => self.make_rows(simd, layout, begin..end, conversion, colour, target));
            self.done = end - layout.region.y;
        }
        for (plane, part) in self.planes.iter_mut().zip(&layout.planes) {
            if part.needed {
                let rows = part.blocks.1 * part.size;
                plane.samples.copy_within(rows * plane.stride..(rows + KEPT) * plane.stride, 0);
                plane.top += rows as isize;
            }
        }
    }

    /// All samples of a row of MCUs are there, and are wanted as they are.
    pub fn write_samples(&self, layout: &Layout, mcu_row: usize, targets: &mut [PlaneMut<'_>]) {
        for ((plane, part), target) in self.planes.iter().zip(&layout.planes).zip(targets) {
            let rows = part.blocks.1 * part.size;
            let (width, height) = part.samples;
            let first = mcu_row * rows;
            let lines = plane.samples[KEPT * plane.stride..].chunks_exact(plane.stride);
            for (y, line) in (first..height.min(first + rows)).zip(lines) {
                target.samples[y * target.stride..][..width].copy_from_slice(&line[LEFT..LEFT + width]);
            }
        }
    }

    #[simd]
    fn make_rows<S: Simd>(
        &mut self,
        simd: S,
        layout: &Layout,
        rows: std::ops::Range<usize>,
        conversion: Conversion,
        colour: Colour,
        target: &mut Target<'_>,
    ) {
        let region = layout.region;
        let orientation = target.orientation;
        for y in rows {
            for (index, part) in layout.planes.iter().enumerate() {
                if part.needed && part.upsampling != Upsampling::None {
                    upsample_row(simd, &self.planes[index], part, y, &mut self.blended, &mut self.rows[index]);
                }
            }
            let mut sources: [&[u8]; 4] = [&[]; 4];
            for (index, part) in layout.planes.iter().enumerate() {
                if !part.needed {
                    continue;
                }
                sources[index] = if part.upsampling == Upsampling::None {
                    self.planes[index].samples(y, region.x as isize..(region.x + region.width) as isize)
                } else {
                    let begin = region.x - part.columns.start * part.pixels_per_sample();
                    &self.rows[index][begin..begin + region.width]
                };
            }
            let row = y - region.y;
            if orientation.transposed {
                self.turned.keep_row(simd, sources, row, (region.width, region.height), orientation);
                if (row + 1).is_multiple_of(transpose::ROWS) || row + 1 == region.height {
                    self.turned.write_columns(simd, row, (region.width, region.height), conversion, colour, target);
                }
                continue;
            }
            let begin = if orientation.upside_down { region.height - 1 - row } else { row } * target.stride;
            let pixels = &mut target.pixels[begin..begin + region.width * colour.channels()];
            if orientation.mirrored {
                self.turned.write_mirrored(simd, sources, conversion, colour, pixels);
            } else {
                convert_row(simd, conversion, colour, sources, pixels);
            }
        }
    }
}

/// Rows of components that are reversed, or wait for others to become columns together.
#[derive(Debug, Default)]
pub struct Turned {
    /// Of each component.
    rows: [Vec<u8>; 4],
    /// From one row to the next.
    stride: usize,
}

impl Turned {
    /// Bytes for each component of a region that is so wide.
    pub fn memory(width: usize) -> usize {
        width.next_multiple_of(transpose::COLUMNS) * transpose::ROWS
    }

    /// Makes a row of pixels that runs from right to left.
    #[simd]
    fn write_mirrored<S: Simd>(
        &mut self,
        simd: S,
        sources: [&[u8]; 4],
        conversion: Conversion,
        colour: Colour,
        pixels: &mut [u8],
    ) {
        for (reversed, source) in self.rows.iter_mut().zip(sources) {
            reversed.resize(source.len(), 0);
            transpose::reverse(simd, source, reversed);
        }
        convert_row(simd, conversion, colour, self.rows.each_ref().map(Vec::as_slice), pixels);
    }

    /// Where the columns of the target begin that rows around this one become, and how many of these rows there are.
    fn columns(row: usize, height: usize, orientation: Orientation) -> (usize, usize) {
        let first = row / transpose::ROWS * transpose::ROWS;
        let count = transpose::ROWS.min(height - first);
        (if orientation.upside_down { height - first - count } else { first }, count)
    }

    /// Keeps a row of a region until others are there.
    #[simd]
    fn keep_row<S: Simd>(
        &mut self,
        _: S,
        sources: [&[u8]; 4],
        row: usize,
        (width, height): (usize, usize),
        orientation: Orientation,
    ) {
        let (begin, _) = Self::columns(row, height, orientation);
        let place = if orientation.upside_down { height - 1 - row } else { row } - begin;
        self.stride = width.next_multiple_of(transpose::COLUMNS);
        for (rows, source) in self.rows.iter_mut().zip(sources) {
            // None of a component that is not needed, also if an earlier picture has left some.
            rows.resize(if source.is_empty() { 0 } else { Self::memory(width) }, 0);
            if !source.is_empty() {
                rows[place * self.stride..place * self.stride + width].copy_from_slice(source);
            }
        }
    }

    /// Makes columns of pixels of the rows that are kept, of which this is the last.
    #[simd]
    fn write_columns<S: Simd>(
        &mut self,
        simd: S,
        row: usize,
        (width, height): (usize, usize),
        conversion: Conversion,
        colour: Colour,
        target: &mut Target<'_>,
    ) {
        let orientation = target.orientation;
        let (begin, count) = Self::columns(row, height, orientation);
        let channels = colour.channels();
        let mut turned = [[[0; transpose::ROWS]; transpose::COLUMNS]; 4];
        for first in (0..width).step_by(transpose::COLUMNS) {
            for (rows, turned) in self.rows.iter().zip(&mut turned) {
                if !rows.is_empty() {
                    transpose::columns(simd, &rows[first..], self.stride, turned);
                }
            }
            let [a, b, c, d] = &turned;
            for x in 0..transpose::COLUMNS.min(width - first) {
                let sources = [&a[x][..count], &b[x][..count], &c[x][..count], &d[x][..count]];
                let column = if orientation.mirrored { width - 1 - first - x } else { first + x };
                let place = column * target.stride + begin * channels;
                let pixels = &mut target.pixels[place..place + count * channels];
                convert_row(simd, conversion, colour, sources, pixels);
            }
        }
    }
}

impl Plane {
    /// What lies beyond the picture equals its edge.
    fn repeat_edges(&mut self, part: &PlaneLayout) {
        let width = part.samples.0;
        let stored = self.stride - 2 * LEFT;
        for row in self.samples.chunks_exact_mut(self.stride) {
            if self.first_column == 0 {
                row[LEFT - 1] = row[LEFT];
            }
            if width <= self.first_column + stored {
                let end = LEFT + width - self.first_column;
                row[end] = row[end - 1];
            }
        }
    }
}

/// Makes a row of pixels of one component: those of the samples in `part.columns`.
#[simd]
fn upsample_row<S: Simd>(
    simd: S,
    plane: &Plane,
    part: &PlaneLayout,
    y: usize,
    blended: &mut Vec<u16>,
    row: &mut Vec<u8>,
) {
    let (near, far) = part.rows(y);
    let columns = part.columns.start as isize..part.columns.end as isize;
    let around = columns.start - 1..columns.end + 1;
    let count = part.columns.len();
    row.resize(count * part.pixels_per_sample(), 0);
    match part.upsampling {
        Upsampling::None => {}
        Upsampling::Columns => upsample::columns(simd, plane.samples(near, around), row),
        Upsampling::Rows => {
            let below = y % 2 == 1;
            upsample::rows(simd, plane.samples(near, columns.clone()), plane.samples(far, columns), below, row);
        }
        Upsampling::Both => {
            blended.resize(count + 2, 0);
            upsample::blend(simd, plane.samples(near, around.clone()), plane.samples(far, around), blended);
            upsample::blended_columns(simd, blended, row);
        }
        Upsampling::Repeat { horizontal, .. } => upsample::repeat(simd, plane.samples(near, columns), horizontal, row),
    }
}
