"""``Loader`` for PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from fastaug.composition.arguments import check_flag
from fastaug.composition.batch import BFLOAT16
from fastaug.composition.compose import Compose
from fastaug.errors import PolicyError, shown
from fastaug.loading import loader
from fastaug.loading.batch import Batch
from fastaug.torch.tensors import ToTensors, layout_for

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Unpack

    from fastaug.sources.protocol import Samples


class Loader(loader.Loader):
    """Iterates over a source in finished batches of tensors: :class:`fastaug.Loader`, whose arguments it takes too.

    Args:
        source: See :class:`fastaug.Loader`.
        policy: See there.
        batch_size: See there.
        device: Where tensors are moved to, without waiting for it; by default they stay in memory.
        pin_memory: Whether they are put into memory that a GPU copies from by itself; by default if there is one.
        memory_format: ``torch.channels_last`` for images of shape N × C × H × W whose channels lie last in memory.
        dtype: A type of torch or its name: ``uint8``, ``float32``, ``float16`` or ``bfloat16``.
        layout: ``"CHW"`` or ``"HWC"``, the images' shape.
        **arguments: Further arguments of :class:`fastaug.Loader`.
    """

    def __init__(
        self,
        source: Samples,
        policy: Compose | None = None,
        batch_size: int = 64,
        *,
        device: torch.device | str | int | None = None,
        pin_memory: bool | None = None,
        memory_format: torch.memory_format | None = None,
        dtype: torch.dtype | npt.DTypeLike | None = None,
        layout: str = "CHW",
        **arguments: Unpack[loader.Arguments],
    ) -> None:
        layout, channels_last = layout_for(layout, memory_format)
        name = type_name(dtype)
        super().__init__(source, policy, batch_size, layout=layout, dtype=name, **arguments)
        self.device = None if device is None else torch.device(device)
        self.pin_memory = torch.cuda.is_available() if pin_memory is None else check_flag("pin_memory", pin_memory)
        self._to_tensors = ToTensors(self.policy, name == BFLOAT16, channels_last)

    def _finish(self, batch: Batch) -> Batch:
        made = self._to_tensors(batch)
        return made.pin_memory() if self.pin_memory else made

    def _handed(self, batch: Batch) -> Batch:
        return batch if self.device is None else batch.to(self.device, non_blocking=True)


def type_name(dtype: Any) -> Any:
    """The name of a type of torch; whatever else as it is."""
    if isinstance(dtype, torch.dtype):
        name = str(dtype).removeprefix("torch.")
        if name not in ("uint8", "float32", "float16", BFLOAT16):
            raise PolicyError(f"dtype must be uint8, float32, float16 or bfloat16, got {shown(dtype)}")
        return name
    return dtype
