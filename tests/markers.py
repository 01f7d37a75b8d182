"""Markers drawn into pictures and found again: they tell whether boxes and keypoints went where the pixels went."""

from __future__ import annotations

import numpy as np


def with_marker(height, width, box):
    """A black image with a bright rectangle: left, top, right, bottom in whole pixels."""
    left, top, right, bottom = box
    image = np.zeros((height, width), np.uint8)
    image[top:bottom, left:right] = 255
    return image


def extent(image, threshold=128):
    """The rectangle around everything bright, as a box; ``None`` if nothing is."""
    rows = np.flatnonzero((image >= threshold).any(axis=1))
    columns = np.flatnonzero((image >= threshold).any(axis=0))
    if not rows.size:
        return None
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64)


def with_dot(height, width, x, y, radius=4):
    """A black image with a soft bright dot around a point, brightest there."""
    down, across = np.mgrid[:height, :width].astype(np.float64)
    distance = np.hypot(across - x, down - y)
    return np.clip(255 * (1 - distance / (radius + 1)), 0, 255).astype(np.uint8)


def centroid(image):
    """The centre of brightness as x, y; ``None`` if the image is dark."""
    weight = image.astype(np.float64)
    total = weight.sum()
    if total <= 0:
        return None
    down, across = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(weight * across).sum() / total, (weight * down).sum() / total])
