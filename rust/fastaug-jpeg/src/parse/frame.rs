//! Frame and scan headers, and the sizes that follow from them.

use super::SOS;
use crate::error::{Error, ErrorKind};

/// How coefficients are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Baseline: 8 bits, at most two tables of a kind.
    Baseline,
    /// Extended sequential.
    Extended,
    /// Progressive.
    Progressive,
}

/// One colour component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// What scans call it.
    pub id: u8,
    /// Blocks of it that an MCU is wide.
    pub horizontal: usize,
    /// Blocks of it that an MCU is high.
    pub vertical: usize,
    /// The place of its quantisation table.
    pub quantisation: usize,
    /// Blocks that cover its samples.
    pub blocks_wide: usize,
    /// Rows of blocks that cover its samples.
    pub blocks_high: usize,
    /// Rows of blocks that libjpeg goes through at a time: the vertical factor in the file, also of a component that is
    /// alone, whose factors mean nothing else.
    pub rows_at_a_time: usize,
}

/// What a frame header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How coefficients are coded.
    pub process: Process,
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// The components, one to four.
    pub components: Vec<Component>,
    /// The largest horizontal sampling factor.
    pub horizontal: usize,
    /// The largest vertical sampling factor.
    pub vertical: usize,
}

/// The name of a process that is not decoded.
pub fn unsupported_process(marker: u8) -> &'static str {
    match marker {
        0xC3 => "lossless coding",
        0xC5..=0xC7 => "hierarchical coding",
        0xC8 => "a reserved coding process",
        0xC9 | 0xCA => "arithmetic coding",
        0xCB => "lossless arithmetic coding",
        _ => "hierarchical arithmetic coding",
    }
}

impl Frame {
    /// Reads a header; the height may still be 0.
    pub fn parse(marker: u8, offset: usize, content: &[u8]) -> Result<Self, Error> {
        let damaged = |reason: String| Error::damaged(offset, marker, reason);
        let Some((&[precision, height_high, height_low, width_high, width_low, count], specs)) =
            content.split_first_chunk::<6>()
        else {
            return Err(damaged(format!("a frame header of {} bytes", content.len())));
        };
        if precision != 8 {
            return Err(if precision == 12 {
                Error::at(ErrorKind::Unsupported, offset, marker, "12 bits per sample")
            } else {
                damaged(format!("{precision} bits per sample"))
            });
        }
        let width = usize::from(width_high) << 8 | usize::from(width_low);
        if width == 0 || count == 0 {
            return Err(damaged(format!("an image {width} pixels wide with {count} components")));
        }
        if specs.len() != 3 * usize::from(count) {
            return Err(damaged(format!("a header for {count} components with {} bytes", content.len())));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(Error::at(ErrorKind::Unsupported, offset, marker, format!("images of {count} components")));
        }
        let mut components = Vec::with_capacity(usize::from(count));
        for spec in specs.as_chunks::<3>().0 {
            let [id, sampling, quantisation] = *spec;
            let (horizontal, vertical) = (usize::from(sampling >> 4), usize::from(sampling & 15));
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
                return Err(damaged(format!("sampling factors {horizontal}×{vertical}")));
            }
            components.push(Component {
                id,
                horizontal,
                vertical,
                quantisation: usize::from(quantisation),
                blocks_wide: 0,
                blocks_high: 0,
                rows_at_a_time: vertical,
            });
        }
        if let [only] = components.as_mut_slice() {
            // A scan of one component has one block in each MCU, whatever its sampling factors are.
            (only.horizontal, only.vertical) = (1, 1);
        }
        Ok(Self {
            process: match marker {
                0xC0 => Process::Baseline,
                0xC1 => Process::Extended,
                _ => Process::Progressive,
            },
            width,
            height: usize::from(height_high) << 8 | usize::from(height_low),
            horizontal: components.iter().map(|component| component.horizontal).max().unwrap_or(1),
            vertical: components.iter().map(|component| component.vertical).max().unwrap_or(1),
            components,
        })
    }

    /// Works out what depends on the height.
    pub fn finish(&mut self, offset: usize, marker: u8) -> Result<(), Error> {
        /// What libjpeg reads at most, so that more is certainly not meant.
        const LONGEST: usize = 65_500;
        if self.width > LONGEST || self.height > LONGEST {
            let size = format!("an image of {}×{} pixels, {LONGEST} is the longest side", self.width, self.height);
            return Err(Error::at(ErrorKind::Limit, offset, marker, size));
        }
        let (width, height) = (self.width, self.height);
        let (horizontal, vertical) = (self.horizontal, self.vertical);
        for component in &mut self.components {
            component.blocks_wide = (width * component.horizontal).div_ceil(8 * horizontal);
            component.blocks_high = (height * component.vertical).div_ceil(8 * vertical);
        }
        Ok(())
    }

    /// MCUs that an interleaved scan has in a row.
    pub fn mcus_wide(&self) -> usize {
        self.width.div_ceil(8 * self.horizontal)
    }

    /// Rows of MCUs of an interleaved scan.
    pub fn mcu_rows(&self) -> usize {
        self.height.div_ceil(8 * self.vertical)
    }
}

/// A component's part in a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanComponent {
    /// Its number in the frame.
    pub component: usize,
    /// The place of its table for DC differences.
    pub dc: usize,
    /// The place of its table for AC coefficients.
    pub ac: usize,
}

/// What a scan header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where its marker stands.
    pub offset: usize,
    /// Its components.
    pub components: Vec<ScanComponent>,
    /// The first coefficient of the band, in zigzag order.
    pub first: usize,
    /// The last one.
    pub last: usize,
    /// Bits that earlier scans left to this one and those after it; 0 for a first scan.
    pub high: u32,
    /// Bits that it leaves to later ones.
    pub low: u32,
}

impl Scan {
    /// Blocks that an interleaved MCU may have.
    const MCU_BLOCKS: usize = 10;

    /// Reads a header.
    pub fn parse(frame: &Frame, offset: usize, content: &[u8]) -> Result<Self, Error> {
        let damaged = |reason: String| Error::damaged(offset, SOS, reason);
        let count = usize::from(content.first().copied().unwrap_or_default());
        if !(1..=4).contains(&count) || content.len() != 2 * count + 4 {
            return Err(damaged(format!("a header for {count} components with {} bytes", content.len())));
        }
        let mut components: Vec<ScanComponent> = Vec::with_capacity(count);
        for pair in content[1..=2 * count].as_chunks::<2>().0 {
            // As libjpeg looks for it: never before the place that it has in the scan.
            let mut candidates = frame.components.iter().enumerate().skip(components.len());
            let found = candidates.find(|(_, component)| component.id == pair[0]).map(|(index, _)| index);
            let Some(component) = found.filter(|found| components.iter().all(|other| other.component != *found)) else {
                return Err(damaged(format!("a component {} that is not there, or twice", pair[0])));
            };
            components.push(ScanComponent { component, dc: usize::from(pair[1] >> 4), ac: usize::from(pair[1] & 15) });
        }
        let blocks: usize = components
            .iter()
            .map(|part| frame.components[part.component].horizontal * frame.components[part.component].vertical)
            .sum();
        if count > 1 && blocks > Self::MCU_BLOCKS {
            return Err(damaged(format!("an MCU of {blocks} blocks")));
        }
        let [first, last, approximation] = [content[2 * count + 1], content[2 * count + 2], content[2 * count + 3]];
        Ok(Self {
            offset,
            components,
            first: usize::from(first),
            last: usize::from(last),
            high: u32::from(approximation >> 4),
            low: u32::from(approximation & 15),
        })
    }
}
