"""NVIDIA DALI on the CPU: its reader, the decoder that decodes no more than the random crop, two threads.

Batches are taken from the pipeline as they are, which saves the copy that its iterators for frameworks make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from nvidia import dali
from nvidia.dali import fn, types

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way


def files(task: Task, dataset: Dataset, mapped: bool = True) -> Way:
    """From a list of files, which the reader maps into memory or reads."""
    return _way(task, dataset, dataset.paths, lambda: _files(dataset, mapped))


def shards(task: Task, dataset: Dataset) -> Way:
    """From tars."""
    return _way(task, dataset, dataset.shards, lambda: _shards(dataset))


def _files(dataset: Dataset, mapped: bool) -> tuple[Any, Any]:
    return fn.readers.file(
        files=dataset.paths, labels=dataset.labels, random_shuffle=True, dont_use_mmap=not mapped, name="reader"
    )


def _shards(dataset: Dataset) -> tuple[Any, Any]:
    return fn.readers.webdataset(paths=dataset.shards, ext=["jpg", "cls"], random_shuffle=True, name="reader")


def _way(task: Task, dataset: Dataset, reads: list[str], read: Any) -> Way:
    pipeline = dali.Pipeline(batch_size=task.batch, num_threads=THREADS, device_id=None, seed=policies.SEED)
    with pipeline:
        encoded, labels = read()
        image = fn.decoders.image_random_crop(
            encoded,
            device="cpu",
            output_type=types.RGB,
            random_area=list(policies.AREA),
            random_aspect_ratio=list(policies.RATIO),
            num_attempts=10,
        )
        image = fn.resize(image, size=(policies.SIDE, policies.SIDE), interp_type=types.INTERP_LINEAR, antialias=False)
        image = fn.crop_mirror_normalize(
            image,
            dtype=types.FLOAT,
            output_layout="CHW",
            mean=[255 * value for value in policies.MEAN],
            std=[255 * value for value in policies.STD],
            mirror=fn.random.coin_flip(),
        )
        pipeline.set_outputs(image, labels)
    pipeline.build()
    batches = len(dataset) // task.batch

    def epoch() -> Iterator[Any]:
        for _ in range(batches):
            images, _ = pipeline.run()
            yield np.asarray(images.as_array())

    return Way(epoch, reads, {"DALI": dali.__version__})
