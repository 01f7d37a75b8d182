//! The loss of a lossy WebP file: libwebp writes it and reads it.

use super::{by_files, in_order};
use crate::{
    image::{Image, ImageMut, Shape, View},
    ops::{Context, Luma, arithmetic::luma::Brightness, filter::FilterOp},
};
use std::fmt;
use webp::{Decoder, Encoder, WebPConfig, WebPImage};

/// libwebp's defaults at a quality. Gray pictures are stored as colours and made gray again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebpLoss {
    /// 1 to 100.
    pub quality: u8,
}

impl fmt::Display for WebpLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebP at quality {}", self.quality)
    }
}

impl FilterOp for WebpLoss {
    fn any_channels(&self) -> bool {
        true
    }

    fn largest_side(&self) -> Option<usize> {
        // 14 bits in the file.
        Some(16_383)
    }

    fn run(&self, input: Image<'_>, output: ImageMut<'_>, context: &mut Context<'_>) {
        by_files(input, output, context, &|source, mut target, context| {
            let Shape { height, width, channels } = source.shape();
            let colours = Shape::new(height, width, 3);
            let mut pixels = context.scratch.take::<u8>(colours.len());
            copy_colours(source, &mut pixels[..colours.len()], context);
            let image = self.write_and_read(&pixels[..colours.len()], colours);
            for (row, from) in target.rows_mut().zip(image.chunks_exact(colours.row_len())) {
                if channels == 1 {
                    Brightness::write(&Luma::WeightedAverage, from, 3, row, context.level);
                } else {
                    row.copy_from_slice(from);
                }
            }
            context.scratch.give(pixels);
        });
    }
}

impl WebpLoss {
    fn write_and_read(self, pixels: &[u8], shape: Shape) -> WebPImage {
        let encoder = Encoder::from_rgb(pixels, shape.width as u32, shape.height as u32);
        let mut config =
            WebPConfig::new().unwrap_or_else(|()| unreachable!("this is the libwebp it was compiled with"));
        // Each partition holds 16 MB at most, and eight of them make the same pixels as one.
        config.partitions = 3;
        // Noise of a hundred megapixels can be too much even for eight: then the best quality that can be written.
        let file = (0..=self.quality).rev().find_map(|quality| {
            config.quality = f32::from(quality);
            encoder.encode_advanced(&config).ok()
        });
        file.and_then(|file| Decoder::new(&file).decode())
            .unwrap_or_else(|| unreachable!("the size was checked, and the file is libwebp's own"))
    }
}

/// The picture's pixels as RGB without gaps.
fn copy_colours(source: View<'_, u8>, pixels: &mut [u8], context: &mut Context<'_>) {
    let Shape { width, channels, .. } = source.shape();
    in_order(source, context, |rows, stride, _| {
        for (pixels, row) in pixels.chunks_exact_mut(3 * width).zip(rows.chunks(stride)) {
            if channels == 3 {
                pixels.copy_from_slice(&row[..3 * width]);
            } else {
                for (pixel, &value) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(row) {
                    *pixel = [value; 3];
                }
            }
        }
    });
}
