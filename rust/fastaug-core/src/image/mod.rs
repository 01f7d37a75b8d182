//! Images as the core sees them: shapes, borrowed views, owned buffers.
//!
//! Pixels are interleaved (height × width × channels) and each row is contiguous; rows may be any distance apart, also
//! backwards. `u8` and `f32` carry pictures; the wider integers carry label masks, which are moved but never computed
//! with, so signed and 64-bit labels travel in the unsigned type of their width.

mod buffer;
mod view;

pub use buffer::{ImageBuf, Scratch};
pub use view::{Image, ImageMut, View, ViewMut};

use std::fmt;

/// Whether pixels are a picture or labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A picture: interpolated, coloured, blurred.
    Image,
    /// Labels: moved, and erased where asked.
    Mask,
}

/// The type of one value of an image or mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// 8-bit pixels and labels (also `bool` and `int8` labels).
    U8,
    /// 16-bit labels.
    U16,
    /// 32-bit integer labels.
    U32,
    /// 64-bit labels, integer or floating point.
    U64,
    /// Floating-point pixels (0…1 by convention) and labels.
    F32,
}

impl DType {
    /// Bytes per value.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 | Self::F32 => 4,
            Self::U64 => 8,
        }
    }

    /// The largest value of a picture of this type: 255 for `u8`, 1 for `f32`.
    pub const fn max_value(self) -> f32 {
        match self {
            Self::U8 => 255.0,
            Self::U16 => 65535.0,
            Self::U32 | Self::U64 => u32::MAX as f32,
            Self::F32 => 1.0,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::F32 => "float32",
        })
    }
}

/// Height, width and channel count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Values in a pixel.
    pub channels: usize,
}

impl Shape {
    /// A shape from its three extents.
    pub const fn new(height: usize, width: usize, channels: usize) -> Self {
        Self { height, width, channels }
    }

    /// The same channels at another size.
    pub const fn with_size(self, height: usize, width: usize) -> Self {
        Self { height, width, channels: self.channels }
    }

    /// Values in one row.
    pub const fn row_len(self) -> usize {
        self.width * self.channels
    }

    /// Values in the whole image.
    pub const fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether there is no pixel.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A shape and the type of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// Height, width, channels.
    pub shape: Shape,
    /// Type of one value.
    pub dtype: DType,
}

impl Format {
    /// A format from its parts.
    pub const fn new(shape: Shape, dtype: DType) -> Self {
        Self { shape, dtype }
    }

    /// The same type and channels at another size.
    pub const fn with_size(self, height: usize, width: usize) -> Self {
        Self { shape: self.shape.with_size(height, width), dtype: self.dtype }
    }
}

/// A rectangle of pixels inside an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rect {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Pixels across.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Rect {
    /// The whole of an image.
    pub const fn whole(shape: Shape) -> Self {
        Self { x: 0, y: 0, width: shape.width, height: shape.height }
    }

    /// Whether it lies inside an image of this shape.
    pub const fn fits(&self, shape: Shape) -> bool {
        self.x <= shape.width
            && self.width <= shape.width - self.x
            && self.y <= shape.height
            && self.height <= shape.height - self.y
    }
}

/// A type that an image may be made of.
pub trait Element: bytemuck::Pod + Default + PartialEq + fmt::Debug + Send + Sync {
    /// The tag of this type.
    const DTYPE: DType;

    /// The nearest value of this type (saturating, ties away from zero).
    fn from_f64(value: f64) -> Self;

    /// The view, if the image is of this type.
    fn view(image: Image<'_>) -> Option<View<'_, Self>>;

    /// Wraps a view.
    fn image(view: View<'_, Self>) -> Image<'_>;

    /// Wraps a writable view.
    fn image_mut(view: ViewMut<'_, Self>) -> ImageMut<'_>;

    /// The recycled buffers of this type.
    fn pool(scratch: &mut Scratch) -> &mut Vec<Vec<Self>>;

    /// Wraps an owned buffer.
    fn buffer(data: Vec<Self>, shape: Shape) -> ImageBuf;
}

macro_rules! element {
    ($type:ty, $tag:ident, $pool:ident, $from:expr) => {
        impl Element for $type {
            const DTYPE: DType = DType::$tag;

            fn from_f64(value: f64) -> Self {
                let convert: fn(f64) -> $type = $from;
                convert(value)
            }

            fn view(image: Image<'_>) -> Option<View<'_, Self>> {
                match image {
                    Image::$tag(view) => Some(view),
                    _ => None,
                }
            }

            fn image(view: View<'_, Self>) -> Image<'_> {
                Image::$tag(view)
            }

            fn image_mut(view: ViewMut<'_, Self>) -> ImageMut<'_> {
                ImageMut::$tag(view)
            }

            fn pool(scratch: &mut Scratch) -> &mut Vec<Vec<Self>> {
                &mut scratch.$pool
            }

            fn buffer(data: Vec<Self>, shape: Shape) -> ImageBuf {
                ImageBuf::$tag(data, shape)
            }
        }
    };
}

element!(u8, U8, u8, |value| value.round() as u8);
element!(u16, U16, u16, |value| value.round() as u16);
// Negative labels keep their two's-complement bits: −1 in an int32 mask is written as 0xFFFF_FFFF.
element!(u32, U32, u32, |value| value.round() as i64 as u32);
element!(u64, U64, u64, |value| value.round() as i64 as u64);
element!(f32, F32, f32, |value| value as f32);

/// Runs the same generic code for whichever type an image has.
#[macro_export]
macro_rules! with_elements {
    ($image:expr, $view:ident => $body:expr) => {
        match $image {
            $crate::image::Image::U8($view) => $body,
            $crate::image::Image::U16($view) => $body,
            $crate::image::Image::U32($view) => $body,
            $crate::image::Image::U64($view) => $body,
            $crate::image::Image::F32($view) => $body,
        }
    };
}

/// Runs the same generic code for an input and an output of one type; panics if the types differ, which the planner
/// rules out.
#[macro_export]
macro_rules! with_element_pairs {
    ($input:expr, $output:expr, ($source:ident, $target:ident) => $body:expr) => {
        match ($input, $output) {
            ($crate::image::Image::U8($source), $crate::image::ImageMut::U8($target)) => $body,
            ($crate::image::Image::U16($source), $crate::image::ImageMut::U16($target)) => $body,
            ($crate::image::Image::U32($source), $crate::image::ImageMut::U32($target)) => $body,
            ($crate::image::Image::U64($source), $crate::image::ImageMut::U64($target)) => $body,
            ($crate::image::Image::F32($source), $crate::image::ImageMut::F32($target)) => $body,
            (input, output) => unreachable!(
                "an operation that keeps the type was planned from {} to {}",
                input.dtype(),
                output.dtype()
            ),
        }
    };
}
