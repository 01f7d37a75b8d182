//! Labels of boxes, as far as the core has to know them: to find the objects that a transform is meant for.

use serde::{Deserialize, Serialize};

/// What a box is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Label {
    /// A number.
    Number(f64),
    /// A word.
    Word(String),
    /// Anything else: it equals nothing that a policy can name.
    Other(()),
}
