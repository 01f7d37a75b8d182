//! JPEG decoding: headers without decoding, and pixels.
//!
//! ```
//! # fn demo(bytes: &[u8]) -> Result<(), fastaug_jpeg::Error> {
//! let info = fastaug_jpeg::info(bytes)?;
//! let mut pixels = vec![0; info.height * info.width * 3];
//! fastaug_jpeg::decode(bytes, fastaug_jpeg::Colour::Rgb, &mut pixels)?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod standard;

use image::{ImageDecoder, codecs::jpeg::JpegDecoder};
use std::io::Cursor;

/// Why bytes could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The stream is damaged or of a kind that is not supported.
    #[error("not a JPEG that can be decoded: {0}")]
    Invalid(String),
    /// The image has more pixels than the limit.
    #[error("the image has {pixels} pixels, more than the limit of {limit}")]
    TooLarge {
        /// Its pixels.
        pixels: u64,
        /// The limit.
        limit: u64,
    },
}

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Components of the stored image: 1, 3 or 4.
    pub components: usize,
}

/// What the decoded pixels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Three values per pixel.
    Rgb,
    /// One value per pixel, of files that hold no colours.
    Gray,
}

/// Pixels that are decoded at most (Pillow's limit).
pub const PIXEL_LIMIT: u64 = 178_956_970;

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::Invalid(error.to_string())
}

/// A decoder over borrowed bytes.
type Decoder<'b> = JpegDecoder<Cursor<&'b [u8]>>;

fn open(bytes: &[u8]) -> Result<(Decoder<'_>, Info), Error> {
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(invalid)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXEL_LIMIT {
        return Err(Error::TooLarge { pixels, limit: PIXEL_LIMIT });
    }
    let components = decoder.color_type().channel_count() as usize;
    Ok((decoder, Info { height: height as usize, width: width as usize, components }))
}

/// Reads the header only.
pub fn info(bytes: &[u8]) -> Result<Info, Error> {
    open(bytes).map(|(_, info)| info)
}

/// Decodes the whole image into `pixels`, row by row without gaps.
///
/// # Errors
/// If the stream is damaged, or `pixels` is not exactly as long as the image needs.
pub fn decode(bytes: &[u8], colour: Colour, pixels: &mut [u8]) -> Result<(), Error> {
    let (decoder, info) = open(bytes)?;
    let channels = match colour {
        Colour::Rgb => 3,
        Colour::Gray => 1,
    };
    let expected = info.height * info.width * channels;
    if pixels.len() != expected {
        return Err(Error::Invalid(format!("the buffer holds {} bytes, the image needs {expected}", pixels.len())));
    }
    if info.components == channels {
        return decoder.read_image(pixels).map_err(invalid);
    }
    if colour == Colour::Gray {
        return Err(Error::Invalid("the file holds colours".into()));
    }
    let image = image::DynamicImage::from_decoder(decoder).map_err(invalid)?;
    pixels.copy_from_slice(image.into_rgb8().as_raw());
    Ok(())
}
