//! What a lossy file does to a picture. Here is what its formats have in common: which channels are a file of their own.

mod jpeg;
mod webp;

pub use jpeg::JpegLoss;
pub use webp::WebpLoss;

use super::bytes::through_bytes;
use crate::{
    image::{Image, ImageMut, Shape, View, ViewMut},
    ops::Context,
};

/// Writes what is left of a picture of one channel or of three, RGB.
type Lose<'l> = &'l dyn Fn(View<'_, u8>, ViewMut<'_, u8>, &mut Context<'_>);

/// Gray and RGB pictures are one file. Of any others the first three channels are one, if there are more than three, and
/// every other channel a gray one.
fn by_files(input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>, lose: Lose<'_>) {
    match (input, output) {
        (Image::U8(source), ImageMut::U8(target)) => by_files_of_bytes(source, target, context, lose),
        (Image::F32(source), ImageMut::F32(target)) => {
            through_bytes(source, target, context, |source, target, context| {
                by_files_of_bytes(source, target, context, lose);
            });
        }
        _ => unreachable!("only pictures are compressed"),
    }
}

fn by_files_of_bytes(source: View<'_, u8>, mut target: ViewMut<'_, u8>, context: &mut Context<'_>, lose: Lose<'_>) {
    let channels = source.shape().channels;
    if matches!(channels, 1 | 3) {
        return lose(source, target, context);
    }
    let mut first = 0;
    while first < channels {
        let count = if first == 0 && channels > 3 { 3 } else { 1 };
        lose_channels(source, &mut target, first, count, context, lose);
        first += count;
    }
}

/// Takes some channels out, compresses them, and puts them where they belong.
fn lose_channels(
    source: View<'_, u8>,
    target: &mut ViewMut<'_, u8>,
    first: usize,
    count: usize,
    context: &mut Context<'_>,
    lose: Lose<'_>,
) {
    let Shape { height, width, channels } = source.shape();
    let shape = Shape::new(height, width, count);
    let mut part = context.scratch.take(shape.len());
    let mut lost = context.scratch.take(shape.len());
    for (row, from) in part.chunks_exact_mut(shape.row_len()).zip(source.rows()) {
        for (pixel, from) in row.chunks_exact_mut(count).zip(from.chunks_exact(channels)) {
            pixel.copy_from_slice(&from[first..first + count]);
        }
    }
    lose(View::contiguous(&part, shape), ViewMut::contiguous(&mut lost, shape), context);
    for (row, from) in target.rows_mut().zip(lost.chunks_exact(shape.row_len())) {
        for (pixel, from) in row.chunks_exact_mut(channels).zip(from.chunks_exact(count)) {
            pixel[first..first + count].copy_from_slice(from);
        }
    }
    context.scratch.give(part);
    context.scratch.give(lost);
}

/// Gives work the picture as rows in order, which it is as a rule: what lies backwards in memory is copied.
fn in_order(source: View<'_, u8>, context: &mut Context<'_>, work: impl FnOnce(&[u8], usize, &mut Context<'_>)) {
    let row_len = source.shape().row_len();
    let (data, start, stride) = source.raw();
    if let Some(stride) = usize::try_from(stride).ok().filter(|&stride| stride >= row_len) {
        return work(&data[start..], stride, context);
    }
    let mut rows = context.scratch.take(source.shape().len());
    for (row, from) in rows.chunks_exact_mut(row_len).zip(source.rows()) {
        row.copy_from_slice(from);
    }
    work(&rows, row_len, context);
    context.scratch.give(rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        image::Scratch,
        ops::filter::FilterOp,
        simd::{level, levels},
    };
    use fearless_simd::Level;

    fn picture(shape: Shape) -> Vec<u8> {
        (0..shape.len()).map(|index| (index * index / 83 + index % 7 * 9) as u8).collect()
    }

    fn run(op: &dyn FilterOp, source: View<'_, u8>, level: Level) -> Vec<u8> {
        let shape = source.shape();
        let mut output = vec![0; shape.len()];
        let mut scratch = Scratch::default();
        let context = &mut Context { level, scratch: &mut scratch };
        op.run(Image::U8(source), ImageMut::U8(ViewMut::contiguous(&mut output, shape)), context);
        output
    }

    /// The file, written and read by the codec itself.
    fn jpeg_twin(values: &[u8], shape: Shape, quality: u8) -> Vec<u8> {
        use crate::codec::{self, JpegOptions, Request};
        let mut scratch = Scratch::default();
        let options = JpegOptions { quality, ..JpegOptions::default() };
        let file = codec::encode_jpeg(View::contiguous(values, shape), options, &mut scratch).expect("can be encoded");
        let mode = if shape.channels == 1 { codec::ColourMode::Gray } else { codec::ColourMode::Rgb };
        let request = Request { mode, ..Request::default() };
        let decoded = codec::decode(&file, &request, &mut scratch).expect("decodes");
        let Image::U8(view) = decoded.as_image() else { unreachable!("8 bits") };
        view.rows().flatten().copied().collect()
    }

    #[test]
    fn jpeg_is_the_file_written_and_read() {
        for (height, width) in [(1, 1), (1, 30), (17, 9), (33, 70)] {
            for channels in [1, 3] {
                let shape = Shape::new(height, width, channels);
                let values = picture(shape);
                for quality in [1, 50, 93, 100] {
                    let expected = jpeg_twin(&values, shape, quality);
                    for level in levels() {
                        let found = run(&JpegLoss { quality }, View::contiguous(&values, shape), level);
                        assert_eq!(found, expected, "{shape:?} at {quality}, {level:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn other_channels_are_files_of_their_own() {
        let ops: [&dyn FilterOp; 2] = [&JpegLoss { quality: 30 }, &WebpLoss { quality: 30 }];
        for op in ops {
            for (channels, files) in [(2, &[0..1, 1..2][..]), (4, &[0..3, 3..4]), (6, &[0..3, 3..4, 4..5, 5..6])] {
                let shape = Shape::new(21, 34, channels);
                let values = picture(shape);
                let found = run(op, View::contiguous(&values, shape), level());
                for file in files {
                    let take = |values: &[u8]| -> Vec<u8> {
                        values.chunks(channels).flat_map(|pixel| pixel[file.clone()].to_vec()).collect()
                    };
                    let part = take(&values);
                    let expected = run(op, View::contiguous(&part, Shape::new(21, 34, file.len())), level());
                    assert_ne!(expected, part);
                    assert_eq!(take(&found), expected, "channels {file:?} of {channels}");
                }
            }
        }
    }

    #[test]
    fn rows_may_lie_anywhere() {
        let ops: [&dyn FilterOp; 2] = [&JpegLoss { quality: 30 }, &WebpLoss { quality: 30 }];
        for op in ops {
            for channels in [1, 3, 4] {
                let shape = Shape::new(20, 31, channels);
                let row = shape.row_len();
                let values = picture(shape);
                let expected = run(op, View::contiguous(&values, shape), level());
                let backwards: Vec<u8> = values.chunks(row).rev().flatten().copied().collect();
                let view = View::strided(&backwards, 19 * row, -(row as isize), shape);
                assert_eq!(run(op, view, level()), expected);
                let apart: Vec<u8> = values.chunks(row).flat_map(|row| [row, &[1, 2, 3]].concat()).collect();
                assert_eq!(run(op, View::strided(&apart, 0, row as isize + 3, shape), level()), expected);
            }
        }
    }

    #[test]
    fn floats_go_through_bytes() {
        let ops: [&dyn FilterOp; 2] = [&JpegLoss { quality: 30 }, &WebpLoss { quality: 30 }];
        let shape = Shape::new(20, 31, 3);
        let values = picture(shape);
        // Less than half a level beside the bytes, and beyond the range.
        let floats: Vec<f32> = values
            .iter()
            .map(|&value| match value {
                0 => -3.0,
                255 => 7.5,
                value => (f32::from(value) + 0.3) / 255.0,
            })
            .collect();
        for op in ops {
            let expected = run(op, View::contiguous(&values, shape), level());
            let expected: Vec<f32> = expected.into_iter().map(|value| f32::from(value) / 255.0).collect();
            for level in levels() {
                let mut output = vec![0.0; shape.len()];
                let mut scratch = Scratch::default();
                op.run(
                    Image::F32(View::contiguous(&floats, shape)),
                    ImageMut::F32(ViewMut::contiguous(&mut output, shape)),
                    &mut Context { level, scratch: &mut scratch },
                );
                assert_eq!(output, expected);
            }
        }
    }
}
