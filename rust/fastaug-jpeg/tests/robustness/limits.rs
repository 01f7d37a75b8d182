//! What a file may ask for is looked at before it is given: each limit says its value and its name.

use super::{
    files::{progressive, segments, with_size},
    memory::allocated,
};
use fastaug_jpeg::{Decoder, Error, ErrorKind, Limits, Options, Region, Workspace};

/// Asks for one pixel, so that there is hardly any memory but what the file would have.
fn refusal(bytes: &[u8], options: &Options) -> Error {
    let before = allocated();
    let options = Options { region: Some(Region { x: 0, y: 0, width: 1, height: 1 }), ..*options };
    let error = Decoder::with_limits(bytes, &options.limits)
        .and_then(|decoder| decoder.decode(&options, &mut [0; 3], 3, &mut Workspace::default()))
        .expect_err("a limit must hold");
    assert!(allocated() - before < 1 << 20, "{} bytes were allocated", allocated() - before);
    error
}

fn expect(bytes: &[u8], limits: Limits, words: &[&str]) {
    let error = refusal(bytes, &Options { limits, ..Options::default() });
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} is missing in {error:?}");
    }
}

/// Decodes the small progressive file under limits.
fn decode(bytes: &[u8], limits: Limits) -> Result<(), Error> {
    let options = Options { limits, ..Options::default() };
    let decoder = Decoder::with_limits(bytes, &limits)?;
    let (width, height) = decoder.output_size(&options);
    let mut pixels = vec![0; 3 * width * height];
    decoder.decode(&options, &mut pixels, 3 * width, &mut Workspace::default()).map(|_| ())
}

/// Copies what lies between the frame header and the end, which holds all scans.
fn with_scans_again(bytes: &[u8], times: usize) -> Vec<u8> {
    let (_, frame) = segments(bytes).into_iter().find(|(marker, _)| *marker == 0xC2).expect("a frame header");
    let scans = &bytes[frame.end..bytes.len() - 2];
    [bytes[..frame.end].to_vec(), scans.repeat(times), vec![0xFF, 0xD9]].concat()
}

#[test]
fn pixels() {
    let bomb = with_size(progressive(), 65_500, 65_500);
    expect(&bomb, Limits::default(), &["65500×65500", "4290250000 pixels", "limits.pixels is 178956970"]);
    let large = with_size(progressive(), 13_378, 13_378);
    expect(&large, Limits::default(), &["13378×13378", "limits.pixels is 178956970"]);
    let small = progressive();
    expect(
        &small,
        Limits { pixels: 45 * 37 - 1, ..Limits::default() },
        &["45×37, 1665 pixels", "limits.pixels is 1664"],
    );
    assert_eq!(decode(&small, Limits { pixels: 45 * 37, ..Limits::default() }), Ok(()));
}

#[test]
fn sides() {
    for (width, height) in [(65_501, 1), (1, 65_501), (65_535, 65_535)] {
        let file = with_size(progressive(), width, height);
        expect(&file, Limits::default(), &[&format!("{width}×{height} pixels"), "65500 is the longest side"]);
    }
}

#[test]
fn scans() {
    let many = with_scans_again(&progressive(), 11);
    // Enough memory for the pixels: scans are counted while they are read.
    let error = decode(&many, Limits::default()).expect_err("eleven times ten scans");
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("more than 100 scans; limits.scans is 100"), "{error}");
    assert_eq!(decode(&many, Limits { scans: 110, ..Limits::default() }), Ok(()));
    assert!(decode(&many, Limits { scans: 109, ..Limits::default() }).is_err());
}

#[test]
fn markers() {
    let file = progressive();
    let comments = [0xFF, 0xFE, 0, 3, b'!'].repeat(10_001);
    let many = [&file[..2], &comments, &file[2..]].concat();
    expect(&many, Limits::default(), &["more than 10000 markers", "limits.markers is 10000"]);
    assert_eq!(decode(&many, Limits { markers: 11_000, ..Limits::default() }), Ok(()));
    // Those between scans count, too.
    let between = with_scans_again(&file, 2);
    let all = (1..200).find(|&markers| decode(&between, Limits { markers, ..Limits::default() }).is_ok());
    assert_eq!(all, Some(between.windows(2).filter(|pair| pair[0] == 0xFF && pair[1] >= 0xC0).count() - 1));
}

#[test]
fn memory() {
    // Two bytes for each coefficient, as many as samples, and one for each block.
    let file = with_size(progressive(), 4096, 4096);
    let coefficients = 4096 * 4096 * 3 / 2 * 129 / 64;
    expect(
        &file,
        Limits { memory: coefficients, ..Limits::default() },
        &["of memory", &format!("limits.memory is {coefficients}")],
    );
    let small = progressive();
    let enough =
        (1..1 << 20).step_by(16).find(|&memory| decode(&small, Limits { memory, ..Limits::default() }).is_ok());
    // Three by three units of 16×16 pixels.
    assert!(enough.is_some_and(|bytes| (9 * 6 * 129..9 * 6 * 129 + 3000).contains(&bytes)), "{enough:?}");
}
