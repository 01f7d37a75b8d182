"""torch's DataLoader with two workers, and the libraries that decode and augment in it.

AlbumentationsX as its guide to performance has it: OpenCV reads and keeps to one thread, the crop comes first, pixels stay
uint8 until Normalize. torchvision with tensors from its own decoder, and with Pillow's pictures.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

import torch
from torch.utils.data import DataLoader, default_collate

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")


def data_loader(dataset: Any, batch: int, collate: Callable[[list[Any]], Any] | None = None) -> Any:
    """A DataLoader as its documentation has it for training; nothing is pinned, since there is no GPU."""
    return DataLoader(
        dataset,
        batch_size=batch,
        shuffle=True,
        num_workers=THREADS,
        collate_fn=collate,
        persistent_workers=True,
        pin_memory=False,
        drop_last=True,
    )


def images_of(loader: Any) -> Callable[[], Iterator[Any]]:
    """The images of each batch."""
    return lambda: (batch[0] for batch in loader)


def versions(*names: str) -> dict[str, str]:
    """Of installed packages."""
    return {name: metadata.version(name) for name in names}


def stack_images(samples: list[tuple[Any, Any]]) -> tuple[Any, list[Any]]:
    """Images as one tensor, targets as a list."""
    return torch.stack([image for image, _ in samples]), [target for _, target in samples]


# -- AlbumentationsX -------------------------------------------------------------------------------------------------


class Augmented:
    """Files that OpenCV decodes and AlbumentationsX augments."""

    def __init__(self, task: Task, dataset: Dataset) -> None:
        import albumentations

        self.task = task
        self.dataset = dataset
        self.policy = task.policy(albumentations, albumentations.ToTensorV2())

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        import cv2

        # Each worker asks: OpenCV's setting is not inherited by processes that are spawned.
        cv2.setNumThreads(0)
        image = cv2.imread(self.dataset.paths[number], cv2.IMREAD_COLOR_RGB)
        if self.task.boxes:
            made = self.policy(image=image, bboxes=self.dataset.boxes(number))
            return made["image"], made["bboxes"]
        if self.task.mask:
            made = self.policy(image=image, mask=self.dataset.mask(number))
            return made["image"], made["mask"]
        return self.policy(image=image)["image"], self.dataset.labels[number]


def albumentationsx(task: Task, dataset: Dataset) -> Way:
    """OpenCV and AlbumentationsX."""
    loader = data_loader(Augmented(task, dataset), task.batch, stack_images if task.boxes else None)
    reads = dataset.paths + [dataset.mask_path(number) for number in range(len(dataset)) if task.mask]
    return Way(images_of(loader), reads, {**_of_albumentationsx(), **versions("torch")})


def _of_albumentationsx() -> dict[str, str]:
    import albumentations
    import cv2

    return {"AlbumentationsX": albumentations.__version__, "OpenCV": cv2.__version__}


# -- torchvision -----------------------------------------------------------------------------------------------------


def _transforms(*first: Any, antialias: bool) -> Any:
    from torchvision.transforms import v2

    return v2.Compose(
        [
            v2.RandomResizedCrop(policies.SIDE, scale=policies.AREA, ratio=policies.RATIO, antialias=antialias),
            v2.RandomHorizontalFlip(0.5),
            *first,
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(list(policies.MEAN), list(policies.STD), inplace=True),
        ]
    )


class OfTensors:
    """Files that torchvision decodes."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.transforms = _transforms(antialias=False)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> tuple[Any, int]:
        from torchvision import io

        with warnings.catch_warnings():
            # That TorchCodec takes over one day.
            warnings.simplefilter("ignore")
            data = io.read_file(self.dataset.paths[number])
            image = io.decode_jpeg(data, mode=io.ImageReadMode.RGB)
        return self.transforms(image), self.dataset.labels[number]


class OfPictures:
    """Files that Pillow decodes."""

    def __init__(self, dataset: Dataset) -> None:
        from torchvision.transforms import v2

        self.dataset = dataset
        self.transforms = _transforms(v2.PILToTensor(), antialias=True)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> tuple[Any, int]:
        from PIL import Image

        with Image.open(self.dataset.paths[number]) as picture:
            image = picture.convert("RGB")
        return self.transforms(image), self.dataset.labels[number]


def torchvision(task: Task, dataset: Dataset) -> Way:
    """torchvision's decoder and transforms of tensors."""
    loader = data_loader(OfTensors(dataset), task.batch)
    return Way(images_of(loader), dataset.paths, versions("torchvision", "torch"))


def pillow(task: Task, dataset: Dataset) -> Way:
    """Pillow's pictures in torchvision's transforms."""
    loader = data_loader(OfPictures(dataset), task.batch)
    return Way(
        images_of(loader), dataset.paths, {**versions("torchvision", "torch"), "Pillow": metadata.version("pillow")}
    )


# -- shards ----------------------------------------------------------------------------------------------------------


class OfShards:
    """What becomes of a sample of a shard: OpenCV decodes, AlbumentationsX augments."""

    def __init__(self, task: Task) -> None:
        import albumentations

        self.policy = task.policy(albumentations, albumentations.ToTensorV2())

    def __call__(self, sample: tuple[bytes, bytes]) -> tuple[Any, int]:
        import cv2
        import numpy as np

        cv2.setNumThreads(0)
        image = cv2.imdecode(np.frombuffer(sample[0], np.uint8), cv2.IMREAD_COLOR_RGB)
        return self.policy(image=image)["image"], int(sample[1])


def webdataset(task: Task, dataset: Dataset) -> Way:
    """The package webdataset: batches are made in the workers, as it recommends, and samples shuffled before."""
    import webdataset as wds

    samples = (
        wds.WebDataset(dataset.shards, shardshuffle=len(dataset.shards), nodesplitter=wds.split_by_node)
        .shuffle(1000)
        .to_tuple("jpg", "cls")
        .map(OfShards(task))
        .batched(task.batch, collation_fn=default_collate, partial=False)
    )
    loader = wds.WebLoader(samples, batch_size=None, num_workers=THREADS, persistent_workers=True)
    return Way(images_of(loader), dataset.shards, {**_of_albumentationsx(), **versions("webdataset", "torch")})
