//! JPEG files.

use super::{ColourMode, Info, Request, check_limit, check_region, undecodable, without_ink};
use crate::{
    Error, Result,
    image::{DType, Scratch, Shape, View},
    simd,
};
pub use fastaug_jpeg::encode::{Options as JpegOptions, Subsampling};
use fastaug_jpeg::{
    Colour, Database, Decoder, Options, Region, RowsRead, SeekIndex,
    encode::{self, EncodeError, Picture, PixelFormat},
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

    /// Which rows of MCUs that reads.
    pub fn rows_read(&self) -> Result<RowsRead> {
        self.decoder.rows_read(self.index().as_ref(), &self.options).map_err(undecodable)
    }

    /// The file's seek index, where there is one and it helps.
    fn index(&self) -> Option<SeekIndex> {
        self.options.region.filter(|region| region.y > 0)?;
        self.indexes?.find(self.decoder.fingerprint())?.ok()
    }
}

/// A JPEG file whose header was read and whose size is within the limit.
fn decoder(bytes: &[u8]) -> Result<Decoder<'_>> {
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
