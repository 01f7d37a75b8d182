"""Guards blurring and sharpening: OpenCV's rounding, borders and kernels."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT, FLOAT, ONE_LEVEL, WARP, Bound
from peers import ALBUMENTATIONS, OPENCV, both, cv2, drawn, forced, peer, pictures

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
# Single precision kernels whose sums OpenCV adds in another order.
FLOAT_KERNEL = Bound(greatest=1e-3)


def bound_of(dtype):
    return ONE_LEVEL if dtype == np.uint8 else FLOAT_KERNEL


@DTYPES
@pytest.mark.parametrize("size", [3, 5, 7, 15])
def test_blur(compare, size, dtype):
    for image in pictures(dtype):
        ours, theirs = both("Blur", {"blur_limit": (size, size)}, image)
        compare(f"Blur, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound_of(dtype))
        compare(f"Blur, {np.dtype(dtype)}", OPENCV, ours["image"], cv2.blur(image, (size, size)), bound_of(dtype))


@DTYPES
@pytest.mark.parametrize(("size", "sigma"), [(3, 0.8), (5, 1.1), (7, 2.0), (0, 1.3), (0, 3.0), (11, 2.5)])
def test_gaussian_blur(compare, size, sigma, dtype):
    for image in pictures(dtype):
        ours, theirs = both("GaussianBlur", {"blur_limit": (size, size), "sigma_limit": (sigma, sigma)}, image)
        compare(f"GaussianBlur, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound_of(dtype))


@DTYPES
@pytest.mark.parametrize(("size", "sigma"), [(3, 0.8), (5, 1.1), (7, 2.0)])
def test_gaussian_blur_by_opencv(compare, size, sigma, dtype):
    for image in pictures(dtype):
        ours = A.GaussianBlur(blur_limit=(size, size), sigma_limit=(sigma, sigma), p=1)(image=image)["image"]
        theirs = cv2.GaussianBlur(image, (size, size), sigma)
        compare(f"GaussianBlur, {np.dtype(dtype)}", OPENCV, ours, theirs, bound_of(dtype))


@DTYPES
@pytest.mark.parametrize(
    ("size", "angle", "direction"), [(3, 0, 0), (5, 45, 0), (7, 30, 0.5), (9, 100, -1), (15, 251, 1), (7, 90, 0)]
)
def test_motion_blur(compare, size, angle, direction, dtype):
    arguments = {
        "blur_limit": (size, size),
        "angle_range": (angle, angle),
        "direction_range": (direction, direction),
        "allow_shifted": False,
    }
    for image in pictures(dtype):
        ours, theirs = both("MotionBlur", arguments, image)
        compare(f"MotionBlur, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound_of(dtype))


@DTYPES
@pytest.mark.parametrize(
    "arguments",
    [
        {"alpha": (0.2, 0.2), "lightness": (0.5, 0.5)},
        {"alpha": (0.9, 0.9), "lightness": (1.0, 1.0)},
        {"alpha": (0.5, 0.5), "method": "gaussian"},
        {"alpha": (1.0, 1.0), "method": "gaussian", "kernel_size": 9, "sigma": 2.0},
    ],
    ids=str,
)
def test_sharpen(compare, arguments, dtype):
    method = arguments.get("method", "kernel")
    for image in pictures(dtype):
        ours, theirs = both("Sharpen", arguments, image)
        name = f"Sharpen {method}, {np.dtype(dtype)}"
        if method == "gaussian" and dtype == np.uint8:
            # Differences below zero wrap around to 255 there; here they stay below zero.
            size, sigma, alpha = arguments.get("kernel_size", 5), arguments.get("sigma", 1.0), arguments["alpha"][0]
            difference = image.astype(np.float32) - cv2.GaussianBlur(image, (size, size), sigma).reshape(image.shape)
            expected = np.rint(np.clip(image + alpha * difference, 0, 255)).astype(np.uint8)
            compare(name, "its definition by OpenCV 5", ours["image"], expected, ONE_LEVEL)
        else:
            compare(name, ALBUMENTATIONS, ours["image"], theirs["image"], bound_of(dtype))


@DTYPES
@pytest.mark.parametrize("mode", ["green_purple", "red_blue", "random"])
def test_chromatic_aberration_as_drawn(compare, mode, dtype):
    transform = A.ChromaticAberration(primary_distortion_limit=0.5, secondary_distortion_limit=0.1, mode=mode, p=1)
    names = [f"{order}_distortion_{colour}" for colour in ("red", "blue") for order in ("primary", "secondary")]
    for image in pictures(dtype, gray=False):
        for index in range(4):
            result, params = drawn(transform, index, image=image)
            theirs = forced(peer("ChromaticAberration", mode=mode), **{name: params[name] for name in names})
            name = f"ChromaticAberration, {np.dtype(dtype)}"
            compare(name, ALBUMENTATIONS, result["image"], theirs(image=image)["image"], WARP, 2)


def test_a_kernel_of_one_changes_nothing(compare):
    for image in pictures(np.uint8):
        ours = A.GaussianBlur(blur_limit=(1, 1), sigma_limit=(1, 1), p=1)(image=image)["image"]
        compare("GaussianBlur of size 1", OPENCV, ours, image, EXACT)


def test_constant_images_stay_constant():
    for value in (0, 1, 37, 254, 255):
        image = np.full((40, 50, 3), value, np.uint8)
        for transform in (A.Blur((7, 7), p=1), A.GaussianBlur((7, 7), p=1), A.MotionBlur((7, 7), p=1)):
            made = transform(image=image)["image"]
            assert np.abs(made.astype(int) - value).max() <= 1, transform
    image = np.full((40, 50, 3), 0.3, np.float32)
    made = A.Blur((7, 7), p=1)(image=image)["image"]
    assert np.abs(made - np.float32(0.3)).max() * 255 <= FLOAT.greatest
