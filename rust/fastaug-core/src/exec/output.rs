//! Where the final pixels go: a slot of the caller's, in the caller's type and layout.

use crate::image::DType;
use half::f16;

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
        matches!(
            (&self.slot, dtype),
            (Slot::U8(_), DType::U8)
                | (Slot::U16(_), DType::U16)
                | (Slot::U32(_), DType::U32)
                | (Slot::U64(_), DType::U64)
                | (Slot::F32(_) | Slot::F16(_), DType::F32 | DType::U8)
        )
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
        }
    }
}
