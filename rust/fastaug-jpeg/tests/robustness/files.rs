//! Files to be decoded: every kind that the encoder writes, files of several scans put together of its scans, and what
//! only other encoders write.

use super::dice::Dice;
use fastaug_jpeg::encode::{Options, Picture, PixelFormat, Subsampling, encode};
use fearless_simd::Level;

/// A file and what it is called in messages.
pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All that the encoder knows.
pub const SUBSAMPLINGS: [Subsampling; 5] =
    [Subsampling::S444, Subsampling::S422, Subsampling::S420, Subsampling::S440, Subsampling::S411];

/// Slopes that wrap around and cross each other, and some noise.
fn paint(width: usize, height: usize, channels: usize, dice: &mut Dice) -> Vec<u8> {
    let shape = dice.within(1..8);
    let noise = dice.within(1..60) as u64;
    let mut pixels = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let value = shape * x * (channel + 1) + 5 * y + ((x * y * (channel + 3)) >> 3);
                pixels.push((value as u64 + dice.next() % noise) as u8);
            }
        }
    }
    pixels
}

/// A file of one scan.
pub fn baseline(width: usize, height: usize, format: PixelFormat, options: Options, dice: &mut Dice) -> Vec<u8> {
    let pixels = paint(width, height, format.bytes(), dice);
    let picture = Picture::new(&pixels, (height, width), width * format.bytes(), format).expect("a picture");
    encode(picture, &options, Level::new()).expect("a picture of this size can be encoded")
}

/// Every subsampling, gray, restarts, optimised tables, and sizes around those of blocks and units.
fn baselines(dice: &mut Dice) -> Vec<Sample> {
    let mut samples = Vec::new();
    let sizes = [(1, 1), (2, 3), (8, 8), (17, 9), (16, 33), (40, 24), (67, 35), (130, 71)];
    for (index, &(width, height)) in sizes.iter().enumerate() {
        for kind in 0..=SUBSAMPLINGS.len() {
            let format = if kind == SUBSAMPLINGS.len() { PixelFormat::Gray } else { PixelFormat::Rgb };
            let options = Options {
                quality: *dice.pick(&[5, 30, 75, 92, 100]),
                subsampling: SUBSAMPLINGS[kind % SUBSAMPLINGS.len()],
                optimize: (index + kind) % 3 == 0,
                restart_interval: [0, 1, 0, 3, 0, 7][(index + 2 * kind) % 6],
            };
            let bytes = baseline(width, height, format, options, dice);
            samples.push(Sample { name: format!("{width}×{height} {format:?} {options:?}"), bytes });
        }
    }
    samples
}

/// The marker and the place of each segment of a file, up to its first scan.
pub fn segments(bytes: &[u8]) -> Vec<(u8, std::ops::Range<usize>)> {
    let mut segments = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        let end = at + 2 + (usize::from(high) << 8 | usize::from(low));
        segments.push((marker, at..end));
        at = end;
        if marker == 0xDA {
            break;
        }
    }
    segments
}

/// Gray files of the size of each component, whose factors are given.
fn gray_scans(
    width: usize,
    height: usize,
    factors: [(usize, usize); 3],
    interval: u16,
    dice: &mut Dice,
) -> [Vec<u8>; 3] {
    let most = |of: fn(&(usize, usize)) -> usize| factors.iter().map(of).max().unwrap_or(1);
    let (horizontal, vertical) = (most(|factor| factor.0), most(|factor| factor.1));
    let options = Options { quality: 60, restart_interval: interval, ..Options::default() };
    factors.map(|(across, down)| {
        let size = ((width * across).div_ceil(horizontal), (height * down).div_ceil(vertical));
        baseline(size.0, size.1, PixelFormat::Gray, options, dice)
    })
}

