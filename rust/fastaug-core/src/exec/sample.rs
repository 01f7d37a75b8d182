//! One sample, from what came in to what goes out. The page to read first.
//!
//! [`prepare`] reads headers, settles everything random and plans; it touches pixels only where the policy has to look at
//! them. Then the caller knows every output's format, makes room, and [`Prepared::finish`] does the work.

use super::{
    output::{Output, Slot},
    plain,
    run::{run, run_to_buffer},
};
use crate::{
    Error, Result,
    codec::{self, ColourMode, Database, Opened, Request},
    image::{DType, Format, Image, ImageBuf, Scratch, Shape},
    ops::{
        Context, Op, Role,
        geometry::{Crop, Geometry},
    },
    plan::{self, Decode, Plan},
    policy::{Pixels, Policy, Sampled, Subject},
    rng::Seeds,
    simd,
    targets::{BBox, Keypoint, Label},
};
use fearless_simd::Level;
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

thread_local! {
    /// Each thread's recycled buffers.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Runs `work` with this thread's memory and the chosen SIMD level.
pub fn with_context<R>(work: impl FnOnce(&mut Context<'_>) -> R) -> R {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => work(&mut Context { level: simd::level(), scratch: &mut scratch }),
        // A callback of the user's that runs a policy inside another: it brings memory of its own.
        Err(_) => work(&mut Context { level: simd::level(), scratch: &mut Scratch::default() }),
    })
}

/// An image or mask as it came in.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Pixels.
    Pixels(Image<'a>),
    /// An image file.
    Encoded(Encoded<'a>),
}

/// An image file, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Encoded<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What the pixels are to be.
    pub mode: ColourMode,
    /// Seek indexes, which may hold the file's.
    pub indexes: Option<&'a Database>,
}

impl Encoded<'_> {
    /// The format that it has once decoded.
    pub fn format(&self) -> Result<Format> {
        Ok(codec::decoded_format(&codec::info(self.bytes)?, self.mode))
    }

    /// The request for what a plan reads, and the plan for that.
    pub(super) fn request(&self, plan: &Plan, role: Role, decode: Decode) -> (Request<'_>, Plan) {
        // Labels are not blended.
        let scaled = decode == Decode::Scaled && role == Role::Image && codec::is_jpeg(self.bytes);
        let decoding = plan.decoding(scaled);
        let Encoded { mode, indexes, .. } = *self;
        (Request { mode, scale: decoding.scale, region: decoding.region, indexes, ..Request::default() }, decoding.rest)
    }
}

/// A target that consists of pixels.
#[derive(Clone, Copy, Debug)]
pub struct PixelTarget<'a> {
    /// Where its pixels come from.
    pub source: Source<'a>,
    /// Picture or labels.
    pub role: Role,
}

/// Everything that is augmented together. The first pixel target is the image whose size counts.
#[derive(Debug, Default)]
pub struct Inputs<'a> {
    /// Images and masks.
    pub pixels: Vec<PixelTarget<'a>>,
    /// Rows of boxes, as the policy's parameters say they are written.
    pub boxes: Vec<[f64; 4]>,
    /// What each box is, if that is known and anything asks for it.
    pub labels: Option<Vec<Label>>,
    /// Rows of keypoints, likewise.
    pub keypoints: Vec<Vec<f64>>,
    /// Whether the oracle does the work: one operation after the other, on whole images, in scalar code.
    pub plain: bool,
}

/// A function outside the core that a policy may call.
pub trait Callbacks: Sync {
    /// Changes one image or mask.
    fn pixels(&self, callback: u32, role: Role, image: Image<'_>) -> Result<Option<ImageBuf>>;

    /// Changes boxes and keypoints of an image of this shape.
    fn points(&self, callback: u32, shape: Shape, boxes: &mut [BBox], keypoints: &mut [Keypoint]) -> Result<()>;
}

/// Pixels on their way.
enum Current<'a> {
    Source(Source<'a>),
    Made(ImageBuf),
}

struct Target<'a> {
    current: Current<'a>,
    format: Format,
    role: Role,
    decode: Decode,
    /// What decoding has taken.
    decoding: Duration,
}

