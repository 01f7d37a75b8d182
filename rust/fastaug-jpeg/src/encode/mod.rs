//! A baseline JPEG encoder, and the loss of one without its file.
//!
//! [`encode`] writes the very bytes that libjpeg-turbo does with its default settings (accurate integer transform, no
//! smoothing): a picture that fastaug compresses looks as it does anywhere else. [`recompress`] gives the pixels that
//! would be decoded from it and leaves the entropy coding out, where nothing is lost; [`coefficients`] stops before it.

pub(crate) mod bands;
mod colour;
mod downsample;
mod forward;
mod huffman;
mod lanes;
mod layout;
mod quantize;
mod recompress;
mod write;

pub use recompress::recompress;

use crate::standard::{CHROMA_QUANTISATION, LUMA_QUANTISATION, quantisation};
use bands::{Bands, Block, Memory};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use huffman::{Counter, Encoder, Scan, Table};
use layout::Layout;
use quantize::Quantizer;
use std::fmt;
use write::BitWriter;

/// Why pixels could not be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// A JPEG has between 1 and 65535 rows and columns.
    Size {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// The pixels end before the picture does, or rows overlap.
    Buffer {
        /// Bytes that are there.
        found: usize,
        /// Bytes that are needed.
        expected: usize,
    },
    /// Qualities are between 1 and 100.
    Quality(u8),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { height, width } => write!(f, "a JPEG has 1 to 65535 rows and columns, not {height}×{width}"),
            Self::Buffer { found, expected } => {
                write!(f, "the buffer holds {found} bytes, the picture needs {expected}")
            }
            Self::Quality(quality) => write!(f, "the quality must be between 1 and 100, got {quality}"),
        }
    }
}

impl std::error::Error for EncodeError {}

/// What stands in memory for a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// One value.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Red, green, blue and something that is left out.
    Rgba,
    /// Blue, green, red and something that is left out.
    Bgra,
}

impl PixelFormat {
    /// Bytes of a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Bgr => 3,
            Self::Rgba | Self::Bgra => 4,
        }
    }
}

/// How much smaller chroma is stored than luma.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subsampling {
    /// As large.
    S444,
    /// Half as wide.
    S422,
    /// Half as wide and half as high.
    #[default]
    S420,
    /// Half as high.
    S440,
    /// A quarter as wide.
    S411,
}

impl Subsampling {
    /// Blocks of luma beside and above each other for one block of chroma.
    pub fn luma_blocks(self) -> (usize, usize) {
        match self {
            Self::S444 => (1, 1),
            Self::S422 => (2, 1),
            Self::S420 => (2, 2),
            Self::S440 => (1, 2),
            Self::S411 => (4, 1),
        }
    }
}

/// How to encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// 1 (smallest file) to 100 (least loss).
    pub quality: u8,
    /// How chroma is stored; gray pictures have none.
    pub subsampling: Subsampling,
    /// Huffman tables made for the picture: a slightly smaller file, a second pass over it.
    pub optimize: bool,
    /// Units (MCUs) after which decoding can start anew; 0 for never.
    pub restart_interval: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { quality: 75, subsampling: Subsampling::default(), optimize: false, restart_interval: 0 }
    }
}

/// Borrowed pixels that are known to be there.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'p> {
    pixels: &'p [u8],
    width: usize,
    height: usize,
    stride: usize,
    format: PixelFormat,
}

