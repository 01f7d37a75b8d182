//! What is read in pieces, or made of coefficients that were read before, has the pixels that one thread makes.

use super::{
    dice::Dice,
    files::{SUBSAMPLINGS, Sample, baseline, in_three_scans, samples},
    mutants::mutate,
    pixels::{COLOURS, Pixels, decode, levels},
    regions::random_region,
    setting,
};
use fastaug_jpeg::{
    Coefficients, Decoder, Error, Options, Workspace,
    encode::{Options as EncodeOptions, PixelFormat},
};

/// Makes pixels of coefficients.
fn write(
    decoder: &Decoder<'_>,
    coefficients: &Coefficients,
    options: &Options,
    workspace: &mut Workspace,
) -> Result<Pixels, Error> {
    let (width, height) = decoder.output_size(options);
    let channels = options.colour.channels();
    let mut bytes = vec![0; width * height * channels];
    decoder.decode_coefficients(coefficients, options, &mut bytes, width * channels, workspace)?;
    Ok(Pixels { width, height, channels, bytes })
}

fn read_pieces(
    decoder: &Decoder<'_>,
    options: &Options,
    count: usize,
    workspace: &mut Workspace,
) -> Option<Coefficients> {
    let pieces = decoder.pieces(options, count, workspace)?;
    // The order does not matter.
    (0..pieces.count()).rev().for_each(|number| pieces.read(number, workspace));
    match pieces.join() {
        Ok(coefficients) => Some(coefficients),
        Err(pieces) => {
            pieces.release(workspace);
            None
        }
    }
}

/// Decodes a file in pieces; `None` where that is not possible.
pub fn decode_pieces(
    decoder: &Decoder<'_>,
    options: &Options,
    count: usize,
    workspace: &mut Workspace,
) -> Option<Result<Pixels, Error>> {
    let coefficients = read_pieces(decoder, options, count, workspace)?;
    let pixels = write(decoder, &coefficients, options, workspace);
    coefficients.release(workspace);
    Some(pixels)
}

/// Files that are long enough for several pieces.
fn large() -> Vec<Sample> {
    let mut dice = Dice::new(0x1A46E, 0);
    let mut samples = Vec::new();
    for (number, subsampling) in SUBSAMPLINGS.into_iter().enumerate() {
        let format = if number == 1 { PixelFormat::Gray } else { PixelFormat::Rgb };
        let options = EncodeOptions { quality: 93, subsampling, optimize: number % 2 == 0, ..EncodeOptions::default() };
        let bytes = baseline(811 + number, 703, format, options, &mut dice);
        samples.push(Sample { name: format!("{format:?} {options:?}"), bytes });
    }
    for factors in [[(1, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)], [(2, 1), (1, 1), (2, 1)]] {
        let bytes = in_three_scans(907, 813, factors, &mut dice);
        samples.push(Sample { name: format!("three scans, {factors:?}"), bytes });
    }
    samples
}

#[test]
fn pieces_make_the_pixels_of_the_whole() {
    let mut workspace = Workspace::default();
    let mut dice = Dice::new(setting("FASTAUG_SEED", 1), 0);
    let (mut divided, mut joined) = (0, 0);
    for Sample { name, bytes } in large() {
        let decoder = Decoder::new(&bytes).expect(&name);
        for scale in [8, 4, 2, 1] {
            let colour = *dice.pick(&COLOURS[..4]);
            let options = Options { scale, colour, level: *dice.pick(&levels()), ..Options::default() };
            let whole = decode(&decoder, &options, 0, &mut workspace).expect(&name);
            for count in [1, 2, 3, 5] {
                let pieces = decoder.pieces(&options, count, &mut workspace).expect(&name);
                divided += usize::from(pieces.count() > 3);
                pieces.release(&mut workspace);
                let Some(coefficients) = read_pieces(&decoder, &options, count, &mut workspace) else {
                    assert!(count > 1, "{name}");
                    continue;
                };
                joined += usize::from(count > 1);
                assert!(
                    write(&decoder, &coefficients, &options, &mut workspace).unwrap() == whole,
                    "{name} {options:?}"
                );
                for _ in 0..3 {
                    let region = random_region(whole.width, whole.height, &mut dice);
                    let part = Options { region: Some(region), ..options };
                    let made = write(&decoder, &coefficients, &part, &mut workspace).unwrap();
                    assert!(made == whole.part(region), "{name} {part:?}");
                }
                coefficients.release(&mut workspace);
            }
        }
    }
    // Of eight files at four sizes, each in three ways.
    assert!(divided >= 16, "{divided} files were divided");
    assert!(joined >= 88, "{joined} of 96 files fitted together");
}

#[test]
fn any_file_may_be_read_before() {
    let mut workspace = Workspace::default();
    for Sample { name, bytes } in samples() {
        let decoder = Decoder::new(&bytes).expect(&name);
        for scale in [8, 2, 1] {
            let options = Options { scale, ..Options::default() };
            let whole = decode(&decoder, &options, 0, &mut workspace).expect(&name);
            if let Some(made) = decode_pieces(&decoder, &options, 2, &mut workspace) {
                assert!(made.unwrap() == whole, "{name} in pieces");
            }
            if !decoder.is_streamed() {
                let coefficients = decoder.read_scans(&options, &mut workspace).expect(&name);
                assert!(write(&decoder, &coefficients, &options, &mut workspace).unwrap() == whole, "{name}");
                coefficients.release(&mut workspace);
            }
        }
    }
}

#[test]
fn damaged_pieces_are_those_of_the_whole_or_none() {
    let mut workspace = Workspace::default();
    let samples = large();
    let mut joined = 0;
    for number in 0..setting("FASTAUG_MUTANTS", 20_000) / 100 {
        let mut dice = Dice::new(setting("FASTAUG_SEED", 1), number);
        let mut bytes = dice.pick(&samples).bytes.clone();
        mutate(&mut bytes, &samples, &mut dice);
        let Ok(decoder) = Decoder::new(&bytes) else { continue };
        let options = Options { tolerant: dice.one_in(2), ..Options::default() };
        let (width, height) = decoder.output_size(&options);
        if width * height > 2_000_000 {
            continue;
        }
        if let Some(made) = decode_pieces(&decoder, &options, 3, &mut workspace) {
            joined += 1;
            let whole = decode(&decoder, &options, 0, &mut workspace);
            assert!(made.unwrap() == whole.unwrap(), "mutant {number}");
        }
    }
    assert!(joined > 5, "{joined}");
}
