//! A picture is turned and mirrored as EXIF says: the very pixels of the stored one, each where it is to be seen.

use super::{
    dice::Dice,
    files::{samples, with_orientation},
    pixels::{COLOURS, Pixels, decode, decode_indexed, levels},
    regions::random_region,
};
use fastaug_jpeg::{Decoder, ErrorKind, Limits, Options, Region, SeekIndex, Workspace};

/// The definition: where the pixel of column `x` and row `y` of what is seen stands among the stored ones.
fn source(number: u8, x: usize, y: usize, stored: &Pixels) -> (usize, usize) {
    let (right, bottom) = (stored.width - 1, stored.height - 1);
    match number {
        1 => (x, y),
        2 => (right - x, y),
        3 => (right - x, bottom - y),
        4 => (x, bottom - y),
        5 => (y, x),
        6 => (y, bottom - x),
        7 => (right - y, bottom - x),
        8 => (right - y, x),
        _ => unreachable!("there are eight orientations"),
    }
}

fn seen(number: u8, stored: &Pixels) -> Pixels {
    let channels = stored.channels;
    let (width, height) = if number < 5 { (stored.width, stored.height) } else { (stored.height, stored.width) };
    let mut bytes = Vec::with_capacity(stored.bytes.len());
    for y in 0..height {
        for x in 0..width {
            let (column, row) = source(number, x, y, stored);
            bytes.extend_from_slice(&stored.bytes[(row * stored.width + column) * channels..][..channels]);
        }
    }
    Pixels { width, height, channels, bytes }
}

#[test]
fn pictures_are_seen_as_they_are_meant_to_be() {
    let levels = levels();
    let mut workspace = Workspace::default();
    let mut dice = Dice::new(0xE81F, 0);
    for sample in samples() {
        for number in 1..=8 {
            let bytes = with_orientation(&sample.bytes, number);
            let decoder = Decoder::new(&bytes).expect(&sample.name);
            let index = SeekIndex::build(&bytes, None).expect(&sample.name);
            for scale in [8, 4, 2, 1] {
                for colour in COLOURS {
                    let options = Options { scale, colour, ..Options::default() };
                    let stored = decode(&decoder, &options, 0, &mut workspace).expect(&sample.name);
                    let expected = seen(number, &stored);
                    let options = Options { orient: true, level: *dice.pick(&levels), ..options };
                    let gap = if dice.one_in(3) { dice.within(1..40) } else { 0 };
                    let found = decode(&decoder, &options, gap, &mut workspace).expect(&sample.name);
                    assert!(found == expected, "{number}: {}, {options:?}", sample.name);
                    for _ in 0..3 {
                        let region = random_region(expected.width, expected.height, &mut dice);
                        let options = Options { region: Some(region), ..options };
                        let index = index.as_ref().filter(|_| dice.one_in(2));
                        let part = decode_indexed(&decoder, index, &options, gap, &mut workspace).expect(&sample.name);
                        assert!(part == expected.part(region), "{number}: {}, {options:?}", sample.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_region_lies_in_what_is_seen() {
    let bytes = with_orientation(include_bytes!("../data/progressive-420.jpg"), 6);
    let decoder = Decoder::new(&bytes).expect("a healthy file");
    let info = decoder.info();
    assert_ne!(info.width, info.height);
    let all = Region { x: 0, y: 0, width: info.height, height: info.width };
    let options = Options { orient: true, region: Some(all), ..Options::default() };
    assert_eq!(decoder.stored_region(&options), Ok(Region { x: 0, y: 0, width: info.width, height: info.height }));
    let error = decoder.stored_region(&Options { orient: false, ..options }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Argument);
    // Its first column comes from the last row.
    let options = Options { region: Some(Region { width: 1, ..all }), ..options };
    let row = Region { x: 0, y: info.height - 1, width: info.width, height: 1 };
    assert_eq!(decoder.stored_region(&options), Ok(row));
}

#[test]
fn rows_are_read_up_to_what_is_seen_of_them() {
    let sample = samples().into_iter().find(|sample| sample.name.starts_with("130×71 Gray")).expect("one of them");
    let upside_down = with_orientation(&sample.bytes, 3);
    let decoder = Decoder::new(&upside_down).expect(&sample.name);
    let region = Some(Region { x: 0, y: 0, width: 130, height: 1 });
    let rows = |orient| {
        let options = Options { orient, region, ..Options::default() };
        decoder.rows_read(None, &options).expect("a region of the picture")
    };
    let (stored, seen) = (rows(false), rows(true));
    assert_eq!((stored.jumped + stored.passed, stored.decoded, stored.unread), (0, 1, 8));
    assert_eq!((seen.jumped + seen.passed, seen.decoded, seen.unread), (8, 1, 0));
}

#[test]
fn rows_that_wait_count_as_memory() {
    let sample = samples().into_iter().find(|sample| sample.name.starts_with("130×71 Rgb")).expect("one of them");
    let bytes = with_orientation(&sample.bytes, 5);
    let decoder = Decoder::new(&bytes).expect(&sample.name);
    let decode = |orient| {
        let limits = Limits { memory: 16_000, ..Limits::default() };
        let mut workspace = Workspace::default();
        decode(&decoder, &Options { orient, limits, ..Options::default() }, 0, &mut workspace)
            .map_err(|error| error.kind())
    };
    assert!(decode(false).is_ok());
    assert_eq!(decode(true), Err(ErrorKind::Limit));
}
