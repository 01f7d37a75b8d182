"""fastaug: its Loader, its data set in torch's DataLoader, and ``Compose.batch`` in a loop."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import fastaug
import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way


class _Samples:
    """A source: the path of a photo, and its label or what belongs to it."""

    def __init__(self, task: Task, dataset: Dataset) -> None:
        self.task = task
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def read(self, number: int) -> tuple[str, Any]:
        """One sample."""
        path = self.dataset.paths[number]
        if self.task.boxes:
            return path, {"bboxes": self.dataset.boxes(number)}
        if self.task.mask:
            return path, {"mask": self.dataset.mask(number)}
        return path, self.dataset.labels[number]


def _source(task: Task, dataset: Dataset) -> Any:
    if task.boxes or task.mask:
        return _Samples(task, dataset)
    return _there("fastaug.sources", "Files")(dataset.paths, dataset.labels)


def _reads(task: Task, dataset: Dataset) -> list[str]:
    return dataset.paths + [dataset.mask_path(number) for number in range(len(dataset)) if task.mask]


def _there(module: str, name: str) -> Any:
    """What this version of fastaug has, or words that it has it not."""
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise RuntimeError(f"this version of fastaug has no {module}.{name}: {error}") from error


def _versions() -> dict[str, str]:
    return {"fastaug": f"{fastaug.__version__} ({fastaug.simd_level()})"}


def _images(batch: Any) -> Any:
    images, _ = batch
    return images


def loader(task: Task, dataset: Dataset, threads: int = THREADS, seek: bool = False) -> Way:
    """``fastaug.Loader`` of files."""
    return _loader(task, dataset, _source(task, dataset), _reads(task, dataset), threads, seek)


def shards(task: Task, dataset: Dataset, threads: int = THREADS, seek: bool = False) -> Way:
    """``fastaug.Loader`` of tars."""
    source = _there("fastaug.sources", "WebDataset")(dataset.shards)
    return _loader(task, dataset, source, dataset.shards, threads, seek)


def _loader(task: Task, dataset: Dataset, source: Any, reads: list[str], threads: int, seek: bool) -> Way:
    loader = _there("fastaug", "Loader")(
        source,
        task.policy(fastaug),
        batch_size=task.batch,
        shuffle=True,
        seed=policies.SEED,
        drop_last=True,
        threads=threads,
        index=dataset.index if seek else None,
    )

    def epoch() -> Iterator[Any]:
        return map(_images, loader)

    return Way(epoch, reads, _versions(), loader.close)


def in_data_loader(task: Task, dataset: Dataset) -> Way:
    """``fastaug.torch.dataset`` in torch's DataLoader."""
    from loading.of_torch import data_loader, versions

    samples = _there("fastaug.torch", "dataset")(_source(task, dataset), task.policy(fastaug))
    loader = data_loader(samples, task.batch)
    epochs = iter(range(1_000_000))

    def epoch() -> Iterator[Any]:
        samples.set_epoch(next(epochs))
        return map(_images, loader)

    return Way(epoch, _reads(task, dataset), {**_versions(), **versions("torch")})


def batches(task: Task, dataset: Dataset, threads: int = THREADS, seek: bool = False) -> Way:
    """``Compose.batch`` of paths, a batch after the other."""
    policy = task.policy(fastaug)
    index = fastaug.SeekIndex(dataset.index) if seek else None
    numbers = list(range(len(dataset)))
    epochs = iter(range(1_000_000))

    def epoch() -> Iterator[Any]:
        random.shuffle(numbers)
        this = next(epochs)
        for first in range(0, len(numbers) - task.batch + 1, task.batch):
            some = numbers[first : first + task.batch]
            targets = {}
            if task.boxes:
                targets["bboxes"] = [dataset.boxes(number) for number in some]
            if task.mask:
                targets["masks"] = [dataset.mask(number) for number in some]
            paths = [dataset.paths[number] for number in some]
            yield policy.batch(paths, indices=some, epoch=this, threads=threads, index=index, **targets)["image"]

    return Way(epoch, _reads(task, dataset), _versions())
