//! A plan in words: what was drawn, which operations came of it, what the planner made of them, and what each step reads
//! and writes.

use super::sample::Encoded;
use crate::{
    Error, Result,
    codec::{self, Opened, Scale},
    image::{DType, Format, Image, Scratch, Shape},
    ops::{Op, Role},
    plan::{self, Decode, Plan, Step},
    policy::{Pixels, Policy, Subject},
    rng::Seeds,
    targets::{BBox, Keypoint},
};
use std::fmt::Write;

/// Stands in for the pixels that an explanation does not have: remembers what would be carried out before each look at
/// them.
struct NoPixels {
    /// The image's format after everything so far.
    format: Format,
    before: Vec<(Vec<Op>, Look)>,
}

/// Why pixels were asked for.
enum Look {
    Draw,
    Call,
}

impl Pixels for NoPixels {
    fn run(&mut self, ops: &[Op]) -> Result<()> {
        self.format = ops.iter().fold(self.format, |format, op| op.output(format, Role::Image));
        self.before.push((ops.to_vec(), Look::Draw));
        Ok(())
    }

    fn image(&self) -> Result<Image<'_>> {
        Err(Error::Shape("looks at pixels before it draws, which cannot be explained from a size".into()))
    }

    fn mask(&self) -> Result<Option<Image<'_>>> {
        Ok(None)
    }

    fn call(&mut self, _: u32, _: &mut [BBox], _: &mut [Keypoint]) -> Result<Format> {
        if let Some((_, look)) = self.before.last_mut() {
            *look = Look::Call;
        }
        Ok(self.format)
    }
}

/// What an explanation is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Explained<'a> {
    /// Pixels of this format.
    Pixels(Format),
    /// A file.
    File(Encoded<'a>),
}

/// Explains what a policy would do to one image.
pub fn explain(policy: &Policy, seeds: Seeds, subject: Explained<'_>) -> Result<String> {
    let (format, mut file) = match subject {
        Explained::Pixels(format) => (format, None),
        Explained::File(file) => (file.format()?, Some((file, policy.settings.decode))),
    };
    let subject = Subject { format, boxes: Vec::new(), labels: None, keypoints: Vec::new() };
    let mut pixels = NoPixels { format, before: Vec::new() };
    let sampled = policy.sample(seeds, subject, true, &mut pixels)?;
    let mut text = String::new();
    let Seeds { seed, epoch, sample } = seeds;
    line(&mut text, format_args!("seed {seed}, epoch {epoch}, sample {sample}, image {}", words(format)));
    line(&mut text, format_args!("drawn"));
    for applied in &sampled.applied {
        let drawn: Vec<String> = applied.drawn.iter().map(|(name, value)| format!("{name}={value}")).collect();
        line(&mut text, format_args!("  {}({})", applied.path, drawn.join(", ")));
    }
    if sampled.applied.is_empty() {
        line(&mut text, format_args!("  nothing was applied"));
    }
    let merge = policy.settings.merge_geometry;
    let mut image = format;
    let mut mask = Format::new(Shape { channels: 1, ..format.shape }, DType::U8);
    for (ops, look) in &pixels.before {
        (image, mask) = stage(&mut text, ops, image, mask, merge, file.take())?;
        line(
            &mut text,
            format_args!(
                "{}",
                match look {
                    Look::Draw => "then the pixels are looked at; what follows from them is not shown",
                    Look::Call =>
                        "then a function of yours is called; its result is taken to have the same size and type",
                }
            ),
        );
    }
    stage(&mut text, &sampled.ops, image, mask, merge, file)?;
    Ok(text)
}

