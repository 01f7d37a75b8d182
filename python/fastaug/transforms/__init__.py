"""Transforms: one class each, in files by what they do.

``size`` and ``crop`` change the size, ``flip`` mirrors, ``geometric`` resamples, ``dropout`` erases, ``color``, ``blur``,
``compression`` and ``noise`` change values, ``output`` ends a policy, ``custom`` calls functions. ``declare`` is the machinery behind
them, ``kinds`` what arguments accept.
"""

from fastaug.transforms.blur import Blur, ChromaticAberration, GaussianBlur, MotionBlur, Sharpen
from fastaug.transforms.color import (
    CLAHE,
    AutoContrast,
    ChannelShuffle,
    ColorJitter,
    Equalize,
    HueSaturationValue,
    InvertImg,
    PhotoMetricDistort,
    Posterize,
    RandomBrightnessContrast,
    RandomGamma,
    RGBShift,
    Solarize,
    ToGray,
    ToSepia,
)
from fastaug.transforms.compression import ImageCompression
from fastaug.transforms.crop import CenterCrop, Crop, CropAndPad, RandomCrop, RandomResizedCrop, RandomSizedCrop
from fastaug.transforms.custom import Lambda, NoOp
from fastaug.transforms.declare import Transform
from fastaug.transforms.dropout import (
    ChannelDropout,
    CoarseDropout,
    ConstrainedCoarseDropout,
    Erasing,
    GridDropout,
    PixelDropout,
    XYMasking,
)
from fastaug.transforms.flip import D4, HorizontalFlip, RandomRotate90, SquareSymmetry, Transpose, VerticalFlip
from fastaug.transforms.geometric import Affine, Perspective, Rotate, SafeRotate, ShiftScaleRotate
from fastaug.transforms.noise import GaussNoise
from fastaug.transforms.output import FromFloat, Normalize, ToFloat, ToTensorV2
from fastaug.transforms.size import (
    LetterBox,
    LongestMaxSize,
    Pad,
    PadIfNeeded,
    RandomScale,
    Resize,
    SmallestMaxSize,
)

RandomErasing = Erasing

__all__ = [
    "CLAHE",
    "D4",
    "Affine",
    "AutoContrast",
    "Blur",
    "CenterCrop",
    "ChannelDropout",
    "ChannelShuffle",
    "ChromaticAberration",
    "CoarseDropout",
    "ColorJitter",
    "ConstrainedCoarseDropout",
    "Crop",
    "CropAndPad",
    "Equalize",
    "Erasing",
    "FromFloat",
    "GaussNoise",
    "GaussianBlur",
    "GridDropout",
    "HorizontalFlip",
    "HueSaturationValue",
    "ImageCompression",
    "InvertImg",
    "Lambda",
    "LetterBox",
    "LongestMaxSize",
    "MotionBlur",
    "NoOp",
    "Normalize",
    "Pad",
    "PadIfNeeded",
    "Perspective",
    "PhotoMetricDistort",
    "PixelDropout",
    "Posterize",
    "RGBShift",
    "RandomBrightnessContrast",
    "RandomCrop",
    "RandomErasing",
    "RandomGamma",
    "RandomResizedCrop",
    "RandomRotate90",
    "RandomScale",
    "RandomSizedCrop",
    "Resize",
    "Rotate",
    "SafeRotate",
    "Sharpen",
    "ShiftScaleRotate",
    "SmallestMaxSize",
    "Solarize",
    "SquareSymmetry",
    "ToFloat",
    "ToGray",
    "ToSepia",
    "ToTensorV2",
    "Transform",
    "Transpose",
    "VerticalFlip",
    "XYMasking",
]
