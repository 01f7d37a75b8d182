//! Where the final pixels go: a slot of the caller's, in the caller's type and layout.

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
