"""Guards colours: tables, matrices, colour spaces and histograms give albumentations' values."""

from __future__ import annotations

import albumentations.augmentations.pixel.functional as pixel
import numpy as np
import pytest

import fastaug as A
from parity import EXACT, FLOAT, ONE_LEVEL, TWO_LEVELS
from peers import ALBUMENTATIONS, OPENCV, both, cv2, drawn, forced, peer, pictures

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])

# Name, arguments, bound for uint8 and for float32, whether gray images are taken.
CASES = [
    ("InvertImg", {}, EXACT, EXACT, True),
    ("RandomGamma", {"gamma_limit": (60, 60)}, ONE_LEVEL, FLOAT, True),
    ("RandomGamma", {"gamma_limit": (173, 173)}, ONE_LEVEL, FLOAT, True),
    ("Solarize", {"threshold_range": (0.5, 0.5)}, EXACT, EXACT, True),
    ("Solarize", {"threshold_range": (0.31, 0.31)}, EXACT, EXACT, True),
    ("RGBShift", {"r_shift_limit": (20, 20), "g_shift_limit": (-33, -33), "b_shift_limit": (7, 7)}, ONE_LEVEL, FLOAT, False),
    ("RGBShift", {"r_shift_limit": (0.1, 0.1), "g_shift_limit": (-0.2, -0.2), "b_shift_limit": (0, 0)}, ONE_LEVEL, FLOAT, False),
    ("RandomBrightnessContrast", {"brightness_limit": (0.2, 0.2), "contrast_limit": (0.3, 0.3)}, ONE_LEVEL, FLOAT, True),
    ("RandomBrightnessContrast", {"brightness_limit": (-0.3, -0.3), "contrast_limit": (-0.4, -0.4)}, ONE_LEVEL, FLOAT, True),
    (
        "RandomBrightnessContrast",
        {"brightness_limit": (0.2, 0.2), "contrast_limit": (0.1, 0.1), "brightness_by_max": False},
        ONE_LEVEL,
        FLOAT,
        True,
    ),
    (
        "RandomBrightnessContrast",
        {"brightness_limit": (0.2, 0.2), "contrast_limit": (0.5, 0.5), "ensure_safe_range": True},
        ONE_LEVEL,
        FLOAT,
        True,
    ),
    ("ToGray", {}, ONE_LEVEL, FLOAT, False),
    *(("ToGray", {"method": method}, TWO_LEVELS if method == "from_lab" else ONE_LEVEL, FLOAT, False)
      for method in ("desaturation", "average", "max")),
    ("ToGray", {"method": "from_lab"}, TWO_LEVELS, ONE_LEVEL, False),
    ("ToGray", {"method": "pca"}, ONE_LEVEL, ONE_LEVEL, False),
    ("ToGray", {"num_output_channels": 1}, ONE_LEVEL, FLOAT, False),
    ("ToSepia", {}, ONE_LEVEL, FLOAT, False),
    (
        "HueSaturationValue",
        {"hue_shift_limit": (13, 13), "sat_shift_limit": (-20, -20), "val_shift_limit": (9, 9)},
        TWO_LEVELS,
        TWO_LEVELS,
        False,
    ),
    (
        "HueSaturationValue",
        {"hue_shift_limit": (-40, -40), "sat_shift_limit": (30, 30), "val_shift_limit": (-25, -25)},
        TWO_LEVELS,
        TWO_LEVELS,
        False,
    ),
    ("CLAHE", {"clip_limit": (2, 2)}, TWO_LEVELS, TWO_LEVELS, True),
    ("CLAHE", {"clip_limit": (4, 4), "tile_grid_size": (3, 5)}, TWO_LEVELS, TWO_LEVELS, True),
    ("Equalize", {}, ONE_LEVEL, ONE_LEVEL, True),
    ("Equalize", {"mode": "pil"}, ONE_LEVEL, ONE_LEVEL, True),
    ("Equalize", {"by_channels": False}, TWO_LEVELS, TWO_LEVELS, False),
    ("AutoContrast", {}, ONE_LEVEL, ONE_LEVEL, True),
    ("AutoContrast", {"cutoff": 5}, ONE_LEVEL, ONE_LEVEL, True),
    ("AutoContrast", {"cutoff": 2, "ignore": 255}, ONE_LEVEL, ONE_LEVEL, True),
    ("AutoContrast", {"method": "pil", "cutoff": 3}, ONE_LEVEL, ONE_LEVEL, True),
    *(("Posterize", {"num_bits": bits}, EXACT, ONE_LEVEL, True) for bits in (1, 4, 7)),
    ("Posterize", {"num_bits": [(2, 2), (3, 3), (5, 5)]}, EXACT, ONE_LEVEL, False),
]  # fmt: skip


