use super::{Inpaint, InpaintMethod, Window, apart};
use crate::{
    image::{Image, ImageMut, Rect, Scratch, Shape, View, ViewMut},
    ops::{Context, filter::FilterOp},
    simd,
};

const METHODS: [InpaintMethod; 2] = [InpaintMethod::Telea, InpaintMethod::NavierStokes];

fn rect(x: usize, y: usize, width: usize, height: usize) -> Rect {
    Rect { x, y, width, height }
}

/// Something neither flat nor regular.
fn picture(shape: Shape) -> Vec<u8> {
    let value = |y: usize, x: usize, channel: usize| (y * y * 23 + x * x * 7 + x * y * 11 + channel * 50) as u8;
    (0..shape.len())
        .map(|index| value(index / shape.row_len(), index % shape.row_len() / shape.channels, index % shape.channels))
        .collect()
}

fn run(values: &[u8], shape: Shape, holes: &[Rect], method: InpaintMethod, scratch: &mut Scratch) -> Vec<u8> {
    let mut output = vec![0; shape.len()];
    let op = Inpaint { holes: holes.to_vec(), method };
    op.run(
        Image::U8(View::contiguous(values, shape)),
        ImageMut::U8(ViewMut::contiguous(&mut output, shape)),
        &mut Context { level: simd::level(), scratch },
    );
    output
}

fn inside(holes: &[Rect], y: usize, x: usize) -> bool {
    holes.iter().any(|hole| (hole.x..hole.x + hole.width).contains(&x) && (hole.y..hole.y + hole.height).contains(&y))
}

/// What `cv2.inpaint(image, holes, 3, …)` of OpenCV 5.0.0 gives.
#[test]
fn pixels_of_opencv() {
    let shape = Shape::new(9, 12, 1);
    let holes = [rect(0, 0, 3, 2), rect(5, 3, 4, 4), rect(10, 6, 2, 3)];
    let expected: [[&[u8]; 3]; 2] = [
        [
            &[139, 141, 133, 138, 138, 141],
            &[141, 161, 130, 134, 141, 139, 133, 112, 132, 130, 134, 121, 128, 119, 135, 125],
            &[116, 108, 114, 110, 115, 112],
        ],
        [
            &[115, 110, 95, 123, 119, 115],
            &[161, 162, 138, 136, 149, 146, 140, 120, 142, 135, 130, 117, 128, 111, 136, 142],
            &[140, 175, 106, 115, 71, 90],
        ],
    ];
    let values = picture(shape);
    for (method, expected) in METHODS.into_iter().zip(expected) {
        let mut wanted = values.clone();
        for (hole, filled) in holes.iter().zip(expected) {
            for (index, &value) in filled.iter().enumerate() {
                wanted[(hole.y + index / hole.width) * shape.width + hole.x + index % hole.width] = value;
            }
        }
        assert_eq!(run(&values, shape, &holes, method, &mut Scratch::default()), wanted, "{method:?}");
    }
}

#[test]
fn groups_are_filled_as_all_at_once() {
    let shape = Shape::new(70, 90, 3);
    let values = picture(shape);
    let mut scratch = Scratch::default();
    // Gaps of every width, below each other and beside each other.
    for gap in 0..12 {
        let holes = [rect(3, 4, 9, 7), rect(12 + gap, 5, 8, 9), rect(5, 14 + gap, 30, 6), rect(60, 60, 30, 10)];
        for method in METHODS {
            let mut wanted = values.clone();
            let mut window = Window::take(&holes, View::contiguous(&values, shape), method, &mut scratch);
            window.fill(method);
            window.write(&holes, &mut ViewMut::contiguous(&mut wanted, shape));
            window.give(&mut scratch);
            assert_eq!(run(&values, shape, &holes, method, &mut scratch), wanted, "{method:?}, {gap}");
        }
    }
}

#[test]
fn holes_far_apart_are_worked_on_alone() {
    let holes = [rect(60, 0, 4, 4), rect(0, 0, 4, 4), rect(8, 2, 4, 4), rect(0, 90, 9, 9), rect(7, 7, 0, 3)];
    let groups = apart(&holes);
    assert_eq!(groups, [vec![holes[1], holes[2]], vec![holes[0]], vec![holes[3]]]);
}

#[test]
fn every_channel_by_itself_and_nothing_outside() {
    let shape = Shape::new(31, 40, 5);
    let values = picture(shape);
    let holes = [rect(0, 0, 7, 6), rect(20, 10, 9, 12), rect(36, 28, 4, 3)];
    let gray = Shape::new(31, 40, 1);
    let mut scratch = Scratch::default();
    for method in METHODS {
        let filled = run(&values, shape, &holes, method, &mut scratch);
        for channel in 0..shape.channels {
            let plane: Vec<u8> = values.iter().skip(channel).step_by(shape.channels).copied().collect();
            let alone = run(&plane, gray, &holes, method, &mut scratch);
            assert!(filled.iter().skip(channel).step_by(shape.channels).eq(&alone));
            for (index, (before, after)) in plane.iter().zip(&alone).enumerate() {
                assert!(before == after || inside(&holes, index / gray.width, index % gray.width));
            }
        }
    }
}

#[test]
fn floats_by_way_of_bytes_in_holes_only() {
    let shape = Shape::new(17, 23, 3);
    let bytes = picture(shape);
    // Off the levels by less than half of one, and a few that are no numbers of a picture.
    let mut values: Vec<f32> = bytes.iter().map(|&byte| (f32::from(byte) + 0.3) / 255.0).collect();
    values[0] = f32::NAN;
    values[1] = -7.0;
    values[2] = f32::INFINITY;
    let mut bytes = bytes;
    bytes[..3].copy_from_slice(&[0, 0, 255]);
    let holes = [rect(2, 1, 6, 9), rect(15, 12, 8, 5)];
    let mut scratch = Scratch::default();
    for method in METHODS {
        let filled = run(&bytes, shape, &holes, method, &mut scratch);
        let mut output = vec![0.0; shape.len()];
        Inpaint { holes: holes.to_vec(), method }.run(
            Image::F32(View::contiguous(&values, shape)),
            ImageMut::F32(ViewMut::contiguous(&mut output, shape)),
            &mut Context { level: simd::level(), scratch: &mut scratch },
        );
        for (index, value) in output.iter().enumerate() {
            let (y, x) = (index / shape.row_len(), index % shape.row_len() / shape.channels);
            let wanted = if inside(&holes, y, x) { f32::from(filled[index]) / 255.0 } else { values[index] };
            assert_eq!(value.to_bits(), wanted.to_bits());
        }
    }
}

#[test]
fn every_small_image_and_hole() {
    let mut scratch = Scratch::default();
    for (height, width) in [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2), (3, 5), (5, 3)] {
        let shape = Shape::new(height, width, 2);
        let values = picture(shape);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            for (rows, columns) in (1..=height - y).flat_map(|rows| (1..=width - x).map(move |right| (rows, right))) {
                let holes = [rect(x, y, columns, rows)];
                for method in METHODS {
                    let filled = run(&values, shape, &holes, method, &mut scratch);
                    // Where there is nothing to continue, nothing changes.
                    if (rows, columns) == (height, width) {
                        assert_eq!(filled, values);
                    }
                    for (index, (before, after)) in values.iter().zip(&filled).enumerate() {
                        let (y, x) = (index / shape.row_len(), index % shape.row_len() / shape.channels);
                        assert!(before == after || inside(&holes, y, x));
                    }
                }
            }
        }
    }
}
