//! JPEG files.

use super::{ColourMode, Info, Request, check_limit, check_region, undecodable, without_ink};
use crate::{
    Error, Result,
    image::{DType, Scratch, Shape, View},
    simd,
};
pub use fastaug_jpeg::encode::{Options as JpegOptions, Subsampling};
use fastaug_jpeg::{
    Coefficients, Colour, Database, Decoder, Options, Pieces, Region, RowsRead, SeekIndex,
    encode::{self, EncodeError, Picture, PixelFormat},
};

use std::ops::Range;

/// A JPEG file whose header was read, and what is to be made of it.
pub struct JpegFile<'a> {
    decoder: Decoder<'a>,
    options: Options,
    shape: Shape,
    indexes: Option<&'a Database>,
}

impl<'a> JpegFile<'a> {
    /// Reads the header and checks what is asked for.
    pub(super) fn open(bytes: &'a [u8], request: &Request<'a>) -> Result<Self> {
        let decoder = decoder(bytes)?;
        let colour = match (request.mode, decoder.components()) {
            (ColourMode::Gray, _) | (ColourMode::Unchanged | ColourMode::Labels, 1) => Colour::Gray,
            (ColourMode::Rgb, _) | (ColourMode::Unchanged | ColourMode::Labels, 3) => Colour::Rgb,
            (ColourMode::Bgr, _) => Colour::Bgr,
            (ColourMode::Rgba, _) => Colour::Rgba,
            (ColourMode::Unchanged | ColourMode::Labels, _) | (ColourMode::Cmyk, 4) => Colour::Cmyk,
            (ColourMode::Cmyk, components) => return Err(without_ink(&format!("this one has {components}"))),
        };
        let mut options = Options {
            colour,
            scale: request.scale.eighths(),
            orient: request.orient,
            tolerant: request.tolerant,
            level: simd::level(),
            ..Options::default()
        };
        if let Some(region) = request.region {
            let (width, height) = decoder.output_size(&options);
            check_region(region, Shape::new(height, width, 1))?;
            options.region = Some(Region { x: region.x, y: region.y, width: region.width, height: region.height });
        }
        let (width, height) = decoder.output_size(&options);
        let shape = Shape::new(height, width, colour.channels());
        Ok(Self { decoder, options, shape, indexes: request.indexes })
    }

    /// What it becomes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Decodes into memory for exactly these pixels.
    pub fn decode(&self, pixels: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        self.decode_part(&self.options, pixels, scratch)
    }

    /// How many of some threads are worth their while: more than one for large pictures.
    fn threads_worth(&self, threads: usize) -> usize {
        threads.min(self.shape.height * self.shape.width / PIXELS_WORTH_A_THREAD)
    }

