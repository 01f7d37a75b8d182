//! Carries out a plan for one target.

use super::{
    output::{Layout, Output},
    store,
};
use crate::{
    image::{Element, Format, Image, ImageBuf, ImageMut, Rect, Shape, ViewMut},
    ops::{
        Context, Op, Role,
        geometry::{GeometryOp, orient_rows},
        pointwise::{Place, PointwiseOp, Rows},
    },
    plan::{Pass, Plan, Step},
};
use fearless_simd::Level;

/// Bytes of a tile: with its twin and the tables beside it, it stays in a first-level cache of 32 KiB.
const TILE_BYTES: usize = 12 * 1024;

/// Bands of transposed images have a multiple of these rows.
const TRANSPOSED_ROWS: usize = 64;

/// The image between two steps.
enum Current<'a> {
    Input(Image<'a>),
    Owned(ImageBuf, Rect),
}

impl Current<'_> {
    fn image(&self) -> Image<'_> {
        match self {
            Self::Input(image) => *image,
            Self::Owned(buffer, rect) => buffer.as_image().crop(*rect),
        }
    }

    fn release(self, context: &mut Context<'_>) {
        if let Self::Owned(buffer, _) = self {
            context.scratch.give_image(buffer);
        }
    }
}

/// Runs a plan and writes what comes out into the caller's memory.
pub fn run(plan: &Plan, input: Image<'_>, role: Role, mut output: Output<'_>, context: &mut Context<'_>) {
    if plan.output.shape.is_empty() {
        return;
    }
    let (last, before) = match plan.steps.split_last() {
        Some((last, before)) => (Some(last), before),
        None => (None, &[][..]),
    };
    let mut measured = Vec::new();
    let current = run_steps(before, Current::Input(input), role, &mut measured, context);
    match last {
        Some(Step::Pass(pass)) => {
            run_pass(pass, measured, current.image(), role, &mut Sink::Output(&mut output), context);
        }
        Some(Step::Run(op)) if is_plain_copy(op, &current, role, &output) => {
            let format = op.output(current.image().format(), role);
            run_whole(op, current.image(), output.as_image_mut(format.shape), role, context);
        }
        last => {
            let current = run_steps(last.map_or(&[][..], std::slice::from_ref), current, role, &mut measured, context);
            run_pass(&Pass::default(), measured, current.image(), role, &mut Sink::Output(&mut output), context);
            current.release(context);
            return;
        }
    }
    current.release(context);
}

/// Runs a plan and keeps what comes out.
pub fn run_to_buffer(plan: &Plan, input: Image<'_>, role: Role, context: &mut Context<'_>) -> ImageBuf {
    let mut measured = Vec::new();
    let current = run_steps(&plan.steps, Current::Input(input), role, &mut measured, context);
    match current {
        Current::Owned(buffer, rect) if rect == Rect::whole(buffer.format().shape) => buffer,
        other => {
            let buffer = super::plain::copy_in(other.image(), context);
            other.release(context);
            buffer
        }
    }
}

/// Whether the operation's own output is what the caller wants, so that it can be written in place.
fn is_plain_copy(op: &Op, current: &Current<'_>, role: Role, output: &Output<'_>) -> bool {
    output.layout == Layout::Hwc && output.holds_as_is(op.output(current.image().format(), role).dtype)
}

