"""Guards the end of a policy and noise: normalization to 1e-6, types, and noise added as albumentations adds it."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT, FLOAT, ONE_LEVEL, Bound
from peers import ALBUMENTATIONS, both, pictures

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
NORMALIZED = Bound(greatest=1e-6 * 255 * 4)
"""1e-6 of results that reach about ±4, in levels."""


@DTYPES
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"mean": (0.5, 0.4, 0.3), "std": (0.2, 0.3, 0.25), "max_pixel_value": 255.0},
        {"mean": 0.5, "std": 0.25},
        {"max_pixel_value": 1.0},
        {"normalization": "image"},
        *({"normalization": way} for way in ("image_per_channel", "min_max", "min_max_per_channel")),
    ],
    ids=str,
)
def test_normalize(compare, arguments, dtype):
    way = arguments.get("normalization", "standard")
    if dtype == np.float32 and way not in ("standard", "image"):
        pytest.skip("albumentations leaves out its own epsilon for floats; the definition is tested below")
    gray = way != "standard" or isinstance(arguments.get("mean"), float)
    for image in pictures(dtype, gray=gray):
        ours, theirs = both("Normalize", arguments, image)
        expected = theirs["image"].astype(np.float32)
        largest = max(1.0, float(np.abs(expected).max()) / 4)
        # The bound is relative where max_pixel_value makes results large.
        compare(
            f"Normalize {way}, {np.dtype(dtype)}",
            ALBUMENTATIONS,
            ours["image"] / np.float32(largest),
            expected / np.float32(largest),
            NORMALIZED,
        )


@DTYPES
@pytest.mark.parametrize("way", ["image", "image_per_channel", "min_max", "min_max_per_channel"])
def test_normalize_by_definition(way, dtype):
    """In double precision: (x − mean) / (deviation + ε), and (x − least) / (greatest − least + ε)."""
    for image in pictures(dtype):
        ours = A.Normalize(normalization=way)(image=image)["image"]
        exact = image.astype(np.float64)
        axes = (0, 1) if way.endswith("per_channel") else None
        gray = image.ndim == 2 or image.shape[2] == 1
        # Floating-point images have it where Albumentations' library adds it.
        adds = {"image": True, "image_per_channel": gray, "min_max": False, "min_max_per_channel": not gray}
        epsilon = 1e-4 if dtype == np.uint8 or adds[way] else 0.0
        if way.startswith("image"):
            expected = (exact - exact.mean(axis=axes)) / (exact.std(axis=axes) + epsilon)
        else:
            expected = (exact - exact.min(axis=axes)) / (exact.max(axis=axes) - exact.min(axis=axes) + epsilon)
        np.testing.assert_allclose(ours, expected.clip(-20, 20), atol=4e-6)


@pytest.mark.parametrize("maximum", [None, 255.0, 100.0])
def test_to_float(compare, maximum):
    for image in pictures(np.uint8):
        ours, theirs = both("ToFloat", {"max_value": maximum}, image)
        compare("ToFloat, uint8", ALBUMENTATIONS, ours["image"], theirs["image"], FLOAT)


@pytest.mark.parametrize("maximum", [None, 255.0, 100.0])
def test_from_float(compare, maximum):
    for image in pictures(np.float32):
        ours, theirs = both("FromFloat", {"dtype": "uint8", "max_value": maximum}, image)
        compare("FromFloat, float32", ALBUMENTATIONS, ours["image"], theirs["image"], ONE_LEVEL)


def test_there_and_back_is_exact():
    for image in pictures(np.uint8):
        there_and_back = A.Compose([A.ToFloat(), A.FromFloat()])
        np.testing.assert_array_equal(there_and_back(image=image)["image"], image)


@DTYPES
@pytest.mark.parametrize("mean", [-0.1, 0.0, 0.2])
def test_noise_without_deviation_is_a_shift(compare, mean, dtype):
    for image in pictures(dtype):
        ours, theirs = both("GaussNoise", {"std_range": (0, 0), "mean_range": (mean, mean)}, image)
        bound = EXACT if mean == 0 else ONE_LEVEL if dtype == np.uint8 else FLOAT
        compare(f"GaussNoise mean, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], bound)


def test_to_tensor(compare):
    torch = pytest.importorskip("torch")
    assert torch
    from albumentations.pytorch import ToTensorV2

    for image in pictures(np.uint8):
        ours = A.ToTensorV2()(image=image)["image"]
        theirs = ToTensorV2()(image=image)["image"]
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        compare("ToTensorV2, uint8", ALBUMENTATIONS, ours.numpy(), theirs.numpy(), EXACT)
