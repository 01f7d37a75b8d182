"""A small data set that no network is needed for: five shapes, drawn into noise and written as JPEG files.

Training pictures are well behaved: upright, bright, whole. Of the two held-out sets one is like them, and one is what a camera
may see later: turned, dark, noisy, partly covered.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

import fastaug as A

Picture = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float64]

SIZE = 40

SHAPES: dict[str, Callable[[Plane, Plane], npt.NDArray[np.bool_]]] = {
    "cross": lambda x, y: (np.minimum(abs(x), abs(y)) < 0.3) & (np.maximum(abs(x), abs(y)) < 1),
    "disc": lambda x, y: x**2 + y**2 < 1,
    "ring": lambda x, y: (x**2 + y**2 < 1) & (x**2 + y**2 > 0.35),
    "square": lambda x, y: np.maximum(abs(x), abs(y)) < 0.85,
    "triangle": lambda x, y: (y < 0.6) & (1.7 * abs(x) - y < 1),
}
"""Which points, of which −1 … 1 are inside the picture's part that the shape fills, belong to it."""


def drawn(shape: str, random: np.random.Generator, is_stressed: bool) -> Picture:
    """One picture of a shape."""
    down, across = np.mgrid[:SIZE, :SIZE].astype(np.float64)
    radius = random.uniform(0.2, 0.32) * SIZE
    centre = random.uniform(0.4, 0.6, 2) * SIZE
    angle = random.uniform(-np.pi, np.pi) if is_stressed else random.uniform(-0.1, 0.1)
    x, y = (across - centre[0]) / radius, (down - centre[1]) / radius
    turned = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    behind, before = random.uniform(0, 120, 3), random.uniform(135, 255, 3)
    picture = np.where(SHAPES[shape](*turned)[:, :, None], before, behind)
    if is_stressed:
        left, top = random.integers(0, SIZE - SIZE // 4, 2)
        width, height = random.integers(SIZE // 6, SIZE // 3, 2)
        picture[top : top + height, left : left + width] = random.uniform(0, 255, 3)
        picture *= random.uniform(0.25, 0.6)
    picture += random.normal(0, 20 if is_stressed else 8, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def write(folder: Path, count: int, seed: int, is_stressed: bool = False) -> Path:
    """Writes pictures into one folder per class, as many of each."""
    random = np.random.default_rng(seed)
    for number in range(count):
        shape = sorted(SHAPES)[number % len(SHAPES)]
        file = folder / shape / f"{number:05}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(A.imencode(drawn(shape, random, is_stressed), quality=90))
    return folder
