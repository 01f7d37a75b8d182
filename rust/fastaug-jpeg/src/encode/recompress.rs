//! What a JPEG file does to pixels, without the file: quantized blocks go straight to the decoder's second half, one
//! band (row of MCUs) after another, while they are in the cache.
//!
//! Entropy coding keeps every coefficient that it can write, and the transform makes no others: a mean is within ±1024
//! and so its difference within ±2047, the rest within ±1023, since 8·127.5 is the most that the eight weights of
//! a wave add up to in both directions. So nothing has to be clamped here.

use super::{Block, EncodeError, Options, Picture, bands::Bands, layout::Layout, quantize::Quantizer, quantizers};
use crate::{
    Colour, Region, Workspace,
    parse::{Component, Frame, Process},
    picture::{self, Conversion, Orientation, Target},
    transform,
};
use fearless_simd::{Level, Simd, dispatch, i16x8, prelude::*};
use fearless_simd_macros::simd;

/// The pixels that [`Decoder`](crate::Decoder) would make of the file that [`encode`](super::encode) would make of
/// a picture: the loss of JPEG in a fraction of the time, since nothing is written or read in bits.
///
/// `colour` is what the pixels are to be, whatever the picture's are; their rows begin `stride` bytes apart. Of the
/// options, `quality` and `subsampling` matter; the others change files but no pixels.
///
/// ```
/// use fastaug_jpeg::encode::{Options, Picture, PixelFormat, Subsampling, encode, recompress};
/// use fastaug_jpeg::{Colour, Decoder, Workspace};
///
/// let (height, width) = (32, 48);
/// let pixels: Vec<u8> = (0..height * width * 3).map(|index| (index * index / 99) as u8).collect();
/// let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb)?;
/// let options = Options { quality: 40, subsampling: Subsampling::S420, ..Options::default() };
/// let level = fearless_simd::Level::new();
/// let mut workspace = Workspace::default(); // one for each thread, used for every picture
///
/// let mut worse = vec![0; pixels.len()];
/// recompress(picture, &options, Colour::Rgb, &mut worse, 3 * width, &mut workspace, level)?;
///
/// // The long way round gives the same.
/// let file = encode(picture, &options, level)?;
/// let mut decoded = vec![0; pixels.len()];
/// Decoder::new(&file)?.decode(&Default::default(), &mut decoded, 3 * width, &mut workspace)?;
/// assert_eq!(worse, decoded);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn recompress(
    picture: Picture<'_>,
    options: &Options,
    colour: Colour,
    pixels: &mut [u8],
    stride: usize,
    workspace: &mut Workspace,
    level: Level,
) -> Result<(), EncodeError> {
    let quantizers = quantizers(options.quality)?;
    let row = picture.width * colour.channels();
    let expected = stride.max(row).saturating_mul(picture.height - 1).saturating_add(row);
    if stride < row || pixels.len() < expected {
        return Err(EncodeError::Buffer { found: pixels.len(), expected });
    }
    let layout = picture.layout(options.subsampling);
    let frame = frame_of(picture, &layout);
    let whole = Region { x: 0, y: 0, width: picture.width, height: picture.height };
    // Brightness alone is the first component.
    let needed = |component| component == 0 || colour != Colour::Gray;
    let decoded = picture::Layout::new(&frame, 8, whole, needed)
        .unwrap_or_else(|_| unreachable!("the encoder's sampling factors are in whole ratios"));
    let job = Job { picture, options: *options, quantizers: &quantizers, layout: &layout, decoded: &decoded, colour };
    let target = Target { pixels, stride, orientation: Orientation::default() };
    dispatch!(level, simd => run(simd, job, target, workspace, level));
    Ok(())
}

/// The frame header that the file would have.
fn frame_of(picture: Picture<'_>, layout: &Layout) -> Frame {
    let components = layout.components.iter().zip(1..).map(|(component, id)| Component {
        id,
        horizontal: component.horizontal,
        vertical: component.vertical,
        quantisation: usize::from(id > 1),
        blocks_wide: component.used_wide,
        blocks_high: component.used_high,
        rows_at_a_time: component.vertical,
    });
    Frame {
        process: Process::Baseline,
        width: picture.width,
        height: picture.height,
        components: components.collect(),
        horizontal: layout.unit_width / 8,
        vertical: layout.unit_height / 8,
    }
}

#[derive(Clone, Copy)]
struct Job<'j> {
    picture: Picture<'j>,
    options: Options,
    quantizers: &'j [Quantizer; 2],
    /// Of the encoder.
    layout: &'j Layout,
    /// Of the decoder.
    decoded: &'j picture::Layout,
    colour: Colour,
}

