//! Encoded images: which format, what the header says, and the pixels. JPEG goes to `fastaug-jpeg`, everything else to
//! the `image` crate.

use crate::{
    Error, Result,
    image::{DType, Format, ImageBuf, Rect, Scratch, Shape},
    ops::{
        Context, Luma,
        convert::{ConvertOp, GrayChannels},
    },
    simd,
};
use fastaug_jpeg::{Colour, Decoder, Options, Region};
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::io::Cursor;

/// What the pixels of a decoded image are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourMode {
    /// Three 8-bit channels.
    #[default]
    Rgb,
    /// One 8-bit channel.
    Gray,
    /// Four 8-bit channels.
    Rgba,
    /// As stored: channels and type of the file.
    Unchanged,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The file format's usual name: `jpeg`, `png`, …
    pub format: String,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels as stored.
    pub channels: usize,
    /// Type of one value as stored.
    pub dtype: DType,
}

fn undecodable(error: impl std::fmt::Display) -> Error {
    Error::Decode(error.to_string())
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xD8])
}

/// A reader that knows the format from the first bytes and refuses sizes beyond the pixel limit.
fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>> {
    if bytes.is_empty() {
        return Err(Error::Decode("the input is empty (0 bytes)".into()));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(undecodable)?;
    if reader.format().is_none() {
        return Err(Error::Decode(
            "the bytes are not an image of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF, PNM, TGA, QOI)".into(),
        ));
    }
    Ok(reader)
}

/// Reads the header only.
pub fn info(bytes: &[u8]) -> Result<Info> {
    if is_jpeg(bytes) {
        let info = Decoder::new(bytes).map_err(undecodable)?.info();
        return Ok(Info {
            format: "jpeg".into(),
            height: info.height,
            width: info.width,
            channels: info.components,
            dtype: DType::U8,
        });
    }
    let reader = reader(bytes)?;
    let format = reader.format().and_then(|format| format.extensions_str().first()).copied().unwrap_or("unknown");
    let decoder = reader.into_decoder().map_err(undecodable)?;
    let (width, height) = decoder.dimensions();
    check_limit(width, height)?;
    let colour = decoder.color_type();
    let dtype = match colour.bytes_per_pixel() / colour.channel_count() {
        1 => DType::U8,
        2 => DType::U16,
        _ => DType::F32,
    };
    Ok(Info {
        format: format.into(),
        height: height as usize,
        width: width as usize,
        channels: colour.channel_count() as usize,
        dtype,
    })
}

fn check_limit(width: u32, height: u32) -> Result<()> {
    let (pixels, limit) = (u64::from(width) * u64::from(height), fastaug_jpeg::Limits::default().pixels);
    if pixels > limit {
        return Err(Error::Decode(format!(
            "the image is {width}×{height}, {pixels} pixels, more than the limit of {limit}"
        )));
    }
    Ok(())
}

/// The format that [`decode`] gives for a file with this header.
pub fn decoded_format(info: &Info, mode: ColourMode) -> Format {
    let (channels, dtype) = match mode {
        ColourMode::Rgb => (3, DType::U8),
        ColourMode::Gray => (1, DType::U8),
        ColourMode::Rgba => (4, DType::U8),
        ColourMode::Unchanged => (info.channels, info.dtype),
    };
    Format::new(Shape::new(info.height, info.width, channels), dtype)
}

/// The pixels inside a rectangle of the image. Of a JPEG file, nothing else is made; of any other, the whole image.
pub fn decode_region(bytes: &[u8], mode: ColourMode, region: Rect, scratch: &mut Scratch) -> Result<ImageBuf> {
    if is_jpeg(bytes) {
        return decode_jpeg(bytes, mode, Some(region), scratch);
    }
    let whole = decode(bytes, mode, scratch)?;
    if region == Rect::whole(whole.format().shape) {
        return Ok(whole);
    }
    let part = whole.as_image().crop(region);
    let mut cropped = scratch.take_image(part.format());
    if !part.shape().is_empty() {
        crate::with_element_pairs!(part, cropped.as_image_mut(), (source, target) => {
            let mut target = target;
            target.copy_from(source);
        });
    }
    scratch.give_image(whole);
    Ok(cropped)
}

/// Decodes a JPEG file, or a rectangle of it.
fn decode_jpeg(bytes: &[u8], mode: ColourMode, region: Option<Rect>, scratch: &mut Scratch) -> Result<ImageBuf> {
    let decoder = Decoder::new(bytes).map_err(undecodable)?;
    let colour = match (mode, decoder.info().components) {
        (ColourMode::Gray, _) | (ColourMode::Unchanged, 1) => Colour::Gray,
        (ColourMode::Rgb, _) | (ColourMode::Unchanged, 3) => Colour::Rgb,
        (ColourMode::Rgba, _) => Colour::Rgba,
        (ColourMode::Unchanged, _) => Colour::Cmyk,
    };
    let options = Options {
        colour,
        region: region.map(|Rect { x, y, width, height }| Region { x, y, width, height }),
        level: simd::level(),
        ..Options::default()
    };
    let (width, height) = decoder.output_size(&options);
    let shape = Shape::new(height, width, colour.channels());
    let mut pixels = scratch.take(shape.len());
    if !shape.is_empty() {
        let decoded = decoder.decode(&options, &mut pixels[..shape.len()], shape.row_len(), &mut scratch.jpeg);
        if let Err(error) = decoded {
            scratch.give(pixels);
            return Err(undecodable(error));
        }
    }
    Ok(ImageBuf::U8(pixels, shape))
}

/// Decodes all pixels.
pub fn decode(bytes: &[u8], mode: ColourMode, scratch: &mut Scratch) -> Result<ImageBuf> {
    if is_jpeg(bytes) {
        return decode_jpeg(bytes, mode, None, scratch);
    }
    if mode == ColourMode::Gray && info(bytes)?.channels > 2 {
        let colours = decode(bytes, ColourMode::Rgb, scratch)?;
        let luma = GrayChannels { luma: Luma::WeightedAverage, channels: 1 };
        let mut gray = scratch.take_image(luma.output(colours.format()));
        let mut context = Context { level: simd::level(), scratch };
        luma.run(colours.as_image(), gray.as_image_mut(), &mut context);
        scratch.give_image(colours);
        return Ok(gray);
    }
    let decoder = reader(bytes)?.into_decoder().map_err(undecodable)?;
    let (width, height) = decoder.dimensions();
    check_limit(width, height)?;
    let image = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    let shape = |channels| Shape::new(height as usize, width as usize, channels);
    Ok(match mode {
        ColourMode::Rgb => ImageBuf::U8(image.into_rgb8().into_raw(), shape(3)),
        ColourMode::Gray => ImageBuf::U8(image.into_luma8().into_raw(), shape(1)),
        ColourMode::Rgba => ImageBuf::U8(image.into_rgba8().into_raw(), shape(4)),
        ColourMode::Unchanged => {
            let channels = image.color().channel_count() as usize;
            match image {
                DynamicImage::ImageLuma8(_)
                | DynamicImage::ImageLumaA8(_)
                | DynamicImage::ImageRgb8(_)
                | DynamicImage::ImageRgba8(_) => ImageBuf::U8(image.into_bytes(), shape(channels)),
                DynamicImage::ImageLuma16(pixels) => ImageBuf::U16(pixels.into_raw(), shape(channels)),
                DynamicImage::ImageLumaA16(pixels) => ImageBuf::U16(pixels.into_raw(), shape(channels)),
                DynamicImage::ImageRgb16(pixels) => ImageBuf::U16(pixels.into_raw(), shape(channels)),
                DynamicImage::ImageRgba16(pixels) => ImageBuf::U16(pixels.into_raw(), shape(channels)),
                DynamicImage::ImageRgb32F(pixels) => ImageBuf::F32(pixels.into_raw(), shape(channels)),
                DynamicImage::ImageRgba32F(pixels) => ImageBuf::F32(pixels.into_raw(), shape(channels)),
                other => {
                    return Err(Error::Decode(format!("pixels of type {:?} are not supported", other.color())));
                }
            }
        }
    })
}