@DTYPES
@pytest.mark.parametrize(("name", "arguments", "bound", "bound_of_floats", "gray"), CASES, ids=str)
def test_same_arguments(compare, name, arguments, bound, bound_of_floats, gray, dtype):
    if name == "RandomBrightnessContrast":
        arguments = {"brightness_by_max": True, **arguments}  # 2.0.8's default
    variant = "".join(
        f" {arguments[key]}" for key in ("method", "mode") if key in arguments and not isinstance(arguments[key], int)
    )
    for image in pictures(dtype, gray=gray):
        ours, theirs = both(name, arguments, image)
        allowed = bound if dtype == np.uint8 else bound_of_floats
        # A single channel keeps its axis here and loses it there.
        reference = theirs["image"].reshape(ours["image"].shape)
        compare(f"{name}{variant}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], reference, allowed)


@DTYPES
def test_color_jitter_as_drawn(compare, dtype):
    transform = A.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.2, p=1)
    for image in pictures(dtype):
        for index in range(12):
            result, params = drawn(transform, index, image=image)
            values = {name: params[f"{name}_range"] for name in ("brightness", "contrast", "saturation", "hue")}
            theirs = forced(peer("ColorJitter"), **values, order=params["order"])(image=image)["image"]
            name = f"ColorJitter, {np.dtype(dtype)}"
            compare(name, ALBUMENTATIONS, result["image"], theirs, TWO_LEVELS)


@DTYPES
@pytest.mark.parametrize("step", ["brightness", "contrast", "saturation", "hue"])
def test_each_step_of_color_jitter(compare, step, dtype):
    nothing = {"brightness": (1, 1), "contrast": (1, 1), "saturation": (1, 1), "hue": (0, 0)}
    for image in pictures(dtype):
        for value in (-0.31, 0.07, 0.5) if step == "hue" else (0, 0.63, 1.4, 2.5):
            arguments = {**nothing, step: (value, value)}
            ours, theirs = both("ColorJitter", arguments, image)
            bound = TWO_LEVELS if step == "hue" else ONE_LEVEL if dtype == np.uint8 else FLOAT
            compare(f"ColorJitter {step}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound)


def photometric(image, params):
    """The steps of PhotoMetricDistort, by albumentations' functions, in the order that was drawn."""
    brightness, contrast, saturation, hue = params["distorts"]
    steps = {
        "brightness": (brightness, pixel.adjust_brightness_torchvision),
        "contrast": (contrast, pixel.adjust_contrast_torchvision),
        "saturation": (saturation, pixel.adjust_saturation_torchvision),
        "hue": (hue, pixel.adjust_hue_torchvision),
    }
    order = ["brightness", "saturation", "hue"]
    order.insert(1 if params["contrast_first"] else 3, "contrast")
    for name in order:
        wanted, adjust = steps[name]
        if wanted:
            image = adjust(image, params[f"{name}_range"])
    return image


@DTYPES
def test_photo_metric_distort_as_drawn(compare, dtype):
    for image in pictures(dtype):
        for index in range(12):
            result, params = drawn(A.PhotoMetricDistort(p=1), index, image=image)
            theirs = photometric(image.copy(), params)
            compare(f"PhotoMetricDistort, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs, TWO_LEVELS)


@DTYPES
def test_channel_shuffle_as_drawn(compare, dtype):
    for image in pictures(dtype, gray=False):
        for index in range(6):
            result, params = drawn(A.ChannelShuffle(p=1), index, image=image)
            theirs = forced(peer("ChannelShuffle"), channels_shuffled=params["channel_order"])(image=image)["image"]
            compare(f"ChannelShuffle, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs, EXACT)


def test_gray_by_opencv(compare):
    for image in pictures(np.uint8, gray=False):
        ours = A.ToGray(num_output_channels=1, p=1)(image=image)["image"]
        theirs = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        compare("ToGray, uint8", OPENCV, ours.reshape(theirs.shape), theirs, ONE_LEVEL)


def test_hue_round_trip_by_opencv(compare):
    """To HSV, hue shifted, and back: with no shift at all, what the round trip itself costs."""
    for image in pictures(np.uint8, gray=False):
        for shift in (1, 30, 90, 179):
            hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
            hsv[:, :, 0] = (hsv[:, :, 0].astype(int) + shift) % 180
            theirs = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
            ours = A.HueSaturationValue((shift, shift), (0, 0), (0, 0), p=1)(image=image)["image"]
            compare("HueSaturationValue hue only, uint8", OPENCV, ours, theirs, TWO_LEVELS)


def test_clahe_by_opencv(compare):
    for image in pictures(np.uint8, colour=False):
        for clip, tiles in ((2, (8, 8)), (40, (2, 3))):
            theirs = cv2.createCLAHE(clip, tiles).apply(image)
            ours = A.CLAHE(clip_limit=(clip, clip), tile_grid_size=tiles, p=1)(image=image)["image"]
            compare("CLAHE gray, uint8", OPENCV, ours, theirs, ONE_LEVEL)


def test_equalize_by_opencv(compare):
    for image in pictures(np.uint8, colour=False):
        ours = A.Equalize(p=1)(image=image)["image"]
        compare("Equalize gray, uint8", OPENCV, ours, cv2.equalizeHist(image), ONE_LEVEL)