impl<'p> Picture<'p> {
    /// Rows that begin `stride` bytes after each other.
    pub fn new(
        pixels: &'p [u8],
        (height, width): (usize, usize),
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, EncodeError> {
        let valid = 1..=65535;
        if !valid.contains(&width) || !valid.contains(&height) {
            return Err(EncodeError::Size { height, width });
        }
        let row = width * format.bytes();
        let expected = stride.max(row).saturating_mul(height - 1).saturating_add(row);
        if stride < row || pixels.len() < expected {
            return Err(EncodeError::Buffer { found: pixels.len(), expected });
        }
        Ok(Self { pixels, width, height, stride, format })
    }

    fn layout(&self, subsampling: Subsampling) -> Layout {
        Layout::new(self.width, self.height, (self.format != PixelFormat::Gray).then_some(subsampling))
    }
}

/// Encodes a picture.
///
/// ```
/// use fastaug_jpeg::encode::{Options, Picture, PixelFormat, Subsampling, encode};
///
/// let (height, width) = (20, 30);
/// let pixels = vec![200; height * width]; // gray
/// let picture = Picture::new(&pixels, (height, width), width, PixelFormat::Gray)?;
/// let options = Options { quality: 90, optimize: true, ..Options::default() };
/// let file = encode(picture, &options, fearless_simd::Level::new())?;
/// assert_eq!(fastaug_jpeg::Decoder::new(&file)?.info().quality, Some(90));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(picture: Picture<'_>, options: &Options, level: Level) -> Result<Vec<u8>, EncodeError> {
    let quantizers = quantizers(options.quality)?;
    Ok(dispatch!(level, simd => encode_at(simd, picture, *options, &quantizers)))
}

#[simd]
fn encode_at<S: Simd>(simd: S, picture: Picture<'_>, options: Options, quantizers: &[Quantizer; 2]) -> Vec<u8> {
    let layout = picture.layout(options.subsampling);
    let mut memory = Memory::default();
    let mut bands = Bands::new(picture, &layout, options.subsampling, quantizers, &mut memory);
    // All bands are kept only where they are gone through twice.
    let kept = if options.optimize { layout.units_high } else { 1 };
    let mut blocks: Vec<Vec<Block>> =
        layout.components.iter().map(|component| vec![[0; 64]; component.band_blocks() * kept]).collect();

    let mut tables = Table::standard();
    if options.optimize {
        let mut counter = Counter { occurrences: [[0; 256]; 4] };
        let mut scan = Scan::new(&layout, options.restart_interval);
        for band in 0..layout.units_high {
            bands.blocks(simd, band, &mut band_of_mut(&layout, blocks.iter_mut(), band));
            scan.band(simd, &band_of(&layout, &blocks, band), &mut counter);
        }
        tables = counter.occurrences.each_ref().map(Table::optimal);
    }

    let size = (picture.width as u16, picture.height as u16);
    let mut out = Vec::with_capacity(1024 + picture.width * picture.height / 2);
    let steps = [&quantizers[0].steps, &quantizers[1].steps];
    write::header(&mut out, size, &layout, steps, &tables, options.restart_interval);
    let encoders = tables.each_ref().map(Encoder::new);
    let mut writer = BitWriter::new(&mut out, &encoders);
    let mut scan = Scan::new(&layout, options.restart_interval);
    for band in 0..layout.units_high {
        if options.optimize {
            writer = scan.band(simd, &band_of(&layout, &blocks, band), writer);
        } else {
            bands.blocks(simd, band, &mut band_of_mut(&layout, blocks.iter_mut(), 0));
            writer = scan.band(simd, &band_of(&layout, &blocks, 0), writer);
        }
    }
    writer.finish();
    out
}

fn quantizers(quality: u8) -> Result<[Quantizer; 2], EncodeError> {
    if !(1..=100).contains(&quality) {
        return Err(EncodeError::Quality(quality));
    }
    Ok([&LUMA_QUANTISATION, &CHROMA_QUANTISATION].map(|base| Quantizer::new(quantisation(base, quality))))
}

/// Each component's blocks of one band.
fn band_of<'b>(layout: &Layout, blocks: &'b [Vec<Block>], band: usize) -> Vec<&'b [Block]> {
    let components = layout.components.iter().zip(blocks);
    components.map(|(component, blocks)| &blocks[band * component.band_blocks()..][..component.band_blocks()]).collect()
}

fn band_of_mut<'b>(
    layout: &Layout,
    blocks: impl Iterator<Item = &'b mut Vec<Block>>,
    band: usize,
) -> Vec<&'b mut [Block]> {
    let components = layout.components.iter().zip(blocks);
    components
        .map(|(component, blocks)| &mut blocks[band * component.band_blocks()..][..component.band_blocks()])
        .collect()
}

