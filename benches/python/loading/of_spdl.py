"""SPDL as its best practices say: frames are decoded, cropped and resized by FFmpeg's filters in threads, a batch is made of
them without tensors in between, two batches at a time.

Filters have no random crop, so a crop is drawn for each picture and written into its filter.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import spdl.io
import torch
from spdl.pipeline import PipelineBuilder

import policies
from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import THREADS, Way

_LEAST, _MOST = (math.log(ratio) for ratio in policies.RATIO)


def files(task: Task, dataset: Dataset) -> Way:
    """From a list of files."""
    torch.set_num_threads(1)
    mean = torch.tensor(policies.MEAN).mul(255).view(1, 3, 1, 1)
    factor = torch.tensor(policies.STD).mul(255).reciprocal().view(1, 3, 1, 1)

    def orders() -> Iterator[list[int]]:
        numbers = random.sample(range(len(dataset)), len(dataset))
        for first in range(0, len(numbers) - task.batch + 1, task.batch):
            yield numbers[first : first + task.batch]

    def load(numbers: list[int]) -> tuple[Any, list[int]]:
        frames = []
        for number in numbers:
            packets = spdl.io.demux_image(dataset.paths[number])
            frames.append(spdl.io.decode_packets(packets, filter_desc=_filter(*dataset.sizes[number])))
        pixels = spdl.io.to_torch(spdl.io.convert_frames(frames))
        images = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
        return images.sub_(mean).mul_(factor), [dataset.labels[number] for number in numbers]

    def epoch() -> Iterator[Any]:
        builder = PipelineBuilder().add_source(orders()).pipe(load, concurrency=THREADS).add_sink(THREADS)
        pipeline = builder.build(num_threads=THREADS)
        with pipeline.auto_stop():
            for images, _ in pipeline:
                yield images

    return Way(epoch, dataset.paths, {"SPDL": metadata.version("spdl-io"), "torch": metadata.version("torch")})


def _filter(width: int, height: int) -> str:
    """RandomResizedCrop's draws, a flip, and RGB."""
    wide, high = width, height
    for _ in range(10):
        area = width * height * random.uniform(*policies.AREA)
        ratio = math.exp(random.uniform(_LEAST, _MOST))
        tried = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < tried[0] <= width and 0 < tried[1] <= height:
            wide, high = tried
            break
    x, y = random.randint(0, width - wide), random.randint(0, height - high)
    flip = "hflip," if random.random() < 0.5 else ""
    side = policies.SIDE
    return f"crop={wide}:{high}:{x}:{y}:exact=1,scale={side}:{side}:flags=bilinear,{flip}format=pix_fmts=rgb24"
