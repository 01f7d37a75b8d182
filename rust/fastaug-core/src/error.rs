//! What can go wrong, in the words that a user reads.

/// Every failure of the core. The bindings turn each variant into one Python exception, all of them `ValueError`s.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A policy that cannot be: the path of the argument, and what is accepted.
    #[error("{path}: {reason}")]
    Policy {
        /// Where: `transforms[2].RandomCrop.height`.
        path: String,
        /// What was wrong and what is accepted.
        reason: String,
    },
    /// Encoded bytes that are not an image.
    #[error("{0}")]
    Decode(String),
    /// An array that an operation cannot work on.
    #[error("{0}")]
    Shape(String),
    /// A wrong box, keypoint, mask or label.
    #[error("{0}")]
    Target(String),
    /// What a callback outside the core raised.
    #[error("{0}")]
    External(String),
    /// Any of the above, with the transform or sample it happened in.
    #[error("{place}: {source}")]
    In {
        /// The transform's path, or the sample's index or file.
        place: String,
        /// What happened there.
        source: Box<Error>,
    },
}

/// The core's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The error with the place it happened in written before it.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        Self::In { place: place.into(), source: Box::new(self) }
    }

    /// The error without the places around it.
    pub fn root(&self) -> &Self {
        match self {
            Self::In { source, .. } => source.root(),
            other => other,
        }
    }
}
