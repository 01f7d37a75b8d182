//! How often each 8-bit value occurs.

use crate::image::{Image, View};

/// One count per value.
pub type Histogram = [u64; 256];

/// The histogram of each channel; floating-point images are counted at the nearest of 256 levels between 0 and 1.
pub fn of_channels(image: Image<'_>) -> Vec<Histogram> {
    match image {
        Image::U8(view) => bytes(view),
        Image::F32(view) => {
            let channels = view.shape().channels;
            let mut histograms = vec![[0; 256]; channels];
            for row in view.rows() {
                for pixel in row.chunks_exact(channels) {
                    for (histogram, value) in histograms.iter_mut().zip(pixel) {
                        histogram[(value * 255.0).round_ties_even() as u8 as usize] += 1;
                    }
                }
            }
            histograms
        }
        _ => unreachable!("only pictures are counted"),
    }
}

/// The same for bytes. Two tables for each channel: equal neighbours then do not wait for each other's count.
pub fn bytes(view: View<'_, u8>) -> Vec<Histogram> {
    match view.shape().channels {
        1 => bytes_of::<1>(view),
        3 => bytes_of::<3>(view),
        4 => bytes_of::<4>(view),
        channels => {
            let mut histograms = vec![[0; 256]; channels];
            for row in view.rows() {
                for pixel in row.chunks_exact(channels) {
                    for (histogram, &value) in histograms.iter_mut().zip(pixel) {
                        histogram[value as usize] += 1;
                    }
                }
            }
            histograms
        }
    }
}

fn bytes_of<const CHANNELS: usize>(view: View<'_, u8>) -> Vec<Histogram> {
    let mut even = [[0_u64; 256]; CHANNELS];
    let mut odd = [[0_u64; 256]; CHANNELS];
    for row in view.rows() {
        let (pixels, _) = row.as_chunks::<CHANNELS>();
        let (pairs, rest) = pixels.as_chunks::<2>();
        for [first, second] in pairs {
            for channel in 0..CHANNELS {
                even[channel][first[channel] as usize] += 1;
                odd[channel][second[channel] as usize] += 1;
            }
        }
        for pixel in rest {
            for channel in 0..CHANNELS {
                even[channel][pixel[channel] as usize] += 1;
            }
        }
    }
    even.iter().zip(&odd).map(|(even, odd)| std::array::from_fn(|value| even[value] + odd[value])).collect()
}
