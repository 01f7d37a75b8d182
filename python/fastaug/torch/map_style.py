"""A data set for an existing ``torch.utils.data.DataLoader``, which makes a whole batch at once in the worker."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import Dataset
from torch.utils.data._utils.collate import default_collate_fn_map

from fastaug import _core
from fastaug.composition.arguments import check_count, check_threads
from fastaug.composition.batch import BFLOAT16, Way, check_dtype, check_layout
from fastaug.composition.compose import Compose, check_policy
from fastaug.composition.threads import threads_for
from fastaug.loading.batch import Batch, Collate, check_collate
from fastaug.loading.faults import Faults, OnError, check_on_error
from fastaug.loading.making import Maker, Slot
from fastaug.loading.order import InOrder
from fastaug.loading.reading import Reader
from fastaug.sources.protocol import as_source
from fastaug.torch.loader import type_name
from fastaug.torch.tensors import ToTensors, layout_for

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastaug.sources.protocol import Samples


_MOST_WATCHED = 1024
"""Samples of which it is known whether an epoch has had them."""


class BatchDataset(Dataset[Any]):
    """A map-style data set for an existing ``DataLoader``: each worker makes whole batches at once.

        train = fastaug.torch.dataset(ImageFolder("train/"), policy)
        loader = DataLoader(train, batch_size=256, shuffle=True, num_workers=8, persistent_workers=True)
        for epoch in range(90):
            train.set_epoch(epoch)
            for images, labels in loader:
                ...

    The pixels are those of :class:`fastaug.torch.Loader`, whatever the number of workers. A data set is told which samples
    are wanted, not where they stand in an epoch: one that comes again in the same epoch, because a sampler repeats it or
    ``set_epoch`` was not called, looks the same again, which is warned of.

    Args:
        source: Where samples come from, as for :class:`fastaug.Loader`.
        policy: What is done to them.
        seed: Of the policy if that has none.
        layout: ``"CHW"`` or ``"HWC"``, the images' shape.
        dtype: A type of torch or its name: ``uint8``, ``float32``, ``float16`` or ``bfloat16``.
        memory_format: ``torch.channels_last`` for images whose channels lie last in memory.
        threads: How many threads make a batch; one in a worker by default.
        index: The path of a seek index of JPEG files.
        on_error: What becomes of samples that fail: ``"raise"``, ``"skip"`` or ``"replace"``; ``errors`` of the data set has
            those of this process, and each worker warns of its own.
        collate: How boxes, keypoints and their labels come: ``"list"`` or ``"pad"``.
    """

    def __init__(
        self,
        source: Samples,
        policy: Compose | None = None,
        *,
        seed: int = 0,
        layout: str = "CHW",
        dtype: torch.dtype | npt.DTypeLike | None = None,
        memory_format: torch.memory_format | None = None,
        threads: int | None = None,
        index: str | os.PathLike[str] | None = None,
        on_error: OnError = "raise",
        collate: Collate = "list",
    ) -> None:
        self.source = as_source(source)
        self.policy = check_policy(policy)
        self.seed = check_count("seed", seed)
        self.layout, self.channels_last = layout_for(layout, memory_format)
        check_layout(self.layout)
        self.dtype = check_dtype(type_name(dtype))
        self.threads = None if threads is None else check_threads(threads, 1)
        self.index = None if index is None else os.fspath(index)
        self.on_error = check_on_error(on_error)
        self.collate = check_collate(collate)
        self.errors = Faults()
        # Shared with workers, also with those that outlive an epoch: the epoch's number, and which of some samples, evenly
        # spread, it has had.
        self._epoch = _shared(torch.int64, ())
        self._had = _shared(torch.bool, (min(len(self.source), _MOST_WATCHED),))
        self._watched = -(-len(self.source) // max(len(self._had), 1))
        self._maker: tuple[int, Maker] | None = None
        self._warned = False

    def __len__(self) -> int:
        return len(self.source)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch it is, to all workers."""
        self._epoch.fill_(check_count("epoch", epoch))
        self._had.zero_()

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        batch = self._batch([index])
        image, target = batch
        if isinstance(target, dict):
            return image[0], {name: column[0] for name, column in target.items()}
        return image[0], None if target is None else target[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Batch]:
        """A batch, as the only entry of a list: ``default_collate`` makes a batch of it again, without copying."""
        return [self._batch(indices)]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_maker": None}

    def _batch(self, indices: Sequence[int]) -> Batch:
        maker = self._made_maker()
        numbers = [int(index) for index in indices]
        length = len(self.source)
        for number in numbers:
            if not -length <= number < length:
                raise IndexError(f"there is no sample {number} among {length:,}")
        slots = [Slot(number % length, number % length, number % length) for number in numbers]
        self._watch(slots)
        made = maker.make(int(self._epoch), slots, maker.read(slots))
        if made.error is not None:
            raise made.error
        for fault in made.faults:
            self.errors.add(fault)
        if made.batch is None:
            fault = made.faults[0]
            raise fault.error(f"no sample of the batch could be used, and a DataLoader cannot do without one: {fault}")
        return made.batch

    def _watch(self, slots: Sequence[Slot]) -> None:
        """Warns once if a sample comes again and looks as it did, which nobody sees otherwise."""
        if self._warned or self.policy.is_deterministic:
            return
        had = self._had.numpy()
        for slot in slots:
            place, rest = divmod(slot.index, self._watched)
            if rest:
                continue
            if had[place]:
                self._warned = True
                warnings.warn(
                    f"sample {slot.index} comes again in epoch {int(self._epoch)}, with the same random choices as before:"
                    " call set_epoch before each epoch; where a sampler repeats samples, use fastaug.torch.Loader(…,"
                    " sampler=…), which makes each look different",
                    stacklevel=2,
                )
                return
            had[place] = True

    def _made_maker(self) -> Maker:
        """What makes batches in this process."""
        if self._maker is None or self._maker[0] != os.getpid():
            index = None if self.index is None else _core.SeekIndex(self.index)
            way = Way(check_layout(self.layout), self.dtype, threads_for(self.threads), index, None, True)
            reader = Reader(self.source, self.policy)
            order = InOrder(len(self.source))
            finish = ToTensors(self.policy, self.dtype == BFLOAT16, self.channels_last)
            maker = Maker(reader, self.policy, order, self.seed, way, self.on_error, self.collate, finish)
            self._maker = (os.getpid(), maker)
        return self._maker[1]


def _shared(dtype: torch.dtype, shape: tuple[int, ...]) -> torch.Tensor:
    zeros = torch.zeros(shape, dtype=dtype)
    zeros.share_memory_()  # type: ignore[no-untyped-call]
    return zeros


dataset = BatchDataset
"""The class by the name that reads well: ``fastaug.torch.dataset(source, policy)``."""


def _only(batch: Sequence[Batch], *, collate_fn_map: Any = None) -> Batch:
    """What ``default_collate`` does with batches that are finished."""
    del collate_fn_map
    if len(batch) != 1:
        raise TypeError(f"{len(batch)} finished batches cannot be put together")
    return batch[0]


default_collate_fn_map[Batch] = _only
