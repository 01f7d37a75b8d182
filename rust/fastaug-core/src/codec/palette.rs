//! PNG files with a palette, read as they are stored: the number of each pixel's colour. In a mask these numbers are the
//! labels, and the colours only show them to people.

use super::{check_limit, undecodable};
use crate::{
    Error, Result,
    image::{ImageBuf, Scratch, Shape},
};
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;

/// Whether the bytes begin like a PNG file with a palette: the header comes first, and says it at a fixed place.
pub fn is_used(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        && bytes.get(12..16) == Some(b"IHDR".as_slice())
        && bytes.get(25) == Some(&(ColorType::Indexed as u8))
}

/// Reads the numbers of all pixels, one byte each.
pub fn decode_indices(bytes: &[u8], scratch: &mut Scratch) -> Result<ImageBuf> {
    // As much memory as other files may take.
    let most = image::Limits::default().max_alloc.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: most });
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(undecodable)?;
    let info = reader.info();
    let ((width, height), bits) = (info.size(), info.bit_depth as usize);
    check_limit(width, height)?;
    if info.palette.is_none() {
        return Err(Error::Decode("the header promises a palette, and there is none".into()));
    }
    let shape = Shape::new(height as usize, width as usize, 1);
    let length = reader.output_buffer_size().ok_or_else(|| Error::Decode("the image is too large".into()))?;
    let mut packed = scratch.take(length);
    // Pixels of interlaced files are written bit by bit, into zeros.
    packed[..length].fill(0);
    let frame = reader.next_frame(&mut packed[..length]).map_err(undecodable)?;
    if (frame.width, frame.height) != (width, height) {
        return Err(Error::Decode(format!(
            "the header promises {width}×{height} pixels, and there are {}×{}",
            frame.width, frame.height
        )));
    }
    if bits == 8 {
        return Ok(ImageBuf::U8(packed, shape));
    }
    let mut indices = scratch.take(shape.len());
    let rows = packed[..length].chunks_exact(frame.line_size);
    for (row, into) in rows.zip(indices.chunks_exact_mut(shape.width)) {
        unpack(row, bits, into);
    }
    scratch.give(packed);
    Ok(ImageBuf::U8(indices, shape))
}

/// Takes numbers of 1, 2 or 4 bits out of bytes, the highest bits first.
fn unpack(packed: &[u8], bits: usize, numbers: &mut [u8]) {
    let highest = (1 << bits) - 1;
    for (byte, numbers) in packed.iter().zip(numbers.chunks_mut(8 / bits)) {
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = byte >> (8 - bits * (place + 1)) & highest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, ColourMode, Request};
    use crate::image::{Image, Rect};
    use png::{BitDepth, Encoder};

    const WIDTH: usize = 13;
    const HEIGHT: usize = 5;

    /// A file of numbers that count up, and the numbers.
    fn file(depth: BitDepth) -> (Vec<u8>, Vec<u8>) {
        let bits = depth as usize;
        let colours = 1 << bits;
        let numbers: Vec<u8> = (0..WIDTH * HEIGHT).map(|number| (number * 7 % colours) as u8).collect();
        let packed: Vec<u8> = numbers
            .chunks(WIDTH)
            .flat_map(|row| row.chunks(8 / bits))
            .map(|numbers| {
                numbers.iter().enumerate().fold(0, |byte, (at, number)| byte | number << (8 - bits * (at + 1)))
            })
            .collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, WIDTH as u32, HEIGHT as u32);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette((0..colours * 3).map(|value| (255 - value % 256) as u8).collect::<Vec<u8>>());
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&packed).unwrap();
        writer.finish().unwrap();
        (bytes, numbers)
    }

    fn decode(bytes: &[u8], request: &Request<'_>) -> Result<Vec<u8>> {
        let mut scratch = Scratch::default();
        scratch.give(vec![255_u8; 300]);
        let image = codec::decode(bytes, request, &mut scratch)?;
        let Image::U8(pixels) = image.as_image() else { panic!("not bytes") };
        assert_eq!(codec::decoded_format(&codec::info(bytes)?, request.mode).shape.channels, pixels.shape().channels);
        Ok(pixels.rows().flatten().copied().collect())
    }

    #[test]
    fn labels_are_the_numbers_that_are_stored() {
        for depth in [BitDepth::One, BitDepth::Two, BitDepth::Four, BitDepth::Eight] {
            let (bytes, numbers) = file(depth);
            let labels = Request { mode: ColourMode::Labels, ..Request::default() };
            assert_eq!(decode(&bytes, &labels).unwrap(), numbers);
            let part = Request { region: Some(Rect { x: 3, y: 1, width: 9, height: 2 }), ..labels };
            let expected: Vec<u8> = [16..25, 29..38].into_iter().flat_map(|row| numbers[row].to_vec()).collect();
            assert_eq!(decode(&bytes, &part).unwrap(), expected);
            let unchanged = decode(&bytes, &Request { mode: ColourMode::Unchanged, ..Request::default() }).unwrap();
            assert_eq!(unchanged, decode(&bytes, &Request::default()).unwrap());
            assert_eq!(unchanged.len(), 3 * numbers.len());
        }
    }

    #[test]
    fn cut_files_are_refused() {
        let (bytes, _) = file(BitDepth::Two);
        for length in 0..bytes.len() - 12 {
            assert!(decode_indices(&bytes[..length], &mut Scratch::default()).is_err(), "{length}");
        }
    }
}
