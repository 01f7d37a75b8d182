//! A plan in words: what was drawn, which operations came of it, what the planner made of them, and what each step reads
//! and writes.

use crate::{
    Error, Result,
    image::{DType, Format, Image, Shape},
    ops::{Op, Role},
    plan::{self, Plan, Step},
    policy::{Pixels, Policy, Subject},
    rng::Seeds,
    targets::{BBox, Keypoint},
};
use std::fmt::Write;

/// Stands in for the pixels that an explanation does not have.
struct NoPixels;

fn needs_pixels() -> Error {
    Error::Shape(
        "looks at pixels before it draws, so its plan depends on them; it cannot be explained from a size".into(),
    )
}

impl Pixels for NoPixels {
    fn run(&mut self, _ops: &[Op]) -> Result<()> {
        Err(needs_pixels())
    }

    fn image(&self) -> Result<Image<'_>> {
        Err(needs_pixels())
    }

    fn mask(&self) -> Result<Option<Image<'_>>> {
        Err(needs_pixels())
    }

    fn call(&mut self, _: u32, _: &mut [BBox], _: &mut [Keypoint]) -> Result<Format> {
        Err(needs_pixels())
    }
}

/// Explains what a policy would do to one image.
pub fn explain(
    policy: &Policy,
    seeds: Seeds,
    height: usize,
    width: usize,
    channels: usize,
    is_float: bool,
) -> Result<String> {
    let dtype = if is_float { DType::F32 } else { DType::U8 };
    let format = Format::new(Shape::new(height, width, channels), dtype);
    let subject = Subject { format, boxes: Vec::new(), labels: None, keypoints: Vec::new() };
    let sampled = policy.sample(seeds, subject, true, &mut NoPixels)?;
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
    line(&mut text, format_args!("operations"));
    let mut current = format;
    for op in &sampled.ops {
        let after = op.output(current, Role::Image);
        line(&mut text, format_args!("  {op}: {} → {}", words(current), words(after)));
        current = after;
    }
    if sampled.ops.is_empty() {
        line(&mut text, format_args!("  none"));
    }
    let merge = policy.settings.merge_geometry;
    for (name, role, input) in [
        ("image", Role::Image, format),
        ("mask", Role::Mask, Format::new(Shape { channels: 1, ..format.shape }, DType::U8)),
    ] {
        let plan = plan::build(&sampled.ops, input, role, merge);
        line(
            &mut text,
            format_args!("plan of the {name}: {} operations in {} steps", count(&sampled.ops, role), plan.steps.len()),
        );
        describe(&mut text, &plan);
    }
    Ok(text)
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