    /// Divides the file into pieces for several threads to read, where that is better than to read bands of rows: not where
    /// reading can begin at any row, and not for a part of the picture that needs a part of the file only.
    pub fn pieces(&self, threads: usize, scratch: &mut Scratch) -> Option<Pieces<'a>> {
        let threads = self.threads_worth(threads);
        if threads < 2 || self.decoder.is_streamed() && (self.jumps() || !self.is_almost_whole()) {
            return None;
        }
        self.decoder.pieces(&self.options, threads, &mut scratch.jpeg)
    }

    /// Reads the scans of a file that has several, for several threads to make pixels of them; `None` where one thread does
    /// as well.
    pub fn read_scans(&self, threads: usize, scratch: &mut Scratch) -> Result<Option<Coefficients>> {
        if self.threads_worth(threads) < 2 || self.decoder.is_streamed() || self.orientation() > 4 {
            return Ok(None);
        }
        self.decoder.read_scans(&self.options, &mut scratch.jpeg).map(Some).map_err(undecodable)
    }

    /// Divides the work into bands of rows for several threads, in the order in which they stand in the file: worth it for
    /// large pictures. Files of several scans have to be read whole for any row, unless that is done already, and pictures
    /// whose rows become columns for any column: both are one band.
    pub fn bands(&self, threads: usize, coefficients: Option<&Coefficients>) -> Result<Vec<Band>> {
        let Shape { height, width, .. } = self.shape;
        let threads = self.threads_worth(threads);
        let is_read = coefficients.is_some();
        if threads < 2 || !is_read && !self.decoder.is_streamed() || self.orientation() > 4 {
            return Ok(vec![Band { rows: 0..height, options: self.options }]);
        }
        let seen = self.options.region.unwrap_or(Region { x: 0, y: 0, width, height });
        let stored = self.decoder.stored_region(&self.options).map_err(undecodable)?;
        let skipping = if is_read || self.jumps() { 0.0 } else { SKIPPING };
        // Rows are read from the top of the file, and may belong to the bottom of what is seen.
        let bands = bands_of(stored, self.options.scale, threads, skipping).map(|read| {
            let begin = if self.is_upside_down() { stored.y + height - read.end } else { read.start - stored.y };
            let region = Region { y: seen.y + begin, height: read.len(), ..seen };
            Band { rows: begin..begin + read.len(), options: Options { region: Some(region), ..self.options } }
        });
        Ok(bands.collect())
    }

    /// Decodes a band into memory for exactly its pixels; from coefficients, if they are there.
    pub fn decode_band(
        &self,
        band: &Band,
        coefficients: Option<&Coefficients>,
        pixels: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        match coefficients {
            Some(coefficients) => self
                .decoder
                .decode_coefficients(coefficients, &band.options, pixels, self.shape.row_len(), &mut scratch.jpeg)
                .map_err(undecodable),
            None => self.decode_part(&band.options, pixels, scratch),
        }
    }

    fn decode_part(&self, options: &Options, pixels: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        if pixels.is_empty() {
            return Ok(());
        }
        let index = self.index(options)?;
        self.decoder
            .decode_indexed(index.as_ref(), options, pixels, self.shape.row_len(), &mut scratch.jpeg)
            .map_err(undecodable)?;
        Ok(())
    }

    /// Which rows of MCUs that reads.
    pub fn rows_read(&self) -> Result<RowsRead> {
        self.decoder.rows_read(self.index(&self.options)?.as_ref(), &self.options).map_err(undecodable)
    }

    /// The file's seek index, where there is one and it helps.
    fn index(&self, options: &Options) -> Result<Option<SeekIndex>> {
        if self.indexes.is_none() || options.region.is_none() {
            return Ok(None);
        }
        Ok(self.index_for(self.decoder.stored_region(options).map_err(undecodable)?.y))
    }

    /// Whether reading can begin near any row.
    fn jumps(&self) -> bool {
        self.decoder.has_restarts() || self.index_for(self.shape.height / 2).is_some()
    }

    /// Whether so much of the picture is wanted that all of the file may as well be read.
    fn is_almost_whole(&self) -> bool {
        let whole = Options { region: None, ..self.options };
        let (width, height) = self.decoder.output_size(&whole);
        4 * self.shape.height * self.shape.width >= 3 * height * width
    }

    /// How the picture is made to be seen, as EXIF's number.
    fn orientation(&self) -> u8 {
        if self.options.orient { self.decoder.orientation() } else { 1 }
    }

    /// Whether what is seen at the top is read last.
    fn is_upside_down(&self) -> bool {
        matches!(self.orientation(), 3 | 4)
    }

    /// The same for what begins at some row.
    fn index_for(&self, row: usize) -> Option<SeekIndex> {
        self.indexes.filter(|_| row > 0)?.find(self.decoder.fingerprint())?.ok()
    }
}

/// Some rows of a picture.
#[derive(Clone, Debug)]
pub struct Band {
    /// Which of the rows that are wanted.
    pub rows: Range<usize>,
    options: Options,
}

/// Pixels for which another thread is worth its while.
const PIXELS_WORTH_A_THREAD: usize = 500_000;

/// How long it takes to pass over a row, in comparison to decoding it.
const SKIPPING: f64 = 0.35;

/// Divides the rows of a region so that all threads take equally long: each has to pass over the rows above its own, which
/// takes the given share of the time of decoding them.
fn bands_of(region: Region, scale: usize, threads: usize, skipping: f64) -> impl Iterator<Item = Range<usize>> {
    // Rows of MCUs are 8, 16 or 32 pixels high.
    let step = 32 * scale / 8;
    let (begin, end) = (region.y, region.y + region.height);
    let weights = (0..threads).map(move |number| (1.0 - skipping).powi(number as i32));
    let all: f64 = weights.clone().sum();
    let ends = weights.scan(0.0, move |sum, weight| {
        *sum += weight;
        let row = begin as f64 + region.height as f64 * *sum / all;
        Some(((row / step as f64).round() as usize * step).clamp(begin, end))
    });
    let ends = ends.take(threads - 1).chain([end]);
    ends.scan(begin, |from, to| Some(std::mem::replace(from, to)..to)).filter(|rows| !rows.is_empty())
}