#[simd]
fn run<S: Simd>(simd: S, job: Job<'_>, mut target: Target<'_>, workspace: &mut Workspace, level: Level) {
    let components = &job.layout.components;
    let conversion = if components.len() == 1 { Conversion::Gray } else { Conversion::YCbCr };
    let multipliers = job.quantizers.each_ref().map(|quantizer| quantizer.steps.map(i16::from));
    // Blocks of a band, component by component. Every one is written anew.
    let count = components.iter().map(super::layout::Component::band_blocks).sum();
    workspace.blocks.resize(count, [0; 64]);
    workspace.lasts.resize(count, 0);
    workspace.planes.prepare(job.decoded);
    let mut bands = Bands::new(job.picture, job.layout, job.options.subsampling, job.quantizers, &mut workspace.bands);
    for band in 0..job.layout.units_high {
        let mut parts: [&mut [Block]; 3] = [&mut [], &mut [], &mut []];
        let mut rest = &mut workspace.blocks[..];
        for (part, component) in parts.iter_mut().zip(components) {
            (*part, rest) = rest.split_at_mut(component.band_blocks());
        }
        bands.blocks(simd, band, &mut parts[..components.len()]);
        for (index, component) in components.iter().enumerate() {
            if !job.decoded.planes[index].needed {
                continue;
            }
            let blocks = &*parts[index];
            let lasts = &mut workspace.lasts[..blocks.len()];
            find_lasts(simd, blocks, lasts);
            let lines = blocks.chunks_exact(component.blocks_wide).zip(lasts.chunks_exact(component.blocks_wide));
            for (line, (blocks, lasts)) in lines.enumerate() {
                let (samples, stride) = workspace.planes.blocks_mut(job.decoded, index, line, 0);
                let multipliers = &multipliers[usize::from(index > 0)];
                transform::blocks(simd, blocks, lasts, multipliers, 8, samples, stride);
            }
        }
        workspace.planes.row_is_done(job.decoded, band, conversion, job.colour, &mut target, level);
    }
}

/// The positions, in zigzag order, behind which blocks are certainly empty: as exact as the inverse transform cares to
/// know.
#[simd]
fn find_lasts<S: Simd>(simd: S, blocks: &[Block], lasts: &mut [u8]) {
    let beyond_first = i16x8::from_fn(simd, |column| -i16::from(column > 0));
    let beyond_fourth = i16x8::from_fn(simd, |column| -i16::from(column > 3));
    for (block, last) in blocks.iter().zip(lasts) {
        let rows = block.as_chunks::<8>().0;
        let first = i16x8::load_array_ref(simd, &rows[0]);
        let mut upper = i16x8::splat(simd, 0);
        let mut lower = i16x8::splat(simd, 0);
        for row in 1..4 {
            upper |= i16x8::load_array_ref(simd, &rows[row]);
            lower |= i16x8::load_array_ref(simd, &rows[row + 4]);
        }
        lower |= i16x8::load_array_ref(simd, &rows[4]) | ((first | upper) & beyond_fourth);
        *last = if is_anything(lower) {
            63
        } else if is_anything(upper | (first & beyond_first)) {
            transform::LAST_OF_HALF
        } else {
            0
        };
    }
}

