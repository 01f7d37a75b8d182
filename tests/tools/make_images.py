"""Writes the bundled pictures in examples/images: photo-like scenes drawn from noise, gradients and shapes.

Usage: python tests/tools/make_images.py (needs Pillow; the same files every time)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FOLDER = Path(__file__).parents[2] / "examples" / "images"
SIZES = [(500, 375), (500, 375), (480, 360), (375, 500), (500, 333), (400, 400)]


def clouds(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Smooth noise with detail at several scales, 0 to 1."""
    total = np.zeros((height, width))
    for cells, weight in ((3, 1.0), (7, 0.5), (17, 0.25), (41, 0.12), (97, 0.06)):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells), dtype=np.uint8))
        total += weight * np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64)
    total -= total.min()
    return total / total.max()


def scene(seed: int, width: int, height: int) -> Image.Image:
    """Sky, ground and a few solid things with shadows."""
    rng = np.random.default_rng(seed)
    horizon = int(height * rng.uniform(0.35, 0.6))
    y = np.linspace(0, 1, height)[:, None, None]
    sky = np.array(rng.integers(120, 230, 3), dtype=np.float64)
    ground = np.array(rng.integers(40, 140, 3), dtype=np.float64)
    texture = clouds(rng, width, height)[..., None]
    picture = np.where(
        np.arange(height)[:, None, None] < horizon,
        sky * (0.65 + 0.35 * y) + 60 * (texture - 0.5),
        ground * (0.8 + 0.6 * y) + 90 * (texture - 0.5),
    )
    image = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(5):
        x, size = int(rng.integers(0, width)), int(rng.integers(30, 110))
        base = int(rng.integers(horizon, height))
        colour = tuple(int(value) for value in rng.integers(20, 250, 3))
        draw.ellipse((x - size, base - size // 6, x + size, base + size // 6), fill=(25, 25, 30))
        if rng.random() < 0.5:
            draw.ellipse((x - size // 2, base - size, x + size // 2, base), fill=colour)
        else:
            draw.polygon([(x - size // 2, base), (x + size // 2, base), (x + size // 3, base - size)], fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(0.6))
    grain = rng.normal(0, 3, (height, width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def main() -> None:
    """Writes all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed, (width, height) in enumerate(SIZES):
        image = scene(seed, width, height)
        if seed == len(SIZES) - 1:
            image = image.convert("L")
        image.save(FOLDER / f"scene{seed}.jpg", quality=85, subsampling=0 if seed % 2 else 2)


if __name__ == "__main__":
    main()
