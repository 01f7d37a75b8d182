"""Batches of arrays as batches of tensors, over the same memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

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
        is_bfloat16: Whether images come as the bits of such numbers.
        channels_last: Whether images come with their channels last in memory, and get them first in shape.
    """

    def __init__(self, is_bfloat16: bool, channels_last: bool) -> None:
        self.is_bfloat16 = is_bfloat16
        self.channels_last = channels_last

    def __call__(self, batch: Batch) -> Batch:
        made = batch.mapped(to_tensor)
        images = made.columns.get("image")
        if isinstance(images, list):
            made.columns["image"] = [self._image(image) for image in images]
        elif images is not None:
            made.columns["image"] = self._image(images)
        return made

    def _image(self, image: Any) -> Any:
        if self.is_bfloat16 and image.dtype != torch.bfloat16:
            image = image.view(torch.bfloat16)
        if self.channels_last:
            image = image.permute(0, 3, 1, 2) if image.ndim == 4 else image.permute(2, 0, 1)
        return image


def to_tensor(array: Any) -> Any:
    """An array as a tensor, whatever else as it is."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iufb":
        return array
    if array.dtype in (np.uint32, np.uint64):
        array = array.astype(np.int64)
    elif array.dtype == np.uint16 and not hasattr(torch, "uint16"):
        array = array.astype(np.int32)
    return torch.from_numpy(array if array.flags.writeable else array.copy())