/// Explains operations that are planned together, and before them the file that they begin with; answers with the formats
/// of image and mask after them.
fn stage(
    text: &mut String,
    ops: &[Op],
    image: Format,
    mask: Format,
    merge: bool,
    file: Option<(Encoded<'_>, Decode)>,
) -> Result<(Format, Format)> {
    line(text, format_args!("operations"));
    let mut current = image;
    for op in ops {
        let after = op.output(current, Role::Image);
        line(text, format_args!("  {op}: {} → {}", words(current), words(after)));
        current = after;
    }
    if ops.is_empty() {
        line(text, format_args!("  none"));
    }
    let mut explain = |name: &str, role: Role, input: Format, file: Option<(Encoded<'_>, Decode)>| {
        let mut plan = plan::build(ops, input, role, merge);
        line(text, format_args!("plan of the {name}: {} operations in {} steps", count(ops, role), plan.steps.len()));
        if let Some((file, decode)) = file {
            plan = describe_decoding(text, &file, &plan, decode)?;
        }
        describe(text, &plan);
        Ok::<_, Error>(plan.output)
    };
    Ok((explain("image", Role::Image, image, file)?, explain("mask", Role::Mask, mask, None)?))
}

/// One line on what is decoded; answers with the plan for that.
fn describe_decoding(text: &mut String, file: &Encoded<'_>, plan: &Plan, decode: Decode) -> Result<Plan> {
    let (request, rest) = file.request(plan, Role::Image, decode);
    let mut part = words(rest.input);
    if let Some(region) = request.region {
        part = format!("{part} at ({}, {})", region.x, region.y);
    }
    if request.scale != Scale::Whole {
        part = format!("{part} at {}/8 of its size", request.scale.eighths());
    }
    if !codec::is_jpeg(file.bytes) {
        line(text, format_args!("  0. decode all of the file, of which {part} is used"));
        return Ok(rest);
    }
    let Opened::Jpeg(jpeg) = codec::open(file.bytes, &request, &mut Scratch::default())? else {
        unreachable!("it begins like a JPEG file")
    };
    let rows = jpeg.rows_read()?;
    line(
        text,
        format_args!(
            "  0. decode {part}: of {} rows of MCUs {} jumped over, {} passed over, {} decoded, {} not read",
            rows.jumped + rows.passed + rows.decoded + rows.unread,
            rows.jumped,
            rows.passed,
            rows.decoded,
            rows.unread
        ),
    );
    Ok(rest)
}

fn count(ops: &[Op], role: Role) -> usize {
    ops.iter().filter(|op| op.applies_to(role)).count()
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{words}");
}

fn words(format: Format) -> String {
    let Shape { height, width, channels } = format.shape;
    format!("{height}×{width}×{channels} {}", format.dtype)
}

/// One line per step: what it does, what it reads, what it writes.
fn describe(text: &mut String, plan: &Plan) {
    let mut before = plan.input;
    for (number, (step, after)) in plan.steps.iter().zip(plan::formats(&plan.steps, plan.input)).enumerate() {
        let number = number + 1;
        match step {
            Step::Crop(rect) => line(
                text,
                format_args!(
                    "  {number}. view {}×{} at ({}, {}): reads nothing, leaves the rest of {} untouched",
                    rect.height,
                    rect.width,
                    rect.x,
                    rect.y,
                    words(before)
                ),
            ),
            Step::Measure(measure) => {
                line(text, format_args!("  {number}. measure {measure}: reads {}", words(before)));
            }
            Step::Run(op) => {
                line(text, format_args!("  {number}. {op}: reads {}, writes {}", words(before), words(after)));
            }
            Step::Pass(pass) => {
                let mut parts: Vec<String> = Vec::new();
                if !pass.symmetry.is_identity() {
                    parts.push(pass.symmetry.to_string());
                }
                parts.extend(pass.pad.iter().map(ToString::to_string));
                if pass.takes_measured {
                    parts.push("what was measured".into());
                }
                parts.extend(pass.body.iter().map(ToString::to_string));
                line(
                    text,
                    format_args!(
                        "  {number}. one pass [{}]: reads {}, writes {}",
                        parts.join("; "),
                        words(before),
                        words(after)
                    ),
                );
            }
        }
        before = after;
    }
    if plan.steps.is_empty() {
        line(text, format_args!("  1. copy {}", words(plan.input)));
    }
}
