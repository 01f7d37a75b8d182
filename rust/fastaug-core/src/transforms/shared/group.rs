//! The elements of the square's symmetry group by their usual names.

use crate::{
    Result,
    ops::geometry::{Orient, Symmetry},
    policy::Sampler,
};
use serde::{Deserialize, Serialize};

/// One of the eight symmetries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// Nothing.
    E,
    /// A quarter turn against the clock.
    R90,
    /// Half a turn.
    R180,
    /// A quarter turn with the clock.
    R270,
    /// Top and bottom.
    V,
    /// Across the other diagonal.
    Hvt,
    /// Left and right.
    H,
    /// Rows and columns.
    T,
}

impl Element {
    /// All eight, in the order in which they are drawn.
    pub const ALL: [Self; 8] = [Self::E, Self::R90, Self::R180, Self::R270, Self::V, Self::Hvt, Self::H, Self::T];

    /// What it does to pixels.
    pub const fn symmetry(self) -> Symmetry {
        match self {
            Self::E => Symmetry::IDENTITY,
            Self::R90 => Symmetry::quarter_turns(1),
            Self::R180 => Symmetry::HALF_TURN,
            Self::R270 => Symmetry::quarter_turns(3),
            Self::V => Symmetry::FLIP_Y,
            Self::Hvt => Symmetry::HALF_TURN.then(Symmetry::TRANSPOSE),
            Self::H => Symmetry::FLIP_X,
            Self::T => Symmetry::TRANSPOSE,
        }
    }
}

/// Applies the given element, or one drawn from some.
pub fn apply(sampler: &mut Sampler<'_>, given: Option<Element>, among: &[Element]) -> Result<()> {
    let element = match given {
        Some(element) => element,
        None => sampler.value("group_element", |stream| among[stream.index(among.len())])?,
    };
    if element != Element::E {
        sampler.push(Orient { symmetry: element.symmetry() });
    }
    Ok(())
}
