//! Borrowed images: a slice, a shape and the distance between rows.

use super::{DType, Element, Format, Rect, Shape};

/// A readable image of one element type. Rows are contiguous; they may lie any distance apart, also backwards.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    data: &'a [T],
    start: usize,
    stride: isize,
    shape: Shape,
}

impl<'a, T: Element> View<'a, T> {
    /// A view of rows stored one after the other.
    pub fn contiguous(data: &'a [T], shape: Shape) -> Self {
        Self::strided(data, 0, shape.row_len() as isize, shape)
    }

    /// A view whose first row begins at `start` and whose rows lie `stride` values apart.
    ///
    /// # Panics
    /// If a row would leave the slice.
    pub fn strided(data: &'a [T], start: usize, stride: isize, shape: Shape) -> Self {
        if !shape.is_empty() {
            let last = start as isize + (shape.height as isize - 1) * stride;
            assert!(
                start + shape.row_len() <= data.len() && last >= 0 && last as usize + shape.row_len() <= data.len(),
                "the rows of a {shape:?} image with stride {stride} leave their slice of {}",
                data.len()
            );
        }
        Self { data, start, stride, shape }
    }

    /// Height, width, channels.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// One row.
    #[inline]
    pub fn row(&self, y: usize) -> &'a [T] {
        debug_assert!(y < self.shape.height);
        let begin = (self.start as isize + y as isize * self.stride) as usize;
        &self.data[begin..begin + self.shape.row_len()]
    }

    /// All rows, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &'a [T]> + use<'a, T> {
        let view = *self;
        (0..view.shape.height).map(move |y| view.row(y))
    }

    /// The part inside a rectangle, without copying.
    ///
    /// # Panics
    /// If the rectangle leaves the image.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        assert!(rect.fits(self.shape), "{rect:?} leaves an image of {:?}", self.shape);
        let shape = self.shape.with_size(rect.height, rect.width);
        if shape.is_empty() {
            return Self { data: &[], start: 0, stride: 0, shape };
        }
        let start = self.start as isize + rect.y as isize * self.stride + (rect.x * self.shape.channels) as isize;
        Self { data: self.data, start: start as usize, stride: self.stride, shape }
    }

    /// All values as one slice, when the rows follow each other without a gap.
    pub fn as_slice(&self) -> Option<&'a [T]> {
        (self.stride == self.shape.row_len() as isize || self.shape.height <= 1)
            .then(|| &self.data[self.start..self.start + self.shape.len()])
    }

    /// The whole slice behind the view, the position of the first value and the distance between rows: for kernels
    /// that address pixels of several rows at once.
    pub fn raw(&self) -> (&'a [T], usize, isize) {
        (self.data, self.start, self.stride)
    }
}

/// A writable image of one element type. Rows never overlap.
#[derive(Debug)]
pub struct ViewMut<'a, T> {
    data: &'a mut [T],
    stride: usize,
    shape: Shape,
}

impl<'a, T: Element> ViewMut<'a, T> {
    /// A view of rows stored one after the other.
    pub fn contiguous(data: &'a mut [T], shape: Shape) -> Self {
        Self::strided(data, shape.row_len(), shape)
    }

    /// A view whose rows lie `stride` values apart.
    ///
    /// # Panics
    /// If rows overlap or leave the slice.
    pub fn strided(data: &'a mut [T], stride: usize, shape: Shape) -> Self {
        if !shape.is_empty() {
            assert!(
                stride >= shape.row_len() && (shape.height - 1) * stride + shape.row_len() <= data.len(),
                "the rows of a {shape:?} image with stride {stride} leave their slice of {}",
                data.len()
            );
        }
        Self { data, stride, shape }
    }

    /// The slice that holds all rows, and how far apart they begin; the first begins with it.
    pub fn raw_mut(&mut self) -> (&mut [T], usize) {
        (self.data, self.stride)
    }

    /// Height, width, channels.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// One row.
    #[inline]
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        debug_assert!(y < self.shape.height);
        let begin = y * self.stride;
        &mut self.data[begin..begin + self.shape.row_len()]
    }

    /// Two different rows at once: one for reading, one for writing.
    pub fn row_pair_mut(&mut self, from: usize, to: usize) -> (&[T], &mut [T]) {
        assert!(from != to && from.max(to) < self.shape.height);
        let (length, stride) = (self.shape.row_len(), self.stride);
        let (before, after) = self.data.split_at_mut(from.max(to) * stride);
        if from < to {
            (&before[from * stride..from * stride + length], &mut after[..length])
        } else {
            (&after[..length], &mut before[to * stride..to * stride + length])
        }
    }

    /// All rows, top to bottom.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let length = self.shape.row_len();
        // A zero-sized image has no rows; chunks of one keep `chunks_mut` from panicking.
        let height = if self.shape.is_empty() { 0 } else { self.shape.height };
        self.data.chunks_mut(self.stride.max(1)).take(height).map(move |row| &mut row[..length])
    }

    /// All values as one slice, when the rows follow each other without a gap.
    pub fn as_mut_slice(&mut self) -> Option<&mut [T]> {
        (self.stride == self.shape.row_len() || self.shape.height <= 1).then(|| &mut self.data[..self.shape.len()])
    }

    /// A view for reading what has been written.
    pub fn as_view(&self) -> View<'_, T> {
        View::strided(self.data, 0, self.stride as isize, self.shape)
    }

    /// The same image, borrowed for a shorter time.
    pub fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut { data: self.data, stride: self.stride, shape: self.shape }
    }

    /// The part inside a rectangle.
    ///
    /// # Panics
    /// If the rectangle leaves the image.
    #[must_use]
    pub fn crop_mut(&mut self, rect: Rect) -> ViewMut<'_, T> {
        assert!(rect.fits(self.shape), "{rect:?} leaves an image of {:?}", self.shape);
        let shape = self.shape.with_size(rect.height, rect.width);
        if shape.is_empty() {
            return ViewMut { data: &mut [], stride: 0, shape };
        }
        let start = rect.y * self.stride + rect.x * self.shape.channels;
        ViewMut { data: &mut self.data[start..], stride: self.stride, shape }
    }

    /// Copies every value of an image of the same shape.
    pub fn copy_from(&mut self, source: View<'_, T>) {
        debug_assert_eq!(self.shape, source.shape());
        if let (Some(target), Some(source)) = (self.as_mut_slice(), source.as_slice()) {
            return target.copy_from_slice(source);
        }
        for (target, source) in self.rows_mut().zip(source.rows()) {
            target.copy_from_slice(source);
        }
    }
}

