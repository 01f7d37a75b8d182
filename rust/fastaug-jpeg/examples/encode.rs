//! Encodes a PPM or PGM: `encode [quality] [444|422|420|440|411] [optimize] [restart interval] < in.ppm > out.jpg`.
//!
//! With `bench` as a fifth argument it encodes again and again and prints the best time instead.

use fastaug_jpeg::{
    Colour, Workspace,
    encode::{Coefficients, Options, Picture, PixelFormat, Subsampling, coefficients_into, encode, recompress},
};
use fearless_simd::Level;
use std::{
    error::Error,
    io::{Read, Write},
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &str| arguments.get(index).cloned().unwrap_or_else(|| default.into());
    let options = Options {
        quality: argument(0, "75").parse()?,
        subsampling: match argument(1, "420").as_str() {
            "444" => Subsampling::S444,
            "422" => Subsampling::S422,
            "420" => Subsampling::S420,
            "440" => Subsampling::S440,
            "411" => Subsampling::S411,
            other => return Err(format!("no subsampling is called {other}").into()),
        },
        optimize: argument(2, "0") == "1",
        restart_interval: argument(3, "0").parse()?,
    };

    let mut file = Vec::new();
    std::io::stdin().read_to_end(&mut file)?;
    let (numbers, pixels) = header(&file)?;
    let [width, height] = numbers;
    let format = if file[1] == b'5' { PixelFormat::Gray } else { PixelFormat::Rgb };
    let picture = Picture::new(pixels, (height, width), width * format.bytes(), format)?;
    let level = Level::new();
    if argument(4, "") == "bench" {
        let whole = best(|| encode(picture, &options, level).map(|file| file.len()))?;
        let mut found = Coefficients::default();
        let (quality, subsampling) = (options.quality, options.subsampling);
        let blocks = best(|| coefficients_into(&mut found, picture, quality, subsampling, level))?;
        let mut worse = vec![0; pixels.len()];
        let mut workspace = Workspace::default();
        let stride = width * format.bytes();
        let colour = if format == PixelFormat::Gray { Colour::Gray } else { Colour::Rgb };
        let again = best(|| recompress(picture, &options, colour, &mut worse, stride, &mut workspace, level))?;
        println!("encode {whole:?}, coefficients {blocks:?}, recompress {again:?}");
        return Ok(());
    }
    std::io::stdout().write_all(&encode(picture, &options, level)?)?;
    Ok(())
}

/// Width, height and what follows the header of a file with 8 bits per value.
fn header(file: &[u8]) -> Result<([usize; 2], &[u8]), Box<dyn Error>> {
    let mut words = Vec::new();
    let mut at = 0;
    while words.len() < 4 {
        let rest = file.get(at..).ok_or("the file ends within its header")?;
        let length = rest.iter().position(u8::is_ascii_whitespace).ok_or("the file has no header")?;
        words.push(std::str::from_utf8(&rest[..length])?);
        at += length + 1;
    }
    if !matches!(words[0], "P5" | "P6") || words[3] != "255" {
        return Err("not a binary PGM or PPM with 8 bits".into());
    }
    Ok(([words[1].parse()?, words[2].parse()?], &file[at..]))
}

fn best<T, E>(mut work: impl FnMut() -> Result<T, E>) -> Result<Duration, E> {
    let mut best = Duration::MAX;
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        let start = Instant::now();
        std::hint::black_box(work()?);
        best = best.min(start.elapsed());
    }
    Ok(best)
}
