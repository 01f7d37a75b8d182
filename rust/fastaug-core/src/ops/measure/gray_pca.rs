//! The gray of greatest contrast: the first principal component of the colours.

use super::MeasureOp;
use crate::{
    image::{Element, Format, Image, View},
    ops::{Context, Luma, Op, convert::GrayChannels, pointwise::Gray},
};
use std::fmt;

/// Projects colours on the direction in which they differ most, and spreads the result from black to white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrayPca {
    /// How many channels, all alike.
    pub channels: usize,
}

impl fmt::Display for GrayPca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gray by principal component, {} channels", self.channels)
    }
}

/// Steps of the power iteration; the direction is stable to the last bit of an 8-bit value long before.
const STEPS: usize = 200;

impl MeasureOp for GrayPca {
    fn output(&self, input: Format) -> Format {
        let mut format = input;
        format.shape.channels = self.channels;
        format
    }

    fn measure(&self, input: Image<'_>, _context: &mut Context<'_>) -> Op {
        let (weights, offset) = match input {
            Image::U8(view) => projection(view, f64::from),
            Image::F32(view) => projection(view, f64::from),
            _ => unreachable!("only pictures are made gray"),
        };
        let luma = Luma::Projection { weights, offset };
        if self.channels == input.shape().channels {
            Gray { luma }.into()
        } else {
            GrayChannels { luma, channels: self.channels }.into()
        }
    }
}

/// Weights and offset that take the image's colours to 0…1 along their first principal component.
fn projection<T: Element>(view: View<'_, T>, value: impl Fn(T) -> f64 + Copy) -> (Vec<f32>, f32) {
    let channels = view.shape().channels;
    let pixels = || view.rows().flat_map(move |row| row.chunks_exact(channels));
    let count = (view.shape().height * view.shape().width) as f64;
    let mut mean = vec![0.0; channels];
    for pixel in pixels() {
        for (mean, &raw) in mean.iter_mut().zip(pixel) {
            *mean += value(raw) / count;
        }
    }
    let mut covariance = vec![vec![0.0; channels]; channels];
    for pixel in pixels() {
        for row in 0..channels {
            let from_mean = value(pixel[row]) - mean[row];
            for column in 0..channels {
                covariance[row][column] += from_mean * (value(pixel[column]) - mean[column]) / count;
            }
        }
    }
    let direction = leading(&covariance);
    let project = |pixel: &[T]| pixel.iter().zip(&direction).map(|(&raw, weight)| value(raw) * weight).sum::<f64>();
    let (least, greatest) = pixels()
        .map(project)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), at| (least.min(at), greatest.max(at)));
    // An even picture has no direction: it becomes black.
    let spread = if greatest - least > 1e-9 { greatest - least } else { return (vec![0.0; channels], 0.0) };
    (direction.iter().map(|weight| (weight / spread) as f32).collect(), (-least / spread) as f32)
}

/// The direction that a symmetric matrix stretches most, pointing to brighter colours.
fn leading(matrix: &[Vec<f64>]) -> Vec<f64> {
    let mut direction = vec![1.0; matrix.len()];
    for _ in 0..STEPS {
        let next: Vec<f64> =
            matrix.iter().map(|row| row.iter().zip(&direction).map(|(cell, along)| cell * along).sum()).collect();
        let length = libm::sqrt(next.iter().map(|along| along * along).sum());
        if length < 1e-12 {
            break;
        }
        direction = next.into_iter().map(|along| along / length).collect();
    }
    if direction.iter().sum::<f64>() < 0.0 {
        for along in &mut direction {
            *along = -*along;
        }
    }
    direction
}
