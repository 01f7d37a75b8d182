//! Turns by a random number of quarters.
//!
//! Parameters: `group_element` (one turn always), `group_elements` (what to draw from). Operations:
//! [`Orient`](crate::ops::geometry::Orient).

use super::{Transform, Wrong, shared::group::{self, Element}};
use crate::{Result, policy::Sampler};
use serde::{Deserialize, Serialize};

/// Turns by none, one, two or three quarters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomRotate90 {
    group_element: Option<Element>,
    group_elements: Option<Vec<Element>>,
}

const TURNS: [Element; 4] = [Element::E, Element::R90, Element::R180, Element::R270];

impl Transform for RandomRotate90 {
    fn check(&self) -> Result<(), Wrong> {
        let accepted = "must be among e, r90, r180, r270";
        if self.group_element.is_some_and(|element| !TURNS.contains(&element)) {
            return Err(("group_element", accepted.into()));
        }
        match &self.group_elements {
            Some(elements) if elements.is_empty() || elements.iter().any(|element| !TURNS.contains(element)) => {
                Err(("group_elements", format!("{accepted}, and at least one of them")))
            }
            // One that was drawn from them is how a replay is written.
            Some(elements) if self.group_element.is_some_and(|element| !elements.contains(&element)) => {
                Err(("group_element", "must be among group_elements, where both are given".into()))
            }
            _ => Ok(()),
        }
    }

    fn is_random(&self) -> bool {
        self.group_element.is_none() && self.group_elements.as_ref().is_none_or(|elements| elements.len() > 1)
    }

    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()> {
        group::apply(sampler, self.group_element, self.group_elements.as_deref().unwrap_or(&TURNS))
    }
}