/// The pixels of a sample while it is being sampled.
struct Work<'a, 'c> {
    targets: Vec<Target<'a>>,
    merge_geometry: bool,
    plain: bool,
    callbacks: Option<&'c dyn Callbacks>,
}

/// A sample whose randomness is settled.
pub struct Prepared<'a> {
    targets: Vec<Target<'a>>,
    plans: Vec<Plan>,
    plain: bool,
    /// What was settled.
    pub sampled: Sampled,
}

/// A sample that is done.
#[derive(Debug)]
pub struct Finished {
    /// What was settled.
    pub sampled: Sampled,
    /// What decoding its files has taken.
    pub decoding: Duration,
}

/// Reads headers, samples, plans.
pub fn prepare<'a>(
    policy: &Policy,
    seeds: Seeds,
    inputs: Inputs<'a>,
    record: bool,
    callbacks: Option<&dyn Callbacks>,
) -> Result<Prepared<'a>> {
    let targets = inputs
        .pixels
        .iter()
        .map(|target| {
            let format = source_format(target.source)?;
            let decode = policy.settings.decode;
            Ok(Target {
                current: Current::Source(target.source),
                format,
                role: target.role,
                decode,
                decoding: Duration::ZERO,
            })
        })
        .collect::<Result<Vec<Target<'_>>>>()?;
    let first = targets.first().ok_or_else(|| Error::Shape("there is no image to augment".into()))?;
    if policy.settings.is_check_shapes {
        check_sizes(&targets)?;
    }
    let subject =
        Subject { format: first.format, boxes: inputs.boxes, labels: inputs.labels, keypoints: inputs.keypoints };
    let (merge_geometry, plain) = (policy.settings.merge_geometry, inputs.plain);
    let mut work = Work { targets, merge_geometry, plain, callbacks };
    let sampled = policy.sample(seeds, subject, record, &mut work)?;
    work.check(&sampled.ops)?;
    let plans = work
        .targets
        .iter()
        .map(|target| plan::build(&sampled.ops, target.format, target.role, merge_geometry))
        .collect();
    Ok(Prepared { targets: work.targets, plans, plain, sampled })
}

