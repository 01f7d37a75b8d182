"""Guards sizes: resizing and padding give the pixels of OpenCV, albumentations and Pillow."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT, FLOAT, ONE_LEVEL, Bound
from peers import ALBUMENTATIONS, OPENCV, PILLOW, albumentations, both, cv2, drawn, forced, mask_for, peer, pictures

DTYPES = [np.uint8, np.float32]
SIZES = {"down": (0.53, 0.61), "up": (1.7, 1.37), "mixed": (0.6, 1.9), "half": (0.5, 0.5)}
# OpenCV's float cubic and Lanczos weights are single precision.
FLOAT_RESIZE = Bound(greatest=0.01)

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos4": cv2.INTER_LANCZOS4,
    "linear_exact": cv2.INTER_LINEAR_EXACT,
    "nearest_exact": cv2.INTER_NEAREST_EXACT,
}
MOVES_ONLY = ("nearest", "nearest_exact")


def scaled(image, factors):
    return tuple(max(1, round(side * factor)) for side, factor in zip(image.shape, factors, strict=False))


def bound_of(interpolation, dtype):
    if interpolation in MOVES_ONLY:
        return EXACT
    return ONE_LEVEL if dtype == np.uint8 else FLOAT_RESIZE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("dtype", DTYPES, ids=["uint8", "float32"])
def test_resize(compare, interpolation, size, dtype):
    if interpolation == "linear_exact" and dtype == np.float32:
        pytest.skip("OpenCV has it for whole numbers only")
    for image in pictures(dtype):
        height, width = scaled(image, SIZES[size])
        if interpolation == "nearest_exact":
            # A centre that lies exactly between two pixels goes to either in OpenCV. Odd sides have none.
            image = np.ascontiguousarray(image[: (image.shape[0] - 1) | 1, : (image.shape[1] - 1) | 1])
        number = INTERPOLATIONS[interpolation]
        ours = A.Resize(height, width, interpolation=number, p=1)(image=image)["image"]
        theirs = cv2.resize(image, (width, height), interpolation=number)
        name = f"Resize {interpolation} {size}, {np.dtype(dtype)}"
        compare(name, OPENCV, ours, theirs, bound_of(interpolation, dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_resize_of_masks(compare, dtype):
    for image in pictures(np.uint8):
        mask = mask_for(image, dtype)
        ours, theirs = both("Resize", {"height": 77, "width": 41}, image, mask=mask)
        compare("masks under Resize", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)


@pytest.mark.parametrize(("ours", "theirs"), [("antialias", 2), ("antialias_cubic", 3), ("antialias_lanczos", 1)])
@pytest.mark.parametrize("size", SIZES)
def test_antialiased_resize(compare, ours, theirs, size):
    from PIL import Image

    for image in pictures(np.uint8):
        height, width = scaled(image, SIZES[size])
        made = A.Resize(height, width, interpolation=ours, p=1)(image=image)["image"]
        # Columns first, then rows: newer versions of Pillow choose the order by what is cheaper.
        narrow = Image.fromarray(image).resize((width, image.shape[0]), theirs)
        expected = np.asarray(narrow.resize((width, height), theirs))
        compare(f"Resize {ours} {size}, uint8", PILLOW, made, expected, EXACT)


CASES = {
    "Resize": [{"height": 70, "width": 90}],
    "SmallestMaxSize": [
        {"max_size": 70},
        {"max_size": 300},
        {"max_size_hw": (70, 80)},
        {"max_size_hw": (None, 80)},
        {"max_size": 70, "area_for_downscale": "image"},
        {"max_size": 40, "interpolation": cv2.INTER_CUBIC},
    ],
    "LongestMaxSize": [
        {"max_size": 70},
        {"max_size": 300},
        {"max_size_hw": (70, 80)},
        {"max_size_hw": (70, None)},
        {"max_size": 70, "area_for_downscale": "image_mask"},
    ],
    "RandomScale": [{"scale_limit": (-0.4, -0.4)}, {"scale_limit": (0.37, 0.37)}],
    "PadIfNeeded": [
        {"min_height": 170, "min_width": 231, "position": position, "fill": (10, 20, 30), "fill_mask": 4}
        for position in ("center", "top_left", "top_right", "bottom_left", "bottom_right")
    ]
    + [{"min_height": None, "min_width": None, "pad_height_divisor": 32, "pad_width_divisor": 27}]
    + [{"min_height": 160, "min_width": 211, "border_mode": border} for border in (1, 2, 4)],
    "Pad": [
        {"padding": 5, "fill": 200},
        {"padding": (3, 9), "fill": (1, 2, 3)},
        {"padding": (1, 2, 3, 4), "fill_mask": 7},
        *({"padding": (11, 12, 13, 14), "border_mode": border} for border in (1, 2, 4)),
    ],
}


@pytest.mark.parametrize("dtype", DTYPES, ids=["uint8", "float32"])
@pytest.mark.parametrize(
    ("name", "arguments"), [(name, case) for name, cases in CASES.items() for case in cases], ids=str
)
def test_same_arguments(compare, name, arguments, dtype):
    copies = name.startswith("Pad")
    fill = arguments.get("fill")
    for image in pictures(dtype, gray=not isinstance(fill, tuple)):
        ours, theirs = both(name, arguments, image, mask=mask_for(image))
        bound = EXACT if copies else ONE_LEVEL if dtype == np.uint8 else FLOAT_RESIZE
        row = f"{name}, {np.dtype(dtype)}"
        compare(row, ALBUMENTATIONS, ours["image"], theirs["image"], bound)
        compare(f"masks under {name}", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)


@pytest.mark.parametrize("dtype", DTYPES, ids=["uint8", "float32"])
@pytest.mark.parametrize("position", ["center", "top_left", "bottom_right"])
def test_letter_box_is_a_resize_and_a_frame(compare, dtype, position):
    for image in pictures(dtype):
        fill = 114 if dtype == np.uint8 else 0.25
        ours = A.LetterBox((120, 100), fill=fill, position=position, p=1)(image=image)["image"]
        parts = albumentations.Compose(
            [
                peer("LongestMaxSize", max_size_hw=(120, 100)),
                peer("PadIfNeeded", min_height=120, min_width=100, fill=fill, position=position),
            ]
        )
        bound = ONE_LEVEL if dtype == np.uint8 else FLOAT_RESIZE
        compare(f"LetterBox, {np.dtype(dtype)}", ALBUMENTATIONS, ours, parts(image=image)["image"], bound)


@pytest.mark.parametrize("dtype", DTYPES, ids=["uint8", "float32"])
def test_random_scale_as_drawn(compare, dtype):
    for image in pictures(dtype):
        for index in range(5):
            result, params = drawn(A.RandomScale(0.5, p=1), index, image=image)
            theirs = forced(peer("RandomScale"), scale=1 + params["scale_range"])(image=image)["image"]
            bound = ONE_LEVEL if dtype == np.uint8 else FLOAT_RESIZE
            compare(f"RandomScale, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs, bound)


def test_the_bound_for_floats_is_no_excuse():
    """Resizing a constant image keeps the constant to the last bits."""
    for value in (0.1, 1 / 3, 1.0):
        image = np.full((50, 60, 3), value, np.float32)
        for interpolation in ("linear", "cubic", "area", "lanczos4"):
            made = A.Resize(33, 77, interpolation=interpolation, p=1)(image=image)["image"]
            assert np.abs(made - np.float32(value)).max() <= FLOAT.greatest / 255