/// A JPEG file whose header was read and whose size is within the limit.
pub(super) fn decoder(bytes: &[u8]) -> Result<Decoder<'_>> {
    let decoder = Decoder::new(bytes).map_err(undecodable)?;
    let (width, height) = decoder.output_size(&Options::default());
    check_limit(width as u32, height as u32)?;
    Ok(decoder)
}

/// Reads the header only.
pub(super) fn info(bytes: &[u8]) -> Result<Info> {
    let info = decoder(bytes)?.info();
    Ok(Info {
        format: "jpeg".into(),
        height: info.height,
        width: info.width,
        channels: info.components,
        dtype: DType::U8,
        has_palette: false,
        jpeg: Some(info),
    })
}

/// How chroma is sampled, as people write it (`4:2:0`), or else the factors of each component (`2x2,1x2,1x1`).
pub fn sampling_name(info: &fastaug_jpeg::Info) -> String {
    if let [(horizontal, vertical), blue, red] = *info.sampling.as_slice()
        && blue == red
        && horizontal.is_multiple_of(blue.0)
        && vertical.is_multiple_of(blue.1)
    {
        let usual = match (horizontal / blue.0, vertical / blue.1) {
            (1, 1) => Some("4:4:4"),
            (2, 1) => Some("4:2:2"),
            (2, 2) => Some("4:2:0"),
            (1, 2) => Some("4:4:0"),
            (4, 1) => Some("4:1:1"),
            (4, 2) => Some("4:1:0"),
            _ => None,
        };
        if let Some(name) = usual {
            return name.into();
        }
    }
    let mut name = String::with_capacity(16);
    for &(horizontal, vertical) in &info.sampling {
        if !name.is_empty() {
            name.push(',');
        }
        // Factors are 1 to 4.
        name.extend([char::from(b'0' + horizontal), 'x', char::from(b'0' + vertical)]);
    }
    name
}

/// Makes a JPEG file of an image with 1 (gray), 3 (RGB) or 4 channels (RGB and an opacity that is left out).
pub fn encode_jpeg(image: View<'_, u8>, options: JpegOptions, scratch: &mut Scratch) -> Result<Vec<u8>> {
    let shape = image.shape();
    let format = match shape.channels {
        1 => PixelFormat::Gray,
        3 => PixelFormat::Rgb,
        4 => PixelFormat::Rgba,
        channels => {
            return Err(Error::Shape(format!(
                "image must have 1 (gray), 3 (RGB) or 4 (RGBA) channels to become a JPEG file, got {channels}"
            )));
        }
    };
    let size = (shape.height, shape.width);
    let (data, start, stride) = image.raw();
    if let Some(stride) = usize::try_from(stride).ok().filter(|&stride| stride >= shape.row_len()) {
        return encode_rows(&data[start..], size, stride, format, options);
    }
    // Rows that lie backwards in memory, or one row that stands for many.
    let mut rows = scratch.take(shape.len());
    for (target, source) in rows.chunks_exact_mut(shape.row_len()).zip(image.rows()) {
        target.copy_from_slice(source);
    }
    let encoded = encode_rows(&rows, size, shape.row_len(), format, options);
    scratch.give(rows);
    encoded
}

fn encode_rows(
    pixels: &[u8],
    size: (usize, usize),
    stride: usize,
    format: PixelFormat,
    options: JpegOptions,
) -> Result<Vec<u8>> {
    Picture::new(pixels, size, stride, format)
        .and_then(|picture| encode::encode(picture, &options, simd::level()))
        .map_err(|error: EncodeError| Error::Shape(format!("image: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_all_of_a_region() {
        for (y, height, scale, threads) in [(0, 3000, 8, 2), (17, 1999, 4, 3), (5, 40, 8, 4), (100, 7, 1, 2)] {
            for skipping in [0.0, SKIPPING] {
                let region = Region { x: 0, y, width: 10, height };
                let bands: Vec<Range<usize>> = bands_of(region, scale, threads, skipping).collect();
                assert_eq!((bands[0].start, bands[bands.len() - 1].end), (y, y + height));
                assert!(bands.windows(2).all(|pair| pair[0].end == pair[1].start));
                assert!(bands.len() <= threads);
            }
        }
    }
}
