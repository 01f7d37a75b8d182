//! All coefficients of a picture, however they were read.

use super::{Pieces, Workspace, pieces::Joined, stored};

/// All coefficients of a picture, of which any number of threads may make pixels: [`Decoder::decode_coefficients`].
///
/// [`Decoder::decode_coefficients`]: crate::Decoder::decode_coefficients
#[derive(Debug)]
pub struct Coefficients(pub(super) Source);

#[derive(Debug)]
pub(super) enum Source {
    /// Of a file that one thread has read.
    Stored(stored::Coefficients),
    /// Of a file that was read in pieces.
    Joined(Joined),
}

impl Coefficients {
    /// Gives the memory back.
    pub fn release(self, workspace: &mut Workspace) {
        match self.0 {
            Source::Stored(stored) => stored.release(workspace),
            Source::Joined(joined) => joined.release(workspace),
        }
    }
}

impl Pieces<'_> {
    /// Puts together what was read; or gives the pieces back, if they do not fit together.
    pub fn join(self) -> Result<Coefficients, Self> {
        self.joined().map(|joined| Coefficients(Source::Joined(joined)))
    }
}
