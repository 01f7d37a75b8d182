//! Owned images, and the scratch memory that a thread uses again and again.

use super::{DType, Element, Format, Image, ImageMut, Shape, View, ViewMut};

/// An owned image. The vector may be longer than the shape needs, since it is recycled.
#[derive(Clone, Debug)]
pub enum ImageBuf {
    /// 8-bit.
    U8(Vec<u8>, Shape),
    /// 16-bit labels.
    U16(Vec<u16>, Shape),
    /// 32-bit labels.
    U32(Vec<u32>, Shape),
    /// 64-bit labels.
    U64(Vec<u64>, Shape),
    /// Floating point.
    F32(Vec<f32>, Shape),
}

impl ImageBuf {
    /// A black image.
    pub fn zeros(format: Format) -> Self {
        let length = format.shape.len();
        match format.dtype {
            DType::U8 => Self::U8(vec![0; length], format.shape),
            DType::U16 => Self::U16(vec![0; length], format.shape),
            DType::U32 => Self::U32(vec![0; length], format.shape),
            DType::U64 => Self::U64(vec![0; length], format.shape),
            DType::F32 => Self::F32(vec![0.0; length], format.shape),
        }
    }

    /// For reading.
    pub fn as_image(&self) -> Image<'_> {
        match self {
            Self::U8(data, shape) => Image::U8(View::contiguous(data, *shape)),
            Self::U16(data, shape) => Image::U16(View::contiguous(data, *shape)),
            Self::U32(data, shape) => Image::U32(View::contiguous(data, *shape)),
            Self::U64(data, shape) => Image::U64(View::contiguous(data, *shape)),
            Self::F32(data, shape) => Image::F32(View::contiguous(data, *shape)),
        }
    }

    /// For writing.
    pub fn as_image_mut(&mut self) -> ImageMut<'_> {
        match self {
            Self::U8(data, shape) => ImageMut::U8(ViewMut::contiguous(data, *shape)),
            Self::U16(data, shape) => ImageMut::U16(ViewMut::contiguous(data, *shape)),
            Self::U32(data, shape) => ImageMut::U32(ViewMut::contiguous(data, *shape)),
            Self::U64(data, shape) => ImageMut::U64(ViewMut::contiguous(data, *shape)),
            Self::F32(data, shape) => ImageMut::F32(ViewMut::contiguous(data, *shape)),
        }
    }

    /// Shape and type.
    pub fn format(&self) -> Format {
        self.as_image().format()
    }
}

/// Buffers that outlive the image they were made for. Each thread owns one, so a steady pipeline allocates nothing of
/// image size after its first sample.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) u8: Vec<Vec<u8>>,
    pub(super) u16: Vec<Vec<u16>>,
    pub(super) u32: Vec<Vec<u32>>,
    pub(super) u64: Vec<Vec<u64>>,
    pub(super) f32: Vec<Vec<f32>>,
    /// What decoding JPEG files needs.
    pub jpeg: fastaug_jpeg::Workspace,
}

impl Scratch {
    /// A buffer of at least `length` values with unspecified contents; the smallest that fits, else the largest grown.
    pub fn take<T: Element>(&mut self, length: usize) -> Vec<T> {
        let pool = T::pool(self);
        let fitting = (0..pool.len())
            .filter(|&index| pool[index].len() >= length)
            .min_by_key(|&index| pool[index].len())
            .or_else(|| (0..pool.len()).max_by_key(|&index| pool[index].len()));
        let mut buffer = fitting.map(|index| pool.swap_remove(index)).unwrap_or_default();
        if buffer.len() < length {
            // Old contents are never read, so growing must not copy them.
            buffer.clear();
            buffer.resize(length, T::default());
        }
        buffer
    }

    /// Gives a buffer back.
    pub fn give<T: Element>(&mut self, buffer: Vec<T>) {
        let pool = T::pool(self);
        if pool.len() < Self::KEPT {
            pool.push(buffer);
        }
    }

    /// An image with unspecified contents.
    pub fn take_image(&mut self, format: Format) -> ImageBuf {
        let length = format.shape.len();
        match format.dtype {
            DType::U8 => ImageBuf::U8(self.take(length), format.shape),
            DType::U16 => ImageBuf::U16(self.take(length), format.shape),
            DType::U32 => ImageBuf::U32(self.take(length), format.shape),
            DType::U64 => ImageBuf::U64(self.take(length), format.shape),
            DType::F32 => ImageBuf::F32(self.take(length), format.shape),
        }
    }

    /// Gives an image back.
    pub fn give_image(&mut self, image: ImageBuf) {
        match image {
            ImageBuf::U8(data, _) => self.give(data),
            ImageBuf::U16(data, _) => self.give(data),
            ImageBuf::U32(data, _) => self.give(data),
            ImageBuf::U64(data, _) => self.give(data),
            ImageBuf::F32(data, _) => self.give(data),
        }
    }

    /// Buffers kept per type: two images in flight, and a few row buffers and tables beside them.
    const KEPT: usize = 8;
}
