//! Encoded images: which format, what the header says, the pixels, and JPEG files made of pixels. JPEG goes to
//! `fastaug-jpeg`, everything else to the `image` crate; of masks, PNG files with a palette to the `png` crate.

mod jpeg;
mod other;
mod palette;
mod planes;

use crate::{
    Error, Result,
    image::{DType, Format, ImageBuf, Rect, Scratch, Shape},
};
pub use fastaug_jpeg::{Coefficients, Database, Info as JpegInfo, index};
pub use jpeg::{Band, JpegFile, JpegOptions, Subsampling, encode_jpeg, sampling_name};
pub use planes::JpegPlanes;

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
    /// As stored: channels and type of the file, and colours where it has a palette.
    Unchanged,
    /// As stored, and the numbers of the colours in 8 bits where a PNG file has a palette: what such a file is as a mask.
    Labels,
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
    /// All of them, largest first.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Half, Self::Quarter, Self::Eighth];

    /// The scale of this factor, if there is one.
    pub fn from_factor(factor: f64) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| scale.eighths() as f64 == factor * 8.0)
    }

    /// What a side of the picture becomes.
    pub fn of(self, side: usize) -> usize {
        (side * self.eighths()).div_ceil(8)
    }

    /// Pixels that eight become.
    pub fn eighths(self) -> usize {
        match self {
            Self::Whole => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }
}

/// How a file is to be decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// What the pixels are to be.
    pub mode: ColourMode,
    /// How large the picture is to be; JPEG files can be decoded to less than their size.
    pub scale: Scale,
    /// The rectangle of the scaled picture, as `orient` says; all of it by default.
    pub region: Option<Rect>,
    /// Whether a JPEG file is turned and mirrored as EXIF's orientation says that it is to be seen.
    pub orient: bool,
    /// Whether damage to a JPEG file is overlooked where something can be decoded.
    pub tolerant: bool,
    /// Seek indexes of JPEG files, for regions that do not begin at the top.
    pub indexes: Option<&'a Database>,
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
    /// Whether it is a PNG file whose pixels are numbers of colours in a palette.
    pub has_palette: bool,
    /// What a JPEG file says besides.
    pub jpeg: Option<JpegInfo>,
}

/// A file of which everything was read that says what will become of it.
#[expect(clippy::large_enum_variant, reason = "one of them stands on the stack while a file is decoded")]
pub enum Opened<'a> {
    /// A JPEG file, of which no pixel was made yet.
    Jpeg(JpegFile<'a>),
    /// The pixels asked for.
    Pixels(ImageBuf),
}

/// Looks at a file and at what is asked for. JPEG files are not decoded yet, all others are.
pub fn open<'a>(bytes: &'a [u8], request: &Request<'a>, scratch: &mut Scratch) -> Result<Opened<'a>> {
    if is_jpeg(bytes) {
        return JpegFile::open(bytes, request).map(Opened::Jpeg);
    }
    if request.scale != Scale::Whole {
        let format = info(bytes)?.format;
        return Err(Error::Decode(format!(
            "scale must be 1 for this file: only JPEG files can be decoded at 1/2, 1/4 or 1/8, and this one is {format}"
        )));
    }
    let whole = other::decode(bytes, request.mode, scratch)?;
    match request.region {
        Some(region) => other::cut_out(whole, region, scratch),
        None => Ok(whole),
    }
    .map(Opened::Pixels)
}

impl Opened<'_> {
    /// The pixels asked for.
    pub fn into_pixels(self, scratch: &mut Scratch) -> Result<ImageBuf> {
        let file = match self {
            Self::Pixels(image) => return Ok(image),
            Self::Jpeg(file) => file,
        };
        let shape = file.shape();
        let mut pixels = scratch.take(shape.len());
        if let Err(error) = file.decode(&mut pixels[..shape.len()], scratch) {
            scratch.give(pixels);
            return Err(error);
        }
        Ok(ImageBuf::U8(pixels, shape))
    }
}

/// Decodes what is asked for.
pub fn decode(bytes: &[u8], request: &Request<'_>, scratch: &mut Scratch) -> Result<ImageBuf> {
    open(bytes, request, scratch)?.into_pixels(scratch)
}

fn undecodable(error: impl std::fmt::Display) -> Error {
    Error::Decode(error.to_string())
}

/// Whether the bytes begin like a JPEG file.
pub fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xD8])
}

/// Reads the header only.
pub fn info(bytes: &[u8]) -> Result<Info> {
    if is_jpeg(bytes) { jpeg::info(bytes) } else { other::info(bytes) }
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
        ColourMode::Labels if info.has_palette => (1, DType::U8),
        ColourMode::Unchanged | ColourMode::Labels => (info.channels, info.dtype),
    };
    Format::new(Shape::new(info.height, info.width, channels), dtype)
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

fn without_ink(what: &str) -> Error {
    Error::Decode(format!("mode cmyk is for JPEG files of four components, and {what}"))
}
