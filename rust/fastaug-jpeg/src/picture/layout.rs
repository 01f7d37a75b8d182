//! Which blocks of which component a rectangle of the picture needs, and how they become pixels.

use crate::{error::Error, parse::Frame};
use std::ops::Range;

/// How samples of a component grow to the size of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upsampling {
    /// There are as many as pixels.
    None,
    /// Twice as many columns, each pixel between its two nearest samples.
    Columns,
    /// Twice as many rows.
    Rows,
    /// Both.
    Both,
    /// Each sample is repeated.
    Repeat {
        /// In a row.
        horizontal: usize,
        /// And in columns.
        vertical: usize,
    },
}

/// What of a component is needed, and where it lies.
#[derive(Clone, Debug)]
pub struct PlaneLayout {
    /// Whether it is needed at all.
    pub needed: bool,
    /// Blocks of it in an MCU, across and down.
    pub blocks: (usize, usize),
    /// Samples that a block becomes, across and down.
    pub size: usize,
    /// Samples of the whole component, across and down.
    pub samples: (usize, usize),
    /// How samples become pixels.
    pub upsampling: Upsampling,
    /// Columns of samples under the region's pixels.
    pub columns: Range<usize>,
}

impl PlaneLayout {
    /// Samples that rows of pixels lie between: this one, and the one blended with it.
    pub fn rows(&self, y: usize) -> (usize, usize) {
        match self.upsampling {
            Upsampling::None | Upsampling::Columns => (y, y),
            Upsampling::Repeat { vertical, .. } => (y / vertical, y / vertical),
            Upsampling::Rows | Upsampling::Both => {
                let near = y / 2;
                let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(self.samples.1 - 1) };
                (near, far)
            }
        }
    }

    /// Pixels that a sample is wide.
    pub fn pixels_per_sample(&self) -> usize {
        match self.upsampling {
            Upsampling::None | Upsampling::Rows => 1,
            Upsampling::Columns | Upsampling::Both => 2,
            Upsampling::Repeat { horizontal, .. } => horizontal,
        }
    }

    /// Whether pixels lie between samples of different rows.
    pub fn blends_rows(&self) -> bool {
        matches!(self.upsampling, Upsampling::Rows | Upsampling::Both)
    }

    /// Whether pixels lie between samples of different columns.
    pub fn blends_columns(&self) -> bool {
        matches!(self.upsampling, Upsampling::Columns | Upsampling::Both)
    }
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first column.
    pub x: usize,
    /// The first row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// What a request needs.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The rectangle of the picture at its scale.
    pub region: Region,
    /// Each component's part.
    pub planes: Vec<PlaneLayout>,
    /// Columns of MCUs whose samples are needed.
    pub mcu_columns: Range<usize>,
    /// Rows of MCUs whose samples are needed.
    pub mcu_rows: Range<usize>,
    /// Rows of pixels that a row of MCUs makes.
    pub rows_per_mcu: usize,
    /// Rows of MCUs of the whole picture.
    pub all_mcu_rows: usize,
}

impl Layout {
    /// Width and height of the picture when every 8×8 block becomes `scale`×`scale` pixels.
    pub fn scaled_size(frame: &Frame, scale: usize) -> (usize, usize) {
        ((frame.width * scale).div_ceil(8), (frame.height * scale).div_ceil(8))
    }

    /// Width and height of each component's samples when every 8×8 block becomes `scale`×`scale` of them.
    pub fn plane_sizes(frame: &Frame, scale: usize) -> impl Iterator<Item = (usize, usize)> {
        frame.components.iter().map(move |component| {
            (
                (frame.width * component.horizontal * scale).div_ceil(frame.horizontal * 8),
                (frame.height * component.vertical * scale).div_ceil(frame.vertical * 8),
            )
        })
    }

