//! How time grows: `growth` prints what a megapixel takes in pictures of 0.1 to 50 of them; `growth FOLDER` decodes every
//! file below a folder, strictly and tolerantly, and prints those that take longest: beside a healthy file of as many bytes,
//! and beside one of as many bytes or as many pixels, whichever takes longer.

use fastaug_jpeg::{
    Colour, Decoder, Options, Workspace,
    encode::{self, Picture, PixelFormat, encode, recompress},
};
use fearless_simd::Level;
use std::{
    error::Error,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args_os().nth(1) {
        None => by_size(),
        Some(folder) => by_bytes(Path::new(&folder)),
    }
}

/// Slopes, edges and some noise: about as many bits per pixel as a photo has.
fn paint(width: usize, height: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut pixels = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 28) as usize;
            let edge = if (x / 37 + y / 53) % 3 == 0 { 60 } else { 0 };
            for channel in 0..3 {
                let slope = (x + 2 * y + 90 * channel) % 510;
                pixels.push(((slope.min(510 - slope) + edge) / 2 + noise) as u8);
            }
        }
    }
    pixels
}

fn options() -> encode::Options {
    encode::Options { quality: 90, ..encode::Options::default() }
}

fn file(width: usize, height: usize, pixels: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let picture = Picture::new(pixels, (height, width), 3 * width, PixelFormat::Rgb)?;
    Ok(encode(picture, &options(), Level::new())?)
}

fn by_size() -> Result<(), Box<dyn Error>> {
    println!("megapixels   bits/pixel   decode ms/MP   1/8 ms/MP   recompress ms/MP");
    let mut workspace = Workspace::default();
    for megapixels in [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 50.0] {
        let height = (megapixels * 1e6 / 1.5f64).sqrt() as usize;
        let width = height * 3 / 2;
        let pixels = paint(width, height);
        let file = file(width, height, &pixels)?;
        let count = (width * height) as f64 / 1e6;
        let mut made = vec![0; pixels.len()];
        // A first time, for memory that was never touched.
        decode(&file, &Options::default(), &mut made, &mut workspace);
        let whole = best(|| decode(&file, &Options::default(), &mut made, &mut workspace).is_some());
        let small = Options { scale: 1, ..Options::default() };
        let eighth = best(|| decode(&file, &small, &mut made, &mut workspace).is_some());
        let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb)?;
        let level = Level::new();
        let again =
            best(|| recompress(picture, &options(), Colour::Rgb, &mut made, 3 * width, &mut workspace, level).is_ok());
        let per = |time: Duration| time.as_secs_f64() * 1e3 / count;
        let bits = file.len() as f64 * 8.0 / count / 1e6;
        println!("{count:10.2} {bits:12.2} {:14.2} {:11.2} {:18.2}", per(whole), per(eighth), per(again));
    }
    Ok(())
}

/// The pixels, if there are any; `pixels` grows where that is needed.
fn decode(bytes: &[u8], options: &Options, pixels: &mut Vec<u8>, workspace: &mut Workspace) -> Option<usize> {
    let decoder = Decoder::new(bytes).ok()?;
    let (width, height) = decoder.output_size(options);
    // As `imdecode` does: what is too large is refused before there is memory for it.
    if (width * height) as u64 > options.limits.pixels {
        return None;
    }
    if pixels.len() < 3 * width * height {
        pixels.resize(3 * width * height, 0);
    }
    decoder.decode(options, pixels, 3 * width, workspace).ok().map(|_| width * height)
}

/// The shortest of several times; of what takes long, the mean of what the processor worked, since nothing long is left
/// alone on a machine that others use, too.
fn best(mut work: impl FnMut() -> bool) -> Duration {
    let (begin, worked) = (Instant::now(), worked());
    let mut best = Duration::MAX;
    let mut runs = 0;
    while runs < 3 || (runs < 200 && begin.elapsed() < Duration::from_millis(500)) {
        let start = Instant::now();
        black_box(work());
        best = best.min(start.elapsed());
        runs += 1;
    }
    match (worked, self::worked()) {
        (Some(before), Some(after)) if best > Duration::from_millis(10) => {
            best.min(after.saturating_sub(before) / runs)
        }
        _ => best,
    }
}

