"""TurboLoader by its quick start: a tar of JPEGs, crop, flip and normalization fused in C++.

It reads tars only, through a map of the file into memory. Its threads are as many as there are processors for it: what
``worker.py`` leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import turboloader

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way


def archive(task: Task, dataset: Dataset) -> Way:
    """From one tar."""
    loader = turboloader.DataLoader(
        dataset.archive,
        batch_size=task.batch,
        num_workers=THREADS,
        image_size=policies.SIDE,
        output_format="pytorch",
        transform=turboloader.ImageNetNormalize(),
        shuffle=True,
        train_aug=True,
        drop_last=True,
    )
    epochs = iter(range(1_000_000))

    def epoch() -> Iterator[Any]:
        loader.set_epoch(next(epochs))
        return (images for images, _ in loader)

    return Way(epoch, [dataset.archive], {"TurboLoader": turboloader.__version__})
