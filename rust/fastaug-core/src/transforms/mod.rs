//! Transforms: what a policy is made of. Each is one file: its parameters, and how it draws and turns what it drew into
//! operations. A transform never touches a pixel.
//!
//! To add one: a file here, and its name in the list at the end of this page. What several have in common is in `shared`.

mod shared;

use crate::{Result, policy::Sampler};

/// What a transform says of a parameter that cannot be: the parameter's name, and what is accepted.
pub type Wrong = (&'static str, String);

/// What every transform can do.
pub trait Transform: std::fmt::Debug + Send + Sync {
    /// What the types of the parameters could not rule out by themselves.
    fn check(&self) -> Result<(), Wrong> {
        Ok(())
    }

    /// Whether anything about it is random, its probability aside.
    fn is_random(&self) -> bool;

    /// Draws its random values and pushes operations.
    fn sample(&self, sampler: &mut Sampler<'_>) -> Result<()>;
}

/// Makes the module of each transform and the function that parses one by its name.
macro_rules! transforms {
    ($($module:ident: $name:ident),+ $(,)?) => {
        $(mod $module;)+

        /// The names of all transforms, in order.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Parses the parameters of the transform of this name; `None` if there is none.
        pub fn parse(name: &str, params: &serde_json::Value) -> Option<Result<Box<dyn Transform>, (String, String)>> {
            match name {
                $(stringify!($name) => Some(parse_as::<$module::$name>(params)),)+
                _ => None,
            }
        }
    };
}

/// Parses the parameters of one transform; the error is the path of the parameter and what was wrong with it.
fn parse_as<T: Transform + serde::de::DeserializeOwned + 'static>(
    params: &serde_json::Value,
) -> Result<Box<dyn Transform>, (String, String)> {
    let transform: T = serde_path_to_error::deserialize(params)
        .map_err(|error| (error.path().to_string(), error.inner().to_string()))?;
    transform.check().map_err(|(field, reason)| (field.to_owned(), reason))?;
    Ok(Box::new(transform))
}

transforms! {
    affine: Affine,
    auto_contrast: AutoContrast,
    blur: Blur,
    center_crop: CenterCrop,
    channel_dropout: ChannelDropout,
    channel_shuffle: ChannelShuffle,
    chromatic_aberration: ChromaticAberration,
    clahe: CLAHE,
    coarse_dropout: CoarseDropout,
    color_jitter: ColorJitter,
    constrained_coarse_dropout: ConstrainedCoarseDropout,
    crop: Crop,
    crop_and_pad: CropAndPad,
    d4: D4,
    equalize: Equalize,
    erasing: Erasing,
    from_float: FromFloat,
    gauss_noise: GaussNoise,
    gaussian_blur: GaussianBlur,
    grid_dropout: GridDropout,
    horizontal_flip: HorizontalFlip,
    hue_saturation_value: HueSaturationValue,
    image_compression: ImageCompression,
    invert_img: InvertImg,
    letter_box: LetterBox,
    longest_max_size: LongestMaxSize,
    motion_blur: MotionBlur,
    no_op: NoOp,
    normalize: Normalize,
    pad: Pad,
    pad_if_needed: PadIfNeeded,
    perspective: Perspective,
    photo_metric_distort: PhotoMetricDistort,
    pixel_dropout: PixelDropout,
    posterize: Posterize,
    rgb_shift: RGBShift,
    random_brightness_contrast: RandomBrightnessContrast,
    random_crop: RandomCrop,
    random_gamma: RandomGamma,
    random_resized_crop: RandomResizedCrop,
    random_rotate90: RandomRotate90,
    random_scale: RandomScale,
    random_sized_crop: RandomSizedCrop,
    resize: Resize,
    rotate: Rotate,
    safe_rotate: SafeRotate,
    sharpen: Sharpen,
    shift_scale_rotate: ShiftScaleRotate,
    smallest_max_size: SmallestMaxSize,
    solarize: Solarize,
    square_symmetry: SquareSymmetry,
    to_float: ToFloat,
    to_gray: ToGray,
    to_sepia: ToSepia,
    to_tensor_v2: ToTensorV2,
    transpose: Transpose,
    vertical_flip: VerticalFlip,
    xy_masking: XYMasking,
}
