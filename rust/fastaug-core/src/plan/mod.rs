//! The planner: rewrites operations into steps that touch memory as little as possible, without changing a byte.
//!
//! [`build`] lowers each operation to one [`Step`], then applies the rules, one file each, until none finds anything:
//!
//! | rule | what it does |
//! |---|---|
//! | [`merge_geometry`] | several resamplings become one (only when asked: changes bytes) |
//! | [`crop_first`] | crops move forward and become views, so that only what is kept is read |
//! | [`join_passes`] | flips, pads and pixel operations that follow each other become one pass over tiles |
//! | [`compose_tables`] | look-up tables that follow each other become one |
//!
//! For a file, [`Plan::decoding`] hands what the decoder can do to the decoder.
//!
//! What is left is folded at the end: [`crate::exec`] reads the first pass straight from the input and writes the last
//! one, normalization and layout included, straight into the output.

mod compose_tables;
mod crop_first;
mod decode;
mod join_passes;
mod merge_geometry;

pub use decode::{Decode, Decoding};

use crate::{
    image::{Format, Rect},
    ops::{
        Op, Role,
        geometry::{Crop, Geometry, GeometryOp, Pad, Symmetry},
        measure::Measure,
    },
};

/// One thing that the executor does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Only a rectangle of the image is looked at from here on. Costs nothing.
    Crop(Rect),
    /// The image is read once, tile by tile.
    Pass(Pass),
    /// An operation that reads one whole image and writes another.
    Run(Op),
    /// The image is looked at; what comes of it is done first in the next pass that
    /// [takes it](Pass::takes_measured).
    Measure(Measure),
}

/// One way through an image: read in some orientation, padded, changed pixel by pixel, written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pass {
    /// How the image is turned while it is read.
    pub symmetry: Symmetry,
    /// What is added around it, after turning.
    pub pad: Option<Pad>,
    /// Whether the operation measured before comes first.
    pub takes_measured: bool,
    /// Pointwise and converting operations, in order.
    pub body: Vec<Op>,
}

impl Pass {
    /// Whether every operation inside may change places with crops and flips.
    fn is_free(&self) -> bool {
        self.body.iter().all(|op| match op {
            Op::Pointwise(op) => !op.operation().depends_on_position(),
            _ => true,
        })
    }

    /// The format it makes; what was measured keeps its promise of [`Measure`]'s output format.
    fn output(&self, input: Format, measured: Option<&Measure>) -> Format {
        let mut format = Format::new(self.symmetry.output_shape(input.shape), input.dtype);
        if let Some(pad) = &self.pad {
            format.shape = pad.output_shape(format.shape);
        }
        if let Some(measured) = measured.filter(|_| self.takes_measured) {
            format = measured.operation().output(format);
        }
        self.body.iter().fold(format, |format, op| op.output(format, Role::Image))
    }
}

/// Steps for one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// The format of the input.
    pub input: Format,
    /// The format of the output.
    pub output: Format,
}

/// Plans operations for a target of some format.
pub fn build(ops: &[Op], input: Format, role: Role, merge_geometry: bool) -> Plan {
    let mut steps: Vec<Step> = ops.iter().filter(|op| op.applies_to(role)).flat_map(lower).collect();
    if merge_geometry {
        steps = merge_geometry::apply(steps, input);
    }
    loop {
        let mut changed = crop_first::apply(&mut steps, input);
        changed |= join_passes::apply(&mut steps);
        changed |= compose_tables::apply(&mut steps);
        if !changed {
            break;
        }
    }
    let output = formats(&steps, input).last().copied().unwrap_or(input);
    Plan { steps, input, output }
}

/// The steps that do exactly what one operation does.
fn lower(op: &Op) -> Vec<Step> {
    match op {
        Op::Geometry(Geometry::Crop(Crop { rect })) => vec![Step::Crop(*rect)],
        Op::Geometry(Geometry::Orient(orient)) => {
            vec![Step::Pass(Pass { symmetry: orient.symmetry, ..Pass::default() })]
        }
        Op::Geometry(Geometry::Pad(pad)) => vec![Step::Pass(Pass { pad: Some(pad.clone()), ..Pass::default() })],
        Op::Geometry(_) | Op::Filter(_) => vec![Step::Run(op.clone())],
        Op::Pointwise(_) | Op::Convert(_) => vec![Step::Pass(Pass { body: vec![op.clone()], ..Pass::default() })],
        Op::Measure(measure) => {
            vec![Step::Measure(measure.clone()), Step::Pass(Pass { takes_measured: true, ..Pass::default() })]
        }
    }
}

/// The format after each step.
pub fn formats(steps: &[Step], input: Format) -> Vec<Format> {
    let mut format = input;
    let mut measured = None;
    steps
        .iter()
        .map(|step| {
            format = match step {
                Step::Crop(rect) => format.with_size(rect.height, rect.width),
                Step::Pass(pass) => pass.output(format, measured),
                Step::Run(op) => op.output(format, Role::Image),
                Step::Measure(measure) => {
                    measured = Some(measure);
                    format
                }
            };
            format
        })
        .collect()
}

/// The format before each step.
fn formats_before(steps: &[Step], input: Format) -> Vec<Format> {
    let mut formats = formats(steps, input);
    formats.insert(0, input);
    formats.truncate(steps.len());
    formats
}
