//! Memory that is used again for the next picture.

use super::pieces::Memory;
use crate::{
    encode::bands,
    entropy::{block::Block, progressive::Filled},
    picture::Planes,
};

/// Memory that is used again for the next picture: one for each thread saves most allocations.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Entropy-coded bytes without stuffing.
    pub(super) bytes: Vec<u8>,
    /// Coefficients.
    pub(crate) blocks: Vec<Block>,
    /// Positions of blocks' last coefficients.
    pub(crate) lasts: Vec<u8>,
    /// Which coefficients of blocks are not 0, where several scans fill them.
    pub(super) filled: Vec<Filled>,
    /// Coefficients of pieces of a scan.
    pub(super) pieces: Vec<Memory>,
    /// Samples.
    pub(crate) planes: Planes,
    /// Samples on their way to coefficients.
    pub(crate) bands: bands::Memory,
}
