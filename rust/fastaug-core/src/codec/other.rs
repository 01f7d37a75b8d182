//! Files of any format but JPEG, read by the `image` crate.

use super::{ColourMode, Info, check_limit, check_region, palette, undecodable, without_ink};
use crate::{
    Error, Result,
    image::{DType, ImageBuf, Rect, Scratch, Shape},
    ops::{
        Context, Luma,
        convert::{ConvertOp, GrayChannels},
    },
    simd,
};
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::io::Cursor;

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
        has_palette: palette::is_used(bytes),
        jpeg: None,
    })
}

/// A rectangle of an image that is not needed any more.
pub fn cut_out(whole: ImageBuf, region: Rect, scratch: &mut Scratch) -> Result<ImageBuf> {
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

/// Decodes all pixels of a file.
pub fn decode(bytes: &[u8], mode: ColourMode, scratch: &mut Scratch) -> Result<ImageBuf> {
    if mode == ColourMode::Cmyk {
        return Err(without_ink(&format!("this file is {}", info(bytes)?.format)));
    }
    if mode == ColourMode::Labels && palette::is_used(bytes) {
        return palette::decode_indices(bytes, scratch);
    }
    if mode == ColourMode::Bgr {
        let mut image = decode(bytes, ColourMode::Rgb, scratch)?;
        if let ImageBuf::U8(pixels, shape) = &mut image {
            for pixel in pixels[..shape.len()].as_chunks_mut::<3>().0 {
                pixel.swap(0, 2);
            }
        }
        return Ok(image);
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
        ColourMode::Gray => ImageBuf::U8(image.into_luma8().into_raw(), shape(1)),
        ColourMode::Rgba => ImageBuf::U8(image.into_rgba8().into_raw(), shape(4)),
        ColourMode::Unchanged | ColourMode::Labels => {
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
