"""Batches of arrays as batches of tensors, over the same memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fastaug.composition.compose import Compose
from fastaug.errors import PolicyError, shown
from fastaug.loading.batch import Batch


def layout_for(layout: str, memory_format: Any) -> tuple[str, bool]:
    """The layout that images are made in, and whether tensors are to lie in memory with their channels last."""
    if memory_format in (None, torch.contiguous_format):
        return layout, False
    if memory_format is not torch.channels_last:
        raise PolicyError(
            f"memory_format must be torch.contiguous_format or torch.channels_last, got {shown(memory_format)}"
        )
    if layout != "CHW":
        raise PolicyError("layout and memory_format both say where channels lie; give one of them")
    return "HWC", True


class ToTensors:
    """Makes tensors of a batch's arrays.

    Args:
        policy: What made the batches; it knows which targets are images.
        is_bfloat16: Whether images come as the bits of such numbers.
        channels_last: Whether images come with their channels last in memory, and get them first in shape.
    """

    def __init__(self, policy: Compose, is_bfloat16: bool, channels_last: bool) -> None:
        self.images = [name for name, kind in policy._kinds.items() if kind in ("image", "images")]
        self.is_bfloat16 = is_bfloat16
        self.channels_last = channels_last

    def __call__(self, batch: Batch) -> Batch:
        made = batch.mapped(to_tensor)
        for name in self.images:
            if name in made.columns:
                made.columns[name] = self._images(batch.columns[name], made.columns[name])
        return made

    def _images(self, arrays: Any, images: Any) -> Any:
        if isinstance(images, (list, tuple)):
            return type(images)(self._images(*pair) for pair in zip(arrays, images, strict=True))
        if self.is_bfloat16 and isinstance(arrays, np.ndarray):
            # Not by way of uint16, which older torches lack.
            images = to_tensor(arrays.view(np.int16))
        if self.is_bfloat16 and images.dtype != torch.bfloat16:
            images = images.view(torch.bfloat16)
        return images.movedim(-1, -3) if self.channels_last and images.ndim > 2 else images


def to_tensor(array: Any) -> Any:
    """An array as a tensor over the same memory; whatever else as it is."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iufb":
        return array
    if array.dtype in (np.uint32, np.uint64):
        array = array.astype(np.int64)
    elif array.dtype == np.uint16 and not hasattr(torch, "uint16"):
        array = array.astype(np.int32)
    return torch.from_numpy(array if array.flags.writeable else array.copy())