/// A readable image of any element type.
#[derive(Clone, Copy, Debug)]
pub enum Image<'a> {
    /// 8-bit.
    U8(View<'a, u8>),
    /// 16-bit labels.
    U16(View<'a, u16>),
    /// 32-bit labels.
    U32(View<'a, u32>),
    /// 64-bit labels.
    U64(View<'a, u64>),
    /// Floating point.
    F32(View<'a, f32>),
}

impl Image<'_> {
    /// Height, width, channels.
    pub fn shape(&self) -> Shape {
        crate::with_elements!(self, view => view.shape())
    }

    /// Type of one value.
    pub fn dtype(&self) -> DType {
        match self {
            Self::U8(_) => DType::U8,
            Self::U16(_) => DType::U16,
            Self::U32(_) => DType::U32,
            Self::U64(_) => DType::U64,
            Self::F32(_) => DType::F32,
        }
    }

    /// Shape and type.
    pub fn format(&self) -> Format {
        Format::new(self.shape(), self.dtype())
    }

    /// The part inside a rectangle, without copying.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        match self {
            Self::U8(view) => Self::U8(view.crop(rect)),
            Self::U16(view) => Self::U16(view.crop(rect)),
            Self::U32(view) => Self::U32(view.crop(rect)),
            Self::U64(view) => Self::U64(view.crop(rect)),
            Self::F32(view) => Self::F32(view.crop(rect)),
        }
    }
}

/// A writable image of any element type.
#[derive(Debug)]
pub enum ImageMut<'a> {
    /// 8-bit.
    U8(ViewMut<'a, u8>),
    /// 16-bit labels.
    U16(ViewMut<'a, u16>),
    /// 32-bit labels.
    U32(ViewMut<'a, u32>),
    /// 64-bit labels.
    U64(ViewMut<'a, u64>),
    /// Floating point.
    F32(ViewMut<'a, f32>),
}

impl ImageMut<'_> {
    /// Height, width, channels.
    pub fn shape(&self) -> Shape {
        match self {
            Self::U8(view) => view.shape(),
            Self::U16(view) => view.shape(),
            Self::U32(view) => view.shape(),
            Self::U64(view) => view.shape(),
            Self::F32(view) => view.shape(),
        }
    }

    /// Type of one value.
    pub fn dtype(&self) -> DType {
        match self {
            Self::U8(_) => DType::U8,
            Self::U16(_) => DType::U16,
            Self::U32(_) => DType::U32,
            Self::U64(_) => DType::U64,
            Self::F32(_) => DType::F32,
        }
    }

    /// The same image, borrowed for a shorter time.
    pub fn reborrow(&mut self) -> ImageMut<'_> {
        match self {
            Self::U8(view) => ImageMut::U8(view.reborrow()),
            Self::U16(view) => ImageMut::U16(view.reborrow()),
            Self::U32(view) => ImageMut::U32(view.reborrow()),
            Self::U64(view) => ImageMut::U64(view.reborrow()),
            Self::F32(view) => ImageMut::F32(view.reborrow()),
        }
    }

    /// The part inside a rectangle.
    #[must_use]
    pub fn crop_mut(&mut self, rect: Rect) -> ImageMut<'_> {
        match self {
            Self::U8(view) => ImageMut::U8(view.crop_mut(rect)),
            Self::U16(view) => ImageMut::U16(view.crop_mut(rect)),
            Self::U32(view) => ImageMut::U32(view.crop_mut(rect)),
            Self::U64(view) => ImageMut::U64(view.crop_mut(rect)),
            Self::F32(view) => ImageMut::F32(view.crop_mut(rect)),
        }
    }

    /// A view for reading what has been written.
    pub fn as_image(&self) -> Image<'_> {
        match self {
            Self::U8(view) => Image::U8(view.as_view()),
            Self::U16(view) => Image::U16(view.as_view()),
            Self::U32(view) => Image::U32(view.as_view()),
            Self::U64(view) => Image::U64(view.as_view()),
            Self::F32(view) => Image::F32(view.as_view()),
        }
    }
}
