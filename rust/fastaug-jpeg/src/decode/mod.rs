//! Decoding: from the bytes of a file to pixels of a rectangle of its picture.

mod coefficients;
mod pieces;
mod request;
mod sequential;
mod smoothing;
mod stored;
mod workspace;

pub use coefficients::Coefficients;
pub use pieces::Pieces;
pub use request::{Decoder, Info, Limits, Options, Report, RowsRead};
pub(crate) use sequential::states;
pub use workspace::Workspace;

use crate::{
    error::Error,
    parse::{Component, DHT, Parser, SOS},
    picture::{Colour, Conversion, Layout, PlaneMut, Planes, Target},
    standard::Codes,
    transform::Multipliers,
};
use fearless_simd::Level;
use std::sync::Arc;

/// What a decoder of scans is to make.
struct Job<'j, 't> {
    layout: &'j Layout,
    output: Output<'j, 't>,
    level: Level,
}

/// What samples become.
enum Output<'j, 't> {
    Pixels {
        conversion: Conversion,
        colour: Colour,
        target: Target<'t>,
    },
    /// They stay what they are.
    Samples(&'j mut [PlaneMut<'t>]),
}

/// What a component's quantised coefficients are multiplied by.
fn multipliers(parser: &Parser<'_>, component: &Component, offset: usize) -> Result<Multipliers, Error> {
    let place = component.quantisation;
    let table = parser
        .quantisation
        .get(place)
        .and_then(Option::as_ref)
        .ok_or_else(|| Error::damaged(offset, SOS, format!("quantisation table {place} is not defined")))?;
    Ok(table.map(|value| value as i16))
}

/// The Huffman table that a scan wants from a place, prepared.
fn huffman_table<T>(
    places: &[Option<Codes<'_>>; 4],
    place: usize,
    offset: usize,
    prepare: fn(&Codes<'_>) -> Result<Arc<T>, &'static str>,
) -> Result<Arc<T>, Error> {
    let codes = places.get(place).copied().flatten().ok_or_else(|| {
        Error::damaged(offset, SOS, format!("a scan uses Huffman table {place}, which is not defined"))
    })?;
    prepare(&codes).map_err(|reason| Error::damaged(offset, DHT, reason))
}

impl Job<'_, '_> {
    fn row_is_done(&mut self, planes: &mut Planes, mcu_row: usize) {
        match &mut self.output {
            Output::Pixels { conversion, colour, target } => {
                planes.row_is_done(self.layout, mcu_row, *conversion, *colour, target, self.level);
            }
            Output::Samples(targets) => planes.write_samples(self.layout, mcu_row, targets),
        }
    }
}
