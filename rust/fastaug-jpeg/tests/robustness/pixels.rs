//! Decoded pixels, and parts of them.

use fastaug_jpeg::{Colour, Decoder, Error, Options, Region, SeekIndex, Workspace};
use fearless_simd::Level;

/// All colours that can be asked for.
pub const COLOURS: [Colour; 5] = [Colour::Rgb, Colour::Bgr, Colour::Rgba, Colour::Gray, Colour::Cmyk];

/// Pixels without gaps between rows.
#[derive(Debug, PartialEq, Eq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub bytes: Vec<u8>,
}

impl Pixels {
    /// A rectangle of them.
    pub fn part(&self, region: Region) -> Self {
        let row = self.width * self.channels;
        let mut bytes = Vec::with_capacity(region.width * region.height * self.channels);
        for y in region.y..region.y + region.height {
            let begin = y * row + region.x * self.channels;
            bytes.extend_from_slice(&self.bytes[begin..begin + region.width * self.channels]);
        }
        Self { width: region.width, height: region.height, channels: self.channels, bytes }
    }
}

/// Decodes, with `gap` bytes between rows that nothing may write to. What cannot be decoded is never asked memory for.
pub fn decode(
    decoder: &Decoder<'_>,
    options: &Options,
    gap: usize,
    workspace: &mut Workspace,
) -> Result<Pixels, Error> {
    decode_indexed(decoder, None, options, gap, workspace)
}

/// As [`decode`], with a seek index.
pub fn decode_indexed(
    decoder: &Decoder<'_>,
    index: Option<&SeekIndex>,
    options: &Options,
    gap: usize,
    workspace: &mut Workspace,
) -> Result<Pixels, Error> {
    const UNTOUCHED: u8 = 0xA5;
    let (width, height) = decoder.output_size(options);
    let channels = options.colour.channels();
    let info = decoder.info();
    let refused = info.width as u64 * info.height as u64 > options.limits.pixels;
    let row = width * channels;
    let mut bytes = vec![UNTOUCHED; if refused { 0 } else { height * (row + gap) }];
    decoder.decode_indexed(index, options, &mut bytes, row + gap, workspace)?;
    assert!(!refused, "the limit did not hold");
    if gap > 0 {
        let mut kept = Vec::with_capacity(height * row);
        for line in bytes.chunks_exact(row + gap) {
            assert!(line[row..].iter().all(|&byte| byte == UNTOUCHED), "bytes between rows were written to");
            kept.extend_from_slice(&line[..row]);
        }
        bytes = kept;
    }
    Ok(Pixels { width, height, channels, bytes })
}

/// Every level this CPU can run, narrowest first.
pub fn levels() -> Vec<Level> {
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
