//! Where the final pixels go: a slot of the caller's, in the caller's type and layout.

use crate::image::{DType, ImageMut, Shape, ViewMut};
use half::{bf16, f16};

/// Layout of the final image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Height × width × channels.
    #[default]
    Hwc,
    /// Channels × height × width.
    Chw,
}

/// Memory for the values of one finished image, contiguous.
#[derive(Debug)]
pub enum Slot<'a> {
    /// 8-bit.
    U8(&'a mut [u8]),
    /// 16-bit labels.
    U16(&'a mut [u16]),
    /// 32-bit labels.
    U32(&'a mut [u32]),
    /// 64-bit labels.
    U64(&'a mut [u64]),
    /// Single precision.
    F32(&'a mut [f32]),
    /// Half precision.
    F16(&'a mut [f16]),
    /// Half precision with the exponents of single precision.
    Bf16(&'a mut [bf16]),
}

/// A slot and how it is to be filled.
#[derive(Debug)]
pub struct Output<'a> {
    /// The memory.
    pub slot: Slot<'a>,
    /// The order of its values.
    pub layout: Layout,
}

impl Output<'_> {
    /// Whether an image of this type can be written without loss of meaning.
    pub fn can_hold(&self, dtype: DType) -> bool {
        self.holds_as_is(dtype)
            || matches!((&self.slot, dtype), (Slot::F32(_) | Slot::F16(_) | Slot::Bf16(_), DType::F32 | DType::U8))
    }

    /// Whether an image of this type is written without changing its values.
    pub(super) fn holds_as_is(&self, dtype: DType) -> bool {
        matches!(
            (&self.slot, dtype),
            (Slot::U8(_), DType::U8)
                | (Slot::U16(_), DType::U16)
                | (Slot::U32(_), DType::U32)
                | (Slot::U64(_), DType::U64)
                | (Slot::F32(_), DType::F32)
        )
    }

    /// Whether it is memory for bytes in the order height, width, channels.
    pub(super) fn is_bytes_in_order(&self) -> bool {
        matches!(self.slot, Slot::U8(_)) && self.layout == Layout::Hwc
    }

    /// The slot as an image, whose values lie in the order height, width, channels.
    pub(super) fn as_image_mut(&mut self, shape: Shape) -> ImageMut<'_> {
        self.rows_mut(0, shape.height, shape)
    }

    /// Some of its rows.
    pub(super) fn rows_mut(&mut self, y: usize, height: usize, shape: Shape) -> ImageMut<'_> {
        let band = shape.with_size(height, shape.width);
        let range = y * shape.row_len()..(y + height) * shape.row_len();
        match &mut self.slot {
            Slot::U8(data) => ImageMut::U8(ViewMut::contiguous(&mut data[range], band)),
            Slot::U16(data) => ImageMut::U16(ViewMut::contiguous(&mut data[range], band)),
            Slot::U32(data) => ImageMut::U32(ViewMut::contiguous(&mut data[range], band)),
            Slot::U64(data) => ImageMut::U64(ViewMut::contiguous(&mut data[range], band)),
            Slot::F32(data) => ImageMut::F32(ViewMut::contiguous(&mut data[range], band)),
            Slot::F16(_) | Slot::Bf16(_) => unreachable!("no image is made of half-precision values"),
        }
    }

    /// The type of the slot, as Python calls it.
    pub fn type_name(&self) -> &'static str {
        match self.slot {
            Slot::U8(_) => "uint8",
            Slot::U16(_) => "uint16",
            Slot::U32(_) => "uint32",
            Slot::U64(_) => "uint64",
            Slot::F32(_) => "float32",
            Slot::F16(_) => "float16",
            Slot::Bf16(_) => "bfloat16",
        }
    }
}
