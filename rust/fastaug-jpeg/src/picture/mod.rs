//! From samples of components to pixels: what of them a request needs, where they lie, and how rows of pixels are made.

mod colour;
mod interleave;
mod layout;
mod orientation;
mod planes;
mod transpose;
mod upsample;

pub use colour::{Colour, Conversion};
pub use layout::{Layout, Region};
pub use orientation::Orientation;
pub use planes::{PlaneMut, Planes, Target, Turned};
