//! Whatever the planner makes of a list of operations gives the bytes of the operations one after the other.

use fastaug_core::{
    exec::{Layout, Output, Slot, plain, run},
    image::{DType, Format, Image, ImageBuf, Rect, Scratch, Shape, View},
    ops::{
        Context, Op, Role,
        convert::Normalize,
        geometry::{Crop, Orient, Pad, Resize, Symmetry},
        pointwise::Lut,
    },
    param::{Border, BorderMode, Fill, Interpolation, Interpolations},
    plan, simd,
};
use proptest::prelude::*;

/// An operation whose numbers are shares, so that it can be made to fit whatever image it meets.
#[derive(Clone, Debug)]
enum Wish {
    Crop { x: f64, y: f64, width: f64, height: f64 },
    Orient(usize),
    Pad { top: usize, bottom: usize, left: usize, right: usize, mode: BorderMode },
    Resize { height: usize, width: usize, interpolation: Interpolation },
    Lut(u8),
    Normalize,
}

fn modes() -> impl Strategy<Value = BorderMode> {
    prop::sample::select(vec![
        BorderMode::Constant,
        BorderMode::Constant,
        BorderMode::Replicate,
        BorderMode::Reflect,
        BorderMode::Wrap,
        BorderMode::Reflect101,
    ])
}

fn wishes() -> impl Strategy<Value = Wish> {
    let share = 0.0..1.0;
    prop_oneof![
        3 => (share.clone(), share.clone(), share.clone(), share)
            .prop_map(|(x, y, width, height)| Wish::Crop { x, y, width, height }),
        3 => (0usize..8).prop_map(Wish::Orient),
        2 => (0usize..4, 0usize..4, 0usize..4, 0usize..4, modes())
            .prop_map(|(top, bottom, left, right, mode)| Wish::Pad { top, bottom, left, right, mode }),
        1 => (
            1usize..24,
            1usize..24,
            prop::sample::select(vec![Interpolation::Nearest, Interpolation::Linear, Interpolation::Area]),
        )
            .prop_map(|(height, width, interpolation)| Wish::Resize { height, width, interpolation }),
        3 => any::<u8>().prop_map(Wish::Lut),
        1 => Just(Wish::Normalize),
    ]
}

fn fit(wish: &Wish, format: Format) -> Option<Op> {
    let Shape { height, width, .. } = format.shape;
    let part = |share: f64, whole: usize| ((share * whole as f64) as usize).min(whole - 1);
    Some(match *wish {
        Wish::Crop { x, y, width: w, height: h } => {
            let (x, y) = (part(x, width), part(y, height));
            let rect = Rect { x, y, width: part(w, width - x) + 1, height: part(h, height - y) + 1 };
            Crop { rect }.into()
        }
        Wish::Orient(index) => Orient { symmetry: Symmetry::ALL[index] }.into(),
        Wish::Pad { top, bottom, left, right, mode } => {
            let border = Border { mode, fill: Fill::Channels(vec![1.0, 2.0, 3.0]), fill_mask: Fill::Value(7.0) };
            Pad { top, bottom, left, right, border }.into()
        }
        Wish::Resize { height, width, interpolation } => {
            let interpolations = Interpolations { image: interpolation, mask: Interpolation::Nearest };
            Resize { height, width, interpolations }.into()
        }
        Wish::Lut(key) if format.dtype == DType::U8 => {
            let tables = vec![std::array::from_fn(|value| (value as u8).wrapping_mul(key | 1).wrapping_add(key))];
            Lut::new("test", tables).into()
        }
        Wish::Normalize => {
            let (scale, offset) = (vec![0.017, 0.018, 0.019], vec![-2.1, -2.0, -1.8]);
            Normalize { scale, offset }.into()
        }
        Wish::Lut(_) => return None,
    })
}

/// The operations, made to fit one after the other.
fn fitted(wishes: &[Wish], mut format: Format) -> Vec<Op> {
    let mut ops = Vec::new();
    for wish in wishes {
        if let Some(op) = fit(wish, format) {
            format = op.output(format, Role::Image);
            ops.push(op);
        }
    }
    ops
}

fn planned(ops: &[Op], image: Image<'_>, role: Role, layout: Layout, level: simd::Level) -> (Vec<u8>, Format) {
    let plan = plan::build(ops, image.format(), role, false);
    let mut scratch = Scratch::default();
    let mut context = Context { level, scratch: &mut scratch };
    let length = plan.output.shape.len();
    let bytes = if plan.output.dtype == DType::U8 {
        let mut made = vec![0u8; length];
        run(&plan, image, role, Output { slot: Slot::U8(&mut made), layout }, &mut context);
        made
    } else {
        let mut made = vec![0f32; length];
        run(&plan, image, role, Output { slot: Slot::F32(&mut made), layout }, &mut context);
        made.iter().flat_map(|value| value.to_ne_bytes()).collect()
    };
    (bytes, plan.output)
}

