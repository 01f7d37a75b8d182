"""Pictures and labels for tests: computed in whole numbers, so they are the same everywhere and no file has to be shipped."""

from __future__ import annotations

import io

import numpy as np


def _triangle(values, period):
    """0 … 255 … 0 over each period."""
    phase = values % period
    return np.minimum(phase, period - phase) * 510 // period


def _hash_noise(height, width, channels, seed):
    """Whole numbers 0 … 255 without any structure."""
    word = np.arange(height * width * channels, dtype=np.uint64) + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**63)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
    return (word >> np.uint64(56)).astype(np.int64).reshape(height, width, channels)


def photo(height=48, width=64, channels=3, dtype=np.uint8, seed=0):
    """Something like a photo: slopes, edges, round things, fine texture; dark and bright parts reach 0 and 255.

    ``channels`` 0 gives an array without an axis for them.
    """
    depth = channels or 1
    y, x, c = np.mgrid[:height, :width, :depth].astype(np.int64)
    image = _triangle(3 * x + 2 * y + 40 * c + 17 * seed, 211 + 30 * c) + _triangle(y * (c + 1) - x + 31 * seed, 97)
    image = image // 2
    round_thing = (2 * x - width) ** 2 * height**2 + (2 * y - height) ** 2 * width**2 < (height * width) ** 2 // 4
    image = np.where(round_thing, 255 - image // (c + 1), image)
    stripe = (x + 2 * y) % 37 < 4
    image = np.where(stripe, 20 * c + 5, image)
    image = image + _hash_noise(height, width, depth, seed) // 16 - 8
    image = np.clip(image, 0, 255).astype(np.uint8)
    image = image if channels else image[:, :, 0]
    if np.dtype(dtype) == np.uint8:
        return image
    return image.astype(np.float32) / np.float32(255)


def noise(height=48, width=64, channels=3, dtype=np.uint8, seed=0):
    """An image without any structure: nothing hides in it."""
    image = _hash_noise(height, width, channels or 1, seed).astype(np.uint8)
    image = image if channels else image[:, :, 0]
    return image if np.dtype(dtype) == np.uint8 else image.astype(np.float32) / np.float32(255)


def labels(height=48, width=64, dtype=np.uint8, classes=5):
    """A mask of a few labels in patches."""
    y, x = np.mgrid[:height, :width].astype(np.int64)
    mask = (x // 7 + y // 5 + (x * y) // 300) % classes
    return mask.astype(dtype)


def encoded(image, kind="PNG", **options):
    """The bytes of an image file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, **options)
    return buffer.getvalue()


def same(first, second):
    """Whether two results hold the same names, types, shapes and bytes, to any depth."""
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return (
            isinstance(first, np.ndarray)
            and isinstance(second, np.ndarray)
            and first.dtype == second.dtype
            and first.shape == second.shape
            and first.tobytes() == second.tobytes()
        )
    if isinstance(first, dict):
        return (
            isinstance(second, dict) and list(first) == list(second) and all(same(first[k], second[k]) for k in first)
        )
    if isinstance(first, (list, tuple)):
        return (
            type(first) is type(second)
            and len(first) == len(second)
            and all(same(a, b) for a, b in zip(first, second, strict=True))
        )
    if hasattr(first, "numpy"):
        return hasattr(second, "numpy") and same(first.numpy(), second.numpy())
    return bool(first == second)
