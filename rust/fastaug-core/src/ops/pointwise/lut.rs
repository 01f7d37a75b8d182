//! Replaces each 8-bit value by looking it up in a table.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{Context, Role};
use std::fmt;

/// One table of 256 entries for all channels, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Lut {
    /// What the table does, for [`Display`](fmt::Display).
    pub label: &'static str,
    /// One table, or one per channel.
    pub tables: Vec<[u8; 256]>,
}

impl fmt::Display for Lut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "look-up ({})", self.label)
    }
}

impl PointwiseOp for Lut {
    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, _context: &mut Context<'_>) {
        let Rows::U8(values) = rows else { unreachable!("a look-up table was sampled for an image that is not uint8") };
        match self.tables.as_slice() {
            [table] => {
                for value in values {
                    *value = table[*value as usize];
                }
            }
            tables => {
                for pixel in values.chunks_exact_mut(place.shape.channels) {
                    for (value, table) in pixel.iter_mut().zip(tables) {
                        *value = table[*value as usize];
                    }
                }
            }
        }
    }
}