fn oracle(ops: &[Op], image: Image<'_>, role: Role) -> (Vec<u8>, Format) {
    let mut scratch = Scratch::default();
    let mut context = Context { level: simd::Level::fallback(), scratch: &mut scratch };
    let copy = plain::copy_in(image, &mut context);
    let made = plain::run_all(ops, copy, role, &mut context);
    let format = made.format();
    let length = format.shape.len();
    let bytes = match &made {
        ImageBuf::U8(data, _) => data[..length].to_vec(),
        ImageBuf::F32(data, _) => data[..length].iter().flat_map(|value| value.to_ne_bytes()).collect(),
        other => panic!("no operation makes {:?}", other.format()),
    };
    (bytes, format)
}

/// The values of a height × width × channels image in channels × height × width order.
fn planar(bytes: &[u8], format: Format) -> Vec<u8> {
    let size = format.dtype.size();
    let channels = format.shape.channels;
    (0..channels)
        .flat_map(|channel| {
            bytes.chunks_exact(size * channels).flat_map(move |pixel| &pixel[channel * size..(channel + 1) * size])
        })
        .copied()
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn planned_equals_one_by_one(
        wishes in prop::collection::vec(wishes(), 0..7),
        height in 1usize..20,
        width in 1usize..70,
        channels in 1usize..5,
    ) {
        let shape = Shape::new(height, width, channels);
        let data: Vec<u8> = (0..shape.len()).map(|index| (index * 37 % 251) as u8).collect();
        let image = Image::U8(View::contiguous(&data, shape));
        let ops = fitted(&wishes, image.format());
        for role in [Role::Image, Role::Mask] {
            let (expected, format) = oracle(&ops, image, role);
            for level in simd::levels() {
                let (made, made_format) = planned(&ops, image, role, Layout::Hwc, level);
                prop_assert_eq!(made_format, format);
                prop_assert!(made == expected, "HWC at {} differs for {:?}", simd::name(level), &ops);
                let (made, _) = planned(&ops, image, role, Layout::Chw, level);
                prop_assert!(made == planar(&expected, format), "CHW at {} differs for {:?}", simd::name(level), &ops);
            }
        }
    }

    #[test]
    fn a_plan_reads_nothing_outside_its_crop(
        wishes in prop::collection::vec(wishes(), 0..5),
        height in 2usize..20,
        width in 2usize..30,
    ) {
        // The same pixels inside the first crop, other pixels outside: nothing may change.
        let shape = Shape::new(height, width, 3);
        let rect = Rect { x: 1, y: 1, width: width - 1, height: height - 1 };
        let mut ops: Vec<Op> = vec![Crop { rect }.into()];
        ops.extend(fitted(&wishes, Format::new(shape.with_size(height - 1, width - 1), DType::U8)));
        let data: Vec<u8> = (0..shape.len()).map(|index| (index * 29 % 241) as u8).collect();
        let mut other = data.clone();
        other[..shape.row_len()].fill(99);
        for row in other.chunks_exact_mut(shape.row_len()) {
            row[..3].fill(98);
        }
        let (one, _) = planned(&ops, Image::U8(View::contiguous(&data, shape)), Role::Image, Layout::Hwc, simd::level());
        let (two, _) = planned(&ops, Image::U8(View::contiguous(&other, shape)), Role::Image, Layout::Hwc, simd::level());
        prop_assert_eq!(one, two);
    }
}

fn steps(ops: &[Op], height: usize, width: usize) -> usize {
    plan::build(ops, Format::new(Shape::new(height, width, 3), DType::U8), Role::Image, false).steps.len()
}

#[test]
fn crop_resize_flip_normalize_is_a_view_a_resize_and_one_pass() {
    let interpolations = Interpolations { image: Interpolation::Linear, mask: Interpolation::Nearest };
    let ops: Vec<Op> = vec![
        Crop { rect: Rect { x: 10, y: 20, width: 200, height: 180 } }.into(),
        Resize { height: 64, width: 64, interpolations }.into(),
        Orient { symmetry: Symmetry::FLIP_X }.into(),
        Normalize { scale: vec![1.0], offset: vec![0.0] }.into(),
    ];
    assert_eq!(steps(&ops, 300, 400), 3);
}

#[test]
fn flips_that_undo_each_other_cost_one_copy() {
    let flip: Op = Orient { symmetry: Symmetry::FLIP_X }.into();
    assert_eq!(steps(&[flip.clone(), flip], 30, 40), 1);
}

#[test]
fn tables_become_one() {
    let lut =
        |key: u8| -> Op { Lut::new("test", vec![std::array::from_fn(|value| (value as u8).wrapping_add(key))]).into() };
    let format = Format::new(Shape::new(4, 4, 3), DType::U8);
    let plan = plan::build(&[lut(1), lut(2), lut(3)], format, Role::Image, false);
    let [plan::Step::Pass(pass)] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
    assert_eq!(pass.body.len(), 1);
}
