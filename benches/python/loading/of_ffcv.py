"""FFCV by its ImageNet recipe: a file of its own format that keeps the JPEGs, a random crop in the decoder, two threads.

The file is written once, before anything is measured; its writer encodes the pictures anew (quality 90), since it takes
pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from ffcv.fields import IntField, RGBImageField
from ffcv.fields.decoders import IntDecoder
from ffcv.fields.rgb_image import RandomResizedCropRGBImageDecoder
from ffcv.loader import Loader, OrderOption
from ffcv.transforms import NormalizeImage, RandomHorizontalFlip, ToTensor, ToTorchImage
from ffcv.writer import DatasetWriter
from PIL import Image

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way


class _Pictures:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, number: int) -> tuple[Any, int]:
        with Image.open(self.dataset.paths[number]) as picture:
            return np.asarray(picture.convert("RGB")), self.dataset.labels[number]


def beton(task: Task, dataset: Dataset) -> Way:
    """From its own format."""
    path = str(Path(dataset.folder, f"{len(dataset)}.beton"))
    if not Path(path).exists():
        fields = {"image": RGBImageField(write_mode="jpg"), "label": IntField()}
        DatasetWriter(path, fields, num_workers=THREADS).from_indexed_dataset(_Pictures(dataset))
    side = (policies.SIDE, policies.SIDE)
    mean, std = np.array(policies.MEAN) * 255, np.array(policies.STD) * 255
    loader = Loader(
        path,
        batch_size=task.batch,
        num_workers=THREADS,
        order=OrderOption.RANDOM,
        os_cache=True,
        drop_last=True,
        pipelines={
            "image": [
                RandomResizedCropRGBImageDecoder(side, scale=policies.AREA, ratio=policies.RATIO),
                RandomHorizontalFlip(),
                NormalizeImage(mean, std, np.float32),
                ToTensor(),
                ToTorchImage(channels_last=False),
            ],
            "label": [IntDecoder(), ToTensor()],
        },
    )

    def epoch() -> Iterator[Any]:
        return (images for images, _ in loader)

    return Way(epoch, [path], {"FFCV": metadata.version("ffcv"), "torch": metadata.version("torch")})