/// A baseline file with a scan for each of its components, whose factors are given: those of gray files.
fn several_scans(width: usize, height: usize, factors: [(usize, usize); 3], mut scans: [Vec<u8>; 3]) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    for (marker, place) in segments(&scans[0]) {
        match marker {
            0xC0 => {
                bytes.extend([0xFF, 0xC0, 0, 17, 8]);
                bytes.extend([(height >> 8) as u8, height as u8, (width >> 8) as u8, width as u8, 3]);
                for (index, (across, down)) in factors.iter().enumerate() {
                    bytes.extend([index as u8 + 1, (across << 4 | down) as u8, 0]);
                }
            }
            0xDA => {}
            _ => bytes.extend_from_slice(&scans[0][place]),
        }
    }
    // Not in their order, which is allowed as long as each scan stands alone.
    scans.rotate_left(1);
    for (scan, id) in scans.iter().zip([2, 3, 1]) {
        let (_, header) = segments(scan).pop().expect("a file has a scan");
        bytes.extend([0xFF, 0xDA, 0, 8, 1, id, 0, 0, 63, 0]);
        bytes.extend_from_slice(&scan[header.end..scan.len() - 2]);
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// As [`several_scans`], of any size.
pub fn in_three_scans(width: usize, height: usize, factors: [(usize, usize); 3], dice: &mut Dice) -> Vec<u8> {
    several_scans(width, height, factors, gray_scans(width, height, factors, 0, dice))
}

/// What only other encoders write; `tests/data/README.md` tells how they were made.
fn others() -> Vec<Sample> {
    macro_rules! files {
        ($($name:literal),*) => {
            vec![$(Sample { name: $name.into(), bytes: include_bytes!(concat!("../data/", $name)).to_vec() }),*]
        };
    }
    files![
        "cmyk.jpg",
        "rgb.jpg",
        "progressive-420.jpg",
        "progressive-422-restarts.jpg",
        "progressive-444.jpg",
        "progressive-cmyk.jpg",
        "progressive-gray.jpg"
    ]
}

/// The progressive one among them with halved chroma.
pub fn progressive() -> Vec<u8> {
    include_bytes!("../data/progressive-420.jpg").to_vec()
}

/// Names, files of three scans, and the gray file that each of the scans is of.
pub fn grays_and_their_scans() -> Vec<(String, Vec<u8>, [Vec<u8>; 3])> {
    let mut dice = Dice::new(0x9AE5, 0);
    let mut files = Vec::new();
    for (width, height, factors, interval) in [
        (33, 26, [(1, 1), (1, 1), (1, 1)], 0),
        (33, 26, [(2, 2), (1, 1), (1, 1)], 0),
        (50, 41, [(2, 1), (1, 1), (1, 1)], 2),
        (50, 41, [(1, 2), (1, 1), (1, 1)], 0),
        (45, 40, [(4, 2), (1, 1), (2, 1)], 5),
        (29, 47, [(2, 2), (2, 1), (1, 2)], 0),
        (47, 29, [(1, 1), (2, 2), (2, 2)], 0),
        (61, 30, [(3, 1), (1, 1), (3, 1)], 0),
    ] {
        let grays = gray_scans(width, height, factors, interval, &mut dice);
        let bytes = several_scans(width, height, factors, grays.clone());
        files.push((format!("{width}×{height} in three scans, {factors:?}"), bytes, grays));
    }
    files
}

/// All kinds of files.
pub fn samples() -> Vec<Sample> {
    let mut dice = Dice::new(0xF11E5, 0);
    let mut samples = baselines(&mut dice);
    for (name, bytes, _) in grays_and_their_scans() {
        samples.push(Sample { name, bytes });
    }
    samples.extend(others());
    samples
}

/// The same file, with EXIF's number for how it is to be seen.
pub fn with_orientation(bytes: &[u8], number: u8) -> Vec<u8> {
    let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend([0, number, 0, 0, 0, 0, 0, 0]);
    [&bytes[..2], &exif, &bytes[2..]].concat()
}

/// The same file with another size in its frame header.
pub fn with_size(mut bytes: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let frames = segments(&bytes).into_iter().filter(|(marker, _)| matches!(marker, 0xC0..=0xC2));
    for (_, place) in frames {
        bytes[place.start + 5..place.start + 7].copy_from_slice(&height.to_be_bytes());
        bytes[place.start + 7..place.start + 9].copy_from_slice(&width.to_be_bytes());
    }
    bytes
}
