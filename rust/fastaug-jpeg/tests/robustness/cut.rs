//! Files that end too early.

use super::{dice::Dice, files::samples, mutants::check, pixels::decode};
use fastaug_jpeg::{Colour, Decoder, Options, Workspace};

#[test]
fn files_cut_at_any_byte_are_decoded_alike_or_refused() {
    let mut workspace = Workspace::default();
    let mut dice = Dice::new(0, 0);
    for sample in samples().iter().filter(|sample| sample.bytes.len() < 1100) {
        for end in (0..sample.bytes.len()).step_by(3) {
            check(&sample.bytes[..end], &mut dice, &mut workspace);
        }
    }
}

#[test]
fn what_is_there_of_a_cut_file_is_decoded_as_if_its_end_followed() {
    let options = Options { tolerant: true, ..Options::default() };
    let mut workspace = Workspace::default();
    for sample in samples().iter().filter(|sample| sample.bytes.len() < 1100) {
        let first_scan = sample.bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("there is a scan");
        for end in first_scan + 16..sample.bytes.len() {
            let cut = &sample.bytes[..end];
            let ended = [cut, &[0xFF, 0xD9]].concat();
            let decoders = [cut, &ended].map(|bytes| Decoder::new(bytes).expect("the header is whole"));
            let [without, with] = decoders.map(|decoder| decode(&decoder, &options, 0, &mut workspace));
            // Inside of a segment the two bytes may make up for those that are missing.
            let strict =
                decode(&Decoder::new(cut).expect("the header is whole"), &Options::default(), 0, &mut workspace);
            let inside_segment = strict.err().is_some_and(|error| error.marker().is_some());
            match (without, with) {
                (Ok(without), Ok(with)) => {
                    assert!(inside_segment || without == with, "{} cut at {end}", sample.name);
                }
                (Err(error), Ok(_)) => assert!(inside_segment, "{} cut at {end}: {error}", sample.name),
                (_, Err(_)) => {}
            }
        }
    }
}

/// Hashes of what libjpeg-turbo 3.2 makes of a gray progressive file that ends in one of its scans: what is missing is
/// guessed, and the sampling factors, which mean nothing else in a gray file, say in which order.
#[test]
fn gray_is_guessed_as_libjpeg_turbo_does_whatever_its_factors_are() {
    let file = include_bytes!("../data/progressive-gray.jpg");
    let factors_at = file.windows(2).position(|pair| pair == [0xFF, 0xC2]).expect("a frame header") + 11;
    for (factors, end, expected) in [
        (0x11, 144, 0x14b5f63f67b55e48),
        (0x11, 197, 0x5f44f6a4f0baf865),
        (0x11, 295, 0xc2b6e4f0ad52a73a),
        (0x12, 144, 0x14b5f63f67b55e48),
        (0x12, 197, 0xc736987cb03f1898),
        (0x12, 375, 0xd443682a92ba998e),
        (0x13, 144, 0xdc2c3f26179e96a4),
        (0x13, 197, 0x91d6e76b95b8600e),
        (0x13, 295, 0xbf49d8dc37d6a407),
        (0x22, 375, 0xd443682a92ba998e),
    ] {
        let mut cut = file[..end].to_vec();
        cut[factors_at] = factors;
        let options = Options { tolerant: true, colour: Colour::Gray, ..Options::default() };
        let decoder = Decoder::new(&cut).expect("the header is whole");
        let pixels = decode(&decoder, &options, 0, &mut Workspace::default()).expect("tolerated");
        let hash = pixels
            .bytes
            .iter()
            .fold(0xcbf29ce484222325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100000001b3));
        assert_eq!(hash, expected, "factors {factors:#x}, cut at {end}");
    }
}
