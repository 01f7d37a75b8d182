"""A data set for an existing ``torch.utils.data.DataLoader``, which makes a whole batch at once in the worker."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import torch
from torch.utils.data import Dataset
from torch.utils.data._utils.collate import default_collate_fn_map

from fastaug import _core
from fastaug.composition.arguments import check_count, check_threads
from fastaug.composition.batch import BFLOAT16, Way, check_dtype, check_layout
from fastaug.composition.compose import Compose
from fastaug.composition.threads import threads_for
from fastaug.loading.batch import Batch, Collate, check_collate
from fastaug.loading.faults import OnError, check_on_error
from fastaug.loading.making import Maker, Slot
from fastaug.loading.order import InOrder
from fastaug.loading.reading import Reader
from fastaug.sources.protocol import as_source
from fastaug.torch.loader import type_name
from fastaug.torch.tensors import ToTensors, layout_for


class BatchDataset(Dataset[Any]):
    """A source under a policy, sample by sample or in whole batches; see :func:`dataset`."""

    def __init__(
        self,
        source: Any,
        policy: Compose | None = None,
        *,
        seed: int = 0,
        layout: str = "CHW",
        dtype: Any = None,
        memory_format: torch.memory_format | None = None,
        threads: int | None = None,
        index: str | os.PathLike[str] | None = None,
        on_error: OnError = "raise",
        collate: Collate = "list",
    ) -> None:
        self.source = as_source(source)
        self.policy = Compose([]) if policy is None else policy
        self.seed = check_count("seed", seed)
        self.layout, self.channels_last = layout_for(layout, memory_format)
        check_layout(self.layout)
        self.dtype = check_dtype(type_name(dtype))
        self.threads = None if threads is None else check_threads(threads, 1)
        self.index = None if index is None else os.fspath(index)
        self.on_error = check_on_error(on_error)
        self.collate = check_collate(collate)
        # Shared with workers, also with those that outlive an epoch.
        epoch = torch.zeros((), dtype=torch.int64)
        epoch.share_memory_()  # type: ignore[no-untyped-call]
        self._epoch = epoch
        self._maker: tuple[int, Maker] | None = None

    def __len__(self) -> int:
        return len(self.source)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch it is, to all workers."""
        self._epoch.fill_(check_count("epoch", epoch))

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
        made = maker.make(int(self._epoch), slots, maker.read(slots))
        if made.error is not None:
            raise made.error
        if made.batch is None:
            raise ValueError(f"none of the samples {numbers} could be read: {made.faults[0]}")
        return made.batch

    def _made_maker(self) -> Maker:
        """What makes batches in this process."""
        if self._maker is None or self._maker[0] != os.getpid():
            index = None if self.index is None else _core.SeekIndex(self.index)
            way = Way(check_layout(self.layout), self.dtype, threads_for(self.threads), index, None, True)
            reader = Reader(self.source, self.policy)
            order = InOrder(len(self.source))
            finish = ToTensors(self.dtype == BFLOAT16, self.channels_last)
            maker = Maker(reader, self.policy, order, self.seed, way, self.on_error, self.collate, finish)
            self._maker = (os.getpid(), maker)
        return self._maker[1]


def dataset(source: Any, policy: Compose | None = None, **arguments: Any) -> BatchDataset:
    """A map-style data set for an existing ``DataLoader``: each worker makes whole batches at once.

        train = fastaug.torch.dataset(ImageFolder("train/"), policy)
        loader = DataLoader(train, batch_size=256, shuffle=True, num_workers=8, persistent_workers=True)
        for epoch in range(90):
            train.set_epoch(epoch)
            for images, labels in loader:
                ...

    The pixels are those of :class:`fastaug.torch.Loader`, whatever the number of workers.

    Args:
        source: Where samples come from, as for :class:`fastaug.Loader`.
        policy: What is done to them.
        **arguments: ``seed``, ``layout``, ``dtype``, ``memory_format``, ``threads`` (one in a worker by default), ``index``
            (the path of a seek index), ``on_error`` and ``collate``, as for the loader.
    """
    return BatchDataset(source, policy, **arguments)


def _only(batch: Sequence[Batch], *, collate_fn_map: Any = None) -> Batch:
    """What ``default_collate`` does with batches that are finished."""
    del collate_fn_map
    if len(batch) != 1:
        raise TypeError(f"{len(batch)} finished batches cannot be put together")
    return batch[0]


default_collate_fn_map[Batch] = _only
