//! One large JPEG file on several threads.

use super::{pool, sample::with_context};
use crate::{
    Error, Result,
    codec::{Band, Coefficients, JpegFile},
};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Decodes a file into memory for exactly its pixels, each thread a part of it.
pub fn decode(file: &JpegFile<'_>, pixels: &mut [u8], threads: usize) -> Result<()> {
    let coefficients = match read_pieces(file, threads) {
        Some(coefficients) => Some(coefficients),
        None => with_context(|context| file.read_scans(threads, context.scratch))?,
    };
    let result = decode_bands(file, coefficients.as_ref(), pixels, threads);
    if let Some(coefficients) = coefficients {
        with_context(|context| coefficients.release(&mut context.scratch.jpeg));
    }
    result
}

/// Reads a file in pieces; `None` where they do not fit together, or where there are none.
fn read_pieces(file: &JpegFile<'_>, threads: usize) -> Option<Coefficients> {
    let pieces = with_context(|context| file.pieces(threads, context.scratch))?;
    pool::for_each(pieces.count(), threads, |number| {
        with_context(|context| pieces.read(number, &mut context.scratch.jpeg));
    });
    match pieces.join() {
        Ok(coefficients) => Some(coefficients),
        Err(pieces) => {
            with_context(|context| pieces.release(&mut context.scratch.jpeg));
            None
        }
    }
}