fn run_steps<'a>(
    steps: &[Step],
    mut current: Current<'a>,
    role: Role,
    measured: &mut Vec<Op>,
    context: &mut Context<'_>,
) -> Current<'a> {
    for step in steps {
        current = match step {
            Step::Crop(rect) => match current {
                Current::Input(image) => Current::Input(image.crop(*rect)),
                Current::Owned(buffer, outer) => {
                    Current::Owned(buffer, Rect { x: outer.x + rect.x, y: outer.y + rect.y, ..*rect })
                }
            },
            Step::Measure(measure) => {
                measured.push(measure.operation().measure(current.image(), context));
                current
            }
            Step::Run(op) => {
                let format = op.output(current.image().format(), role);
                let mut buffer = context.scratch.take_image(format);
                run_whole(op, current.image(), buffer.as_image_mut(), role, context);
                current.release(context);
                Current::Owned(buffer, Rect::whole(format.shape))
            }
            Step::Pass(pass) => {
                let taken = if pass.takes_measured { std::mem::take(measured) } else { Vec::new() };
                let format = pass_output(pass, &taken, current.image().format());
                let mut buffer = context.scratch.take_image(format);
                run_pass(pass, taken, current.image(), role, &mut Sink::Buffer(buffer.as_image_mut()), context);
                current.release(context);
                Current::Owned(buffer, Rect::whole(format.shape))
            }
        };
    }
    current
}

fn run_whole(op: &Op, input: Image<'_>, output: ImageMut<'_>, role: Role, context: &mut Context<'_>) {
    if output.shape().is_empty() || input.shape().is_empty() {
        return;
    }
    match op {
        Op::Geometry(op) => op.operation().run(input, output, role, context),
        Op::Filter(op) => op.operation().run(input, output, context),
        Op::Pointwise(_) | Op::Convert(_) | Op::Measure(_) => unreachable!("lowered to passes"),
    }
}

fn pass_output(pass: &Pass, measured: &[Op], input: Format) -> Format {
    let format = read_format(pass, input);
    measured.iter().chain(&pass.body).fold(format, |format, op| op.output(format, Role::Image))
}

/// The format of the image once turned and padded.
fn read_format(pass: &Pass, input: Format) -> Format {
    let shape = pass.symmetry.output_shape(input.shape);
    Format::new(pass.pad.as_ref().map_or(shape, |pad| pad.output_shape(shape)), input.dtype)
}

/// Where a pass writes.
enum Sink<'s, 'o> {
    Buffer(ImageMut<'s>),
    Output(&'s mut Output<'o>),
}

impl Sink<'_, '_> {
    /// Rows of the sink as an image of this format, if it holds such rows one after the other.
    fn rows(&mut self, y: usize, height: usize, format: Format) -> Option<ImageMut<'_>> {
        let band = Rect { x: 0, y, width: format.shape.width, height };
        match self {
            Self::Buffer(image) if image.dtype() == format.dtype => Some(image.crop_mut(band)),
            Self::Output(output) if output.layout == Layout::Hwc && output.holds_as_is(format.dtype) => {
                Some(output.rows_mut(y, height, format.shape))
            }
            Self::Buffer(_) | Self::Output(_) => None,
        }
    }
}

