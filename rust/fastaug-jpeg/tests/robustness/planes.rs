//! Components as they are stored.

use super::{
    dice::Dice,
    files::{grays_and_their_scans, samples},
    pixels::{decode, levels},
};
use fastaug_jpeg::{Colour, Decoder, Error, ErrorKind, Options, PlaneMut, Region, Workspace};

/// All planes without gaps between rows, decoded with `gap` bytes between them that nothing may write to.
fn planes(
    decoder: &Decoder<'_>,
    options: &Options,
    gap: usize,
    workspace: &mut Workspace,
) -> Result<Vec<Vec<u8>>, Error> {
    const UNTOUCHED: u8 = 0xA5;
    let sizes = decoder.plane_sizes(options.scale);
    let mut memory: Vec<Vec<u8>> =
        sizes.iter().map(|(width, height)| vec![UNTOUCHED; (width + gap) * height]).collect();
    let places = memory.iter_mut().zip(&sizes).map(|(samples, &(width, _))| PlaneMut { samples, stride: width + gap });
    decoder.decode_planes(options, &mut places.collect::<Vec<_>>(), workspace)?;
    let without_gaps = memory.iter().zip(&sizes).map(|(plane, &(width, _))| {
        let mut samples = Vec::with_capacity(plane.len());
        for line in plane.chunks_exact(width + gap) {
            assert!(line[width..].iter().all(|&byte| byte == UNTOUCHED), "bytes between rows were written to");
            samples.extend_from_slice(&line[..width]);
        }
        samples
    });
    Ok(without_gaps.collect())
}

#[test]
fn planes_are_the_gray_pictures_that_a_file_is_made_of() {
    let mut workspace = Workspace::default();
    for (number, (name, bytes, grays)) in grays_and_their_scans().into_iter().enumerate() {
        let decoder = Decoder::new(&bytes).expect(&name);
        for scale in [8, 4, 2, 1] {
            for level in levels() {
                let options = Options { scale, level, ..Options::default() };
                let found = planes(&decoder, &options, number % 3, &mut workspace).expect(&name);
                let expected = grays.iter().map(|gray| {
                    let options = Options { colour: Colour::Gray, ..options };
                    decode(&Decoder::new(gray).expect(&name), &options, 0, &mut workspace).expect(&name).bytes
                });
                assert!(found == expected.collect::<Vec<_>>(), "{name} at {scale}/8, {level:?}");
            }
        }
    }
}

#[test]
fn planes_become_the_pixels_of_files_that_store_all_samples() {
    let mut workspace = Workspace::default();
    let mut dice = Dice::new(77, 0);
    for sample in samples() {
        let decoder = Decoder::new(&sample.bytes).expect(&sample.name);
        let info = decoder.info();
        for scale in [8, 4, 2, 1] {
            let options = Options { scale, tolerant: dice.one_in(2), ..Options::default() };
            let found = planes(&decoder, &options, dice.within(0..4), &mut workspace).expect(&sample.name);
            assert_eq!(found.len(), info.components);
            // What is known of every kind of file: inks, the colours of "rgb.jpg", and brightness.
            let colour = match (sample.name.as_str(), info.components) {
                ("rgb.jpg", _) => Colour::Rgb,
                (_, 4) => Colour::Cmyk,
                _ if info.sampling[0] == (1, 1) && info.sampling.iter().any(|&other| other != (1, 1)) => continue,
                _ => Colour::Gray,
            };
            let options = Options { colour, ..options };
            let pixels = decode(&decoder, &options, 0, &mut workspace).expect(&sample.name);
            for channel in 0..pixels.channels {
                let expected = pixels.bytes.iter().skip(channel).step_by(pixels.channels);
                let invert = if colour == Colour::Cmyk { 255 } else { 0 };
                assert!(
                    found[channel].iter().map(|&sample| sample ^ invert).eq(expected.copied()),
                    "channel {channel} of {} at {scale}/8",
                    sample.name
                );
            }
        }
    }
}

#[test]
fn planes_need_room_and_are_whole() {
    let file = samples().into_iter().find(|sample| sample.name == "progressive-420.jpg").expect("one of them");
    let decoder = Decoder::new(&file.bytes).expect("a healthy file");
    let mut workspace = Workspace::default();
    let sizes = decoder.plane_sizes(8);
    let mut refused = |options: Options, count: usize, missing: usize| {
        let mut memory: Vec<Vec<u8>> = sizes.iter().map(|(width, height)| vec![0; width * height - missing]).collect();
        let places = memory.iter_mut().zip(&sizes).map(|(samples, &(stride, _))| PlaneMut { samples, stride });
        let mut places: Vec<PlaneMut<'_>> = places.take(count).collect();
        decoder.decode_planes(&options, &mut places, &mut workspace).map_err(|error| error.kind()).err()
    };
    let plain = Options::default();
    assert_eq!(refused(plain, 3, 0), None);
    let region = Some(Region { x: 0, y: 0, width: 1, height: 1 });
    for (options, count, missing) in [
        (plain, 2, 0),
        (plain, 3, 1),
        (Options { orient: true, ..plain }, 3, 0),
        (Options { region, ..plain }, 3, 0),
        (Options { scale: 3, ..plain }, 3, 0),
    ] {
        assert_eq!(refused(options, count, missing), Some(ErrorKind::Argument));
    }
}