/// Each thread makes a band of rows; from coefficients, if they are there.
fn decode_bands(
    file: &JpegFile<'_>,
    coefficients: Option<&Coefficients>,
    pixels: &mut [u8],
    threads: usize,
) -> Result<()> {
    let bands = file.bands(threads, coefficients)?;
    let mut parts: Vec<Mutex<&mut [u8]>> = bands.iter().map(|_| Mutex::default()).collect();
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by_key(|&number| bands[number].rows.start);
    let mut rest = pixels;
    for number in order {
        let (part, below) = rest.split_at_mut(bands[number].rows.len() * file.shape().row_len());
        parts[number] = Mutex::new(part);
        rest = below;
    }
    let errors: Vec<OnceLock<Error>> = bands.iter().map(|_| OnceLock::new()).collect();
    pool::for_each(bands.len(), threads, |number| {
        let band: &Band = &bands[number];
        let mut part = parts[number].lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = with_context(|context| file.decode_band(band, coefficients, &mut part, context.scratch)) {
            errors[number].get_or_init(|| error);
        }
    });
    // The last band has read the whole file, and tells what one thread would have told.
    errors.into_iter().rev().find_map(OnceLock::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use crate::{
        codec::{self, ColourMode, JpegFile, JpegOptions, Opened, Request, Scale, Subsampling},
        image::{ImageBuf, Rect, Scratch, Shape, View},
    };

    fn photo(height: usize, width: usize, options: JpegOptions) -> Vec<u8> {
        let pixels: Vec<u8> = (0..height * width * 3).map(|place| (place * 37 / 11 % 253) as u8).collect();
        let view = View::contiguous(&pixels, Shape::new(height, width, 3));
        codec::encode_jpeg(view, options, &mut Scratch::default()).unwrap()
    }

    fn open<'a>(bytes: &'a [u8], request: &Request<'a>) -> JpegFile<'a> {
        match codec::open(bytes, request, &mut Scratch::default()).unwrap() {
            Opened::Jpeg(file) => file,
            Opened::Pixels(_) => panic!("a JPEG file"),
        }
    }

    /// Several threads make the pixels that one makes.
    fn threads_agree(bytes: &[u8], request: &Request<'_>, case: &str) {
        let file = open(bytes, request);
        let mut expected = vec![0; file.shape().len()];
        file.decode(&mut expected, &mut Scratch::default()).unwrap();
        for threads in [2, 3] {
            let mut pixels = vec![0; file.shape().len()];
            super::decode(&file, &mut pixels, threads).unwrap();
            assert!(pixels == expected, "{case}, {threads} threads");
        }
    }

    #[test]
    fn threads_make_the_same_pixels() {
        for subsampling in [Subsampling::S420, Subsampling::S444, Subsampling::S440] {
            for restart_interval in [0, 70] {
                let bytes = photo(1503, 1410, JpegOptions { subsampling, restart_interval, ..JpegOptions::default() });
                for scale in Scale::ALL {
                    let request = Request { scale, ..Request::default() };
                    let file = open(&bytes, &request);
                    let ImageBuf::U8(expected, shape) =
                        codec::decode(&bytes, &request, &mut Scratch::default()).unwrap()
                    else {
                        panic!("JPEG files hold bytes")
                    };
                    for threads in [2, 3, 4] {
                        let mut pixels = vec![0; shape.len()];
                        super::decode(&file, &mut pixels, threads).unwrap();
                        assert!(pixels == expected[..shape.len()], "{subsampling:?} {scale:?} {threads}");
                    }
                }
            }
        }
    }

    /// A file with a scan for each of its components: those of gray files, the last two of which are smaller.
    fn in_three_scans(height: usize, width: usize, smaller: usize) -> Vec<u8> {
        let gray = |height: usize, width: usize| {
            let pixels: Vec<u8> = (0..height * width).map(|place| (place * place / 1700 % 241) as u8).collect();
            let view = View::contiguous(&pixels, Shape::new(height, width, 1));
            codec::encode_jpeg(view, JpegOptions::default(), &mut Scratch::default()).unwrap()
        };
        let scans =
            [(1, 1), (2, smaller), (3, smaller)].map(|(id, by)| (id, gray(height.div_ceil(by), width.div_ceil(by))));
        let find = |bytes: &[u8], marker: u8| bytes.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
        let first = &scans[0].1;
        let (frame, scan) = (find(first, 0xC0), find(first, 0xDA));
        let mut bytes = first[..frame].to_vec();
        bytes.extend([0xFF, 0xC0, 0, 17, 8, (height >> 8) as u8, height as u8, (width >> 8) as u8, width as u8, 3]);
        bytes.extend([1, (smaller << 4 | smaller) as u8, 0, 2, 0x11, 0, 3, 0x11, 0]);
        // The header of a gray frame has 13 bytes.
        bytes.extend_from_slice(&first[frame + 13..scan]);
        for (id, gray) in &scans {
            bytes.extend([0xFF, 0xDA, 0, 8, 1, *id, 0, 0, 63, 0]);
            // That of a gray scan has 10.
            bytes.extend_from_slice(&gray[find(gray, 0xDA) + 10..gray.len() - 2]);
        }
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn threads_share_files_of_several_scans() {
        for smaller in [1, 2] {
            let bytes = in_three_scans(1503, 1410, smaller);
            for number in [1, 3, 6] {
                let bytes = with_orientation(&bytes, number);
                for region in [None, Some(Rect { x: 3, y: 41, width: 1400, height: 1300 })] {
                    for mode in [ColourMode::Rgb, ColourMode::Gray] {
                        let request = Request { mode, orient: true, region, ..Request::default() };
                        threads_agree(&bytes, &request, &format!("orientation {number}, {region:?}, {mode:?}"));
                    }
                }
            }
            for cut in [1000, bytes.len() / 3, bytes.len() - 1000] {
                for tolerant in [false, true] {
                    let request = Request { tolerant, ..Request::default() };
                    let file = open(&bytes[..cut], &request);
                    let mut expected = vec![0; file.shape().len()];
                    let one = file.decode(&mut expected, &mut Scratch::default()).map_err(|error| error.to_string());
                    let mut pixels = vec![0; file.shape().len()];
                    let two = super::decode(&file, &mut pixels, 2).map_err(|error| error.to_string());
                    assert_eq!(one, two);
                    assert!(one.is_err() || pixels == expected, "cut off at {cut}");
                }
            }
        }
    }

    /// The same file, with EXIF's number for how it is to be seen.
    fn with_orientation(bytes: &[u8], number: u8) -> Vec<u8> {
        let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
        exif.extend([0, number, 0, 0, 0, 0, 0, 0]);
        [&bytes[..2], &exif, &bytes[2..]].concat()
    }

    #[test]
    fn threads_turn_pictures_as_one_does() {
        let bytes = photo(1503, 1410, JpegOptions::default());
        for number in 1..=8 {
            let bytes = with_orientation(&bytes, number);
            for region in [None, Some(Rect { x: 3, y: 41, width: 1400, height: 1300 })] {
                let request = Request { orient: true, region, ..Request::default() };
                threads_agree(&bytes, &request, &format!("orientation {number}, {region:?}"));
            }
        }
    }

    #[test]
    fn threads_report_what_one_does() {
        let bytes = photo(1400, 1400, JpegOptions::default());
        for number in [1, 2, 3, 6] {
            let bytes = with_orientation(&bytes, number);
            for cut in [1000, bytes.len() / 3, bytes.len() - 1000] {
                let request = Request { orient: true, ..Request::default() };
                let file = open(&bytes[..cut], &request);
                let mut pixels = vec![0; file.shape().len()];
                let expected = file.decode(&mut pixels, &mut Scratch::default()).unwrap_err().to_string();
                assert_eq!(super::decode(&file, &mut pixels, 2).unwrap_err().to_string(), expected);
            }
        }
    }
}
