//! JPEG files.

use super::{ColourMode, Info, Request, check_limit, check_region, undecodable, without_ink};
use crate::{
    Error, Result,
    exec::{pool, sample::with_context},
    image::{DType, Scratch, Shape, View},
    simd,
};
pub use fastaug_jpeg::encode::{Options as JpegOptions, Subsampling};
use fastaug_jpeg::{
    Colour, Database, Decoder, Options, Region, RowsRead, SeekIndex,
    encode::{self, EncodeError, Picture, PixelFormat},
};

use std::{
    ops::Range,
    sync::{Mutex, OnceLock, PoisonError},
};

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
            (ColourMode::Gray, _) | (ColourMode::Unchanged, 1) => Colour::Gray,
            (ColourMode::Rgb, _) | (ColourMode::Unchanged, 3) => Colour::Rgb,
            (ColourMode::Bgr, _) => Colour::Bgr,
            (ColourMode::Rgba, _) => Colour::Rgba,
            (ColourMode::Unchanged, _) | (ColourMode::Cmyk, 4) => Colour::Cmyk,
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
        if self.shape.is_empty() {
            return Ok(());
        }
        let index = self.index();
        self.decoder
            .decode_indexed(index.as_ref(), &self.options, pixels, self.shape.row_len(), &mut scratch.jpeg)
            .map_err(undecodable)?;
        Ok(())
    }

    /// The same on several threads, each of which makes a band of rows: worth it for large pictures. Files of several scans
    /// have to be read whole for any row, and pictures whose rows become columns for any column: both are left to one thread.
    pub fn decode_on_threads(&self, pixels: &mut [u8], threads: usize) -> Result<()> {
        let pixel_count = self.shape.height * self.shape.width;
        let threads = threads.min(pixel_count / PIXELS_WORTH_A_THREAD);
        if threads < 2 || !self.decoder.is_streamed() || self.orientation() > 4 {
            return with_context(|context| self.decode(pixels, context.scratch));
        }
        let index = self.index_for(self.shape.height / 2);
        let (width, height) = (self.shape.width, self.shape.height);
        let seen = self.options.region.unwrap_or(Region { x: 0, y: 0, width, height });
        let stored = self.stored_region()?;
        let skipping = if index.is_some() { 0.0 } else { SKIPPING };
        let mut bands = Vec::with_capacity(threads);
        let mut rest = pixels;
        // Rows are read from the top of the file, and may belong to the bottom of what is seen.
        let upside_down = self.is_upside_down();
        for rows in bands_of(stored, self.options.scale, threads, skipping) {
            let begin = if upside_down { stored.y + height - rows.end } else { rows.start - stored.y };
            let size = rows.len() * self.shape.row_len();
            let at = if upside_down { rest.len() - size } else { size };
            let (above, below) = rest.split_at_mut(at);
            let band;
            (band, rest) = if upside_down { (below, above) } else { (above, below) };
            let region = Region { y: seen.y + begin, height: rows.len(), ..seen };
            bands.push((Mutex::new(band), Options { region: Some(region), ..self.options }));
        }
        let errors: Vec<OnceLock<Error>> = bands.iter().map(|_| OnceLock::new()).collect();
        pool::for_each(bands.len(), threads, |number| {
            let (band, options) = &bands[number];
            let mut band = band.lock().unwrap_or_else(PoisonError::into_inner);
            let done = with_context(|context| {
                let (stride, workspace) = (self.shape.row_len(), &mut context.scratch.jpeg);
                self.decoder.decode_indexed(index.as_ref(), options, &mut band, stride, workspace)
            });
            if let Err(error) = done {
                errors[number].get_or_init(|| undecodable(error));
            }
        });
        // The last band has read the whole file, and tells what one thread would have told.
        errors.into_iter().rev().find_map(OnceLock::into_inner).map_or(Ok(()), Err)
    }

    /// Which rows of MCUs that reads.
    pub fn rows_read(&self) -> Result<RowsRead> {
        self.decoder.rows_read(self.index().as_ref(), &self.options).map_err(undecodable)
    }

    /// The file's seek index, where there is one and it helps.
    fn index(&self) -> Option<SeekIndex> {
        self.options.region?;
        self.index_for(self.stored_region().ok()?.y)
    }

    /// What is wanted, as it lies in the file.
    fn stored_region(&self) -> Result<Region> {
        self.decoder.stored_region(&self.options).map_err(undecodable)
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
    use crate::{
        codec::{self, Scale},
        image::{ImageBuf, Rect},
    };

    fn photo(height: usize, width: usize, options: JpegOptions) -> Vec<u8> {
        let pixels: Vec<u8> = (0..height * width * 3).map(|place| (place * 37 / 11 % 253) as u8).collect();
        encode_rows(&pixels, (height, width), 3 * width, PixelFormat::Rgb, options).unwrap()
    }

    #[test]
    fn threads_make_the_same_pixels() {
        for subsampling in [Subsampling::S420, Subsampling::S444, Subsampling::S440] {
            for restart_interval in [0, 70] {
                let bytes = photo(1503, 1410, JpegOptions { subsampling, restart_interval, ..JpegOptions::default() });
                for scale in Scale::ALL {
                    let request = Request { scale, ..Request::default() };
                    let file = JpegFile::open(&bytes, &request).unwrap();
                    let ImageBuf::U8(expected, shape) =
                        codec::decode(&bytes, &request, &mut Scratch::default()).unwrap()
                    else {
                        panic!("JPEG files hold bytes")
                    };
                    for threads in [2, 3, 4] {
                        let mut pixels = vec![0; shape.len()];
                        file.decode_on_threads(&mut pixels, threads).unwrap();
                        assert!(pixels == expected[..shape.len()], "{subsampling:?} {scale:?} {threads}");
                    }
                }
            }
        }
    }

    /// The same file, with EXIF's number for how it is to be seen.
    fn with_orientation(bytes: &[u8], number: u8) -> Vec<u8> {
        let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
        exif.extend([0, number, 0, 0, 0, 0, 0, 0]);
        [&bytes[..2], &exif, &bytes[2..]].concat()
    }

    #[test]
    fn threads_turn_pictures_as_one_does() {
        let bytes = photo(1503, 1410, JpegOptions::default());
        for number in 1..=8 {
            let bytes = with_orientation(&bytes, number);
            for region in [None, Some(Rect { x: 3, y: 41, width: 1400, height: 1300 })] {
                let request = Request { orient: true, region, ..Request::default() };
                let file = JpegFile::open(&bytes, &request).unwrap();
                let mut expected = vec![0; file.shape().len()];
                file.decode(&mut expected, &mut Scratch::default()).unwrap();
                for threads in [2, 3] {
                    let mut pixels = vec![0; file.shape().len()];
                    file.decode_on_threads(&mut pixels, threads).unwrap();
                    assert!(pixels == expected, "orientation {number}, {region:?}, {threads} threads");
                }
            }
        }
    }

    #[test]
    fn threads_report_what_one_does() {
        let bytes = photo(1400, 1400, JpegOptions::default());
        for number in [1, 2, 3, 6] {
            let bytes = with_orientation(&bytes, number);
            for cut in [1000, bytes.len() / 3, bytes.len() - 1000] {
                let request = Request { orient: true, ..Request::default() };
                let file = JpegFile::open(&bytes[..cut], &request).unwrap();
                let mut pixels = vec![0; file.shape().len()];
                let expected = file.decode(&mut pixels, &mut Scratch::default()).unwrap_err().to_string();
                assert_eq!(file.decode_on_threads(&mut pixels, 2).unwrap_err().to_string(), expected);
            }
        }
    }

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
