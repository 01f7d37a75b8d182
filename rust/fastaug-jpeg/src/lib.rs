//! JPEG decoding for those who read the same kind of file a million times: every byte as libjpeg-turbo gives it, in safe
//! Rust, and only the part of a picture that is wanted.
//!
//! ```
//! use fastaug_jpeg::{Decoder, Options, Region, Workspace};
//!
//! let bytes = std::fs::read("tests/data/progressive-420.jpg")?;
//! let decoder = Decoder::new(&bytes)?; // reads the header
//! let mut workspace = Workspace::default(); // one for each thread, used for every file
//!
//! // The whole picture.
//! let options = Options::default();
//! let (width, height) = decoder.output_size(&options);
//! let mut pixels = vec![0; width * height * 3];
//! decoder.decode(&options, &mut pixels, 3 * width, &mut workspace)?;
//!
//! // A rectangle of it: the same pixels, for less.
//! let options = Options { region: Some(Region { x: 10, y: 20, width: 32, height: 8 }), ..options };
//! let mut part = vec![0; 8 * 32 * 3];
//! decoder.decode(&options, &mut part, 3 * 32, &mut workspace)?;
//! assert_eq!(part[..3 * 32], pixels[3 * (20 * width + 10)..][..3 * 32]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Baseline, extended and progressive files with Huffman coding are decoded, of one, three or four components. Pixels are
//! those of libjpeg-turbo's defaults ("islow" and "fancy upsampling"), also for files that are damaged. Vectors come from
//! [`fearless_simd`]; they never change a byte.
//!
//! Bytes flow through the modules in this order: `parse` reads markers, `entropy` makes coefficients of bits, `transform`
//! samples of coefficients, `picture` pixels of samples; `decode` leads them. [`encode`] goes the other way.
#![forbid(unsafe_code)]

mod decode;
pub mod encode;
mod entropy;
mod error;
pub mod index;
mod lanes;
mod parse;
mod picture;
mod standard;
mod transform;

pub use decode::{Coefficients, Decoder, Info, Limits, Options, Pieces, Report, RowsRead, Workspace};
pub use error::{Error, ErrorKind, Warning, Warnings};
pub use index::{Database, SeekIndex};
pub use picture::{Colour, PlaneMut, Region};

/// Every level this CPU can run, narrowest first: what the tests loop over.
#[cfg(test)]
fn levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;
    let mut levels = vec![Level::fallback()];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
        levels.extend(Level::new().as_avx2().map(Level::Avx2));
    }
    #[cfg(target_arch = "aarch64")]
    levels.push(Level::new());
    levels
}

/// The examples of the page that stands before the source.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