/// Labels of another picture would go unnoticed.
fn check_sizes(targets: &[Target<'_>]) -> Result<()> {
    let size = |target: &Target<'_>| (target.format.shape.height, target.format.shape.width);
    match targets.iter().find(|target| size(target) != size(&targets[0])) {
        None => Ok(()),
        Some(other) => {
            let ((height, width), (own_height, own_width)) = (size(&targets[0]), size(other));
            let name = if other.role == Role::Image { "another image" } else { "a mask" };
            Err(Error::Shape(format!(
                "images and masks must have the same height and width, got {height}×{width} and {name} of {own_height}×{own_width}; if that is meant, use Compose(…, is_check_shapes=False)"
            )))
        }
    }
}

/// Values that an image may have on its way.
const MOST_VALUES: usize = u32::MAX as usize;

/// Operations are sampled for the first image; another one may be too small, or of another kind.
fn check_target(ops: &[Op], first: Format, target: Format, role: Role) -> Result<()> {
    let (mut first, mut format) = (first, target);
    check_size(format)?;
    for op in ops {
        if let Op::Geometry(Geometry::Crop(Crop { rect })) = op
            && !rect.fits(format.shape)
        {
            return Err(Error::Shape(format!(
                "{}×{} pixels at ({}, {}) cannot be cut from an image or mask of {}×{}: give all of them the size of the first image",
                rect.height, rect.width, rect.x, rect.y, format.shape.height, format.shape.width
            )));
        }
        if role == Role::Image && !op.accepts(format, first) {
            let kind = |format: Format| format!("{} with {} channels", format.dtype, format.shape.channels);
            return Err(Error::Shape(format!(
                "\"{op}\" was drawn for the first image, {}, and cannot be done to another one, {}: give images of one kind, or each to a call of its own",
                kind(first),
                kind(format)
            )));
        }
        let Shape { height, width, .. } = format.shape;
        if let Some(largest) = op.largest_side().filter(|&largest| role == Role::Image && height.max(width) > largest) {
            return Err(Error::Shape(format!(
                "\"{op}\" takes images of at most {largest} rows and columns, this one would have {height}×{width}"
            )));
        }
        first = op.output(first, Role::Image);
        format = op.output(format, role);
        check_size(format)?;
    }
    Ok(())
}

fn check_size(format: Format) -> Result<()> {
    let Shape { height, width, channels } = format.shape;
    match height.checked_mul(width).and_then(|pixels| pixels.checked_mul(channels)) {
        Some(values) if values <= MOST_VALUES => Ok(()),
        _ => Err(Error::Shape(format!(
            "an image of {height}×{width} with {channels} channels is more than one can be: {MOST_VALUES} values at most"
        ))),
    }
}

fn source_format(source: Source<'_>) -> Result<Format> {
    match source {
        Source::Pixels(image) => Ok(image.format()),
        Source::Encoded(file) => file.format(),
    }
}

impl Prepared<'_> {
    /// The format of each output.
    pub fn outputs(&self) -> impl Iterator<Item = Format> + '_ {
        self.plans.iter().map(|plan| plan.output)
    }

    /// Writes every target into its output, in order; answers what was settled.
    pub fn finish(self, outputs: Vec<Output<'_>>) -> Result<Finished> {
        with_context(|context| {
            let mut decoding = Duration::ZERO;
            for ((target, plan), output) in self.targets.into_iter().zip(&self.plans).zip(outputs) {
                check_type(plan.output.dtype, &output)?;
                decoding += if self.plain {
                    target.finish_plainly(&self.sampled.ops, output, &mut plain_context(context))?
                } else {
                    target.finish(plan, output, context)?
                };
            }
            Ok(Finished { sampled: self.sampled, decoding })
        })
    }
}

/// The oracle's memory and level.
fn plain_context<'c>(context: &'c mut Context<'_>) -> Context<'c> {
    Context { level: Level::fallback(), scratch: &mut *context.scratch }
}

fn check_type(dtype: DType, output: &Output<'_>) -> Result<()> {
    if output.can_hold(dtype) {
        Ok(())
    } else {
        Err(Error::Shape(format!(
            "the policy makes {dtype} images, which cannot be written as {}: ask for another dtype, or change the policy (Normalize and ToFloat make floats, FromFloat whole numbers)",
            output.type_name()
        )))
    }
}

impl<'a> Target<'a> {
    /// Writes the pixels into their output; answers what decoding has taken.
    fn finish(self, plan: &Plan, output: Output<'_>, context: &mut Context<'_>) -> Result<Duration> {
        let mut decoding = self.decoding;
        match self.current {
            Current::Source(Source::Pixels(image)) => run(plan, image, self.role, output, context),
            Current::Source(Source::Encoded(file)) => {
                let (request, rest) = file.request(plan, self.role, self.decode);
                let begin = Instant::now();
                match codec::open(file.bytes, &request, context.scratch)? {
                    Opened::Jpeg(file) if rest.steps.is_empty() && output.is_bytes_in_order() => {
                        let Slot::U8(pixels) = output.slot else { unreachable!("just looked at") };
                        file.decode(pixels, context.scratch)?;
                        decoding += begin.elapsed();
                    }
                    opened => {
                        let decoded = opened.into_pixels(context.scratch)?;
                        decoding += begin.elapsed();
                        run(&rest, decoded.as_image(), self.role, output, context);
                        context.scratch.give_image(decoded);
                    }
                }
            }
            Current::Made(buffer) => {
                run(plan, buffer.as_image(), self.role, output, context);
                context.scratch.give_image(buffer);
            }
        }
        Ok(decoding)
    }

    /// The same by the oracle.
    fn finish_plainly(mut self, ops: &[Op], output: Output<'_>, context: &mut Context<'_>) -> Result<Duration> {
        self.advance_plainly(ops, context)?;
        let nothing = plan::build(&[], self.format, self.role, false);
        self.finish(&nothing, output, context)
    }