/// Whether any lane is not 0.
#[inline(always)]
fn is_anything<S: Simd>(lanes: i16x8<S>) -> bool {
    !lanes.simd_eq(0).all_true()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Decoder,
        encode::{
            PixelFormat, Subsampling, encode,
            tests::{SUBSAMPLINGS, paint, picture},
        },
        levels,
    };

    /// What is compared: the file, decoded.
    fn twin(picture: Picture<'_>, options: Options, colour: Colour) -> Vec<u8> {
        let file = encode(picture, &options, Level::fallback()).unwrap();
        let row = picture.width * colour.channels();
        let mut pixels = vec![0; picture.height * row];
        let options = crate::Options { colour, level: Level::fallback(), ..crate::Options::default() };
        Decoder::new(&file).unwrap().decode(&options, &mut pixels, row, &mut Workspace::default()).unwrap();
        pixels
    }

    fn check(size: (usize, usize), format: PixelFormat, options: Options, colour: Colour, workspace: &mut Workspace) {
        let pixels = paint(size.0, size.1, format.bytes());
        let picture = picture(&pixels, size, format);
        let expected = twin(picture, options, colour);
        let row = size.1 * colour.channels();
        for level in levels() {
            // Between rows nothing is written.
            let mut found = vec![77; (size.0 - 1) * (row + 5) + row];
            recompress(picture, &options, colour, &mut found, row + 5, workspace, level).unwrap();
            for (y, (found, expected)) in found.chunks(row + 5).zip(expected.chunks(row)).enumerate() {
                assert_eq!(&found[..row], expected, "row {y} of {size:?} {format:?} {options:?} {colour:?} {level:?}");
                assert!(found[row..].iter().all(|&byte| byte == 77));
            }
        }
    }

    #[test]
    fn pixels_are_those_of_the_file_whatever_the_size() {
        let mut workspace = Workspace::default();
        let sizes = (1..36).flat_map(|side| [(side, 36 - side), (side, side), (side, 70 + side)]);
        for (index, size) in sizes.chain([(1, 200), (200, 1), (97, 131)]).enumerate() {
            let quality = (index * 37 % 100 + 1) as u8;
            for subsampling in SUBSAMPLINGS {
                let options = Options { quality, subsampling, ..Options::default() };
                check(size, PixelFormat::Rgb, options, Colour::Rgb, &mut workspace);
            }
            let options = Options { quality, ..Options::default() };
            check(size, PixelFormat::Gray, options, Colour::Gray, &mut workspace);
        }
    }

    #[test]
    fn pixels_are_those_of_the_file_at_every_quality() {
        let mut workspace = Workspace::default();
        for quality in 1..=100 {
            for subsampling in [Subsampling::S420, Subsampling::S444] {
                let options = Options { quality, subsampling, ..Options::default() };
                check((45, 83), PixelFormat::Rgb, options, Colour::Rgb, &mut workspace);
            }
        }
    }

    #[test]
    fn every_format_becomes_every_colour() {
        use PixelFormat::{Bgr, Bgra, Gray, Rgb, Rgba};
        let mut workspace = Workspace::default();
        for format in [Gray, Rgb, Bgr, Rgba, Bgra] {
            for colour in [Colour::Rgb, Colour::Bgr, Colour::Rgba, Colour::Gray, Colour::Cmyk] {
                check((21, 45), format, Options::default(), colour, &mut workspace);
            }
        }
    }

    /// The largest coefficients there are: waves between the extremes, exactly and with other phases.
    #[test]
    fn no_coefficient_is_too_large_for_a_file() {
        let mut workspace = Workspace::default();
        for wave in 0..64 {
            let cosine =
                |at: usize, wave: usize| ((2 * at + 1) as f64 * wave as f64 * std::f64::consts::PI / 16.0).cos();
            let mut pixels = [[0u8; 64]; 2];
            for at in 0..64 {
                let sign = cosine(at / 8, wave / 8) * cosine(at % 8, wave % 8);
                pixels[0][at] = if sign >= 0.0 { 255 } else { 0 };
                pixels[1][at] = 255 - pixels[0][at];
            }
            for pixels in pixels {
                let options = Options { quality: 100, ..Options::default() };
                let picture = picture(&pixels, (8, 8), PixelFormat::Gray);
                let found = crate::encode::coefficients(picture, 100, Subsampling::S444, Level::new()).unwrap();
                let block = found.components[0].blocks[0];
                assert!((-1024..=1023).contains(&block[0]) && block[1..].iter().all(|value| value.abs() <= 1023));
                for level in levels() {
                    let mut decoded = [0; 64];
                    recompress(picture, &options, Colour::Gray, &mut decoded, 8, &mut workspace, level).unwrap();
                    assert_eq!(decoded[..], twin(picture, options, Colour::Gray));
                }
            }
        }
    }

    #[test]
    fn lasts_never_leave_a_coefficient_behind() {
        let blocks: Vec<Block> = (0..64)
            .flat_map(|place| {
                [1, -1, i16::MIN].map(|value| std::array::from_fn(|at| if at == place { value } else { 0 }))
            })
            .chain([[0; 64], [1; 64]])
            .collect();
        for level in levels() {
            let mut lasts = vec![7; blocks.len()];
            dispatch!(level, simd => find_lasts(simd, &blocks, &mut lasts));
            for (block, last) in blocks.iter().zip(lasts) {
                let is_used =
                    |within: usize| (0..64).any(|at| block[at] != 0 && (at % 8 >= within || at / 8 >= within));
                let expected = if is_used(4) {
                    63
                } else if is_used(1) {
                    transform::LAST_OF_HALF
                } else {
                    0
                };
                assert_eq!(last, expected, "{block:?} at {level:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let pixels = [0; 30];
        let picture = picture(&pixels, (2, 5), PixelFormat::Rgb);
        let mut target = [0; 29];
        let mut workspace = Workspace::default();
        let mut refused = |quality, length: usize, stride| {
            let options = Options { quality, ..Options::default() };
            recompress(picture, &options, Colour::Rgb, &mut target[..length], stride, &mut workspace, Level::new())
        };
        assert_eq!(refused(0, 29, 15), Err(EncodeError::Quality(0)));
        assert_eq!(refused(101, 29, 15), Err(EncodeError::Quality(101)));
        assert_eq!(refused(50, 29, 15), Err(EncodeError::Buffer { found: 29, expected: 30 }));
        assert_eq!(refused(50, 29, 14), Err(EncodeError::Buffer { found: 29, expected: 30 }));
        assert_eq!(refused(50, 29, usize::MAX), Err(EncodeError::Buffer { found: 29, expected: usize::MAX }));
    }
}