/// What the processor has worked for this thread, where Linux says it.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn by_bytes(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut workspace = Workspace::default();
    let mut pixels = Vec::new();
    let mut healthy = Vec::new();
    for side in [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] {
        let file = file(side, side, &paint(side, side))?;
        let time = best(|| decode(&file, &Options::default(), &mut pixels, &mut workspace).is_some());
        healthy.push((file.len() as f64, time.as_secs_f64()));
    }
    // The largest of them says what a pixel takes.
    let pixel = healthy[healthy.len() - 1].1 / (4096.0 * 4096.0);
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    for tolerant in [false, true] {
        let options = Options { tolerant, ..Options::default() };
        let mut found = Vec::new();
        for path in &paths {
            let bytes = std::fs::read(path)?;
            let mut made = None;
            let time = best_of_three(|| made = decode(&bytes, &options, &mut pixels, &mut workspace));
            let info = Decoder::new(&bytes).ok().map(|decoder| decoder.info());
            let claimed = info.map_or(0, |info| info.width * info.height);
            let of_bytes = expected(&healthy, bytes.len() as f64);
            let of_pixels = (pixel * claimed as f64).max(of_bytes);
            let time_taken = time.as_secs_f64();
            found.push(Found {
                by_bytes: time_taken / of_bytes,
                by_pixels: time_taken / of_pixels,
                time,
                bytes: bytes.len(),
                claimed,
                decoded: made.is_some(),
                path,
            });
        }
        print(if tolerant { "tolerant" } else { "strict" }, found);
    }
    Ok(())
}

/// What was measured of a file.
struct Found<'p> {
    by_bytes: f64,
    by_pixels: f64,
    time: Duration,
    bytes: usize,
    /// Pixels that its header speaks of.
    claimed: usize,
    decoded: bool,
    path: &'p Path,
}

fn print(mode: &str, mut found: Vec<Found<'_>>) {
    let decoded = found.iter().filter(|file| file.decoded).count();
    println!("{mode}: {} files, {decoded} decoded", found.len());
    for (name, ratio) in [("bytes", (|file| file.by_bytes) as fn(&Found<'_>) -> f64), ("pixels", |file| file.by_pixels)]
    {
        found.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)));
        let beyond = |bound: f64| found.iter().filter(|file| ratio(file) > bound).count();
        println!("  by {name}: {} beyond 50 times, {} beyond 5, {} beyond 2", beyond(50.0), beyond(5.0), beyond(2.0));
        for file in found.iter().take(5) {
            println!(
                "    {:.1}: {:?}, {} bytes, {} pixels, {}decoded, {}",
                ratio(file),
                file.time,
                file.bytes,
                file.claimed,
                if file.decoded { "" } else { "not " },
                file.path.display()
            );
        }
    }
}

fn best_of_three(mut work: impl FnMut()) -> Duration {
    let worked = worked();
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    match (worked, self::worked()) {
        (Some(before), Some(after)) if best > Duration::from_millis(10) => best.min(after.saturating_sub(before) / 3),
        _ => best,
    }
}

/// What a healthy file of so many bytes takes: on the line between the two that come next in size.
fn expected(healthy: &[(f64, f64)], bytes: f64) -> f64 {
    let above = healthy.iter().position(|file| file.0 >= bytes).unwrap_or(healthy.len() - 1);
    let Some(below) = above.checked_sub(1) else { return healthy[0].1 };
    let ((a, from), (b, to)) = (healthy[below], healthy[above]);
    from + (to - from) * (bytes - a) / (b - a)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}
