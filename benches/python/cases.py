"""The table behind ``transforms.py``: each transform, and how every library does it.

A policy is written once, in the words that fastaug and AlbumentationsX share. Ranges are single values, so that all
libraries do the same work on every image. OpenCV stands where it has a direct function for it; its tables, matrices and
kernels are made beforehand, which favours it. torchvision gets tensors, height and width last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torchvision.transforms import v2

from photos import HEIGHT, WIDTH

Array = npt.NDArray[Any]
BILINEAR = v2.InterpolationMode.BILINEAR
BICUBIC = v2.InterpolationMode.BICUBIC
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Case:
    """One row: a transform and its like elsewhere."""

    name: str
    policy: Callable[[Any], Any]
    """Makes the transform from the module, which is fastaug or albumentations."""
    opencv: Callable[[Array], Array] | None = None
    torchvision: Callable[[torch.Tensor], torch.Tensor] | None = None
    albumentationsx: bool = True
    """Whether AlbumentationsX has it."""
    dtype: str = "uint8"
    targets: Mapping[str, Any] = field(default_factory=dict)
    """What the transform needs beside the image."""


def _lut(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """What a function makes of each value, looked up."""
    table = np.clip(np.rint(function(np.arange(256, dtype=np.float64))), 0, 255).astype(np.uint8)
    return lambda image: cv2.LUT(image, table)


def _rotation(angle: float, scale: float, height: int = HEIGHT, width: int = WIDTH) -> Array:
    return cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), angle, scale)


def _warp(matrix: Array) -> Callable[[Array], Array]:
    return lambda image: cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


# The whole picture, turned by 30°, within the frame.
_SAFE_SCALE = 1 / max(
    (WIDTH * math.cos(math.pi / 6) + HEIGHT * math.sin(math.pi / 6)) / WIDTH,
    (WIDTH * math.sin(math.pi / 6) + HEIGHT * math.cos(math.pi / 6)) / HEIGHT,
)
_CORNERS = np.float32([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]])
_MOVED = np.float32([[30, 20], [WIDTH - 25, 15], [WIDTH - 20, HEIGHT - 25], [15, HEIGHT - 30]])
_PERSPECTIVE = cv2.getPerspectiveTransform(_MOVED, _CORNERS)
_SEPIA = np.float32([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
_SHARPEN = np.float32([[0, -0.35, 0], [-0.35, 2.4, -0.35], [0, -0.35, 0]])
_LINE = np.fliplr(np.eye(7, dtype=np.float32)) / 7
_CLAHE = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
_HUE = ((np.arange(256) + 10) % 180).astype(np.uint8)
_SATURATION = np.clip(np.arange(256) + 20, 0, 255).astype(np.uint8)
_VALUE = np.clip(np.arange(256) + 10, 0, 255).astype(np.uint8)
_SHIFTED = np.clip(np.arange(256)[:, None] + (15, -10, 20), 0, 255).astype(np.uint8)[None]


def _letter_box(image: Array) -> Array:
    small = cv2.resize(image, (320, 240))
    return cv2.copyMakeBorder(small, 40, 40, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def _to_gray(image: Array) -> Array:
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def _shuffle(image: Array) -> Array:
    shuffled = np.empty_like(image)
    cv2.mixChannels([image], [shuffled], [2, 0, 0, 1, 1, 2])
    return shuffled


def _shift_hsv(image: Array) -> Array:
    hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
    changed = cv2.merge([cv2.LUT(hue, _HUE), cv2.LUT(saturation, _SATURATION), cv2.LUT(value, _VALUE)])
    return cv2.cvtColor(changed, cv2.COLOR_HSV2RGB)


def _equalize(image: Array) -> Array:
    return cv2.merge([cv2.equalizeHist(channel) for channel in cv2.split(image)])


def _clahe(image: Array) -> Array:
    light, a, b = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB))
    return cv2.cvtColor(cv2.merge([_CLAHE.apply(light), a, b]), cv2.COLOR_LAB2RGB)


def _compress(kind: str, setting: int, quality: int) -> Callable[[Array], Array]:
    return lambda image: cv2.imdecode(cv2.imencode(kind, image, [setting, quality])[1], cv2.IMREAD_COLOR)


def _add_noise(image: Array) -> Array:
    noise = np.empty(image.shape, np.int16)
    cv2.randn(noise, (0.0, 0.0, 0.0), (25.5, 25.5, 25.5))
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def _normalize(image: Array) -> Array:
    centred = cv2.subtract(image, (*(255 * mean for mean in MEAN), 0), dtype=cv2.CV_32F)
    return cv2.multiply(centred, (*(1 / (255 * std) for std in STD), 0), dst=centred)


def _mask() -> Array:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[100:260, 150:350] = 1
    return mask


CASES: tuple[Case, ...] = (
    # -- size
    Case(
        "Resize 224×224",
        lambda A: A.Resize(height=224, width=224, p=1),
        lambda image: cv2.resize(image, (224, 224)),
        v2.Resize((224, 224), antialias=False),
    ),
    Case(
        "Resize 640×640",
        lambda A: A.Resize(height=640, width=640, p=1),
        lambda image: cv2.resize(image, (640, 640)),
        v2.Resize((640, 640), antialias=False),
    ),
    Case(
        "Resize 224×224, area",
        lambda A: A.Resize(height=224, width=224, interpolation=cv2.INTER_AREA, p=1),
        lambda image: cv2.resize(image, (224, 224), interpolation=cv2.INTER_AREA),
    ),
    Case(
        "Resize 224×224, cubic",
        lambda A: A.Resize(height=224, width=224, interpolation=cv2.INTER_CUBIC, p=1),
        lambda image: cv2.resize(image, (224, 224), interpolation=cv2.INTER_CUBIC),
        v2.Resize((224, 224), BICUBIC, antialias=False),
    ),
    Case(
        "Resize 224×224, antialias",
        lambda A: A.Resize(height=224, width=224, interpolation="antialias", p=1),
        torchvision=v2.Resize((224, 224), antialias=True),
        albumentationsx=False,
    ),
    Case(
        "SmallestMaxSize 256",
        lambda A: A.SmallestMaxSize(max_size=256, p=1),
        lambda image: cv2.resize(image, (341, 256)),
        v2.Resize(256, antialias=False),
    ),
    Case(
        "LongestMaxSize 256",
        lambda A: A.LongestMaxSize(max_size=256, p=1),
        lambda image: cv2.resize(image, (256, 192)),
        v2.Resize(None, max_size=256, antialias=False),
    ),
    Case(
        "RandomScale 1.2",
        lambda A: A.RandomScale(scale_range=(0.2, 0.2), p=1),
        lambda image: cv2.resize(image, (600, 450)),
        v2.Resize((450, 600), antialias=False),
    ),
    Case(
        "LetterBox 320×320",
        lambda A: A.LetterBox(size=(320, 320), fill=0, p=1),
        _letter_box,
        v2.Compose([v2.Resize((240, 320), antialias=False), v2.Pad((0, 40))]),
    ),
    Case(
        "Pad 32, constant",
        lambda A: A.Pad(padding=32, fill=0, p=1),
        lambda image: cv2.copyMakeBorder(image, 32, 32, 32, 32, cv2.BORDER_CONSTANT, value=(0, 0, 0)),
        v2.Pad(32),
    ),
    Case(
        "PadIfNeeded 512×512, reflected",
        lambda A: A.PadIfNeeded(min_height=512, min_width=512, border_mode=cv2.BORDER_REFLECT_101, p=1),
        lambda image: cv2.copyMakeBorder(image, 68, 69, 6, 6, cv2.BORDER_REFLECT_101),
        v2.Pad((6, 68, 6, 69), padding_mode="reflect"),
    ),
    # -- crops (OpenCV has no function for a crop)
    Case("RandomCrop 224×224", lambda A: A.RandomCrop(height=224, width=224, p=1), None, v2.RandomCrop(224)),
    Case("CenterCrop 224×224", lambda A: A.CenterCrop(height=224, width=224, p=1), None, v2.CenterCrop(224)),
    Case(
        "Crop 300×300",
        lambda A: A.Crop(x_min=100, y_min=50, x_max=400, y_max=350, p=1),
        None,
        lambda image: v2.functional.crop(image, 50, 100, 300, 300),
    ),
    Case(
        "RandomResizedCrop 224×224",
        lambda A: A.RandomResizedCrop(size=(224, 224), scale=(0.5, 0.5), ratio=(1, 1), p=1),
        lambda image: cv2.resize(image[34:340, 97:403], (224, 224)),
        v2.RandomResizedCrop(224, scale=(0.5, 0.5), ratio=(1, 1), antialias=False),
    ),
    Case(
        "RandomSizedCrop 224×224",
        lambda A: A.RandomSizedCrop(min_max_height=(300, 300), size=(224, 224), p=1),
        lambda image: cv2.resize(image[37:337, 100:400], (224, 224)),
    ),
    Case(
        "CropAndPad −20 px",
        lambda A: A.CropAndPad(px=-20, p=1),
        lambda image: cv2.resize(image[20:-20, 20:-20], (WIDTH, HEIGHT)),
    ),
    # -- flips and quarter turns
    Case(
        "HorizontalFlip",
        lambda A: A.HorizontalFlip(p=1),
        lambda image: cv2.flip(image, 1),
        v2.RandomHorizontalFlip(p=1),
    ),
    Case("VerticalFlip", lambda A: A.VerticalFlip(p=1), lambda image: cv2.flip(image, 0), v2.RandomVerticalFlip(p=1)),
    Case("Transpose", lambda A: A.Transpose(p=1), cv2.transpose, lambda image: image.transpose(-1, -2)),
    Case(
        "RandomRotate90, one quarter",
        lambda A: A.RandomRotate90(group_element="r90", p=1),
        lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
        lambda image: torch.rot90(image, 1, (-2, -1)),
    ),
    Case(
        "SquareSymmetry, half turn",
        lambda A: A.SquareSymmetry(group_element="r180", p=1),
        lambda image: cv2.flip(image, -1),
        lambda image: torch.rot90(image, 2, (-2, -1)),
    ),
    Case(
        "D4, other diagonal",
        lambda A: A.D4(group_element="hvt", p=1),
        lambda image: cv2.flip(cv2.transpose(image), -1),
        lambda image: image.transpose(-1, -2).flip((-2, -1)),
    ),
    # -- resampling along a map
    Case(
        "Affine, scale and rotation",
        lambda A: A.Affine(scale=(1.1, 1.1), rotate=(15, 15), p=1),
        _warp(_rotation(15, 1.1)),
        v2.RandomAffine((15, 15), scale=(1.1, 1.1), interpolation=BILINEAR),
    ),
    Case(
        "Affine, shear and shift",
        lambda A: A.Affine(shear=(10, 10), translate_percent=(0.05, 0.05), p=1),
        _warp(np.float64([[1, 0.176, -8], [0.176, 1, -25]])),
        lambda image: v2.functional.affine(image, 0, [25, 18], 1.0, [10, 10], BILINEAR),
    ),
    Case(
        "Rotate 30°",
        lambda A: A.Rotate(angle_range=(30, 30), p=1),
        _warp(_rotation(30, 1.0)),
        v2.RandomRotation((30, 30), interpolation=BILINEAR),
    ),
    Case(
        "SafeRotate 30°",
        lambda A: A.SafeRotate(angle_range=(30, 30), p=1),
        _warp(_rotation(30, _SAFE_SCALE)),
    ),
    Case(
        "ShiftScaleRotate",
        lambda A: A.ShiftScaleRotate(shift_range=(0.05, 0.05), scale_range=(0.1, 0.1), rotate_range=(20, 20), p=1),
        _warp(_rotation(20, 1.1) + np.float64([[0, 0, 25], [0, 0, 18.75]])),
        lambda image: v2.functional.affine(image, 20, [25, 18], 1.1, [0, 0], BILINEAR),
    ),
    Case(
        "Perspective",
        lambda A: A.Perspective(scale=(0.07, 0.07), p=1),
        lambda image: cv2.warpPerspective(image, _PERSPECTIVE, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR),
        v2.RandomPerspective(distortion_scale=0.2, p=1),
    ),
    # -- dropout
    Case(
        "CoarseDropout, 4 holes",
        lambda A: A.CoarseDropout(
            num_holes_range=(4, 4), hole_height_range=(0.1, 0.1), hole_width_range=(0.1, 0.1), p=1
        ),
    ),
    Case(
        "CoarseDropout, 4 holes of noise",
        lambda A: A.CoarseDropout(
            num_holes_range=(4, 4), hole_height_range=(0.1, 0.1), hole_width_range=(0.1, 0.1), fill="random", p=1
        ),
    ),
    Case("GridDropout", lambda A: A.GridDropout(ratio=0.4, unit_size_range=(30, 30), p=1)),
    Case(
        "XYMasking",
        lambda A: A.XYMasking(
            num_masks_x_range=(2, 2),
            num_masks_y_range=(2, 2),
            mask_x_length_range=(30, 30),
            mask_y_length_range=(30, 30),
            p=1,
        ),
    ),
    Case(
        "ConstrainedCoarseDropout",
        lambda A: A.ConstrainedCoarseDropout(
            num_holes_range=(2, 2), hole_height_range=(0.3, 0.3), hole_width_range=(0.3, 0.3), mask_indices=[1], p=1
        ),
        targets={"mask": _mask()},
    ),
    Case("ChannelDropout", lambda A: A.ChannelDropout(channel_drop_range=(1, 1), p=1)),
    Case("PixelDropout 5%", lambda A: A.PixelDropout(dropout_prob=0.05, p=1)),
    Case(
        "Erasing",
        lambda A: A.Erasing(scale=(0.1, 0.1), ratio=(1, 1), p=1),
        None,
        v2.RandomErasing(p=1, scale=(0.1, 0.1), ratio=(1, 1)),
    ),
    # -- colour
    Case(
        "RandomBrightnessContrast",
        lambda A: A.RandomBrightnessContrast(brightness_range=(0.1, 0.1), contrast_range=(0.1, 0.1), p=1),
        lambda image: cv2.convertScaleAbs(image, alpha=1.1, beta=0.1 * cv2.mean(image)[0]),
        v2.ColorJitter(brightness=(1.1, 1.1), contrast=(1.1, 1.1)),
    ),
    Case(
        "RandomBrightnessContrast, by max",
        lambda A: A.RandomBrightnessContrast(
            brightness_range=(0.1, 0.1), contrast_range=(0.1, 0.1), brightness_by_max=True, p=1
        ),
        lambda image: cv2.convertScaleAbs(image, alpha=1.1, beta=25.5),
    ),
    Case(
        "ColorJitter",
        lambda A: A.ColorJitter(
            brightness_range=(1.2, 1.2),
            contrast_range=(1.2, 1.2),
            saturation_range=(1.3, 1.3),
            hue_range=(0.05, 0.05),
            p=1,
        ),
        None,
        v2.ColorJitter(brightness=(1.2, 1.2), contrast=(1.2, 1.2), saturation=(1.3, 1.3), hue=(0.05, 0.05)),
    ),
    Case(
        "PhotoMetricDistort",
        lambda A: A.PhotoMetricDistort(
            brightness_range=(1.1, 1.1),
            contrast_range=(1.2, 1.2),
            saturation_range=(1.3, 1.3),
            hue_range=(0.03, 0.03),
            distort_p=1,
            p=1,
        ),
        None,
        v2.RandomPhotometricDistort(
            brightness=(1.1, 1.1), contrast=(1.2, 1.2), saturation=(1.3, 1.3), hue=(0.03, 0.03), p=1
        ),
    ),
    Case(
        "RandomGamma 1.2",
        lambda A: A.RandomGamma(gamma_range=(120, 120), p=1),
        _lut(lambda values: 255 * (values / 255) ** 1.2),
        lambda image: v2.functional.adjust_gamma(image, 1.2),
    ),
    Case(
        "HueSaturationValue",
        lambda A: A.HueSaturationValue(
            hue_shift_range=(10, 10), sat_shift_range=(20, 20), val_shift_range=(10, 10), p=1
        ),
        _shift_hsv,
    ),
    Case(
        "RGBShift",
        lambda A: A.RGBShift(r_shift_range=(15, 15), g_shift_range=(-10, -10), b_shift_range=(20, 20), p=1),
        lambda image: cv2.LUT(image, _SHIFTED),
    ),
    Case("ToGray", lambda A: A.ToGray(p=1), _to_gray, v2.RandomGrayscale(p=1)),
    Case("ToSepia", lambda A: A.ToSepia(p=1), lambda image: cv2.transform(image, _SEPIA)),
    Case(
        "ChannelShuffle",
        lambda A: A.ChannelShuffle(channel_order=(2, 0, 1), p=1),
        _shuffle,
        lambda image: v2.functional.permute_channels(image, [2, 0, 1]),
    ),
    Case("InvertImg", lambda A: A.InvertImg(p=1), cv2.bitwise_not, v2.RandomInvert(p=1)),
    Case(
        "Posterize, 3 bits",
        lambda A: A.Posterize(num_bits=(3, 3), p=1),
        _lut(lambda values: values // 32 * 32),
        v2.RandomPosterize(3, p=1),
    ),
    Case(
        "Solarize 0.5",
        lambda A: A.Solarize(threshold_range=(0.5, 0.5), p=1),
        _lut(lambda values: np.where(values < 128, values, 255 - values)),
        v2.RandomSolarize(128, p=1),
    ),
    Case("Equalize", lambda A: A.Equalize(p=1), _equalize, v2.RandomEqualize(p=1)),
    Case("CLAHE", lambda A: A.CLAHE(clip_range=(3, 3), p=1), _clahe),
    Case("AutoContrast", lambda A: A.AutoContrast(method="pil", p=1), None, v2.RandomAutocontrast(p=1)),
    # -- surroundings
    Case("Blur 5", lambda A: A.Blur(blur_range=(5, 5), p=1), lambda image: cv2.blur(image, (5, 5))),
    Case(
        "GaussianBlur 5",
        lambda A: A.GaussianBlur(blur_range=(5, 5), sigma_range=(1.2, 1.2), p=1),
        lambda image: cv2.GaussianBlur(image, (5, 5), 1.2),
        v2.GaussianBlur(5, sigma=(1.2, 1.2)),
    ),
    Case(
        "GaussianBlur, sigma 2.5",
        lambda A: A.GaussianBlur(sigma_range=(2.5, 2.5), p=1),
        lambda image: cv2.GaussianBlur(image, (0, 0), 2.5),
    ),
    Case(
        "MotionBlur 7",
        lambda A: A.MotionBlur(
            blur_range=(7, 7), angle_range=(45, 45), direction_range=(0, 0), allow_shifted=False, p=1
        ),
        lambda image: cv2.filter2D(image, -1, _LINE),
    ),
    Case(
        "Sharpen",
        lambda A: A.Sharpen(alpha_range=(0.35, 0.35), lightness_range=(0.75, 0.75), p=1),
        lambda image: cv2.filter2D(image, -1, _SHARPEN),
        v2.RandomAdjustSharpness(1.5, p=1),
    ),
    Case(
        "ChromaticAberration",
        lambda A: A.ChromaticAberration(
            primary_distortion_range=(0.02, 0.02), secondary_distortion_range=(0.05, 0.05), mode="red_blue", p=1
        ),
    ),
    # -- noise
    Case("GaussNoise, gray", lambda A: A.GaussNoise(std_range=(0.1, 0.1), p=1)),
    Case(
        "GaussNoise, per channel",
        lambda A: A.GaussNoise(std_range=(0.1, 0.1), per_channel=True, p=1),
        _add_noise,
        v2.GaussianNoise(sigma=0.1),
    ),
    # -- compression
    Case(
        "ImageCompression, JPEG 80",
        lambda A: A.ImageCompression("jpeg", quality_range=(80, 80), p=1),
        _compress(".jpg", cv2.IMWRITE_JPEG_QUALITY, 80),
        v2.JPEG(80),
    ),
    Case(
        "ImageCompression, JPEG 30",
        lambda A: A.ImageCompression("jpeg", quality_range=(30, 30), p=1),
        _compress(".jpg", cv2.IMWRITE_JPEG_QUALITY, 30),
        v2.JPEG(30),
    ),
    Case(
        "ImageCompression, WebP 80",
        lambda A: A.ImageCompression("webp", quality_range=(80, 80), p=1),
        _compress(".webp", cv2.IMWRITE_WEBP_QUALITY, 80),
    ),
    # -- output
    Case(
        "Normalize",
        lambda A: A.Normalize(p=1),
        _normalize,
        v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD, inplace=True)]),
    ),
    Case("Normalize, image per channel", lambda A: A.Normalize(normalization="image_per_channel", p=1)),
    Case(
        "ToFloat",
        lambda A: A.ToFloat(p=1),
        lambda image: cv2.multiply(image, (1 / 255,) * 4, dtype=cv2.CV_32F),
        v2.ToDtype(torch.float32, scale=True),
    ),
    Case(
        "FromFloat",
        lambda A: A.FromFloat(p=1),
        lambda image: cv2.multiply(image, (255.0,) * 4, dtype=cv2.CV_8U),
        v2.ToDtype(torch.uint8, scale=True),
        dtype="float32",
    ),
    Case("ToTensorV2", lambda A: A.ToTensorV2(p=1)),
)
