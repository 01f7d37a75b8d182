//! Operations that must look at the whole image before they know what to do: once measured, each becomes an operation
//! of another family. They are barriers: everything before them is finished first.

use super::{Context, Op, family};
use crate::image::{Format, Image};

/// What every measuring operation can do.
pub trait MeasureOp: std::fmt::Debug + std::fmt::Display {
    /// The format of the image once the resulting operation has run.
    fn output(&self, input: Format) -> Format {
        input
    }

    /// Whether it works on any number of channels, not only on as many as it was drawn for.
    fn any_channels(&self) -> bool {
        false
    }

    /// Looks at the image and says what is to be done with it.
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op;
}

mod auto_contrast;
mod brightness_contrast;
mod contrast;
mod equalize;
mod gray_pca;
mod histogram;
mod statistics;
mod sums;

pub use auto_contrast::{AutoContrast, AutoContrastMethod};
pub use brightness_contrast::BrightnessContrast;
pub use contrast::Contrast;
pub use equalize::{Equalize, EqualizeMode};
pub use gray_pca::GrayPca;
pub use statistics::{NormalizeByStatistics, Statistics};

family! {
    /// A measuring operation.
    Measure: MeasureOp { AutoContrast, BrightnessContrast, Contrast, Equalize, GrayPca, NormalizeByStatistics }
}
