//! `fastaug-jpeg` beside `zune-jpeg`: whole files to RGB on one thread, into memory that is used again.
//!
//! ```text
//! cargo bench -p fastaug-benches --bench decode                                    # the bundled examples
//! FASTAUG_BENCH_IMAGES=DIR cargo bench -p fastaug-benches --bench decode           # the JPEGs of a folder
//! FASTAUG_BENCH_IMAGES=a.jpg:b.jpg cargo bench -p fastaug-benches --bench decode   # these files
//! ```
//!
//! Both decode each file in turn, and the best round of each counts. A file that one of them refuses is named and left out;
//! how far the pixels of the rest agree is said before the times.

use fastaug_jpeg::{Decoder, Options, Workspace};
use std::{
    env, fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

const ROUNDS: usize = 9;
const SHORTEST: Duration = Duration::from_millis(20);

/// A file that both can decode.
struct File {
    name: String,
    bytes: Vec<u8>,
    pixels: usize,
}

fn main() {
    // `cargo bench -- warp` means kernels of that name.
    if env::args().skip(1).any(|argument| !argument.starts_with('-') && !"decode".contains(&argument)) {
        return;
    }
    let files: Vec<File> = paths().iter().filter_map(|path| read(path)).collect();
    let width = files.iter().map(|file| file.name.chars().count()).max().unwrap_or(0).max(10);
    println!("{:<width$}{:>14}{:>14}{:>10}", "ms/image", "fastaug-jpeg", "zune-jpeg", "ratio");
    let mut workspace = Workspace::default();
    let mut sums = (0.0, 0.0);
    for file in &files {
        let mut pixels = vec![0; 3 * file.pixels];
        let (ours, theirs) = measure(file, &mut pixels, &mut workspace);
        println!("{:<width$}{ours:>14.3}{theirs:>14.3}{:>9.2}×", file.name, theirs / ours);
        sums = (sums.0 + ours, sums.1 + theirs);
    }
    let count = files.len() as f64;
    println!("{:<width$}{:>14.3}{:>14.3}{:>9.2}×", "mean", sums.0 / count, sums.1 / count, sums.1 / sums.0);
}

/// The JPEGs that are asked for, by name.
fn paths() -> Vec<PathBuf> {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/images");
    let asked = env::var_os("FASTAUG_BENCH_IMAGES").unwrap_or_else(|| bundled.into());
    let mut paths = Vec::new();
    for path in env::split_paths(&asked) {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            paths.extend(entries.flatten().map(|entry| entry.path()).filter(|path| is_jpeg(path)));
        } else {
            paths.push(path);
        }
    }
    paths.sort();
    assert!(!paths.is_empty(), "there is no JPEG in {}", asked.display());
    paths
}

fn is_jpeg(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
}

/// The file, if both decode it; says how far they agree where they do not.
fn read(path: &Path) -> Option<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut workspace = Workspace::default();
    let (width, height) = match Decoder::new(&bytes) {
        Ok(decoder) => decoder.output_size(&Options::default()),
        Err(error) => return left_out(&name, "fastaug-jpeg", &error),
    };
    let (mut ours, mut theirs) = (vec![0; 3 * width * height], vec![0; 3 * width * height]);
    if let Err(error) = decode_ours(&bytes, &mut ours, &mut workspace) {
        return left_out(&name, "fastaug-jpeg", &error);
    }
    if let Err(error) = decode_theirs(&bytes, &mut theirs) {
        return left_out(&name, "zune-jpeg", &error);
    }
    let unequal = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs).count();
    let farthest = ours.iter().zip(&theirs).map(|(ours, theirs)| ours.abs_diff(*theirs)).max().unwrap_or(0);
    if unequal > 0 {
        let share = 100.0 * unequal as f64 / ours.len() as f64;
        println!("{name}: {share:.2}% of the samples differ, by at most {farthest}");
    }
    Some(File { name, bytes, pixels: width * height })
}

fn left_out(name: &str, decoder: &str, error: &dyn std::fmt::Debug) -> Option<File> {
    println!("{name}: left out, {decoder} refuses it: {error:?}");
    None
}

/// Milliseconds of each.
fn measure(file: &File, pixels: &mut [u8], workspace: &mut Workspace) -> (f64, f64) {
    let mut ours = |repeats: usize, pixels: &mut [u8]| {
        seconds(repeats, || decode_ours(black_box(&file.bytes), black_box(pixels), workspace).is_ok())
    };
    let theirs = |repeats: usize, pixels: &mut [u8]| {
        seconds(repeats, || decode_theirs(black_box(&file.bytes), black_box(pixels)).is_ok())
    };
    ours(1, pixels);
    let repeats = (SHORTEST.as_secs_f64() / theirs(1, pixels)).ceil() as usize;
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(ours(repeats, pixels));
        best.1 = best.1.min(theirs(repeats, pixels));
    }
    (1e3 * best.0, 1e3 * best.1)
}

fn seconds(repeats: usize, mut run: impl FnMut() -> bool) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        assert!(run(), "what was decoded once is decoded again");
    }
    start.elapsed().as_secs_f64() / repeats as f64
}

fn decode_ours(bytes: &[u8], pixels: &mut [u8], workspace: &mut Workspace) -> Result<(), fastaug_jpeg::Error> {
    let options = Options::default();
    let decoder = Decoder::new(bytes)?;
    let stride = 3 * decoder.output_size(&options).0;
    decoder.decode(&options, pixels, stride, workspace)?;
    Ok(())
}

fn decode_theirs(bytes: &[u8], pixels: &mut [u8]) -> Result<(), zune_jpeg::errors::DecodeErrors> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode_into(pixels)
}
