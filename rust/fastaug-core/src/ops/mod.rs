//! Operations: what is done to pixels once everything random has been settled.
//!
//! There are few of them, in families that differ in what the planner may do with them:
//!
//! | family | an output pixel depends on | the planner may |
//! |---|---|---|
//! | [`geometry`] | pixels elsewhere; boxes, keypoints and masks move along | compose, turn into a view, fold into the next copy |
//! | [`pointwise`] | the same pixel and its position; same type and channels | run many in one pass over a tile |
//! | [`convert`] | the same pixel; another type or channel count | fold into the store |
//! | [`filter`] | its surroundings | nothing: reads one whole image, writes another |
//! | [`measure`] | statistics of the whole image | nothing before it; it *becomes* a pointwise operation once measured |
//!
//! Each operation is one file that implements its family's trait. What kernels of several families share is in
//! `arithmetic`.

pub(crate) mod arithmetic;
pub mod convert;
pub mod filter;
pub mod geometry;
pub mod measure;
pub mod pointwise;

pub use crate::image::Role;
pub use arithmetic::luma::Luma;

use crate::image::{Format, Scratch};
use fearless_simd::Level;

/// What every kernel is given: the SIMD level to run at and memory to borrow.
#[derive(Debug)]
pub struct Context<'s> {
    /// The level kernels dispatch to.
    pub level: Level,
    /// This thread's recycled buffers.
    pub scratch: &'s mut Scratch,
}

/// Makes the enum of a family from its operations, and the conversions to the family's trait.
macro_rules! family {
    ($(#[$doc:meta])* $family:ident: $operation:ident { $($name:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $family {
            $(
                #[allow(missing_docs, reason = "documented on the operation of the same name")]
                $name($name),
            )+
        }

        impl $family {
            /// The operation behind the enum.
            pub fn operation(&self) -> &dyn $operation {
                match self {
                    $(Self::$name(operation) => operation,)+
                }
            }
        }

        impl std::fmt::Display for $family {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$name(operation) => operation.fmt(f),)+
                }
            }
        }

        $(
            impl From<$name> for $family {
                fn from(operation: $name) -> Self {
                    Self::$name(operation)
                }
            }

            impl From<$name> for $crate::ops::Op {
                fn from(operation: $name) -> Self {
                    Self::$family(operation.into())
                }
            }
        )+
    };
}
pub(crate) use family;

/// One operation of any family.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Moves pixels.
    Geometry(geometry::Geometry),
    /// Changes each pixel by itself.
    Pointwise(pointwise::Pointwise),
    /// Changes type or channel count.
    Convert(convert::Convert),
    /// Looks at surroundings.
    Filter(filter::Filter),
    /// Looks at the whole image first.
    Measure(measure::Measure),
}

impl Op {
    /// The format that this makes of an image.
    pub fn output(&self, input: Format, role: Role) -> Format {
        match self {
            Self::Geometry(op) => Format::new(op.operation().output_shape(input.shape), input.dtype),
            Self::Convert(op) if role == Role::Image => op.operation().output(input),
            Self::Measure(op) if role == Role::Image => op.operation().output(input),
            _ => input,
        }
    }

    /// Whether an image of another format than the one it was drawn for may be given to it.
    pub fn accepts(&self, image: Format, drawn_for: Format) -> bool {
        let any_channels = match self {
            Self::Geometry(_) => return true,
            Self::Pointwise(op) => op.operation().any_channels(),
            Self::Convert(op) => op.operation().any_channels(),
            Self::Filter(op) => op.operation().any_channels(),
            Self::Measure(op) => op.operation().any_channels(),
        };
        image.dtype == drawn_for.dtype && (any_channels || image.shape.channels == drawn_for.shape.channels)
    }

    /// The most rows or columns of an image that it works on, if there is such a limit.
    pub fn largest_side(&self) -> Option<usize> {
        match self {
            Self::Filter(op) => op.operation().largest_side(),
            _ => None,
        }
    }

    /// Whether a target is changed at all.
    pub fn applies_to(&self, role: Role) -> bool {
        match self {
            Self::Geometry(_) => true,
            Self::Pointwise(op) => op.operation().applies_to(role),
            Self::Convert(_) | Self::Filter(_) | Self::Measure(_) => role == Role::Image,
        }
    }
}

impl std::fmt::Display for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Geometry(op) => op.fmt(f),
            Self::Pointwise(op) => op.fmt(f),
            Self::Convert(op) => op.fmt(f),
            Self::Filter(op) => op.fmt(f),
            Self::Measure(op) => op.fmt(f),
        }
    }
}
