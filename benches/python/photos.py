"""The photos that are augmented: decoded and brought to one size before any clock runs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

HEIGHT, WIDTH = 375, 500
"""The size of a middling photo of ImageNet."""

BUNDLED = Path(__file__).resolve().parents[2] / "examples" / "images"
LARGEST_COUNT = 16

Photo = npt.NDArray[np.uint8]


def load(folder: Path) -> list[Photo]:
    """The first photos of a folder, by name, as contiguous RGB."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))[:LARGEST_COUNT]
    if not files:
        raise SystemExit(f"{folder}: there is no JPEG")
    photos = []
    for path in files:
        decoded = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if decoded is None:
            raise SystemExit(f"{path}: OpenCV cannot read it")
        photos.append(np.ascontiguousarray(cv2.resize(decoded, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)))
    return photos


def describe(folder: Path, photos: list[Photo]) -> str:
    """What a report says about the photos; never where they lay."""
    whose = "pictures from examples/images" if folder == BUNDLED else "photos of one's own"
    return f"{len(photos)} {whose}, {WIDTH}×{HEIGHT}, uint8 RGB"
