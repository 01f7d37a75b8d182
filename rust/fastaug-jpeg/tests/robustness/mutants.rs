//! Damaged files: whatever is in them, decoding ends with pixels or an error, and all ways of decoding agree.
//!
//! `FASTAUG_MUTANTS` says how many, `FASTAUG_SEED` which; `make fuzz` goes on with ever new ones.

use super::{
    dice::Dice,
    files::{Sample, samples, segments},
    pieces::decode_pieces,
    pixels::{decode, levels},
    regions::random_region,
    setting,
};
use fastaug_jpeg::{Colour, Decoder, ErrorKind, Limits, Options, Workspace};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Markers that mean something, and some that do not.
const MARKERS: [u8; 24] = [
    0x00, 0x01, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC8, 0xC9, 0xCC, 0xD0, 0xD1, 0xD4, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC,
    0xDD, 0xE0, 0xEE, 0xFE, 0xFF,
];

/// Changes a file in one of many ways.
pub fn mutate(bytes: &mut Vec<u8>, samples: &[Sample], dice: &mut Dice) {
    if bytes.len() < 4 {
        return;
    }
    let at = dice.within(2..bytes.len());
    let parts = segments(bytes);
    match dice.within(0..12) {
        0 => bytes[at] ^= 1 << dice.within(0..8),
        1 => bytes[at] = dice.next() as u8,
        2 => bytes.truncate(at),
        3 => {
            bytes.truncate(at);
            bytes.extend([0xFF, 0xD9]);
        }
        4 => {
            // The rest of another file.
            let other = &dice.pick(samples).bytes;
            let from = dice.within(0..other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        5 if !parts.is_empty() => {
            // A segment twice, maybe at another place.
            let (_, place) = dice.pick(&parts).clone();
            let (_, to) = dice.pick(&parts).clone();
            let copy = bytes[place.start..place.end.min(bytes.len())].to_vec();
            bytes.splice(to.start..to.start, copy);
        }
        6 if !parts.is_empty() => {
            // Another length of a segment.
            let (_, place) = dice.pick(&parts).clone();
            let change = dice.within(0..9) as u8;
            bytes[place.start + 3] = bytes[place.start + 3].wrapping_add(change).wrapping_sub(4);
        }
        7 => {
            let marker = *dice.pick(&MARKERS);
            bytes.splice(at..at, [0xFF, marker]);
        }
        8 if !parts.is_empty() => {
            // A byte of a header, where each of them matters.
            let (_, place) = dice.pick(&parts).clone();
            let at = dice.within(place.start..place.end.min(bytes.len()));
            bytes[at] = *dice.pick(&[0, 1, 2, 0x11, 0x14, 0x22, 0x41, 63, 64, 0x80, 0xFF]);
        }
        9 => {
            let end = (at + dice.within(1..40)).min(bytes.len());
            bytes.drain(at..end);
        }
        10 => {
            let end = (at + dice.within(1..200)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        _ => {
            for _ in 0..dice.within(2..30) {
                let at = dice.within(2..bytes.len());
                bytes[at] = dice.next() as u8;
            }
        }
    }
}

fn mutant(samples: &[Sample], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(samples).bytes.clone();
    for _ in 0..*dice.pick(&[1, 1, 1, 2, 3, 5]) {
        mutate(&mut bytes, samples, dice);
    }
    bytes
}

/// Decodes a file in all ways; panics if they do not agree.
pub fn check(bytes: &[u8], dice: &mut Dice, workspace: &mut Workspace) {
    let limits = Limits {
        pixels: if dice.one_in(20) { 100_000 } else { 16_384 },
        scans: 20,
        memory: *dice.pick(&[1 << 20, 1 << 24]),
        ..Limits::default()
    };
    let decoder = match Decoder::new(bytes) {
        Ok(decoder) => decoder,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Argument, "{error}");
            return;
        }
    };
    let info = decoder.info();
    assert!((1..=65_500).contains(&info.width) && (1..=65_500).contains(&info.height), "{info:?}");
    assert!(matches!(info.components, 1 | 3 | 4) && (1..=8).contains(&info.orientation), "{info:?}");

    let strict = Options { limits, ..Options::default() };
    let tolerant = Options { tolerant: true, ..strict };
    let whole_strict = decode(&decoder, &strict, 0, workspace);
    let whole = decode(&decoder, &tolerant, 0, workspace);
    match (&whole_strict, &whole) {
        (Ok(strict), Ok(tolerant)) => assert!(strict == tolerant, "strict and tolerant pixels differ"),
        (Ok(_), Err(error)) => panic!("strict decodes what tolerant refuses: {error}"),
        (Err(error), _) => assert_ne!(error.kind(), ErrorKind::Argument, "{error}"),
    }
    for options in [strict, tolerant] {
        if let Some(made) = decode_pieces(&decoder, &options, 2, workspace) {
            let expected = if options.tolerant { &whole } else { &whole_strict };
            assert!(made.as_ref().ok() == expected.as_ref().ok(), "read in pieces");
        }
    }
    if info.width as u64 * info.height as u64 > limits.pixels {
        let kind = whole.as_ref().map_err(fastaug_jpeg::Error::kind);
        assert_eq!(kind, Err(ErrorKind::Limit), "more pixels than the limit allows");
        return;
    }

    // Gray may do without damaged or impossible chroma, but not the other way round.
    let gray = decode(&decoder, &Options { colour: Colour::Gray, ..tolerant }, 0, workspace);
    assert!(gray.is_ok() || whole.is_err(), "gray is refused where colour is not");

    let scale = *dice.pick(&[8, 4, 2, 1]);
    let scaled_options = Options { scale, ..tolerant };
    let scaled = if scale == 8 { whole } else { decode(&decoder, &scaled_options, 0, workspace) };
    let (width, height) = decoder.output_size(&scaled_options);
    let region = random_region(width, height, dice);
    let part_options = Options { region: Some(region), ..scaled_options };
    let part = decode(&decoder, &part_options, dice.within(0..3), workspace);
    match (&scaled, &part) {
        (Ok(scaled), Ok(part)) => assert!(*part == scaled.part(region), "{region:?} at {scale}/8 is not that part"),
        (Ok(_), Err(error)) => panic!("{region:?} at {scale}/8 is refused where the whole is not: {error}"),
        _ => {}
    }
    if whole_strict.is_ok() && scale == 8 {
        let part_strict = decode(&decoder, &Options { tolerant: false, ..part_options }, 0, workspace);
        assert!(part_strict == part, "a strict {region:?} of a whole picture differs");
    }

    if dice.one_in(4) {
        for level in levels() {
            let same = decode(&decoder, &Options { level, ..scaled_options }, 0, &mut Workspace::default());
            assert!(same == scaled, "{level:?} at {scale}/8 differs from the best level");
        }
    }
}

#[test]
fn mutants_are_decoded_alike_or_refused() {
    let count = setting("FASTAUG_MUTANTS", 20_000);
    let seed = setting("FASTAUG_SEED", 1);
    let samples = samples();
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        for first in 0..threads {
            let samples = &samples;
            scope.spawn(move || {
                let mut workspace = Workspace::default();
                for number in (first..count).step_by(threads as usize) {
                    let mut dice = Dice::new(seed, number);
                    let bytes = mutant(samples, &mut dice);
                    if catch_unwind(AssertUnwindSafe(|| check(&bytes, &mut dice, &mut workspace))).is_err() {
                        let place = format!("{}/mutant-{seed}-{number}.jpg", env!("CARGO_TARGET_TMPDIR"));
                        let saved = std::fs::write(&place, &bytes).map_or("nowhere", |()| &place);
                        panic!("mutant {number} of seed {seed} failed; it is saved at {saved}");
                    }
                }
            });
        }
    });
}
