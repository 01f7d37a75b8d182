//! Kernels that change each pixel by itself; the time includes the copy of the input into the output.

use super::Kernels;
use criterion::Criterion;
use fastaug_core::{
    image::Rect,
    ops::{
        Luma,
        pointwise::{
            ColourMatrix, DropChannels, Erase, EraseFill, GaussNoise, Gray, Hue, HueSaturationValue, LumaLut, Lut,
            PixelDropout, Power, Saturation, ScaleShift, ShuffleChannels, Solarize,
        },
    },
    param::Fill,
};

const SEPIA: [[f32; 3]; 3] = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];

/// Every pointwise kernel.
pub fn time(criterion: &mut Criterion) {
    on_bytes(criterion);
    on_floats(criterion);
}

fn on_bytes(criterion: &mut Criterion) {
    let mut kernels = Kernels::new(criterion, "pointwise");
    let invert: [u8; 256] = std::array::from_fn(|value| 255 - value as u8);
    let gamma: [u8; 256] = std::array::from_fn(|value| ((value as f32 / 255.0).powf(0.8) * 255.0) as u8);
    kernels.time("lut, one table", Lut::new("gamma", vec![gamma]));
    kernels.time("lut, a table per channel", Lut::new("mixed", vec![gamma, invert, gamma]));
    kernels.time("lut of brightness", LumaLut { label: "gamma", table: gamma });
    kernels.time("colour matrix", ColourMatrix { rows: SEPIA });
    kernels.time("gray, weighted", Gray { luma: Luma::WeightedAverage });
    kernels.time("gray, from Lab", Gray { luma: Luma::FromLab });
    kernels.time("saturation", Saturation { factor: 1.3 });
    kernels.time("hue, saturation and value", HueSaturationValue { hue: 10, saturation: 20, value: 10 });
    kernels.time("shuffle channels", ShuffleChannels { order: vec![2, 0, 1] });
    kernels.time("drop channels", DropChannels { channels: vec![1], fill: Fill::ZERO });

    let noise = GaussNoise { seed: 137, mean: 0.0, std: 25.0, per_channel: true, scale: 1.0 };
    kernels.time("gauss noise", noise);
    kernels.time("gauss noise, one per pixel", GaussNoise { per_channel: false, ..noise });
    kernels.time("gauss noise, coarse", GaussNoise { scale: 0.5, ..noise });
    for (name, per_channel) in [("pixel dropout", false), ("pixel dropout, each channel", true)] {
        let (value, mask_value) = (Fill::ZERO, None);
        kernels.time(name, PixelDropout { seed: 137, probability: 0.05, per_channel, value, mask_value });
    }
    for (name, fill) in [
        ("constant", EraseFill::Colour(Fill::ZERO)),
        ("random", EraseFill::Random { seed: 137 }),
        ("random, one per rectangle", EraseFill::RandomUniform { seed: 137 }),
    ] {
        kernels.time(&format!("erase 8 rectangles, {name}"), Erase::new(rectangles(), fill, None));
    }
}

/// What bytes take a table for, and what differs most.
fn on_floats(criterion: &mut Criterion) {
    let mut kernels = Kernels::of_floats(criterion, "pointwise on f32");
    let (scale, offset) = (vec![1.1, 0.9, 1.2], vec![0.02, -0.01, 0.03]);
    kernels.time("scale and shift", ScaleShift { scale, offset, clamp: Some([0.0, 1.0]) });
    kernels.time("power", Power { exponent: 0.8 });
    kernels.time("solarize", Solarize { threshold: 0.5 });
    kernels.time("colour matrix", ColourMatrix { rows: SEPIA });
    kernels.time("hue", Hue { turn: 0.05 });
    kernels.time("saturation", Saturation { factor: 1.3 });
    kernels.time("gauss noise", GaussNoise { seed: 137, mean: 0.0, std: 0.1, per_channel: true, scale: 1.0 });
}

/// Eight rectangles, an eighth of the image in all.
fn rectangles() -> Vec<Rect> {
    (0..8).map(|index| Rect { x: 15 + index * 55, y: 20 + index % 4 * 80, width: 60, height: 49 }).collect()
}
