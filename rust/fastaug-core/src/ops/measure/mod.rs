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

    /// Looks at the image and says what is to be done with it.
    fn measure(&self, input: Image<'_>, context: &mut Context<'_>) -> Op;
}

mod brightness_contrast;
mod contrast;
mod equalize;
mod gray_pca;
mod statistics;

pub use brightness_contrast::BrightnessContrast;
pub use contrast::Contrast;
pub use equalize::Equalize;
pub use gray_pca::GrayPca;
pub use statistics::{NormalizeByStatistics, Statistics};

family! {
    /// A measuring operation.
    Measure: MeasureOp { BrightnessContrast, Contrast, Equalize, GrayPca, NormalizeByStatistics }
}
