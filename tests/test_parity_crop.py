"""Guards crops: the same window gives the same pixels as in albumentations, resized or padded where that is part of it."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT, ONE_LEVEL, Bound
from peers import ALBUMENTATIONS, both, cv2, drawn, forced, mask_for, peer, pictures

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
FLOAT_RESIZE = Bound(greatest=0.01)


def resized(dtype):
    return ONE_LEVEL if dtype == np.uint8 else FLOAT_RESIZE


def corners(rect):
    """Left, top, right, bottom of a drawn rectangle."""
    return rect["x"], rect["y"], rect["x"] + rect["width"], rect["y"] + rect["height"]


@DTYPES
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CenterCrop", {"height": 31, "width": 20}),
        ("CenterCrop", {"height": 30, "width": 21}),
        ("Crop", {"x_min": 3, "y_min": 4, "x_max": 25, "y_max": 37}),
        ("CenterCrop", {"height": 160, "width": 221, "pad_if_needed": True, "fill": 7, "fill_mask": 3}),
        ("CenterCrop", {"height": 155, "width": 20, "pad_if_needed": True, "pad_position": "top_left"}),
        ("CenterCrop", {"height": 160, "width": 215, "pad_if_needed": True, "border_mode": cv2.BORDER_REFLECT_101}),
    ],
    ids=str,
)
def test_windows_that_are_given(compare, name, arguments, dtype):
    for image in pictures(dtype):
        if arguments.get("border_mode") and image.shape[0] < 100:
            continue  # OpenCV mirrors farther than the image is long only in pad, not in albumentations' crop
        ours, theirs = both(name, arguments, image, mask=mask_for(image))
        compare(f"{name}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], EXACT)
        compare(f"masks under {name}", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)


@DTYPES
def test_random_crop_as_drawn(compare, dtype):
    for image in pictures(dtype):
        mask = mask_for(image)
        for index in range(4):
            result, params = drawn(A.RandomCrop(29, 27), index, image=image, mask=mask)
            x, y = params["x"], params["y"]
            theirs = peer("Crop", x_min=x, y_min=y, x_max=x + 27, y_max=y + 29)(image=image, mask=mask)
            compare(f"RandomCrop, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs["image"], EXACT)
            compare("masks under RandomCrop", ALBUMENTATIONS, result["mask"], theirs["mask"], EXACT)


@DTYPES
@pytest.mark.parametrize("interpolation", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_NEAREST])
def test_random_resized_crop_as_drawn(compare, interpolation, dtype):
    arguments = {"size": (50, 60), "interpolation": interpolation}
    for image in pictures(dtype):
        mask = mask_for(image)
        for index in range(6):
            result, params = drawn(A.RandomResizedCrop(**arguments), index, image=image, mask=mask)
            theirs = forced(peer("RandomResizedCrop", **arguments), crop_coords=corners(params["crop"]))
            expected = theirs(image=image, mask=mask)
            bound = EXACT if interpolation == cv2.INTER_NEAREST else resized(dtype)
            name = f"RandomResizedCrop, {np.dtype(dtype)}"
            compare(name, ALBUMENTATIONS, result["image"], expected["image"], bound)
            compare("masks under RandomResizedCrop", ALBUMENTATIONS, result["mask"], expected["mask"], EXACT)


@DTYPES
def test_random_sized_crop_as_drawn(compare, dtype):
    arguments = {"min_max_height": (10, 30), "size": (41, 33), "w2h_ratio": 0.8}
    for image in pictures(dtype):
        mask = mask_for(image)
        for index in range(6):
            result, params = drawn(A.RandomSizedCrop(**arguments), index, image=image, mask=mask)
            theirs = forced(peer("RandomSizedCrop", **arguments), crop_coords=corners(params["crop"]))
            expected = theirs(image=image, mask=mask)
            name = f"RandomSizedCrop, {np.dtype(dtype)}"
            compare(name, ALBUMENTATIONS, result["image"], expected["image"], resized(dtype))
            compare("masks under RandomSizedCrop", ALBUMENTATIONS, result["mask"], expected["mask"], EXACT)


@DTYPES
@pytest.mark.parametrize(
    "arguments",
    [
        {"px": 7},
        {"px": -6},
        {"px": 7, "keep_size": False, "fill": 9, "fill_mask": 2},
        {"px": -6, "keep_size": False},
        {"px": (-1, 2, -3, 4), "keep_size": False},
        {"px": (-1, 2, -3, 4)},
        {"percent": 0.1},
        {"percent": -0.15},
        {"percent": -0.15, "keep_size": False},
        {"px": 8, "keep_size": False, "border_mode": cv2.BORDER_REFLECT_101},
        {"px": 8, "border_mode": cv2.BORDER_REPLICATE, "interpolation": cv2.INTER_CUBIC},
    ],
    ids=str,
)
def test_crop_and_pad(compare, arguments, dtype):
    degenerate = dict(arguments)
    for image in pictures(dtype):
        if isinstance(arguments.get("px"), int) and arguments["px"] > 0:
            degenerate["px"] = (arguments["px"],) * 4
        ours, theirs = both("CropAndPad", degenerate, image, mask=mask_for(image))
        bound = resized(dtype) if arguments.get("keep_size", True) else EXACT
        kept = "" if arguments.get("keep_size", True) else " without keep_size"
        compare(f"CropAndPad{kept}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound)
        compare("masks under CropAndPad", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)
