//! Looking at the whole image, and the operations that come of it.

use super::Kernels;
use criterion::Criterion;
use fastaug_core::ops::measure::{
    AutoContrast, AutoContrastMethod, Equalize, EqualizeMode, MeasureOp, NormalizeByStatistics, Statistics,
};

/// Every measure.
pub fn time(criterion: &mut Criterion) {
    let mut kernels = Kernels::new(criterion, "measure");
    let by_channels = Equalize { mode: EqualizeMode::Cv, by_channels: true };
    let by_brightness = Equalize { by_channels: false, ..by_channels };
    kernels.time_function("histogram of each channel", |image, context| by_channels.measure(image, context));
    kernels.time_function("histogram of brightness", |image, context| by_brightness.measure(image, context));
    for (name, statistics) in [
        ("mean and deviation", Statistics::Image),
        ("mean and deviation of each channel", Statistics::ImagePerChannel),
        ("least and greatest", Statistics::MinMax),
        ("least and greatest of each channel", Statistics::MinMaxPerChannel),
    ] {
        let measure = NormalizeByStatistics { statistics };
        kernels.time_function(name, |image, context| measure.measure(image, context));
    }
    kernels.time("equalize each channel", by_channels);
    kernels.time("equalize brightness", by_brightness);
    kernels.time("auto contrast", AutoContrast { cutoff: 1.0, ignore: None, method: AutoContrastMethod::Cdf });
}