/// Reads an image band by band, changes each band while it is in the cache, and writes it.
fn run_pass(
    pass: &Pass,
    measured: Vec<Op>,
    input: Image<'_>,
    role: Role,
    sink: &mut Sink<'_, '_>,
    context: &mut Context<'_>,
) {
    let read = read_format(pass, input.format());
    let shape = read.shape;
    if shape.is_empty() {
        return;
    }
    let body: Vec<&Op> = measured.iter().chain(&pass.body).collect();
    // The last normalization is done by the store itself, one pass over the values instead of two.
    let (body, normalize) = match (body.as_slice(), &*sink) {
        ([before @ .., Op::Convert(crate::ops::convert::Convert::Normalize(normalize))], Sink::Output(_)) => {
            (before, Some(normalize))
        }
        (all, _) => (all, None),
    };
    let in_place = normalize.is_none() && body.iter().all(|op| matches!(op, Op::Pointwise(_)));
    let reads_in_place = pass.symmetry.is_identity() && pass.pad.is_none();
    let reads_as_is = reads_in_place && body.is_empty();
    // What is only turned and padded needs no tile that stays in the cache.
    let copies_only = in_place && body.is_empty() && !pass.symmetry.transpose;
    // What one operation reads in one place and writes in another needs none either.
    let is_one_step = in_place && body.len() == 1 && first_from_elsewhere(pass, input, body).is_some();
    let rows_per_band = if copies_only || is_one_step { shape.height } else { rows_per_band(pass, read) };

    let mut tile = None;
    for y in (0..shape.height).step_by(rows_per_band) {
        let height = rows_per_band.min(shape.height - y);
        let band_shape = shape.with_size(height, shape.width);
        let band_format = Format::new(band_shape, read.dtype);
        if in_place && let Some(mut rows) = sink.rows(y, height, read) {
            let place = Place { y, shape };
            let left = read_and_begin(pass, input, body, place, role, rows.reborrow(), context);
            apply_in_place(left, &mut rows, place, role, context);
            continue;
        }
        if reads_as_is {
            let band = input.crop(Rect { x: 0, y, width: shape.width, height });
            write_band(band, normalize, y, shape, sink, context);
            continue;
        }
        let (before_last, direct) = match body {
            [before @ .., Op::Convert(last)] if normalize.is_none() => (before, Some(last.operation())),
            _ => (body, None),
        };
        let mut buffer;
        let mut current = if reads_in_place && before_last.is_empty() && direct.is_some() {
            buffer = None;
            input.crop(Rect { x: 0, y, width: shape.width, height })
        } else {
            let mut made = match tile.take() {
                Some(buffer) => recycle(buffer, band_format, context),
                None => context.scratch.take_image(band_format),
            };
            let left = read_and_begin(pass, input, before_last, Place { y, shape }, role, made.as_image_mut(), context);
            for op in left {
                made = apply(op, made, y, shape, role, context);
            }
            buffer = Some(made);
            buffer.as_ref().map_or(input, ImageBuf::as_image)
        };
        let mut converted = None;
        if let Some(last) = direct {
            // The last conversion writes where the result belongs, if that holds such rows.
            let format = last.output(current.format());
            if let Some(rows) = sink.rows(y, height, format) {
                last.run(current, rows, context);
                tile = buffer;
                continue;
            }
            let mut made = context.scratch.take_image(format);
            last.run(current, made.as_image_mut(), context);
            current = converted.insert(made).as_image();
        }
        write_band(current, normalize, y, shape, sink, context);
        if let Some(made) = converted {
            context.scratch.give_image(made);
        }
        tile = buffer.take();
    }
    if let Some(buffer) = tile {
        context.scratch.give_image(buffer);
    }
}

/// Rows that are worked on together.
fn rows_per_band(pass: &Pass, read: Format) -> usize {
    let rows = TILE_BYTES / (read.shape.row_len() * read.dtype.size()).max(1);
    let rows = if pass.symmetry.transpose {
        // A band of rows reads as many columns of every row of the input, and each costs at least a cache line.
        rows.max(TRANSPOSED_ROWS).next_multiple_of(TRANSPOSED_ROWS)
    } else {
        rows
    };
    rows.clamp(1, read.shape.height)
}

/// The same memory for another band, where type and size allow it.
fn recycle(buffer: ImageBuf, format: Format, context: &mut Context<'_>) -> ImageBuf {
    if buffer.format() == format {
        return buffer;
    }
    context.scratch.give_image(buffer);
    context.scratch.take_image(format)
}

/// The first operation and all values of the image, if it can read them where they are.
fn first_from_elsewhere<'a, 'b>(
    pass: &Pass,
    input: Image<'a>,
    body: &'b [&Op],
) -> Option<(&'b dyn PointwiseOp, &'a [u8])> {
    let (Some(Op::Pointwise(first)), Image::U8(view)) = (body.first(), input) else { return None };
    let first = first.operation();
    if !(pass.symmetry.is_identity() && pass.pad.is_none() && first.runs_from_elsewhere()) {
        return None;
    }
    Some((first, view.as_slice()?))
}

