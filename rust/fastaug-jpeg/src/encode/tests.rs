//! Whole files against recorded ones, and what must hold between the encoder's two ways out.

use super::{
    Coefficients, EncodeError, Options, Picture, PixelFormat, PixelFormat::*, Subsampling, Subsampling::*,
    coefficients, coefficients_into, encode, forward,
};
use crate::{levels, standard::ZIGZAG};
use fearless_simd::Level;

pub const SUBSAMPLINGS: [Subsampling; 5] = [S444, S422, S420, S440, S411];

/// Slopes that wrap around, with a little noise: smooth parts, edges and every value.
pub fn paint(height: usize, width: usize, channels: usize) -> Vec<u8> {
    let value = |x: u32, y: u32, channel: u32| {
        let place = x.wrapping_mul(374_761_393).wrapping_add(y.wrapping_mul(668_265_263));
        let noise = place.wrapping_add(channel.wrapping_mul(2_147_483_647)).wrapping_mul(1_274_126_177) >> 29;
        (3 * x + 5 * y * (channel + 1) + 4 * noise) as u8
    };
    let mut pixels = Vec::new();
    for y in 0..height as u32 {
        for x in 0..width as u32 {
            pixels.extend((0..channels as u32).map(|channel| value(x, y, channel)));
        }
    }
    pixels
}

pub fn picture(pixels: &[u8], size: (usize, usize), format: PixelFormat) -> Picture<'_> {
    Picture::new(pixels, size, size.1 * format.bytes(), format).unwrap()
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Hashes of what Pillow 13 (libjpeg-turbo 3.2) writes for the same pixels and, where Pillow does not offer the
/// subsampling, what OpenCV 5 does.
#[test]
fn files_are_those_of_libjpeg_turbo_on_every_level() {
    #[rustfmt::skip]
    let recorded = [
        ((1, 1), Rgb, (75, S420, false, 0), 0x88be3f73c49c9c55),
        ((8, 8), Gray, (75, S420, false, 0), 0x7858960aaf715441),
        ((9, 17), Rgb, (75, S420, false, 0), 0xd676d1c31c43a797),
        ((35, 67), Rgb, (90, S444, true, 0), 0x8a46f60eebebb473),
        ((35, 67), Rgb, (30, S422, false, 3), 0x4c672aa3c9fb1558),
        ((41, 130), Rgb, (75, S420, true, 0), 0xaf9c278c632a0c28),
        ((41, 130), Rgb, (95, S420, false, 4), 0x20e94ac9dc40d835),
        ((41, 130), Rgb, (1, S420, true, 2), 0xb0c131e5a2c29950),
        ((64, 64), Rgb, (100, S444, false, 0), 0x37ed2130f4184d8c),
        ((33, 51), Gray, (60, S444, true, 5), 0x8d48104bdea39444),
        ((19, 37), Rgb, (75, S440, false, 0), 0x55a8225ba7b060f6),
        ((50, 71), Rgb, (92, S440, true, 2), 0xf45d262eb745fcce),
        ((19, 37), Rgb, (75, S411, false, 0), 0x1b0483b49228aadd),
        ((50, 71), Rgb, (40, S411, true, 0), 0x0250010f42a308da),
    ];
    for (size, format, (quality, subsampling, optimize, restart_interval), expected) in recorded {
        let pixels = paint(size.0, size.1, format.bytes());
        let options = Options { quality, subsampling, optimize, restart_interval };
        for level in levels() {
            let file = encode(picture(&pixels, size, format), &options, level).unwrap();
            assert_eq!(fnv(&file), expected, "{size:?} {format:?} {options:?} at {level:?}");
        }
    }
}

#[test]
fn every_level_gives_the_same_file_whatever_the_size() {
    for (index, (height, width)) in (1..36).flat_map(|side| [(side, 36 - side), (side, side)]).enumerate() {
        let pixels = paint(height, width, 3);
        let subsampling = SUBSAMPLINGS[index % 5];
        let options = Options { subsampling, optimize: index % 3 == 0, quality: 85, restart_interval: 0 };
        let picture = picture(&pixels, (height, width), Rgb);
        let mut files = levels().into_iter().map(|level| encode(picture, &options, level).unwrap());
        let first = files.next().unwrap();
        assert!(files.all(|file| file == first), "{height}×{width} {subsampling:?}");
    }
}

#[test]
fn formats_and_gaps_between_rows_change_nothing() {
    let size = (21, 45);
    let pixels = paint(size.0, size.1, 3);
    let file =
        |pixels: &[u8], format| encode(picture(pixels, size, format), &Options::default(), Level::new()).unwrap();
    let expected = file(&pixels, Rgb);
    let rearranged = |order: &[usize]| -> Vec<u8> {
        let pixels = pixels.chunks(3);
        pixels.flat_map(|pixel| order.iter().map(|&at| pixel.get(at).copied().unwrap_or(77))).collect()
    };
    assert_eq!(file(&rearranged(&[2, 1, 0]), Bgr), expected);
    assert_eq!(file(&rearranged(&[0, 1, 2, 3]), Rgba), expected);
    assert_eq!(file(&rearranged(&[2, 1, 0, 3]), Bgra), expected);

    let mut apart: Vec<u8> = pixels.chunks(3 * 45).flat_map(|row| [row, &[99; 10]].concat()).collect();
    apart.truncate(apart.len() - 10);
    let apart = Picture::new(&apart, size, 3 * 45 + 10, Rgb).unwrap();
    assert_eq!(encode(apart, &Options::default(), Level::new()), Ok(expected));
}