/// What a decoder has once it has undone the entropy coding and the quantisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coefficients {
    /// Gray or luma, then both chroma.
    pub components: Vec<ComponentCoefficients>,
}

/// One component of [`Coefficients`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentCoefficients {
    /// Blocks beside each other, whole units: the last may hold nothing of the image.
    pub blocks_wide: usize,
    /// Blocks above each other, likewise.
    pub blocks_high: usize,
    /// Blocks beside each other in a unit.
    pub horizontal: usize,
    /// Blocks above each other in a unit.
    pub vertical: usize,
    /// What the coefficients are multiples of, row by row.
    pub quantisation: [u16; 64],
    /// Row of blocks after row of blocks, the coefficients of each row by row.
    pub blocks: Vec<[i16; 64]>,
}

/// The coefficients that would be decoded from the file that [`encode`] makes.
///
/// ```
/// use fastaug_jpeg::encode::{Picture, PixelFormat, Subsampling, coefficients};
///
/// let picture = Picture::new(&[200; 64], (8, 8), 8, PixelFormat::Gray)?;
/// let found = coefficients(picture, 50, Subsampling::S420, fearless_simd::Level::new())?;
/// // Eight times the mean, less 128, in steps of 16.
/// assert_eq!(found.components[0].blocks[0][..2], [36 * 16, 0]);
/// # Ok::<(), fastaug_jpeg::encode::EncodeError>(())
/// ```
pub fn coefficients(
    picture: Picture<'_>,
    quality: u8,
    subsampling: Subsampling,
    level: Level,
) -> Result<Coefficients, EncodeError> {
    let mut found = Coefficients::default();
    coefficients_into(&mut found, picture, quality, subsampling, level)?;
    Ok(found)
}

/// [`coefficients`] in the memory of others: fresh memory, a page at a time, can cost more than all arithmetic.
pub fn coefficients_into(
    coefficients: &mut Coefficients,
    picture: Picture<'_>,
    quality: u8,
    subsampling: Subsampling,
    level: Level,
) -> Result<(), EncodeError> {
    let quantizers = quantizers(quality)?;
    dispatch!(level, simd => coefficients_at(simd, picture, subsampling, &quantizers, coefficients));
    Ok(())
}

#[simd]
fn coefficients_at<S: Simd>(
    simd: S,
    picture: Picture<'_>,
    subsampling: Subsampling,
    quantizers: &[Quantizer; 2],
    coefficients: &mut Coefficients,
) {
    let layout = picture.layout(subsampling);
    let mut used = std::mem::take(&mut coefficients.components).into_iter();
    for (index, component) in layout.components.iter().enumerate() {
        // Every block is written anew, whatever it holds.
        let mut blocks = used.next().map_or_else(Vec::new, |component| component.blocks);
        blocks.resize(component.blocks_wide * component.blocks_high, [0; 64]);
        coefficients.components.push(ComponentCoefficients {
            blocks_wide: component.blocks_wide,
            blocks_high: component.blocks_high,
            horizontal: component.horizontal,
            vertical: component.vertical,
            quantisation: quantizers[usize::from(index > 0)].steps.map(u16::from),
            blocks,
        });
    }
    let mut memory = Memory::default();
    let mut bands = Bands::new(picture, &layout, subsampling, quantizers, &mut memory);
    for band in 0..layout.units_high {
        let blocks = coefficients.components.iter_mut().map(|component| &mut component.blocks);
        let mut blocks = band_of_mut(&layout, blocks, band);
        bands.blocks(simd, band, &mut blocks);
        for (index, blocks) in blocks.into_iter().enumerate() {
            multiply(simd, blocks, &quantizers[usize::from(index > 0)].steps);
        }
    }
}

/// Products reach 1024 and half a step at most.
#[simd]
fn multiply<S: Simd>(_: S, blocks: &mut [Block], steps: &[u8; 64]) {
    let steps = steps.map(i16::from);
    for block in blocks {
        for (value, step) in block.iter_mut().zip(steps) {
            *value *= step;
        }
    }
}

#[cfg(test)]
mod tests;