/// Writes rows of the turned and padded image, changed by the first operation where that reads them in place of a copy.
/// Answers with the operations that are left to do.
fn read_and_begin<'b, 'o>(
    pass: &Pass,
    input: Image<'_>,
    body: &'b [&'o Op],
    place: Place,
    role: Role,
    mut target: ImageMut<'_>,
    context: &mut Context<'_>,
) -> &'b [&'o Op] {
    if let Some((operation, values)) = first_from_elsewhere(pass, input, body)
        && let ImageMut::U8(view) = &mut target
        && let Some(rows) = view.as_mut_slice()
    {
        let begin = place.y * place.shape.row_len();
        operation.run_from(&values[begin..begin + rows.len()], rows, place, context);
        return &body[1..];
    }
    read_band(pass, input, place.y, role, target, context.level);
    body
}

/// Writes rows of the turned and padded image.
fn read_band(pass: &Pass, input: Image<'_>, y: usize, role: Role, target: ImageMut<'_>, level: Level) {
    crate::with_element_pairs!(input, target, (source, target) => {
        let mut target = target;
        match &pass.pad {
            None => orient_rows(source, pass.symmetry, y, &mut target, level),
            Some(pad) => pad.write_rows(source, pass.symmetry, y, role, &mut target, level),
        }
    });
}

/// Runs pointwise operations on rows where they lie.
fn apply_in_place(body: &[&Op], rows: &mut ImageMut<'_>, place: Place, role: Role, context: &mut Context<'_>) {
    for op in body {
        let Op::Pointwise(op) = op else { unreachable!("only pointwise operations run in place") };
        let operation = op.operation();
        match rows {
            ImageMut::U8(view) => each_row_block(view, place, |rows, place| {
                operation.run(Rows::U8(rows), place, role, context);
            }),
            ImageMut::U16(view) => each_row_block(view, place, |rows, place| {
                operation.run(Rows::U16(rows), place, role, context);
            }),
            ImageMut::U32(view) => each_row_block(view, place, |rows, place| {
                operation.run(Rows::U32(rows), place, role, context);
            }),
            ImageMut::U64(view) => each_row_block(view, place, |rows, place| {
                operation.run(Rows::U64(rows), place, role, context);
            }),
            ImageMut::F32(view) => each_row_block(view, place, |rows, place| {
                operation.run(Rows::F32(rows), place, role, context);
            }),
        }
    }
}

/// All rows at once where they follow each other, else one by one.
fn each_row_block<T: Element>(view: &mut ViewMut<'_, T>, place: Place, mut run: impl FnMut(&mut [T], Place)) {
    if let Some(all) = view.as_mut_slice() {
        run(all, place);
    } else {
        for (offset, row) in view.rows_mut().enumerate() {
            run(row, Place { y: place.y + offset, ..place });
        }
    }
}

/// Runs one operation on a tile.
fn apply(op: &Op, mut tile: ImageBuf, y: usize, shape: Shape, role: Role, context: &mut Context<'_>) -> ImageBuf {
    match op {
        Op::Pointwise(_) => {
            // The operation sees the whole image's shape; its channels may have changed on the way.
            let place = Place { y, shape: Shape { channels: tile.format().shape.channels, ..shape } };
            apply_in_place(&[op], &mut tile.as_image_mut(), place, role, context);
            tile
        }
        Op::Convert(convert) => {
            let mut output = context.scratch.take_image(convert.operation().output(tile.format()));
            convert.operation().run(tile.as_image(), output.as_image_mut(), context);
            context.scratch.give_image(tile);
            output
        }
        _ => unreachable!("a pass holds pointwise and converting operations"),
    }
}

/// Hands a finished band to where it goes.
fn write_band(
    band: Image<'_>,
    normalize: Option<&crate::ops::convert::Normalize>,
    y: usize,
    shape: Shape,
    sink: &mut Sink<'_, '_>,
    context: &mut Context<'_>,
) {
    match sink {
        Sink::Buffer(image) => {
            let rect = Rect { x: 0, y, width: shape.width, height: band.shape().height };
            crate::with_element_pairs!(band, image.crop_mut(rect), (source, target) => {
                let mut target = target;
                target.copy_from(source);
            });
        }
        Sink::Output(output) => store::write(band, normalize, y, shape.height, output, context),
    }
}
