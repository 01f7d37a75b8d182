"""What all tests share: a picture, and one example of every transform."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import fastaug as A
from fastaug import _core

# Arguments that some transform requires or that make it do something, by their names: a new transform needs a line here
# only if it brings a required argument that no other has.
REQUIRED: dict[str, Any] = {
    "height": 24,
    "width": 20,
    "size": (24, 20),
    "max_size": 40,
    "min_max_height": (10, 20),
}
TELLING: dict[str, dict[str, Any]] = {
    "Crop": {"x_max": 20, "y_max": 24},
    "CropAndPad": {"percent": (-0.2, 0.2)},
    "LongestMaxSize": {"max_size": 40},
    "PadIfNeeded": {"min_height": 70, "min_width": 64},
    "SmallestMaxSize": {"max_size": 40},
    "XYMasking": {
        "num_masks_x_range": (1, 3),
        "num_masks_y_range": (1, 3),
        "mask_x_length_range": (2, 5),
        "mask_y_length_range": (2, 5),
    },
}


def example(name: str) -> A.Transform:
    """A transform of this name that always runs."""
    kind = getattr(A, name)
    parameters = inspect.signature(kind).parameters.values()
    required = {p.name: REQUIRED[p.name] for p in parameters if p.default is inspect.Parameter.empty}
    return kind(**required, **TELLING.get(name, {}), p=1.0)


NAMES = _core.transform_names()


@pytest.fixture(params=NAMES)
def transform(request: pytest.FixtureRequest) -> A.Transform:
    """Every transform in turn."""
    return example(request.param)


def picture(height: int = 48, width: int = 60, channels: int = 3, dtype: Any = np.uint8, seed: int = 0) -> np.ndarray:
    """A picture with edges, gradients and noise; gray ones have two dimensions."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    planes = [(x * (3 + c) + y * (5 - c)) % 256 for c in range(channels)]
    image = np.stack(planes, axis=-1).astype(np.int64)
    image[height // 4 : height // 2, width // 4 : width // 2] = [200 - 30 * c for c in range(channels)]
    image = (image + rng.integers(-10, 11, image.shape)).clip(0, 255)
    made = image.astype(np.uint8) if dtype == np.uint8 else (image / 255).astype(dtype)
    return made[..., 0] if channels == 1 else made
