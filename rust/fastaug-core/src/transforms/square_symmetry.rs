//! One of the eight symmetries of the square.
//!
//! Parameters: `group_element` (`null` draws one). Operations: [`Orient`](crate::ops::geometry::Orient).

use super::{Transform, shared::group::{self, Element}};
use crate::{Result, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Applies `group_element`, or any of the eight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SquareSymmetry {
    group_element: Option<Element>,
}

impl Transform for SquareSymmetry {
    fn is_random(&self) -> bool {
        self.group_element.is_none()
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        group::apply(sampler, self.group_element, &Element::ALL)
    }
}