    /// What all samples of all components need, which do not become pixels.
    pub fn of_samples(frame: &Frame, scale: usize) -> Self {
        let (width, height) = Self::scaled_size(frame, scale);
        let planes =
            frame.components.iter().zip(Self::plane_sizes(frame, scale)).map(|(component, samples)| PlaneLayout {
                needed: true,
                blocks: (component.horizontal, component.vertical),
                size: scale,
                samples,
                upsampling: Upsampling::None,
                columns: 0..samples.0,
            });
        Self {
            region: Region { x: 0, y: 0, width, height },
            planes: planes.collect(),
            mcu_columns: 0..frame.mcus_wide(),
            mcu_rows: 0..frame.mcu_rows(),
            rows_per_mcu: frame.vertical * scale,
            all_mcu_rows: frame.mcu_rows(),
        }
    }

    /// Works out what a region needs; `needed` says which components matter.
    pub fn new(frame: &Frame, scale: usize, region: Region, needed: impl Fn(usize) -> bool) -> Result<Self, Error> {
        let (horizontal, vertical) = (frame.horizontal, frame.vertical);
        let mcu_width = horizontal * scale;
        let rows_per_mcu = vertical * scale;
        let (right, bottom) = (region.x + region.width, region.y + region.height);
        let mut mcu_columns = region.x / mcu_width..right.div_ceil(mcu_width);
        let mut mcu_rows = region.y / rows_per_mcu..bottom.div_ceil(rows_per_mcu);
        let mut planes = Vec::with_capacity(frame.components.len());
        for (index, component) in frame.components.iter().enumerate() {
            let (across, down) = (component.horizontal, component.vertical);
            // Small pictures of components with fewer samples are made of larger blocks, while that fits.
            let mut size = scale;
            while size < 8
                && (horizontal * scale).is_multiple_of(across * size * 2)
                && (vertical * scale).is_multiple_of(down * size * 2)
            {
                size *= 2;
            }
            let samples = (
                (frame.width * across * size).div_ceil(horizontal * 8),
                (frame.height * down * size).div_ceil(vertical * 8),
            );
            let (in_width, in_height) = (across * size, down * size);
            let fancy = scale > 1;
            let wide = in_width == mcu_width;
            let high = in_height == rows_per_mcu;
            let half_wide = in_width * 2 == mcu_width;
            let half_high = in_height * 2 == rows_per_mcu;
            let needed = needed(index);
            let upsampling = if wide && high {
                Upsampling::None
            } else if half_wide && high && fancy && samples.0 > 2 {
                Upsampling::Columns
            } else if wide && half_high && fancy {
                Upsampling::Rows
            } else if half_wide && half_high && fancy && samples.0 > 2 {
                Upsampling::Both
            } else if mcu_width.is_multiple_of(in_width) && rows_per_mcu.is_multiple_of(in_height) {
                Upsampling::Repeat { horizontal: mcu_width / in_width, vertical: rows_per_mcu / in_height }
            } else if needed {
                return Err(Error::new(
                    crate::error::ErrorKind::Unsupported,
                    format!("sampling factors {across}×{down} beside {horizontal}×{vertical}: no whole ratio"),
                ));
            } else {
                Upsampling::None
            };
            let mut plane = PlaneLayout { needed, blocks: (across, down), size, samples, upsampling, columns: 0..0 };
            if needed {
                let per_sample = plane.pixels_per_sample();
                plane.columns = region.x / per_sample..right.div_ceil(per_sample).min(samples.0);
                if plane.blends_columns() {
                    let first = plane.columns.start.saturating_sub(1);
                    let end = (plane.columns.end + 1).min(samples.0);
                    mcu_columns.start = mcu_columns.start.min(first / in_width);
                    mcu_columns.end = mcu_columns.end.max(end.div_ceil(in_width));
                }
                if plane.blends_rows() {
                    let first = plane.rows(region.y);
                    let last = plane.rows(bottom - 1);
                    mcu_rows.start = mcu_rows.start.min(first.0.min(first.1) / in_height);
                    mcu_rows.end = mcu_rows.end.max(last.0.max(last.1) / in_height + 1);
                }
            }
            planes.push(plane);
        }
        Ok(Self { region, planes, mcu_columns, mcu_rows, rows_per_mcu, all_mcu_rows: frame.mcu_rows() })
    }
}
