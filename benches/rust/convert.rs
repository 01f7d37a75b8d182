//! The last step: conversion, normalization and layout, into memory of the caller's type.

use super::{Kernels, Memory};
use criterion::Criterion;
use fastaug_core::{
    exec::Layout,
    ops::{
        Luma, Op,
        convert::{GrayChannels, Normalize, ToFloat},
    },
};

/// Every converting kernel and every way of storing.
pub fn time(criterion: &mut Criterion) {
    let mut kernels = Kernels::new(criterion, "convert and store");
    let normalize: Op = Normalize { scale: vec![0.0171, 0.0175, 0.0174], offset: vec![-2.12, -2.04, -1.80] }.into();
    for (name, layout) in [("CHW", Layout::Chw), ("HWC", Layout::Hwc)] {
        let normalize = std::slice::from_ref(&normalize);
        kernels.time_into(&format!("normalize to {name} f32"), normalize, Memory::F32(Vec::new()), layout);
        kernels.time_into(&format!("normalize to {name} f16"), normalize, Memory::F16(Vec::new()), layout);
        kernels.time_into(&format!("store {name} u8"), &[], Memory::U8(Vec::new()), layout);
        kernels.time_into(&format!("store {name} f32"), &[], Memory::F32(Vec::new()), layout);
    }
    kernels.time_into("to float", &[ToFloat { max_value: 255.0 }.into()], Memory::F32(Vec::new()), Layout::Hwc);
    kernels.time("one gray channel", GrayChannels { luma: Luma::WeightedAverage, channels: 1 });
}
