//! From samples of components to pixels: what of them a request needs, where they lie, and how rows of pixels are made.

mod colour;
mod interleave;
mod layout;
mod planes;
mod upsample;

pub use colour::{Colour, Conversion};
pub use layout::{Layout, Region};
pub use planes::{Planes, Target};