#[test]
fn coefficients_are_the_transform_rounded_to_its_steps() {
    let size = (19, 27);
    let pixels = paint(size.0, size.1, 1);
    for level in levels() {
        let found = coefficients(picture(&pixels, size, Gray), 60, S420, level).unwrap();
        let [component] = &found.components[..] else { panic!("gray has one component") };
        assert_eq!((component.blocks_high, component.blocks_wide, component.blocks.len()), (3, 4, 12));
        assert_eq!((component.vertical, component.horizontal), (1, 1));
        for (index, block) in component.blocks.iter().enumerate() {
            let (top, left) = (index / 4 * 8, index % 4 * 8);
            let samples = std::array::from_fn(|at| {
                let (y, x) = ((top + at / 8).min(size.0 - 1), (left + at % 8).min(size.1 - 1));
                i32::from(pixels[y * size.1 + x]) - 128
            });
            let expected: Vec<i32> = forward::tests::twin(&samples)
                .into_iter()
                .zip(component.quantisation)
                .map(|(value, step)| {
                    let divisor = 8 * i32::from(step);
                    (value.abs() + divisor / 2) / divisor * value.signum() * i32::from(step)
                })
                .collect();
            assert_eq!(block.map(i32::from)[..], expected[..], "block {index} at {level:?}");
        }
    }
}

#[test]
fn memory_that_is_used_again_leaves_no_trace() {
    let (large, small) = (paint(40, 50, 3), paint(11, 30, 3));
    let mut found = Coefficients::default();
    for (pixels, size, subsampling) in [(&large, (40, 50), S444), (&small, (11, 30), S420), (&large, (40, 50), S411)] {
        let picture = picture(pixels, size, Rgb);
        coefficients_into(&mut found, picture, 80, subsampling, Level::new()).unwrap();
        assert_eq!(Ok(&found), coefficients(picture, 80, subsampling, Level::new()).as_ref(), "{size:?}");
    }
    let gray = picture(&small, (11, 30), Gray);
    coefficients_into(&mut found, gray, 80, S420, Level::new()).unwrap();
    assert_eq!(found.components.len(), 1);
}

#[test]
fn blocks_outside_the_image_hold_the_mean_before_them() {
    let pixels = paint(5, 18, 3);
    let found = coefficients(picture(&pixels, (5, 18), Rgb), 75, S420, Level::new()).unwrap();
    let luma = &found.components[0];
    assert_eq!((luma.blocks_high, luma.blocks_wide), (2, 4));
    let only = |mean: i16| std::array::from_fn(|at| if at == 0 { mean } else { 0 });
    assert_ne!(luma.blocks[2], only(luma.blocks[2][0]));
    assert_eq!(luma.blocks[3], only(luma.blocks[2][0]));
    // The lower row of a unit continues its upper right block.
    assert_eq!(luma.blocks[4..6], [only(luma.blocks[1][0]); 2]);
    assert_eq!(luma.blocks[6..8], [only(luma.blocks[3][0]); 2]);
    assert_ne!(luma.blocks[1][0], luma.blocks[3][0]);
    let Coefficients { components } = found;
    assert_eq!(components[1].blocks.len(), 2);
    assert_eq!(components[2].quantisation[0], 9);
}

#[test]
fn markers_stand_in_libjpeg_s_order() {
    let pixels = paint(40, 40, 3);
    let options = Options { restart_interval: 2, ..Options::default() };
    let file = encode(picture(&pixels, (40, 40), Rgb), &options, Level::new()).unwrap();
    let mut markers = vec![];
    let mut at = 2;
    loop {
        assert_eq!(file[at], 0xFF);
        markers.push(file[at + 1]);
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] == 0xDB && file[at + 4] == 1 {
            assert_eq!(file[at + 5..at + 9], [9, 9, 9, 12], "chroma's steps at quality 75, in zigzag order");
            assert_eq!(ZIGZAG[3], 16);
        }
        at += 2 + length;
        if markers.last() == Some(&0xDA) {
            break;
        }
    }
    assert_eq!(markers, [0xE0, 0xDB, 0xDB, 0xC0, 0xC4, 0xC4, 0xC4, 0xC4, 0xDD, 0xDA]);
    let restarts: Vec<u8> =
        file[at..].windows(2).filter(|two| two[0] == 0xFF && two[1] != 0).map(|two| two[1]).collect();
    assert_eq!(restarts, [0xD0, 0xD1, 0xD2, 0xD3, 0xD9]);
}

#[test]
fn what_cannot_be_encoded_is_refused() {
    let buffer = |expected| Err(EncodeError::Buffer { found: 30, expected });
    let pixels = [0; 30];
    let new = |size, stride| Picture::new(&pixels, size, stride, Rgb).map(|_| ());
    assert_eq!(new((2, 5), 15), Ok(()));
    assert_eq!(new((0, 5), 15), Err(EncodeError::Size { height: 0, width: 5 }));
    assert_eq!(new((1, 65536), 15), Err(EncodeError::Size { height: 1, width: 65536 }));
    assert_eq!(new((3, 5), 15), buffer(45));
    assert_eq!(new((2, 5), 16), buffer(31));
    assert_eq!(new((2, 5), 14), buffer(30), "rows overlap");
    assert_eq!(new((2, 5), usize::MAX), buffer(usize::MAX));
    let picture = picture(&pixels, (2, 5), Rgb);
    for quality in [0, 101] {
        let options = Options { quality, ..Options::default() };
        assert_eq!(encode(picture, &options, Level::new()), Err(EncodeError::Quality(quality)));
        assert_eq!(coefficients(picture, quality, S420, Level::new()), Err(EncodeError::Quality(quality)));
    }
}