    /// Replaces the pixels by what the oracle makes of them.
    fn advance_plainly(&mut self, ops: &[Op], context: &mut Context<'_>) -> Result<()> {
        let whole = match self.take() {
            Current::Source(Source::Pixels(image)) => plain::copy_in(image, context),
            Current::Source(Source::Encoded(file)) => {
                let request = Request { mode: file.mode, ..Request::default() };
                codec::decode(file.bytes, &request, context.scratch)?
            }
            Current::Made(buffer) => buffer,
        };
        let made = plain::run_all(ops, whole, self.role, context);
        self.format = made.format();
        self.current = Current::Made(made);
        Ok(())
    }

    /// The pixels, which are replaced by none.
    fn take(&mut self) -> Current<'a> {
        std::mem::replace(&mut self.current, Current::Made(ImageBuf::U8(Vec::new(), Shape::new(0, 0, 0))))
    }

    /// Replaces the pixels by what a plan makes of them.
    fn advance(&mut self, plan: &Plan, context: &mut Context<'_>) -> Result<()> {
        let made = match self.take() {
            Current::Source(Source::Pixels(image)) => run_to_buffer(plan, image, self.role, context),
            Current::Source(Source::Encoded(file)) => {
                let (request, rest) = file.request(plan, self.role, self.decode);
                let begin = Instant::now();
                let decoded = codec::decode(file.bytes, &request, context.scratch)?;
                self.decoding += begin.elapsed();
                let made = run_to_buffer(&rest, decoded.as_image(), self.role, context);
                context.scratch.give_image(decoded);
                made
            }
            Current::Made(buffer) => {
                let made = run_to_buffer(plan, buffer.as_image(), self.role, context);
                context.scratch.give_image(buffer);
                made
            }
        };
        self.format = made.format();
        self.current = Current::Made(made);
        Ok(())
    }

    fn image(&self) -> Result<Image<'_>> {
        match &self.current {
            Current::Made(buffer) => Ok(buffer.as_image()),
            Current::Source(Source::Pixels(image)) => Ok(*image),
            Current::Source(Source::Encoded(..)) => Err(Error::Decode("the image has not been decoded yet".into())),
        }
    }
}

impl Work<'_, '_> {
    /// Whether operations can be done to every target.
    fn check(&self, ops: &[Op]) -> Result<()> {
        let first = self.targets[0].format;
        self.targets.iter().try_for_each(|target| check_target(ops, first, target.format, target.role))
    }
}

impl Pixels for Work<'_, '_> {
    fn run(&mut self, ops: &[Op]) -> Result<()> {
        self.check(ops)?;
        with_context(|context| {
            for target in &mut self.targets {
                let encoded = matches!(target.current, Current::Source(Source::Encoded(..)));
                if encoded || ops.iter().any(|op| op.applies_to(target.role)) {
                    if self.plain {
                        target.advance_plainly(ops, &mut plain_context(context))?;
                    } else {
                        let plan = plan::build(ops, target.format, target.role, self.merge_geometry);
                        target.advance(&plan, context)?;
                    }
                }
            }
            Ok(())
        })
    }

    fn image(&self) -> Result<Image<'_>> {
        self.targets[0].image()
    }

    fn mask(&self) -> Result<Option<Image<'_>>> {
        self.targets.iter().find(|target| target.role == Role::Mask).map(Target::image).transpose()
    }

    fn call(&mut self, callback: u32, boxes: &mut [BBox], keypoints: &mut [Keypoint]) -> Result<Format> {
        let callbacks =
            self.callbacks.ok_or_else(|| Error::External("nobody answers this policy's callbacks".into()))?;
        let shape = self.targets[0].format.shape;
        for target in &mut self.targets {
            if let Some(made) = callbacks.pixels(callback, target.role, target.image()?)? {
                target.format = made.format();
                target.current = Current::Made(made);
            }
        }
        callbacks.points(callback, shape, boxes, keypoints)?;
        Ok(self.targets[0].format)
    }
}
