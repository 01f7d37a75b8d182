"""What the tests of the loader share: a small data set of files, a policy, and ways to collect epochs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

import fastaug as A
from pictures import photo

SAMPLES = 37
CLASSES = 5


def write_files(folder: Path, count: int = SAMPLES) -> list[tuple[str, int]]:
    """Small photos of several sizes as JPEG files, with labels."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for number in range(count):
        path = folder / f"{number:04}.jpg"
        path.write_bytes(A.imencode(photo(40 + number % 5, 48 + number % 7, seed=number), quality=90))
        items.append((str(path), number % CLASSES))
    return items


def policy(**arguments) -> A.Compose:
    """A policy that draws, and ends in one size."""
    return A.Compose([A.RandomResizedCrop(size=(24, 20)), A.HorizontalFlip(), A.Normalize()], **arguments)


def digest(batch) -> tuple:
    """A batch by its contents."""
    images, labels = batch
    return (np.asarray(batch.index).tobytes(), hashlib.sha256(np.ascontiguousarray(images)).hexdigest(), str(labels))


def epoch(loader) -> list[tuple]:
    """All batches of the next epoch."""
    return [digest(batch) for batch in loader]


def samples(loader) -> dict[int, str]:
    """Every sample of the next epoch by its index."""
    return {
        int(index): hashlib.sha256(np.ascontiguousarray(image)).hexdigest()
        for batch in loader
        for index, image in zip(batch.index, batch.image, strict=True)
    }
