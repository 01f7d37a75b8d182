//! A rectangle of a picture is decoded to the very pixels that the whole picture has there.

use super::{
    dice::Dice,
    files::samples,
    pixels::{COLOURS, Pixels, decode, decode_indexed, levels},
    setting,
};
use fastaug_jpeg::{Decoder, Options, Region, SeekIndex, Workspace};
use std::collections::HashMap;

/// A rectangle, often at an edge or as small as can be.
pub fn random_region(width: usize, height: usize, dice: &mut Dice) -> Region {
    let mut side = |whole: usize| {
        let length = match dice.within(0..4) {
            0 => 1,
            1 => dice.within(1..whole.min(9) + 1),
            _ => dice.within(1..whole + 1),
        };
        let last = whole - length;
        (if dice.one_in(4) { last } else { dice.within(0..last + 1) }, length)
    };
    let ((x, width), (y, height)) = (side(width), side(height));
    Region { x, y, width, height }
}

#[test]
fn regions_are_parts_of_the_whole() {
    let cases = if std::env::var_os("FASTAUG_SOAK").is_some() { 400_000 } else { 5_000 };
    let seed = setting("FASTAUG_SEED", 1);
    let (samples, levels) = (samples(), levels());
    let decoders: Vec<Decoder<'_>> =
        samples.iter().map(|sample| Decoder::new(&sample.bytes).expect(&sample.name)).collect();
    // Files of several scans have none; of the others every third has few states.
    let indexes: Vec<Option<SeekIndex>> = samples
        .iter()
        .enumerate()
        .map(|(number, sample)| {
            let budget = number.is_multiple_of(3).then_some(36 + 16 * (number % 5));
            SeekIndex::build(&sample.bytes, budget).expect(&sample.name)
        })
        .collect();
    assert!(indexes.iter().flatten().any(|index| index.len() > 3));
    let mut workspace = Workspace::default();
    let mut whole: HashMap<(usize, usize, usize), Pixels> = HashMap::new();
    for case in 0..cases {
        let mut dice = Dice::new(seed, case);
        let index = dice.within(0..samples.len());
        let scale = *dice.pick(&[8, 4, 2, 1]);
        let colour = dice.within(0..COLOURS.len());
        let options = Options { scale, colour: COLOURS[colour], level: levels[0], ..Options::default() };
        let whole = whole.entry((index, scale, colour)).or_insert_with(|| {
            // A fresh workspace: the other one has seen everything.
            decode(&decoders[index], &options, 0, &mut Workspace::default()).expect(&samples[index].name)
        });
        let region = random_region(whole.width, whole.height, &mut dice);
        let level = *dice.pick(&levels);
        let options = Options { region: Some(region), level, tolerant: dice.one_in(2), ..options };
        let gap = if dice.one_in(3) { dice.within(1..40) } else { 0 };
        let seek = indexes[index].as_ref().filter(|_| dice.one_in(2));
        let part = decode_indexed(&decoders[index], seek, &options, gap, &mut workspace).expect(&samples[index].name);
        assert!(
            part == whole.part(region),
            "case {case} of seed {seed}: {region:?} of {}, {options:?}",
            samples[index].name
        );
    }
}
