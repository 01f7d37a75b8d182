//! The oracle: every operation by itself, on the whole image, one after the other. What the planner makes of the same
//! operations must give the same bytes.

use crate::{
    image::{ImageBuf, Rect},
    ops::{
        Context, Op, Role,
        pointwise::{Place, Rows},
    },
};

/// Runs operations on an image that is used up.
pub fn run_all(ops: &[Op], image: ImageBuf, role: Role, context: &mut Context<'_>) -> ImageBuf {
    ops.iter().fold(image, |image, op| if op.applies_to(role) { run(op, image, role, context) } else { image })
}

/// Runs one operation on an image that is used up.
pub fn run(op: &Op, mut image: ImageBuf, role: Role, context: &mut Context<'_>) -> ImageBuf {
    match op {
        Op::Pointwise(op) => {
            let shape = image.format().shape;
            let place = Place { y: 0, shape };
            let length = shape.len();
            let rows = match &mut image {
                ImageBuf::U8(data, _) => Rows::U8(&mut data[..length]),
                ImageBuf::U16(data, _) => Rows::U16(&mut data[..length]),
                ImageBuf::U32(data, _) => Rows::U32(&mut data[..length]),
                ImageBuf::U64(data, _) => Rows::U64(&mut data[..length]),
                ImageBuf::F32(data, _) => Rows::F32(&mut data[..length]),
            };
            op.operation().run(rows, place, role, context);
            image
        }
        Op::Measure(op) => {
            let resolved = op.operation().measure(image.as_image(), context);
            run(&resolved, image, role, context)
        }
        Op::Geometry(_) | Op::Convert(_) | Op::Filter(_) => {
            let format = op.output(image.format(), role);
            let mut output = context.scratch.take_image(format);
            run_into(op, &image, &mut output, role, context);
            context.scratch.give_image(image);
            output
        }
    }
}

fn run_into(op: &Op, image: &ImageBuf, output: &mut ImageBuf, role: Role, context: &mut Context<'_>) {
    let (input, target) = (image.as_image(), output.as_image_mut());
    if target.shape().is_empty() || input.shape().is_empty() {
        return;
    }
    match op {
        Op::Geometry(op) => op.operation().run(input, target, role, context),
        Op::Convert(op) => op.operation().run(input, target, context),
        Op::Filter(op) => op.operation().run(input, target, context),
        Op::Pointwise(_) | Op::Measure(_) => unreachable!("run in place"),
    }
}

/// A copy of an image, to begin with.
pub fn copy_in(image: crate::image::Image<'_>, context: &mut Context<'_>) -> ImageBuf {
    let mut copy = context.scratch.take_image(image.format());
    let whole = Rect::whole(image.shape());
    if !image.shape().is_empty() {
        crate::with_element_pairs!(image.crop(whole), copy.as_image_mut(), (source, target) => {
            let mut target = target;
            target.copy_from(source);
        });
    }
    copy
}
