//! Encoded images: which format, what the header says, the pixels, and JPEG files made of pixels. JPEG goes to
//! `fastaug-jpeg`, everything else to the `image` crate.

use crate::{
    Error, Result,
    image::{DType, Format, ImageBuf, Rect, Scratch, Shape, View},
    ops::{
        Context, Luma,
        convert::{ConvertOp, GrayChannels},
    },
    simd,
};
use fastaug_jpeg::{
    Colour, Decoder, Options, Region,
    encode::{self, EncodeError, Picture, PixelFormat},
};
pub use fastaug_jpeg::{
    Info as JpegInfo,
    encode::{Options as JpegOptions, Subsampling},
};
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::io::Cursor;

/// What the pixels of a decoded image are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourMode {
    /// Three 8-bit channels: red, green, blue.
    #[default]
    Rgb,
    /// Three 8-bit channels: blue, green, red.
    Bgr,
    /// One 8-bit channel.
    Gray,
    /// Four 8-bit channels: colours and opacity.
    Rgba,
    /// Four 8-bit channels of ink, 0 for none: JPEG files of four components only.
    Cmyk,
    /// As stored: channels and type of the file.
    Unchanged,
}

/// How many pixels of the result eight of the file become, across and down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// All of them.
    #[default]
    Whole,
    /// Half as many.
    Half,
    /// A quarter.
    Quarter,
    /// An eighth.
    Eighth,
}

impl Scale {
    /// The scale of this factor, if there is one.
    pub fn from_factor(factor: f64) -> Option<Self> {
        [Self::Whole, Self::Half, Self::Quarter, Self::Eighth]
            .into_iter()
            .find(|scale| scale.eighths() as f64 == factor * 8.0)
    }

    fn eighths(self) -> usize {
        match self {
            Self::Whole => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }
}

/// How a file is to be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What the pixels are to be.
    pub mode: ColourMode,
    /// How large the picture is to be; JPEG files can be decoded to less than their size.
    pub scale: Scale,
    /// The rectangle of the scaled picture; all of it by default.
    pub region: Option<Rect>,
    /// Whether damage to a JPEG file is overlooked where something can be decoded.
    pub tolerant: bool,
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
    /// What a JPEG file says besides.
    pub jpeg: Option<JpegInfo>,
}

/// How chroma is sampled, as people write it (`4:2:0`), or else the factors of each component (`2x2,1x2,1x1`).
pub fn sampling_name(info: &JpegInfo) -> String {
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
        let info = jpeg_decoder(bytes)?.info();
        return Ok(Info {
            format: "jpeg".into(),
            height: info.height,
            width: info.width,
            channels: info.components,
            dtype: DType::U8,
            jpeg: Some(info),
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
        jpeg: None,
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
        ColourMode::Rgb | ColourMode::Bgr => (3, DType::U8),
        ColourMode::Gray => (1, DType::U8),
        ColourMode::Rgba | ColourMode::Cmyk => (4, DType::U8),
        ColourMode::Unchanged => (info.channels, info.dtype),
    };
    Format::new(Shape::new(info.height, info.width, channels), dtype)
}

/// The pixels inside a rectangle of the image. Of a JPEG file, nothing else is made; of any other, the whole image.
pub fn decode_region(bytes: &[u8], mode: ColourMode, region: Rect, scratch: &mut Scratch) -> Result<ImageBuf> {
    decode_as(bytes, &Request { mode, region: Some(region), ..Request::default() }, scratch)
}

/// Decodes all pixels.
pub fn decode(bytes: &[u8], mode: ColourMode, scratch: &mut Scratch) -> Result<ImageBuf> {
    decode_as(bytes, &Request { mode, ..Request::default() }, scratch)
}

/// Decodes what is asked for.
pub fn decode_as(bytes: &[u8], request: &Request, scratch: &mut Scratch) -> Result<ImageBuf> {
    if is_jpeg(bytes) {
        return decode_jpeg(bytes, request, scratch);
    }
    if request.scale != Scale::Whole {
        let format = info(bytes)?.format;
        return Err(Error::Decode(format!(
            "scale must be 1 for this file: only JPEG files can be decoded at 1/2, 1/4 or 1/8, and this one is {format}"
        )));
    }
    let whole = decode_other(bytes, request.mode, scratch)?;
    match request.region {
        Some(region) => cut_out(whole, region, scratch),
        None => Ok(whole),
    }
}

fn check_region(region: Rect, shape: Shape) -> Result<()> {
    if region.fits(shape) {
        return Ok(());
    }
    let Rect { x, y, width, height } = region;
    Err(Error::Decode(format!(
        "region must lie inside the picture, which is {} pixels wide and {} high: got x {x}, y {y}, width {width}, height {height}",
        shape.width, shape.height
    )))
}

/// A rectangle of an image that is not needed any more.
fn cut_out(whole: ImageBuf, region: Rect, scratch: &mut Scratch) -> Result<ImageBuf> {
    let shape = whole.format().shape;
    check_region(region, shape)?;
    if region == Rect::whole(shape) {
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

/// A JPEG file whose header was read and whose size is within the limit.
fn jpeg_decoder(bytes: &[u8]) -> Result<Decoder<'_>> {
    let decoder = Decoder::new(bytes).map_err(undecodable)?;
    let (width, height) = decoder.output_size(&Options::default());
    check_limit(width as u32, height as u32)?;
    Ok(decoder)
}

/// Decodes a JPEG file, or a rectangle of it.
fn decode_jpeg(bytes: &[u8], request: &Request, scratch: &mut Scratch) -> Result<ImageBuf> {
    let decoder = jpeg_decoder(bytes)?;
    let colour = match (request.mode, decoder.info().components) {
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
        let Rect { x, y, width, height } = region;
        options.region = Some(Region { x, y, width, height });
    }
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

fn without_ink(what: &str) -> Error {
    Error::Decode(format!("mode cmyk is for JPEG files of four components, and {what}"))
}

/// Decodes all pixels of a file in any format but JPEG.
fn decode_other(bytes: &[u8], mode: ColourMode, scratch: &mut Scratch) -> Result<ImageBuf> {
    if mode == ColourMode::Cmyk {
        return Err(without_ink(&format!("this file is {}", info(bytes)?.format)));
    }
    if mode == ColourMode::Bgr {
        let mut image = decode_other(bytes, ColourMode::Rgb, scratch)?;
        if let ImageBuf::U8(pixels, shape) = &mut image {
            for pixel in pixels[..shape.len()].as_chunks_mut::<3>().0 {
                pixel.swap(0, 2);
            }
        }
        return Ok(image);
    }
    if mode == ColourMode::Gray && info(bytes)?.channels > 2 {
        let colours = decode_other(bytes, ColourMode::Rgb, scratch)?;
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
        // Blue first and ink were dealt with above.
        ColourMode::Rgb | ColourMode::Bgr | ColourMode::Cmyk => ImageBuf::U8(image.into_rgb8().into_raw(), shape(3)),
    })
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
